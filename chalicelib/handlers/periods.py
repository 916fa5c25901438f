"""The period that numbers are asked for: ``from`` and ``to`` of a query, days or moments, both included."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from chalicelib.desk.fields import Field, Fields, described
from chalicelib.desk.validation import FieldError, Findings, Invalid
from chalicelib.handlers import http

LONGEST = timedelta(days=400)


def _end(last_moment: bool) -> Field:
    """A day, meaning its first or its last moment in UTC, or a moment."""

    def read(findings: Findings, value: Any, path: str) -> datetime | None:
        if not isinstance(value, str) or len(value) > len("2026-11-22"):
            return findings.instant(value, path)
        day = findings.day(value, path)
        return datetime.combine(day, time.max if last_moment else time.min, UTC) if day else None

    return Field(read, {"type": "string", "examples": ["2026-11-22", "2026-11-22T10:00:00Z"]})


def fields(usual: timedelta) -> Fields:
    return {
        "from": described(_end(last_moment=False), f"A day or a moment; {usual.days} days before 'to' if not given."),
        "to": described(_end(last_moment=True), "A day or a moment; now if not given."),
    }


def asked_for(call: http.Call, usual: timedelta) -> tuple[datetime, datetime]:
    """Raises Invalid."""
    until = call.query.get("to", call.now)
    since = call.query.get("from", until - usual)
    if not since <= until <= since + LONGEST:
        raise Invalid([FieldError("from", f"must be before 'to', by {LONGEST.days} days at most")])
    return since, until
