"""/admin/outages: declare, announce what is next, approve direct messages, and see how they came through."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from chalice import Blueprint

from chalicelib.desk.announcements import Forbidden, Kind, Level, Override, Refused, State
from chalicelib.desk.fields import (
    Fields,
    array,
    choice,
    described,
    flag,
    instant,
    line,
    nullable,
    one_of,
    record,
    required,
    text,
)
from chalicelib.desk.outage_drafts import LONGEST_TEXT, LONGEST_TITLE
from chalicelib.desk.outage_life import Declaration, Update
from chalicelib.desk.outages import LANGUAGES
from chalicelib.handlers import admin_outage_shapes as shapes
from chalicelib.handlers import http
from chalicelib.handlers.admin_shapes import Page, page
from chalicelib.handlers.admin_tickets import PAGE_SIZE, PAGING
from chalicelib.store import outages
from chalicelib.store.table import NotFound
from chalicelib.texts import text as words
from chalicelib.use_cases import announcing, audience, lists, outage_report, rounds, settings

bp = Blueprint(__name__)

_TEXT = record({language: required(text(LONGEST_TEXT, shortest=1)) for language in LANGUAGES})
_TIMES: Fields = {
    "expected_at": described(
        nullable(instant()), "When it is expected to be over; a time to come, at most 60 days after the beginning."
    ),
    "starts_at": described(
        nullable(instant()),
        "When planned work begins, at most 60 days ahead: required while it is scheduled, and only then.",
    ),
}
_OVERRIDE = described(
    record({"direct": required(flag()), "reason": required(text(500, shortest=1))}),
    "A manager's decision whether clients are written to directly, whatever the rule says; the reason is kept.",
)
_IN_APP = described(flag(), "Whether the product can show its banner. If not, a red outage goes to clients directly.")

DECLARATION: Fields = {
    "title": required(line(LONGEST_TITLE, shortest=1)),
    "kind": required(choice(Kind)),
    "level": required(choice(Level)),
    "text": required(_TEXT),
    "components": described(array(line(100, shortest=1), 50), "Names of /admin/settings/components."),
    "in_app": _IN_APP,
    "state": described(choice(State), "Where its life begins, if not at the beginning."),
    "begin_with": described(_TEXT, "What is said when planned work begins by itself, at starts_at."),
    "override": _OVERRIDE,
    "anew": described(flag(), "It is another one than what ended or was declared just so moments ago."),
    "rehearsal": described(flag(), "Only those whom /admin/settings/announcements names for it are written to."),
    **_TIMES,
}
UPDATE: Fields = {
    "text": required(_TEXT),
    "state": choice(State),
    "level": choice(Level),
    "in_app": _IN_APP,
    "reason": described(text(500), "Why it goes back to an earlier state; kept."),
    "corrects": described(flag(), "What was announced last was wrong: the text begins by saying so, in each language."),
    "override": _OVERRIDE,
    **_TIMES,
}


@http.admin(bp, "GET /admin/outages", scope="read", query=PAGING, answer=Page[shapes.Outage])
def listed(call: http.Call) -> Any:
    """Outages, planned work and novelties, the newest first."""
    limit, cursor = call.query.get("limit", PAGE_SIZE), call.query.get("next")
    return page(lists.page({"outages": outages.listed}, limit, cursor), shapes.outage)


@http.admin(bp, "POST /admin/outages", scope="announce", body=record(DECLARATION), answer=shapes.WholeOutage)
def declare(call: http.Call) -> Any:
    """Declare an outage: its first announcement is published at once; direct messages wait for the second person."""
    fields = _overridden(call.body)
    anew = fields.pop("anew", False)
    with _refusals_in_words():
        made = announcing.declare(Declaration(**fields), call.by, settings.current(), call.now, anew=anew)
    return http.Answer(_whole(made.id), 201, {"Location": f"/admin/outages/{made.id}"})


@http.admin(bp, "GET /admin/outages/{outage_id}", scope="read", answer=shapes.WholeOutage)
def one(_call: http.Call, outage_id: str) -> Any:
    """An outage with its announcements and how each came through."""
    return _whole(outage_id)


@http.admin(
    bp,
    "POST /admin/outages/{outage_id}/announcements",
    scope="announce",
    body=record(UPDATE),
    answer=shapes.WholeOutage,
)
def announce(call: http.Call, outage_id: str) -> Any:
    """Announce what is next: another state, other words, another time."""
    fields = _overridden(call.body)
    apart = {name: fields.pop(name) for name in ("text", "reason", "override", "corrects") if name in fields}
    said = Update(changes=fields, **apart)
    with _refusals_in_words():
        announcing.announce(outage_id, said, call.by, settings.current(), call.now)
    return http.Answer(_whole(outage_id), 201)


@http.admin(bp, "POST /admin/outages/{outage_id}/announcements/{n}/approve", scope="approve", answer=shapes.WholeOutage)
def approve(call: http.Call, outage_id: str, n: str) -> Any:
    """Let the direct messages of an announcement go, as the second person. Approving twice sends once."""
    if not n.isdecimal():
        raise NotFound(n)
    with _refusals_in_words():
        announcing.approve(outage_id, int(n), call.by, settings.current(), call.now)
    return _whole(outage_id)


@http.admin(
    bp,
    "POST /admin/outages/{outage_id}/fan-out",
    scope="announce",
    body=record({"action": required(one_of(*announcing.FAN_OUT))}),
    answer=shapes.WholeOutage,
)
def steer(call: http.Call, outage_id: str) -> Any:
    """Pause the direct messages that are on their way, go on with them, or call them off."""
    with _refusals_in_words():
        announcing.steer(outage_id, call.body["action"], call.by, settings.current(), call.now)
    return _whole(outage_id)


@http.admin(
    bp,
    "POST /admin/outages/{outage_id}/reply",
    scope="desk",
    body=record({"text": required(_TEXT)}),
    answer=shapes.Reply,
)
def reply(call: http.Call, outage_id: str) -> Any:
    """Answer all open tickets of an outage in one step, each client in their language."""
    made = rounds.answer_all(outage_id, call.body["text"], call.by, call.now)
    return http.Answer(shapes.Reply(made.id), 202)


def _overridden(body: dict[str, Any]) -> dict[str, Any]:
    return body | ({"override": Override(**body["override"])} if "override" in body else {})


def _whole(outage_id: str) -> shapes.WholeOutage:
    outage = outages.outage(outage_id)
    expected = audience.forecast(outage, settings.current(), datetime.now(UTC))
    return shapes.whole_outage(outage, outage_report.of(outage_id), expected)


@contextmanager
def _refusals_in_words() -> Iterator[None]:
    """What the rules refuse, as a problem that says what to do instead."""
    try:
        yield
    except Refused as refused:
        status = 403 if isinstance(refused, Forbidden) else 409
        detail = words(refused.reason, http.preferred_language(bp.current_request), **refused.fields)
        raise http.Problem(status, refused.reason.replace("_", "-"), detail) from refused
