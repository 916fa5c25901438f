"""Times as people write them: "15:00", "2h", "in 30 min", "завтра 10:00", "25.11 12:00". Pure; of promises, planned work and
what is expected.
"""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BACK = timedelta(days=180)  # a day and month that passed longer ago are next year's

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


def moment_in(text: str, now: datetime, local: ZoneInfo) -> tuple[datetime, str] | None:
    """The time with which ``text`` begins, by the clocks of ``local``, and the words after it; None when it begins with none.
    A time of day that has passed today is tomorrow's; a date may have passed."""
    text = text.strip()
    if found := _IN.match(text):
        at: datetime | None = now + int(found[1]) * _UNITS[found[2].lower()]
    elif found := _AT.match(text):
        at = _at(found, now, local)
    else:
        return None
    if at is None:
        return None
    return at.astimezone(now.tzinfo), text[found.end() :].lstrip(" \n,.;:–—-")


def _at(found: re.Match[str], now: datetime, local: ZoneInfo) -> datetime | None:
    today, at = now.astimezone(local).date(), time(int(found["hour"]), int(found["minute"]), tzinfo=local)
    if found["day"]:
        return _on_the_day(int(found["day"]), int(found["month"]), at, today)
    if found["tomorrow"]:
        return datetime.combine(today + timedelta(days=1), at)
    moment = datetime.combine(today, at)
    return moment if moment > now else datetime.combine(today + timedelta(days=1), at)


def _on_the_day(day: int, month: int, at: time, today: date) -> datetime | None:
    """This year's, or next year's when that has long passed."""
    try:
        return next(
            datetime.combine(found, at)
            for found in (date(today.year, month, day), date(today.year + 1, month, day))
            if found >= today - BACK
        )
    except ValueError:  # no such day
        return None
