"""/admin/clients/{id}/join, /part and /invitations: who is who in the messengers, on a manager's word."""

from typing import Any

from chalice import Blueprint

from chalicelib.desk.clients import Identity
from chalicelib.desk.fields import Fields, described, line, one_of, record, required
from chalicelib.desk.policy_documents import MESSENGERS
from chalicelib.handlers import admin_shapes as shapes
from chalicelib.handlers import http
from chalicelib.handlers.admin_clients import IDENTITY, whole
from chalicelib.use_cases import joining, personal_links, settings
from chalicelib.use_cases.joining import Said

bp = Blueprint(__name__)

_GROUND: Fields = {
    "ground": required(described(line(500, shortest=1), "On the strength of what: a call, a letter. It is kept.")),
}
JOIN: Fields = {"client": required(described(line(100, shortest=1), "The id of the other client.")), **_GROUND}
PART: Fields = {
    "identity": required(described(record(IDENTITY), "One of the client's, as a messenger knows them.")),
    **_GROUND,
}
INVITATION: Fields = {"messenger": required(one_of(*MESSENGERS))}


@http.admin(bp, "POST /admin/clients/{client_id}/join", scope="desk", body=record(JOIN), answer=shapes.WholeClient)
def join(call: http.Call, client_id: str) -> Any:
    """Two clients are one person: answers the one who stays."""
    said = Said(call.by, call.body["ground"])
    return whole(joining.join(client_id, call.body["client"], said, settings.current(), call.now), call)


@http.admin(bp, "POST /admin/clients/{client_id}/part", scope="desk", body=record(PART), answer=shapes.WholeClient)
def part(call: http.Call, client_id: str) -> Any:
    """One identity is somebody else after all: answers the client it is now."""
    in_use = settings.current()
    given = call.body["identity"]
    identity = Identity(**{"account": in_use.desk.account_in(given["messenger"]), **given})
    return whole(joining.part(client_id, identity, Said(call.by, call.body["ground"]), in_use, call.now), call)


@http.admin(
    bp,
    "POST /admin/clients/{client_id}/invitations",
    scope="desk",
    body=record(INVITATION),
    answer=personal_links.Invited,
)
def invite(call: http.Call, client_id: str) -> Any:
    """A personal link by which the client becomes known in a messenger; it works once."""
    made = personal_links.invite(client_id, call.body["messenger"], call.by, settings.current(), call.now)
    return http.Answer(made, 201)
