"""Whom an announcement will go to: counted before the second person lets it go, so that nothing is found out after.

    at once ──everybody was looked at──▶ the count is whole
       └──there are more──▶ a stretch for each part of everybody that is left
                               │  ▲
                               ├──┘ a page: its people and the cursor after it, in one write
                               └──▶ the last page: the stretch joins the count and is gone, in one write
    the last stretch has joined ──▶ the count is whole, and the team is told, in that same write

So no page is counted twice and nothing is told twice, whatever dies or is repeated.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.desk.audience import ALL_PARTS, Part

STANDS_STILL_AFTER = timedelta(seconds=45)  # a page takes a second or two


@dataclass(frozen=True)
class People:
    """How many an announcement goes to; ``by_messenger``: where they were heard last. ``silent`` of them can be written to
    there only as one of so many people a day."""

    people: int = 0
    by_messenger: Mapping[str, int] = field(default_factory=dict)
    silent: int = 0

    def __add__(self, other: "People") -> "People":
        messengers = dict(Counter(self.by_messenger) + Counter(other.by_messenger))
        return People(self.people + other.people, messengers, self.silent + other.silent)


@dataclass(frozen=True)
class Stretch:
    """A part of everybody that is not counted to its end: who was found so far, and the ``cursor`` where the next page begins,
    None at the end. ``wake_at`` is when the minute's check wakes it, because nobody got further since."""

    outage_id: str
    n: int
    part: Part
    wake_at: datetime
    found: People = People()
    cursor: str | None = ""
    version: int = 0

    def advanced(self, found: People, cursor: str | None, now: datetime) -> "Stretch":
        return replace(self, found=self.found + found, cursor=cursor, wake_at=now + STANDS_STILL_AFTER)

    def handed_on(self, now: datetime) -> "Stretch":
        """The counter's time is over: the next minute's check wakes another."""
        return replace(self, wake_at=now)


@dataclass(frozen=True)
class Count:
    """Of an announcement: what is counted to its end, and how many stretches are still to join it."""

    outage_id: str
    n: int
    found: People = People()
    stretches_left: int = 0
    version: int = 0

    def joined(self, stretch: Stretch) -> "Count":
        return replace(self, found=self.found + stretch.found, stretches_left=self.stretches_left - 1)


@dataclass(frozen=True)
class Census:
    """All that is known by now. What was read while a stretch joined may have it twice or not at all; the count alone tells
    whether it is whole."""

    count: Count
    stretches: tuple[Stretch, ...] = ()

    @property
    def whole(self) -> bool:
        return self.count.stretches_left == 0

    @property
    def found(self) -> People:
        return self.count.found if self.whole else sum((each.found for each in self.stretches), self.count.found)


@dataclass(frozen=True)
class Forecast:
    """``by_messenger``: where they were heard last. ``whole`` is false while not everybody has been counted: each figure is
    then the least. ``outside_windows``: how many more people WhatsApp lets us write to today who have been silent for a day;
    null for no limit, and then nobody counts the ``silent``."""

    people: int
    by_messenger: dict[str, int]
    whole: bool
    outside_windows: int | None
    silent: int | None

    @property
    def is_beyond_tier(self) -> bool:
        return self.outside_windows is not None and (self.silent or 0) > self.outside_windows


def stretches(outage_id: str, n: int, now: datetime) -> list[Stretch]:
    """Everybody, VIPs first, when nobody is counted yet."""
    return [Stretch(outage_id, n, part, now + STANDS_STILL_AFTER) for part in ALL_PARTS]


def census(outage_id: str, n: int, looked_at: Iterable[Stretch]) -> Census:
    """What was found at once, and what is left to be counted."""
    count, left = Count(outage_id, n), list[Stretch]()
    for stretch in looked_at:
        if stretch.cursor is None:
            count = replace(count, found=count.found + stretch.found)
        else:
            left.append(stretch)
    return Census(replace(count, stretches_left=len(left)), tuple(left))


def forecast(known: Census, outside_windows: int | None) -> Forecast:
    found = known.found
    silent = None if outside_windows is None else found.silent
    return Forecast(found.people, dict(found.by_messenger), known.whole, outside_windows, silent)
