"""Counting in working time."""

import zoneinfo
from datetime import UTC, date, datetime, timedelta, timezone
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.desk.calendar_documents import WEEKDAYS, read_calendars
from chalicelib.desk.calendars import ALWAYS, Calendar
from chalicelib.desk.zones import zone

WEEK = WEEKDAYS[:5]
NOON = datetime(2026, 1, 1, 12)  # noqa: DTZ001 - on the wall


def calendar(zone_name: str = "UTC", *intervals: str, days: tuple[str, ...] = WEEK, **more: Any) -> Calendar:
    """``calendar("Europe/Berlin", "09:00-13:00", "14:00-18:00", days=("mon",))``"""
    hours = {day: [interval.split("-") for interval in intervals] for day in days}
    return read_calendars({"c": {"timezone": zone_name, "hours": hours, **more}})["c"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestAdding:
    OFFICE = calendar("UTC", "09:00-18:00")

    @pytest.mark.parametrize(
        ("start", "minutes", "due"),
        [
            ("2026-11-23 10:00", 60, "2026-11-23 11:00"),
            ("2026-11-23 17:00", 60, "2026-11-23 18:00"),  # ends at closing: stays there
            ("2026-11-23 17:00", 61, "2026-11-24 09:01"),
            ("2026-11-23 07:00", 60, "2026-11-23 10:00"),  # before opening
            ("2026-11-23 18:00", 60, "2026-11-24 10:00"),  # at closing
            ("2026-11-23 22:00", 60, "2026-11-24 10:00"),  # after closing
            ("2026-11-27 17:30", 60, "2026-11-30 09:30"),  # over a weekend
            ("2026-11-23 17:59:30", 1, "2026-11-24 09:00:30"),  # seconds are kept
            ("2026-11-23 09:00", 5 * 9 * 60, "2026-11-27 18:00"),
        ],
    )
    def test_walks_open_time_only(self, start: str, minutes: int, due: str) -> None:
        assert self.OFFICE.add_minutes(utc(start), minutes) == utc(due)

    def test_split_shift(self) -> None:
        assert calendar("UTC", "08:00-12:00", "13:30-18:00").add_minutes(utc("2026-11-23 11:45"), 30) == utc(
            "2026-11-23 13:45"
        )

    def test_over_midnight(self) -> None:
        night = calendar("UTC", "22:00-06:00", days=("fri",))
        assert night.add_minutes(utc("2026-11-27 23:00"), 120) == utc("2026-11-28 01:00")
        assert night.add_minutes(utc("2026-11-28 05:00"), 120) == utc("2026-12-04 23:00")

    def test_a_long_shift_far_in_the_west(self) -> None:
        """Sunday's shift, when it is Monday there and Tuesday in UTC."""
        long = calendar("America/Los_Angeles", "20:00-19:00", days=("sun",))
        assert long.add_minutes(utc("2026-11-24 02:30"), 30) == utc("2026-11-24 03:00")

    def test_until_24_00_joins_the_next_day(self) -> None:
        long = calendar("UTC", "00:00-24:00", days=("mon", "tue"))
        assert long.add_minutes(utc("2026-11-23 23:00"), 120) == utc("2026-11-24 01:00")

    def test_always_open(self) -> None:
        assert ALWAYS.add_minutes(utc("2026-11-28 23:59:59.999999"), 5) == utc("2026-11-29 00:04:59.999999")

    def test_a_year_ahead(self) -> None:
        assert ALWAYS.add_minutes(utc("2026-01-01 00:00"), 365 * 24 * 60) == utc("2027-01-01 00:00")


class TestDaysThatDiffer:
    def test_a_day_off_has_no_open_time(self) -> None:
        berlin = calendar("Europe/Berlin", "08:00-20:00", days_off=["2016-11-01"])
        assert berlin.add_minutes(utc("2016-11-01 13:56:21"), 120) == utc("2016-11-02 09:00")

    def test_a_night_shift_of_the_evening_before_goes_on_into_a_day_off(self) -> None:
        night = calendar("UTC", "22:00-06:00", days_off=["2026-11-24"])
        assert night.time_between(utc("2026-11-23 00:00"), utc("2026-11-25 12:00")) == timedelta(hours=8)

    def test_a_moved_saturday_has_its_own_hours(self) -> None:
        moved = calendar("UTC", "09:00-18:00", working_days={"2026-12-26": [["10:00", "15:00"]]})
        assert moved.time_between(utc("2026-12-26 00:00"), utc("2026-12-27 00:00")) == timedelta(hours=5)

    def test_a_working_day_replaces_the_usual_hours(self) -> None:
        short = calendar("UTC", "09:00-18:00", working_days={"2026-12-31": [["09:00", "12:00"]]})
        assert short.time_between(utc("2026-12-31 00:00"), utc("2027-01-01 00:00")) == timedelta(hours=3)

    def test_public_holidays_of_a_country(self) -> None:
        russia = calendar("Europe/Moscow", "09:00-18:00", country="RU")
        assert russia.add_minutes(utc("2026-11-03 14:30"), 60) == utc("2026-11-05 06:30"), "4 November is Unity Day"

    def test_a_public_holiday_may_be_made_a_working_day(self) -> None:
        day = {"2026-11-04": [["09:00", "18:00"]]}
        russia = calendar("Europe/Moscow", "09:00-18:00", country="RU", working_days=day)
        assert russia.add_minutes(utc("2026-11-03 14:30"), 60) == utc("2026-11-04 06:30")


class TestClocksThatChange:
    AROUND_THE_CLOCK = calendar("Europe/Berlin", "00:00-24:00", days=WEEKDAYS)

    @pytest.mark.parametrize("start", ["2026-03-29 00:30", "2026-10-25 00:30"])
    def test_180_minutes_are_180_elapsed_minutes(self, start: str) -> None:
        assert self.AROUND_THE_CLOCK.add_minutes(utc(start), 180) == utc(start) + timedelta(minutes=180)

    @pytest.mark.parametrize(
        ("start", "due"),
        [
            ("2026-03-27 16:30", "2026-03-30 07:30"),  # Friday CET, Monday CEST
            ("2026-10-23 15:30", "2026-10-26 08:30"),  # Friday CEST, Monday CET
        ],
    )
    def test_opening_is_by_the_clock_on_the_wall(self, start: str, due: str) -> None:
        assert calendar("Europe/Berlin", "09:00-18:00").add_minutes(utc(start), 60) == utc(due)

    def test_a_zone_that_changed_its_offset(self) -> None:
        almaty = calendar("Asia/Almaty", "09:00-18:00")
        assert almaty.add_minutes(utc("2024-02-29 11:30"), 60) == utc("2024-03-01 04:30")

    @pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 1), ("2026-10-25", 3)])
    def test_a_shift_over_the_change_is_as_long_as_it_is(self, day: str, hours: int) -> None:
        night = calendar("Europe/Berlin", "01:00-03:00", days=("sun",))
        start = utc(f"{day} 00:00") - timedelta(hours=4)
        assert night.time_between(start, start + timedelta(hours=12)) == timedelta(hours=hours)

    @pytest.mark.parametrize("interval", ["01:00-02:30", "02:30-04:00"])
    def test_edges_in_a_skipped_hour_are_at_the_skip(self, interval: str) -> None:
        start = utc("2026-03-28 22:00")
        shift = calendar("Europe/Berlin", interval, days=("sun",))
        assert shift.time_between(start, start + timedelta(hours=12)) == timedelta(hours=1)

    def test_edges_in_a_repeated_hour_are_at_its_first_time(self) -> None:
        split = calendar("Europe/Berlin", "01:00-02:30", "02:30-04:00", days=("sun",))
        start = utc("2026-10-24 20:00")
        assert split.time_between(start, start + timedelta(hours=12)) == timedelta(hours=4)
        first = calendar("Europe/Berlin", "01:00-02:30", days=("sun",))
        assert first.time_between(start, start + timedelta(hours=12)) == timedelta(minutes=90)

    def test_a_day_that_never_was(self) -> None:
        apia = calendar("Pacific/Apia", "09:00-17:00", days=WEEKDAYS)  # Samoa skipped 30 December 2011
        assert apia.add_minutes(utc("2011-12-30 03:00"), 60) == utc("2011-12-30 20:00")

    def test_the_machines_own_zone_files_are_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "Europe").mkdir()
        utc_data = resources.files("tzdata").joinpath("zoneinfo", "UTC").read_bytes()
        (tmp_path / "Europe" / "Moscow").write_bytes(utc_data)
        zoneinfo.reset_tzpath(to=[tmp_path])
        try:
            assert zoneinfo.ZoneInfo.no_cache("Europe/Moscow").utcoffset(NOON) == timedelta(0), "the trap works"
            zoneinfo.ZoneInfo.clear_cache()
            zone.cache_clear()
            assert zone("Europe/Moscow").utcoffset(NOON) == timedelta(hours=3)
        finally:
            zoneinfo.reset_tzpath()

    def test_an_unknown_zone_is_an_error_and_never_a_path(self) -> None:
        for name in ("Mars/Olympus", "../zones", "/etc/localtime", ""):
            with pytest.raises(KeyError):
                zone(name)


class TestMeasuring:
    OFFICE = calendar("UTC", "09:00-18:00")

    def test_counts_open_time_only(self) -> None:
        assert self.OFFICE.time_between(utc("2026-11-27 17:00"), utc("2026-11-30 10:00")) == timedelta(hours=2)

    def test_is_nothing_backwards(self) -> None:
        assert self.OFFICE.time_between(utc("2026-11-27 12:00"), utc("2026-11-27 11:00")) == timedelta(0)

    def test_whole_seconds_for_reports(self) -> None:
        assert self.OFFICE.business_seconds_between(utc("2026-11-27 12:00"), utc("2026-11-27 12:00:59.999")) == 59


# Properties, for calendars of every kind.

EDGES = st.lists(st.integers(0, 47), min_size=2, max_size=6, unique=True).map(sorted)  # half hours


@st.composite
def any_hours(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = draw(EDGES)
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    return tuple((begins * 30, ends * 30) for begins, ends in pairs)


@st.composite
def any_calendar(draw: st.DrawFn) -> Calendar:
    week = draw(st.lists(st.one_of(st.just(()), any_hours()), min_size=7, max_size=7).filter(any))
    days = st.dates(date(2026, 3, 20), date(2026, 4, 10))
    return Calendar(
        draw(st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Chatham"])),
        tuple(week),
        draw(st.frozensets(days, max_size=3)),
        draw(st.dictionaries(days, any_hours(), max_size=2)),
    )


ANY_TIME = st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 10), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
ANY_SPAN = st.timedeltas(timedelta(microseconds=1), timedelta(days=5))


@given(any_calendar(), ANY_TIME, ANY_SPAN)
def test_adding_then_measuring_is_the_identity(some: Calendar, start: datetime, span: timedelta) -> None:
    assert some.time_between(start, some.add(start, span)) == span


@given(any_calendar(), ANY_TIME, ANY_SPAN)
def test_adding_gives_the_first_instant_by_which_the_time_has_passed(
    some: Calendar, start: datetime, span: timedelta
) -> None:
    assert some.time_between(start, some.add(start, span) - timedelta(microseconds=1)) < span


@given(any_calendar(), ANY_TIME, ANY_SPAN, ANY_SPAN)
def test_adding_in_two_parts_is_adding_once(some: Calendar, start: datetime, one: timedelta, two: timedelta) -> None:
    assert some.add(some.add(start, one), two) == some.add(start, one + two)


@given(any_calendar(), st.lists(ANY_TIME, min_size=3, max_size=3).map(sorted))
def test_measuring_in_two_parts_is_measuring_once(some: Calendar, times: list[datetime]) -> None:
    first, middle, last = times
    assert some.time_between(first, middle) + some.time_between(middle, last) == some.time_between(first, last)


@given(any_calendar(), ANY_TIME, st.integers(1, 72))
def test_open_is_when_the_clock_on_the_wall_says_so(some: Calendar, start: datetime, hours: int) -> None:
    """Measured against looking at the clock every minute. Where an hour comes twice the rule differs: its first time
    counts."""
    assume(some.timezone != "Pacific/Chatham")
    start = start.replace(second=0, microsecond=0)
    minutes = [start + timedelta(minutes=n) for n in range(hours * 60)]
    walls = [minute.astimezone(zone(some.timezone)) for minute in minutes]
    is_open = [any(b <= w.hour * 60 + w.minute < e for b, e in some.hours_on(w.date())) for w in walls]
    assert some.time_between(start, start + timedelta(hours=hours)) == timedelta(minutes=sum(is_open))


@given(any_calendar(), ANY_TIME, ANY_SPAN, st.integers(-12, 14))
def test_it_does_not_matter_in_which_zone_an_instant_is_written(
    some: Calendar, start: datetime, span: timedelta, offset: int
) -> None:
    elsewhere = start.astimezone(timezone(timedelta(hours=offset)))
    assert some.add(elsewhere, span) == some.add(start, span)
