"""Promised times as people write them: "15:00", "2h", "in 30 min", "завтра 10:00", "25.11 12:00", and then words to go with it.
Pure; called for the command ``/promise`` and its buttons.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=30)

_UNITS = {
    "m": timedelta(minutes=1), "min": timedelta(minutes=1), "minute": timedelta(minutes=1), "minutes": timedelta(minutes=1),
    "м": timedelta(minutes=1), "мин": timedelta(minutes=1), "минут": timedelta(minutes=1), "минуты": timedelta(minutes=1),
    "h": timedelta(hours=1), "hour": timedelta(hours=1), "hours": timedelta(hours=1),
    "ч": timedelta(hours=1), "час": timedelta(hours=1), "часа": timedelta(hours=1), "часов": timedelta(hours=1),
    "d": timedelta(days=1), "day": timedelta(days=1), "days": timedelta(days=1),
    "д": timedelta(days=1), "день": timedelta(days=1), "дня": timedelta(days=1), "дней": timedelta(days=1),
}  # fmt: skip
_IN = re.compile(rf"(?:in |через )?(\d{{1,4}}) ?({'|'.join(_UNITS)})\b\.?", re.IGNORECASE)
_AT = re.compile(
    r"(?:(?P<tomorrow>tomorrow|завтра)\s+|(?P<day>\d{1,2})\.(?P<month>\d{1,2})\s+)?(?:(?:at|by|в|до|к)\s+)?"
    r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Promise:
    """``words`` are what else the client is told."""

    until: datetime
    words: str = ""


def promise_in(text: str, now: datetime, local: ZoneInfo) -> Promise | None:
    """What ``text`` promises at ``now``, by the clocks of ``local``; None when it begins with no time that ``can_be_promised``.
    A time of day that has passed today is tomorrow's."""
    text = text.strip()
    if found := _IN.match(text):
        until: datetime | None = now + int(found[1]) * _UNITS[found[2].lower()]
    elif found := _AT.match(text):
        until = _at(found, now, local)
    else:
        return None
    if until is None or not can_be_promised(until, now):
        return None
    return Promise(until.astimezone(now.tzinfo), text[found.end() :].lstrip(" \n,.;:–—-"))


def can_be_promised(until: datetime, now: datetime) -> bool:
    return now < until <= now + LONGEST


def _at(found: re.Match[str], now: datetime, local: ZoneInfo) -> datetime | None:
    today, at = now.astimezone(local).date(), time(int(found["hour"]), int(found["minute"]), tzinfo=local)
    if found["day"]:
        return _on_the_day(int(found["day"]), int(found["month"]), at, today)
    if found["tomorrow"]:
        return datetime.combine(today + timedelta(days=1), at)
    until = datetime.combine(today, at)
    return until if until > now else datetime.combine(today + timedelta(days=1), at)


def _on_the_day(day: int, month: int, at: time, today: date) -> datetime | None:
    """This year's, or next year's when that has passed."""
    try:
        return next(
            datetime.combine(found, at)
            for found in (date(today.year, month, day), date(today.year + 1, month, day))
            if found >= today
        )
    except ValueError:  # no such day
        return None
