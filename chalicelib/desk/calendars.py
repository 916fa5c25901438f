"""Working time: when a team is there, and how to count in it. Rules: "Calendar arithmetic" of the service levels.

A calendar turns each local day into windows of open time in UTC; everything else is adding and subtracting those. All
arithmetic is in ``timedelta``, which counts whole microseconds: nothing is ever rounded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from chalicelib.desk.zones import zone

# Intervals of one day in minutes after its midnight. One that goes over midnight ends after minute 1440.
Hours = tuple[tuple[int, int], ...]
Window = tuple[datetime, datetime]

DAY_MINUTES = 24 * 60
ZERO = timedelta(0)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """``hours`` are those of Monday to Sunday. A day in ``working_days`` has the hours given there, whatever else it
    is; a day off, or a public holiday of ``country`` (ISO 3166, two letters), has none. A night shift belongs to the
    day on which it begins: a day off does not cut the shift of the evening before.

    Intervals are taken to be checked (``calendar_documents`` does): they do not overlap, and every year has open time.
    """

    timezone: str
    hours: tuple[Hours, ...]
    days_off: frozenset[date] = frozenset()
    working_days: Mapping[date, Hours] = field(default_factory=dict)
    country: str | None = None
    _windows: dict[int, tuple[Window, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def add_minutes(self, start: datetime, minutes: int) -> datetime:
        """When ``minutes`` of open time after ``start`` are over. See ``add``."""
        return self.add(start, timedelta(minutes=minutes))

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        """The first instant by which ``open_time`` has passed since ``start``. A span that ends exactly at closing ends
        there, not at the next opening; a span of nothing ends where it starts."""
        left = open_time
        if left <= ZERO:
            return start
        for opens, closes in self._windows_from(start):
            opens = max(opens, start)
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise AssertionError("every calendar has open time in every year")

    def time_between(self, start: datetime, end: datetime) -> timedelta:
        """Open time between two instants; nothing when ``end`` is not later than ``start``."""
        return sum((closes - opens for opens, closes in self.windows_between(start, end)), ZERO)

    def windows_between(self, start: datetime, end: datetime) -> Iterator[Window]:
        """Open time between two instants, piece by piece, in order."""
        if end <= start:
            return
        for opens, closes in self._windows_from(start):
            if opens >= end:
                return
            yield max(opens, start), min(closes, end)

    def business_seconds_between(self, start: datetime, end: datetime) -> int:
        """``time_between`` in whole seconds, what is left over dropped: for reports."""
        return self.time_between(start, end) // timedelta(seconds=1)

    def hours_on(self, day: date) -> Hours:
        """The intervals that begin on local ``day``."""
        if day in self.working_days:
            return self.working_days[day]
        if day in self.days_off or (self.country and day in public_holidays(self.country, day.year)):
            return ()
        return self.hours[day.weekday()]

    def _windows_from(self, start: datetime) -> Iterator[Window]:
        """Windows that end after ``start``, in order, without end. A local date is at most a day away from the UTC
        date, and a night shift may have begun the day before."""
        day = start.toordinal() - 2
        while True:
            windows = self._windows.get(day)
            if windows is None:
                windows = self._windows[day] = self._windows_of(date.fromordinal(day))
            for window in windows:
                if window[1] > start:
                    yield window
            day += 1

    def _windows_of(self, day: date) -> tuple[Window, ...]:
        local_zone = zone(self.timezone)
        midnight = datetime.combine(day, time())
        edges = (
            tuple(_first_shown(midnight + timedelta(minutes=minute), local_zone) for minute in interval)
            for interval in self.hours_on(day)
        )
        return tuple((opens, closes) for opens, closes in edges if opens < closes)


def _first_shown(wall: datetime, local_zone: ZoneInfo) -> datetime:
    """The first instant at which the clock on the wall shows ``wall`` or later. An hour that comes twice counts from
    its first time; for an hour that is skipped it is the instant of the skip, so that edges never change their
    order."""
    # PEP 495: fold 0 takes the offset before a change of clocks, fold 1 the one after it. They differ around a change
    # only. If fold 1 is the earlier, the hour is skipped and the skip lies in between; if it is the later, the hour
    # comes twice.
    late = wall.replace(tzinfo=local_zone, fold=0).astimezone(UTC)
    early = wall.replace(tzinfo=local_zone, fold=1).astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // timedelta(seconds=2) * timedelta(seconds=1)
        if middle.astimezone(local_zone).replace(tzinfo=None) < wall:
            early = middle
        else:
            late = middle
    return late


@cache
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Public holidays of ``country`` in ``year``."""
    import holidays  # a tenth of a second to import: only for calendars that name a country

    return frozenset(holidays.country_holidays(country, years=year))


ALWAYS = Calendar("UTC", (((0, DAY_MINUTES),),) * 7)
