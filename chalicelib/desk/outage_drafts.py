"""What somebody under stress has said of an outage so far, and what they are asked next: one tap each, in the emergency group.

    what ──▶ how bad ──▶ does the product work ──▶ which parts ──▶ when fixed ──▶ preview ──go──▶ announced, once
                                                                                     └──drop──▶ forgotten

What is next of an outage that goes on (``outage_id``) is asked less: when it will be fixed, if that is still open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.desk.announcements import ENDS, Kind, Level, State
from chalicelib.desk.messages import Author
from chalicelib.desk.outages import LANGUAGES, Declaration, Outage, Update

LONGEST_TITLE, LONGEST_TEXT = 120, 1500  # with its heading it stays below what a messenger takes in one message
FLAPS_WITHIN = timedelta(minutes=5)
KEPT_FOR = timedelta(hours=6)
MINUTES = (30, 60, 120, 240)  # to choose from when asked when it will be fixed; 0: nobody knows


class Step(StrEnum):
    LEVEL = "level"
    IN_APP = "in_app"
    PARTS = "parts"
    EXPECTED = "expected"
    PREVIEW = "preview"


@dataclass(frozen=True)
class OutageDraft:
    """``by`` is the announcer, ``place`` where they are asked: each has one draft there. ``text`` is their own words in both
    languages, if they gave any. ``announced`` is the outage that came of it."""

    id: str
    place: str
    by: Author
    title: str
    at: datetime
    text: Mapping[str, str] | None = None
    level: Level | None = None
    in_app: bool | None = None
    components: tuple[str, ...] = ()
    parts_known: bool = False
    minutes: int | None = None
    outage_id: str = ""
    state: State | None = None
    reason: str = ""
    announced: str = ""
    version: int = 0

    def step(self, components: Iterable[str]) -> Step:
        """What to ask next; ``components`` are those there are."""
        if self.outage_id:
            is_open = self.minutes is None and self.state not in (*ENDS, State.MONITORING)
            return Step.EXPECTED if is_open else Step.PREVIEW
        if self.level is None:
            return Step.LEVEL
        if self.in_app is None:
            return Step.IN_APP
        if not self.parts_known and any(components):
            return Step.PARTS
        return Step.EXPECTED if self.minutes is None else Step.PREVIEW

    def toggled(self, component: str) -> "OutageDraft":
        kept = tuple(each for each in self.components if each != component)
        return replace(self, components=kept if component in self.components else (*self.components, component))

    def expected_at(self, now: datetime) -> datetime | None:
        return now + timedelta(minutes=self.minutes) if self.minutes else None

    def declaration(self, text: Mapping[str, str], now: datetime) -> Declaration:
        return Declaration(
            title=self.title,
            kind=Kind.OUTAGE,
            level=self.level or Level.RED,
            text=text,
            components=self.components,
            in_app=self.in_app is not False,
            expected_at=self.expected_at(now),
        )

    def update(self, text: Mapping[str, str], now: datetime) -> Update:
        expected = {"expected_at": self.expected_at(now)} if self.minutes is not None else {}
        return Update(text, {"state": self.state, **expected}, self.reason)


def words_in(words: str) -> tuple[str, Mapping[str, str] | None]:
    """What was written after the command: the title and, on two more lines, the text in Russian and in English."""
    title, *rest = [line.strip() for line in words.splitlines() if line.strip()] or [""]
    return title[:LONGEST_TITLE], texts_in(rest)


def texts_in(lines: Iterable[str]) -> Mapping[str, str] | None:
    """The text in each language, a line each; None when that is not what the lines are."""
    found = [line.strip()[:LONGEST_TEXT] for line in lines if line.strip()]
    return dict(zip(LANGUAGES, found, strict=True)) if len(found) == len(LANGUAGES) else None


def flapping(recent: Iterable[Outage], title: str, components: Iterable[str], now: datetime) -> Outage | None:
    """The outage that ended moments ago and is back, it seems: of the same parts, or of the same name."""
    wanted = set(components)
    for outage in recent:
        is_fresh = outage.ended_at is not None and now - outage.ended_at <= FLAPS_WITHIN
        is_same = wanted & set(outage.components) or outage.title.casefold() == title.casefold()
        if outage.kind is Kind.OUTAGE and not outage.rehearsal and is_fresh and is_same:
            return outage
    return None
