"""Calendars as people write them: read, checked whole, every mistake named. Called when settings are saved or loaded,
and by ``simulation``.

    {"24x7": "24x7",
     "office": {"timezone": "Europe/Moscow",
                "hours": {"mon": [["09:00", "13:00"], ["14:00", "18:00"]], "fri": [["20:00", "04:00"]]},
                "days_off": ["2026-12-31"], "working_days": {"2026-12-26": [["10:00", "15:00"]]}, "country": "RU"}}
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from chalicelib.desk.calendars import ALWAYS, DAY_MINUTES, ONE_DAY, Calendar, Hours
from chalicelib.desk.validation import Findings, inside
from chalicelib.desk.zones import TIMEZONE

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS_OPEN = "24x7"

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_WEEK_MINUTES = 7 * DAY_MINUTES

# An interval on a line of minutes, and where it is written.
_Placed = tuple[int, int, str]


def read_calendars(document: Any, path: str = "calendars", *, checked_before: bool = False) -> dict[str, Calendar]:
    """The calendars of a document, by name. ``24x7`` is always among them.

    ``checked_before``: the document was read in full before it was stored. What needs the list of the world's
    holidays is then not checked again, since importing that takes a tenth of a second.

    :raises Invalid: naming every bad field.
    """
    findings = Findings()
    calendars = find_calendars(findings, document, path, checked_before=checked_before)
    findings.finish()
    return calendars


def find_calendars(findings: Findings, value: Any, path: str, *, checked_before: bool = False) -> dict[str, Calendar]:
    """Like ``read_calendars``, but adds to ``findings``. A calendar with mistakes is there all the same, always open,
    so that its name is known to whoever is checked next."""
    calendars = {ALWAYS_OPEN: ALWAYS}
    for name, written in findings.fields_of(value, path, optional=None).items():
        calendars[name] = (
            ALWAYS if written == ALWAYS_OPEN else _calendar(findings, written, inside(path, name), checked_before)
        )
    return calendars


def _calendar(findings: Findings, value: Any, path: str, checked_before: bool) -> Calendar:
    if not isinstance(value, dict):
        findings.add(path, f'must be "{ALWAYS_OPEN}" or an object')
        return ALWAYS
    found_before = len(findings.errors)
    findings.fields_of(value, path, ("timezone", "hours"), ("days_off", "working_days", "country"))
    calendar = Calendar(
        timezone=TIMEZONE.read(findings, value.get("timezone", "UTC"), inside(path, "timezone")) or "UTC",
        hours=_week(findings, value.get("hours", {}), inside(path, "hours")),
        days_off=_days_off(findings, value.get("days_off", []), inside(path, "days_off")),
        working_days=_working_days(findings, value.get("working_days", {}), inside(path, "working_days")),
        country=_country(findings, value.get("country"), inside(path, "country"), checked_before),
    )
    if len(findings.errors) == found_before and not checked_before:
        _check_days_together(findings, calendar, path)
    return calendar if len(findings.errors) == found_before else ALWAYS


def _country(findings: Findings, value: Any, path: str, checked_before: bool) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and (checked_before or value in _countries()):
        return value
    findings.add(path, "is not a country whose holidays are known: give two letters, such as RU")
    return None


def _countries() -> frozenset[str]:
    import holidays  # a tenth of a second to import

    return frozenset(code for code in holidays.list_supported_countries() if len(code) == len("RU"))


def _week(findings: Findings, value: Any, path: str) -> tuple[Hours, ...]:
    found_before = len(findings.errors)
    written = findings.fields_of(value, path, optional=WEEKDAYS)
    placed: list[_Placed] = []
    week: list[Hours] = []
    for number, weekday in enumerate(WEEKDAYS):
        day = _intervals(findings, written.get(weekday, []), inside(path, weekday))
        placed += _placed(day, number * DAY_MINUTES)
        week.append(tuple((begins, ends) for begins, ends, _ in day))
    if not placed and len(findings.errors) == found_before:
        findings.add(path, "must have at least one interval: a calendar that never opens has no deadlines")
    next_week = [(begins + _WEEK_MINUTES, ends + _WEEK_MINUTES, where) for begins, ends, where in placed[:1]]
    _check_overlaps(findings, [*placed, *next_week])
    return tuple(week)


def _days_off(findings: Findings, value: Any, path: str) -> frozenset[date]:
    days = (findings.day(day, f"{path}[{n}]") for n, day in enumerate(findings.items_of(value, path)))
    return frozenset(day for day in days if day)


def _working_days(findings: Findings, value: Any, path: str) -> dict[date, Hours]:
    working_days: dict[date, Hours] = {}
    for written, hours in findings.fields_of(value, path, optional=None).items():
        where = inside(path, written)
        day = findings.day(written, where)
        intervals = _intervals(findings, hours, where)
        if hours == []:
            findings.add(where, "must have at least one interval: a day without any belongs to days_off")
        _check_overlaps(findings, intervals)
        if day:
            working_days[day] = tuple((begins, ends) for begins, ends, _ in intervals)
    return working_days


def _intervals(findings: Findings, value: Any, path: str) -> list[_Placed]:
    """The intervals of one day that can be understood, in order."""
    found = (_interval(findings, each, f"{path}[{n}]") for n, each in enumerate(findings.items_of(value, path)))
    return sorted(interval for interval in found if interval)


def _interval(findings: Findings, value: Any, path: str) -> _Placed | None:
    if not isinstance(value, list) or len(value) != 2:
        findings.add(path, 'must be a pair of times, such as ["09:00", "18:00"]')
        return None
    begins, ends = _minute(findings, value[0], f"{path}[0]"), _minute(findings, value[1], f"{path}[1]", may_be_24=True)
    if begins is None or ends is None:
        return None
    if begins == ends:
        findings.add(path, "ends when it begins")
        return None
    return begins, ends if ends > begins else ends + DAY_MINUTES, path


def _minute(findings: Findings, value: Any, path: str, *, may_be_24: bool = False) -> int | None:
    if isinstance(value, str):
        if may_be_24 and value == "24:00":
            return DAY_MINUTES
        if written := _TIME.fullmatch(value):
            return int(written[1]) * 60 + int(written[2])
    findings.add(path, f"must be a time from 00:00 to {'24:00' if may_be_24 else '23:59'}")
    return None


def _placed(intervals: Iterable[_Placed], midnight: int) -> Iterator[_Placed]:
    return ((midnight + begins, midnight + ends, path) for begins, ends, path in intervals)


def _check_overlaps(findings: Findings, intervals: Iterable[_Placed]) -> None:
    """``intervals`` in order of their beginnings."""
    open_until, by = -1, ""
    for begins, ends, path in intervals:
        if begins < open_until:
            findings.add(path, f"overlaps {by}")
        if ends > open_until:
            open_until, by = ends, path


def _check_days_together(findings: Findings, calendar: Calendar, path: str) -> None:
    """What only shows when weekdays, exceptions and holidays are put together."""
    for day in sorted(calendar.working_days):
        where = f"{inside(path, 'working_days')}.{day}"
        if day in calendar.days_off:
            findings.add(where, "is in days_off too")
        for earlier, later, other in ((day - ONE_DAY, day, day - ONE_DAY), (day, day + ONE_DAY, day + ONE_DAY)):
            if _runs_into(calendar.hours_on(earlier), calendar.hours_on(later)):
                findings.add(where, f"overlaps the hours of {other}")
    for year in sorted({day.year for day in calendar.days_off}):
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
        if not any(calendar.hours_on(day) for day in days):
            findings.add(inside(path, "days_off"), f"leave no open time in {year}")


def _runs_into(hours: Hours, hours_of_next_day: Hours) -> bool:
    closes = max((ends for _, ends in hours), default=0)
    return any(begins + DAY_MINUTES < closes for begins, _ in hours_of_next_day)
