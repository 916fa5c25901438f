"""What the public sees: the feed (``status.json``), and the ninety days that the status page shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from chalicelib.desk.announcements import Kind, Level
from chalicelib.desk.outages import Outage

HISTORY_DAYS = 90
STAYS_IN_FEED = timedelta(hours=24)  # after its end, so that whoever polls now and then learns that it is over


@dataclass(frozen=True)
class Day:
    """One day of history: the worst of what went on in it; None for a day on which all was well."""

    date: date
    worst: Level | None


def current(outages: Iterable[Outage]) -> list[Outage]:
    """What goes on now, worst first."""
    return sorted((outage for outage in outages if not outage.ended and not outage.planned), key=_urgency)


def planned(outages: Iterable[Outage]) -> list[Outage]:
    """What is announced ahead, the nearest first; without a time last."""
    latest = datetime.max.replace(tzinfo=UTC)
    ahead = (outage for outage in outages if outage.planned)
    return sorted(ahead, key=lambda outage: (outage.started_at or latest, outage.id))


def past(outages: Iterable[Outage], now: datetime) -> list[Outage]:
    """What ended within the days of history, the latest first."""
    first = now - timedelta(days=HISTORY_DAYS)
    ended = ((outage.ended_at, outage) for outage in outages if outage.ended_at and outage.ended_at >= first)
    return [outage for _, outage in sorted(ended, key=lambda pair: pair[0], reverse=True)]


def level(outages: Iterable[Outage]) -> Level:
    """How the service is right now: the worst of what goes on. Plans change nothing yet."""
    return min((outage.level for outage in current(outages)), key=lambda found: found.rank, default=Level.GREEN)


def headline(outages: Iterable[Outage]) -> str:
    """What the page says first: how bad what nobody planned is; ``works`` if nothing is wrong but what was announced ahead."""
    found = list(outages)
    broken = level(outage for outage in found if outage.kind is Kind.OUTAGE)
    return "works" if broken is Level.GREEN and level(found) is not Level.GREEN else broken


def feed(outages: Sequence[Outage], now: datetime) -> dict[str, Any]:
    """``status.json``: what goes on, what is planned, and what has just ended, in this order."""
    just_ended = [outage for outage in past(outages, now) if outage.ended_at and now - outage.ended_at <= STAYS_IN_FEED]
    return {
        "updated_at": now,
        "level": level(outages),
        "outages": [_entry(outage) for outage in (*current(outages), *planned(outages), *just_ended)],
    }


def days(outages: Sequence[Outage], now: datetime, zone: tzinfo) -> list[Day]:
    """The days of history up to today, oldest first, in the desk's time zone. News is no trouble and does not count; planned
    work is no outage, however much it stops."""
    today = now.astimezone(zone).date()
    worst: dict[date, Level] = {}
    for outage in outages:
        if outage.kind is Kind.NOVELTY or outage.planned or outage.started_at is None:
            continue
        day, last = outage.started_at.astimezone(zone).date(), (outage.ended_at or now).astimezone(zone).date()
        day = max(day, today - timedelta(days=HISTORY_DAYS))
        found = outage.worst if outage.kind is Kind.OUTAGE else Level.GREEN
        while day <= last:
            worst[day] = min(worst.get(day, found), found, key=lambda level: level.rank)
            day += timedelta(days=1)
    span = (today - timedelta(days=back) for back in range(HISTORY_DAYS - 1, -1, -1))
    return [Day(each, worst.get(each)) for each in span]


def _urgency(outage: Outage) -> tuple[int, float]:
    return outage.level.rank, -outage.created_at.timestamp()


def _entry(outage: Outage) -> dict[str, Any]:
    return {
        "id": outage.id,
        "title": outage.title,
        "state": outage.state,
        "level": outage.level,
        "kind": outage.kind,
        "components": outage.components,
        "started_at": outage.started_at,
        "expected_at": outage.latest.expected_at,
        "resolved_at": outage.ended_at,
        "latest": {"at": outage.latest.at, "text": outage.latest.text},
    }
