"""Times as people write them: "15:00", "1.5h", "in 30 min", "полчаса", "завтра 10:00", "25.11.2026 12:00". Pure; of promises,
planned work and what is expected.
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
_SPANS = {
    "half an hour": timedelta(minutes=30), "полчаса": timedelta(minutes=30),
    "an hour and a half": timedelta(minutes=90), "полтора часа": timedelta(minutes=90),
    "an hour": timedelta(hours=1), "час": timedelta(hours=1),
    "a day": timedelta(days=1), "сутки": timedelta(days=1),
}  # fmt: skip
_DAYS = {
    "today": timedelta(), "tomorrow": timedelta(days=1), "day after tomorrow": timedelta(days=2),
    "сегодня": timedelta(), "завтра": timedelta(days=1), "послезавтра": timedelta(days=2),
}  # fmt: skip

_BY = r"(?:(?:at|by|until|в|до|к)\s+)?"
_DAY = rf"(?:the )?(?P<named>{'|'.join(_DAYS)})|(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})(?:\.(?P<year>20\d\d))?"
_CLOCK = r"(?P<hour>[01]?\d|2[0-3])(?P<sign>[:.])(?P<minute>[0-5]\d)(?![:.]?\d)\b"
_AT = re.compile(rf"{_BY}(?:(?:{_DAY}),?\s+)?{_BY}{_CLOCK}", re.IGNORECASE)

_NUMBER = rf"(\d{{1,4}}(?:[.,]\d)?) ?({'|'.join(sorted(_UNITS, key=len, reverse=True))})"
_NUMBERS = re.compile(_NUMBER, re.IGNORECASE)
_IN = re.compile(
    rf"(?:in |через )?(?:(?P<span>{'|'.join(_SPANS)})|{_NUMBER}(?:\.? ?{_NUMBER}){{0,2}})\b\.?", re.IGNORECASE
)


def moment_in(text: str, now: datetime, local: ZoneInfo) -> tuple[datetime, str] | None:
    """The time with which ``text`` begins, by the clocks of ``local``, and the words after it; None when it begins with none.
    A time of day that has passed is tomorrow's, unless its day is said: that one may have passed."""
    text = text.strip()
    if found := _IN.match(text):
        at: datetime | None = now + _length(found)
    elif found := _AT.match(text):
        at = _at(found, now, local)
    else:
        return None
    if at is None:
        return None
    return at.astimezone(now.tzinfo), text[found.end() :].lstrip(" \n,.;:–—-")


def _length(found: re.Match[str]) -> timedelta:
    if found["span"]:
        return _SPANS[found["span"].lower()]
    parts = _NUMBERS.findall(found[0])
    return sum((float(n.replace(",", ".")) * _UNITS[unit.lower()] for n, unit in parts), timedelta())


def _at(found: re.Match[str], now: datetime, local: ZoneInfo) -> datetime | None:
    today, at = now.astimezone(local).date(), time(int(found["hour"]), int(found["minute"]), tzinfo=local)
    if found["day"]:
        return _on_the_day(found, at, today)
    if found["named"]:
        return datetime.combine(today + _DAYS[found["named"].lower()], at)
    if found["sign"] == "." and 0 < at.minute <= 12:
        return None  # 15.10 may be the fifteenth of October: a client must not be promised the other
    moment = datetime.combine(today, at)
    return moment if moment > now else datetime.combine(today + timedelta(days=1), at)


def _on_the_day(found: re.Match[str], at: time, today: date) -> datetime | None:
    """Of the year that is said; else this year's, or next year's when that has long passed."""
    day, month, year = int(found["day"]), int(found["month"]), found["year"]
    try:
        if year:
            return datetime.combine(date(int(year), month, day), at)
        return next(
            datetime.combine(meant, at)
            for meant in (date(today.year, month, day), date(today.year + 1, month, day))
            if meant >= today - BACK
        )
    except ValueError:  # no such day
        return None
