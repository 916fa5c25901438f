"""Calendars that are refused, and what the person who wrote them is told."""

from typing import Any

import pytest

from chalicelib.desk.calendar_documents import read_calendars
from chalicelib.desk.calendars import ALWAYS
from chalicelib.desk.validation import Invalid

OFFICE = {"timezone": "Europe/Moscow", "hours": {"mon": [["09:00", "18:00"]]}}


def wrong(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        read_calendars(document)
    return [(error.field, error.message) for error in refused.value.errors]


def fields(document: Any) -> list[str]:
    return [field for field, _ in wrong(document)]


def office(**changes: Any) -> dict[str, Any]:
    return {"c": OFFICE | changes}


def hours(**days: Any) -> dict[str, Any]:
    return office(hours=days)


def test_24x7_is_a_calendar_too_and_always_known() -> None:
    assert read_calendars({"round the clock": "24x7"}) == {"24x7": ALWAYS, "round the clock": ALWAYS}


@pytest.mark.parametrize(
    ("interval", "field"),
    [
        (["25:00", "18:00"], "[0]"),
        (["09:00", "25:00"], "[1]"),
        (["18:60", "19:00"], "[0]"),
        (["09:00", "18:60"], "[1]"),
        (["24:00", "03:00"], "[0]"),
        (["9:00", "18:00"], "[0]"),
        (["09:00", 18], "[1]"),
        (["09:00", None], "[1]"),
        (["09:00 ", "18:00"], "[0]"),
        (["٠٩:00", "18:00"], "[0]"),
        (["09:00", "09:00"], ""),
        (["09:00"], ""),
        (["09:00", "12:00", "18:00"], ""),
        ("09:00-18:00", ""),
    ],
)
def test_an_interval_that_is_none_is_named(interval: Any, field: str) -> None:
    assert fields(hours(mon=[["06:00", "07:00"], interval])) == [f"calendars.c.hours.mon[1]{field}"]


def test_every_mistake_is_named_at_once() -> None:
    document = {
        "a": office(timezone="Mars", country="XX")["c"] | {"colour": "red"},
        "b": "24/7",
        "c": {"hours": {"mo": []}},
    }
    assert fields(document) == [
        "calendars.a.colour",
        "calendars.a.timezone",
        "calendars.a.country",
        "calendars.b",
        "calendars.c.timezone",
        "calendars.c.hours.mo",
    ]


@pytest.mark.parametrize(
    ("week", "field"),
    [
        ({"mon": [["09:00", "13:00"], ["12:59", "18:00"]]}, "mon[1]"),
        ({"mon": [["12:59", "18:00"], ["09:00", "13:00"]]}, "mon[0]"),
        ({"mon": [["09:00", "18:00"], ["10:00", "11:00"]]}, "mon[1]"),
        ({"mon": [["22:00", "06:00"]], "tue": [["05:59", "08:00"]]}, "tue[0]"),
        ({"sun": [["22:00", "06:00"]], "mon": [["05:59", "08:00"]]}, "mon[0]"),
        ({"mon": [["10:00", "09:00"]], "tue": [["08:59", "10:00"]]}, "tue[0]"),
    ],
)
def test_intervals_that_overlap_are_refused_over_midnight_too(week: dict[str, Any], field: str) -> None:
    [(where, message)] = wrong(hours(**week))
    assert where == f"calendars.c.hours.{field}"
    assert message.startswith("overlaps calendars.c.hours.")


def test_intervals_that_touch_are_fine() -> None:
    week = {"mon": [["09:00", "13:00"], ["13:00", "24:00"]], "tue": [["00:00", "06:00"], ["22:00", "00:00"]]}
    assert read_calendars(hours(**week))


@pytest.mark.parametrize("week", [{}, {"mon": []}])
def test_a_calendar_that_never_opens_is_refused(week: dict[str, Any]) -> None:
    assert fields(hours(**week)) == ["calendars.c.hours"]


def test_a_calendar_with_no_open_time_in_a_year_is_refused() -> None:
    mondays = [f"2026-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    rest = ["2026-03-30", "2026-06-29", "2026-08-31", "2026-11-30"]
    assert fields(office(days_off=mondays + rest)) == ["calendars.c.days_off"]
    assert read_calendars(office(days_off=mondays + rest[1:]))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"timezone": "MSK+3"}, "timezone"),
        ({"timezone": 3}, "timezone"),
        ({"timezone": "../zones"}, "timezone"),
        ({"country": "Russia"}, "country"),
        ({"country": "ru"}, "country"),
        ({"country": 7}, "country"),
        ({"days_off": "2026-01-01"}, "days_off"),
        ({"days_off": ["2026-02-30"]}, "days_off[0]"),
        ({"days_off": ["2026-01-01", "1 January"]}, "days_off[1]"),
        ({"days_off": ["20260101"]}, "days_off[0]"),
        ({"working_days": ["2026-12-26"]}, "working_days"),
        ({"working_days": {"26.12.2026": [["09:00", "18:00"]]}}, "working_days.26.12.2026"),
        ({"working_days": {"2026-12-26": []}}, "working_days.2026-12-26"),
        ({"working_days": {"2026-12-26": [["09:00", "08:60"]]}}, "working_days.2026-12-26[0][1]"),
        ({"working_days": {"2026-12-26": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "working_days.2026-12-26[1]"),
        ({"working_days": {"2026-12-27": [["22:00", "10:00"]]}}, "working_days.2026-12-27"),
        (
            {"working_days": {"2026-12-26": [["09:00", "18:00"]]}, "days_off": ["2026-12-26"]},
            "working_days.2026-12-26",
        ),
        ({"hours": []}, "hours"),
        ({"hours": {"mon": "09:00"}}, "hours.mon"),
    ],
)
def test_what_cannot_be_read_is_named(changes: dict[str, Any], field: str) -> None:
    assert fields(office(**changes)) == [f"calendars.c.{field}"]


@pytest.mark.parametrize("document", [None, [], "24x7", 7])
def test_a_document_that_is_no_object_is_refused(document: Any) -> None:
    assert fields(document) == ["calendars"]


def test_a_country_is_not_looked_up_again_in_a_document_that_was_checked_before() -> None:
    assert read_calendars(office(country="RU"), checked_before=True)["c"].country == "RU"
