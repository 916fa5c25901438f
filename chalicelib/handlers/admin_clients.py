"""/admin/clients and /admin/vips: who is registered, and the list of VIPs from a file."""

from typing import Any

from chalice import Blueprint

from chalicelib.desk.clients import Client, Identity, Tier
from chalicelib.desk.contacts import EMAIL, PHONE
from chalicelib.desk.fields import (
    Field,
    Fields,
    array,
    choice,
    described,
    flag_in_query,
    line,
    one_of,
    pattern,
    record,
    required,
)
from chalicelib.desk.policy_documents import MESSENGERS
from chalicelib.desk.registry import DECIDED
from chalicelib.desk.settings import Desk
from chalicelib.desk.validation import Findings
from chalicelib.desk.whereabouts import whereabouts
from chalicelib.handlers import admin_explained_shapes as explained_shapes
from chalicelib.handlers import admin_shapes as shapes
from chalicelib.handlers import http
from chalicelib.handlers.admin_tickets import PAGE_SIZE, PAGING
from chalicelib.store import clients
from chalicelib.use_cases import client_lists, policy_choice, registry, serving, settings, vip_export, vip_import

bp = Blueprint(__name__)

_ACCOUNT = pattern(r"[\w+=./-]{1,64}", "our own id in the messenger, such as a bot's")
_USER = pattern(r"[\w+=./-]{1,64}", "the person's own id in the messenger, such as 600001")


def _user(findings: Findings, value: Any, path: str) -> Any:
    return _USER.read(findings, str(value) if isinstance(value, int) else value, path)


IDENTITY: Fields = {
    "messenger": required(one_of(*MESSENGERS)),
    "account": described(_ACCOUNT, "Ours in that messenger; that of the desk's settings if not given."),
    "user": required(Field(_user, {"type": ["string", "integer"], "description": "Theirs in that messenger."})),
}
_SAID: Fields = {
    "identities": described(
        array(record(IDENTITY), 10),
        "A manager's word that this is the client, as messengers know them. They are added to those known.",
    ),
    "ground": described(line(500), "On the strength of what: a letter, an annex. It is kept in the history."),
}
NEW_CLIENT: Fields = {**DECIDED, "name": required(DECIDED["name"]), **_SAID}
CHANGED_CLIENT: Fields = {**DECIDED, **_SAID}
FILTERS: Fields = {
    "tier": choice(Tier),
    "phone": described(PHONE, "The one client with this number."),
    "email": described(EMAIL, "The one client with this address."),
}


@http.admin(bp, "GET /admin/clients", scope="read", query={**FILTERS, **PAGING}, answer=shapes.Page[shapes.Client])
def listed(call: http.Call) -> Any:
    """Clients by tier and name, or the one with a phone or an e-mail."""
    asked = client_lists.Filter(**{name: call.query[name] for name in FILTERS if name in call.query})
    found = client_lists.clients(asked, call.query.get("limit", PAGE_SIZE), call.query.get("next"))
    today = serving.today(settings.current(), call.now)
    return shapes.page(found, lambda client: shapes.client(client, today))


@http.admin(bp, "POST /admin/clients", scope="desk", body=record(NEW_CLIENT), answer=shapes.WholeClient)
def create(call: http.Call) -> Any:
    """Register a client, such as a VIP of the annex to a contract."""
    in_use = settings.current()
    values, identities, ground = _parts(call.body, in_use.desk)
    client = registry.register(values, identities, ground, call.by, in_use, call.now)
    return http.Answer(whole(client, call), 201, {"Location": f"clients/{client.id}"})


@http.admin(bp, "GET /admin/clients/{client_id}", scope="read", answer=shapes.WholeClient)
def one(call: http.Call, client_id: str) -> Any:
    """A client, with every change and who made it."""
    return whole(clients.client_by_id(client_id), call)


@http.admin(
    bp,
    "GET /admin/clients/{client_id}/policy",
    scope="read",
    query={"messenger": required(described(one_of(*MESSENGERS), "Where the client would write from."))},
    answer=explained_shapes.PolicyChoice,
)
def policy(call: http.Call, client_id: str) -> Any:
    """Which policy the client gets in a messenger, and why."""
    in_use, client = settings.current(), clients.client_now(client_id)
    found = policy_choice.choice(client, call.query["messenger"], in_use, serving.today(in_use, call.now))
    return explained_shapes.policy_choice_of(found)


@http.admin(
    bp, "PATCH /admin/clients/{client_id}", scope="desk", body=record(CHANGED_CLIENT), answer=shapes.WholeClient
)
def edit(call: http.Call, client_id: str) -> Any:
    """Change the fields that are given; the others stay."""
    in_use = settings.current()
    values, identities, ground = _parts(call.body, in_use.desk)
    return whole(registry.change(client_id, values, identities, ground, call.by, in_use, call.now), call)


@http.admin(
    bp,
    "POST /admin/vips/import",
    scope="desk",
    media=http.BINARY,
    body=Field(lambda _findings, value, _path: value, {"type": "string"}),
    query={
        "dry_run": described(flag_in_query(), "true: only show what would change."),
        "replace": described(flag_in_query(), "true: VIPs whom the file does not name lose the tier."),
        "ground": _SAID["ground"],
    },
    answer=vip_import.Imported,
)
def import_vips(call: http.Call) -> Any:
    """Register the VIPs of a CSV or XLSX file; broken rows are reported by their lines and stop nobody else's."""
    return vip_import.run(
        call.body,
        dry_run=call.query.get("dry_run", False),
        replace=call.query.get("replace", False),
        ground=call.query.get("ground", ""),
        by=call.by,
        settings=settings.current(),
        now=call.now,
    )


@http.admin(
    bp,
    "GET /admin/vips/export",
    scope="read",
    query={"format": described(one_of(*vip_export.FORMATS), "csv if not given. 'Accept' must name its media type.")},
    files=http.BINARY,
)
def export_vips(call: http.Call) -> Any:
    """The VIPs as a file that can be imported again."""
    form = call.query.get("format", "csv")
    headers = {"Content-Disposition": f'attachment; filename="vips.{form}"'}
    return http.Answer(vip_export.run(form, settings.current()), headers=headers, media=_MEDIA[form])


_MEDIA = {"csv": http.CSV, "xlsx": http.XLSX}


def _parts(body: dict[str, Any], desk: Desk) -> tuple[dict[str, Any], list[Identity], str]:
    values = dict(body)
    given = values.pop("identities", ())
    identities = [Identity(**{"account": desk.account_in(each["messenger"]), **each}) for each in given]
    return values, identities, values.pop("ground", "")


def whole(client: Client, call: http.Call) -> shapes.WholeClient:
    """With their history, and that of everybody who turned out to be them."""
    in_use = settings.current()
    where = whereabouts(client, in_use.desk.timezone, call.now)
    return shapes.whole_client(client, serving.today(in_use, call.now), where, client_lists.history(client))
