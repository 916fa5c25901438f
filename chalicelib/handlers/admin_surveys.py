"""/admin/surveys: what clients answered, and what it comes to."""

from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from typing import Any

import msgspec
from chalice import Blueprint

from chalicelib.desk.fields import Field, Fields, described, one_of
from chalicelib.desk.survey_results import results
from chalicelib.desk.validation import FieldError, Findings, Invalid
from chalicelib.handlers import admin_shapes as shapes
from chalicelib.handlers import http
from chalicelib.handlers.admin_tickets import PAGE_SIZE, PAGING
from chalicelib.store import voice
from chalicelib.store.table import timestamp
from chalicelib.use_cases.lists import page

bp = Blueprint(__name__)

USUAL_PERIOD = timedelta(days=30)
LONGEST_PERIOD = timedelta(days=400)


class Surveys(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """Both ends are included. The numbers are of the whole period, whatever page is shown. ``index`` is the share of
    grades 4 and 5, in percent."""

    kind: str
    since: datetime
    until: datetime
    count: int
    distribution: dict[str, int]
    average: float | None
    index: float | None
    items: list[shapes.SurveyAnswer]
    next: str | None


def _end(last_moment: bool) -> Field:
    """A day, meaning its first or its last moment in UTC, or a moment."""

    def read(findings: Findings, value: Any, path: str) -> datetime | None:
        if not isinstance(value, str) or len(value) > len("2026-11-22"):
            return findings.instant(value, path)
        day = findings.day(value, path)
        return datetime.combine(day, time.max if last_moment else time.min, UTC) if day else None

    return Field(read, {"type": "string", "examples": ["2026-11-22", "2026-11-22T10:00:00Z"]})


PERIOD: Fields = {
    "from": described(_end(last_moment=False), "A day or a moment; 30 days before 'to' if not given."),
    "to": described(_end(last_moment=True), "A day or a moment; now if not given."),
}


@http.admin(
    bp,
    "GET /admin/surveys",
    scope="read",
    query={"kind": described(one_of("csat"), "Only CSAT is asked yet."), **PERIOD, **PAGING},
    answer=Surveys,
)
def surveys(call: http.Call) -> Any:
    """Answers of a period, the earliest first, with their distribution and average."""
    until = call.query.get("to", call.now)
    since = call.query.get("from", until - USUAL_PERIOD)
    if not since <= until <= since + LONGEST_PERIOD:
        raise Invalid([FieldError("from", f"must be before 'to', by {LONGEST_PERIOD.days} days at most")])
    answers = list(voice.answers(since, until))
    rows = [(f"{timestamp(answer.answered_at or since)}#{answer.id}", answer) for answer in answers]
    found = page(
        {"csat": lambda after: ((place, answer) for place, answer in rows if place > after)},
        call.query.get("limit", PAGE_SIZE),
        call.query.get("next"),
    )
    shown = shapes.page(found, shapes.survey_answer)
    return Surveys("csat", since, until, **asdict(results(answers)), items=shown.items, next=shown.next)
