"""What somebody under stress has said of an announcement so far, and what they are asked next: one tap each.

    an outage:    what ─▶ how bad ─▶ does the product work ─▶ which parts ─▶ when fixed ────────────▶ preview
    planned work: what ─▶ how bad ─▶ does the product work ─▶ which parts ─▶ when ─▶ for how long ──▶ preview
    a novelty:    what ─────────────────────────────────────▶ which parts ─▶ when ──────────────────▶ preview

    preview ──go──▶ announced, once
            ──drop▶ forgotten

What is next of something that was announced (``outage_id``) is asked less: only what that changes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.desk.announcements import ENDS, Kind, Level, Override, Refused, State, channels
from chalicelib.desk.messages import Author
from chalicelib.desk.outage_life import MOST_AHEAD, Declaration, Update
from chalicelib.desk.outages import LANGUAGES, LIVES, Outage

LONGEST_TITLE, LONGEST_TEXT = 120, 1500  # with its heading it stays below what a messenger takes in one message
FLAPS_WITHIN = timedelta(minutes=5)
KEPT_FOR = timedelta(hours=6)
MINUTES = (30, 60, 120, 240)  # to choose from when asked how long; 0: nobody knows
MOMENTS: Mapping[Kind, tuple[tuple[int, str], ...]] = {
    Kind.MAINTENANCE: ((0, "06:00"), (0, "22:00"), (1, "06:00"), (1, "22:00")),
    Kind.NOVELTY: ((1, "10:00"), (7, "10:00"), (14, "10:00")),
}
"""To choose from when asked when it begins: in so many days, at this hour of the desk's zone."""


class Step(StrEnum):
    LEVEL = "level"
    IN_APP = "in_app"
    PARTS = "parts"
    BEGINS = "begins"
    EXPECTED = "expected"
    WORDS = "words"
    REASON = "reason"
    PREVIEW = "preview"


_ASKED: Mapping[Kind, tuple[Step, ...]] = {
    Kind.OUTAGE: (Step.LEVEL, Step.IN_APP, Step.PARTS, Step.EXPECTED),
    Kind.MAINTENANCE: (Step.LEVEL, Step.IN_APP, Step.PARTS, Step.BEGINS, Step.EXPECTED),
    Kind.NOVELTY: (Step.PARTS, Step.BEGINS),
}


@dataclass(frozen=True)
class OutageDraft:
    """``by`` is the announcer, ``place`` where they are asked: each has one draft there. ``text`` is their own words in both
    languages, if they gave any. ``parts_from``: the first of the parts that are shown to choose from. ``minutes`` are how long
    it will last, ``until`` the same as somebody wrote it. ``override`` is why it does not go by the rule of the channels.
    ``before`` is the state of the outage whose next announcement this is; ``corrects`` says that what was announced last was
    wrong, directly if it ``went_directly``. ``announced`` is the outage that came of it."""

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
    kind: Kind = Kind.OUTAGE
    rehearsal: bool = False
    starts_at: datetime | None = None
    until: datetime | None = None
    override: str = ""
    before: State | None = None
    corrects: bool = False
    went_directly: bool = False
    parts_from: int = 0

    def step(self, components: Collection[str]) -> Step:
        """What to ask next; ``components`` are those there are."""
        known = {
            Step.LEVEL: self.level is not None,
            Step.IN_APP: self.in_app is not None,
            Step.PARTS: self.parts_known or not components,
            Step.BEGINS: self.starts_at is not None or self.state is State.IN_PROGRESS,
            Step.EXPECTED: self.minutes is not None or self.until is not None,
            Step.WORDS: self.text is not None,
            Step.REASON: bool(self.reason),
        }
        return next((step for step in self._asked() if not known[step]), Step.PREVIEW)

    def _asked(self) -> tuple[Step, ...]:
        if self.corrects:
            return (Step.WORDS,)
        if not self.outage_id:
            return _ASKED[self.kind]
        if self.state in ENDS or (self.state is State.MONITORING and self.before is not State.MONITORING):
            return ()
        when = tuple(step for step in _ASKED[self.kind] if step in (Step.BEGINS, Step.EXPECTED))
        return (Step.REASON, *when) if self._goes_back else when

    @property
    def _goes_back(self) -> bool:
        """Somebody tapped what was next of an earlier state."""
        life = LIVES[self.kind]
        return bool(self.state and self.before) and life.index(self.state) < life.index(self.before)

    @property
    def stage(self) -> str:
        """Which words fit: those of its state, or that it takes place at another time, or not at all."""
        if self.before is State.SCHEDULED and self.state in ENDS:
            return "called_off"
        if self.before and self.state is self.before:
            return "moved"
        return self.state or self.before or LIVES[self.kind][0]

    @property
    def goes_directly(self) -> bool:
        by_rule = channels(self.kind, self.level or Level.RED, in_app=self.in_app is not False).direct
        return (self.went_directly if self.corrects else by_rule) != bool(self.override)

    def toggled(self, component: str) -> "OutageDraft":
        kept = tuple(each for each in self.components if each != component)
        return replace(self, components=kept if component in self.components else (*self.components, component))

    def beginning(self, at: datetime, now: datetime) -> "OutageDraft":
        """:raises Refused: it does not begin at an hour of its own, or not at this one."""
        if Step.BEGINS not in self._asked():
            raise Refused("draft_has_begun")
        _check_ahead(at, now)
        if self.until and self.until <= at:
            raise Refused("draft_ends_first")
        return replace(self, starts_at=at, state=State.SCHEDULED)

    def ending(self, at: datetime, now: datetime) -> "OutageDraft":
        """:raises Refused: it is no question here, or not at this hour."""
        if self.corrects or self.state in ENDS:
            raise Refused("draft_without_end")
        _check_ahead(at, now)
        if self.starts_at and at <= self.starts_at:
            raise Refused("draft_ends_first")
        return replace(self, until=at, minutes=None)

    def overridden(self, reason: str) -> "OutageDraft":
        """:raises Refused: the end goes where the news went."""
        if self.state in ENDS:
            raise Refused("override_of_the_end")
        return replace(self, override=reason)

    def explained(self, reason: str) -> "OutageDraft":
        """:raises Refused: it does not go back, so there is nothing to give a reason for."""
        if not self._goes_back:
            raise Refused("draft_does_not_go_back")
        return replace(self, reason=reason)

    def still_true(self, components: Collection[str], now: datetime) -> "OutageDraft":
        """Without what is true no more: hours that have passed while it lay there, parts that are gone."""
        draft = self
        if draft.starts_at and draft.starts_at <= now:
            draft = replace(draft, starts_at=None, state=State.SCHEDULED if draft.outage_id else None)
        if draft.until and draft.until <= now:
            draft = replace(draft, until=None)
        if not draft.outage_id and not set(draft.components) <= set(components):
            left = tuple(each for each in draft.components if each in components)
            draft = replace(draft, components=left, parts_known=False)
        return draft

    def expected_at(self, now: datetime) -> datetime | None:
        return self.until or ((self.starts_at or now) + timedelta(minutes=self.minutes) if self.minutes else None)

    def declaration(self, text: Mapping[str, str], begin_with: Mapping[str, str] | None, now: datetime) -> Declaration:
        return Declaration(
            title=self.title,
            kind=self.kind,
            level=self.level or (Level.GREEN if self.kind is Kind.NOVELTY else Level.RED),
            text=text,
            components=self.components,
            in_app=self.in_app is not False,
            state=self.state,
            starts_at=self.starts_at,
            expected_at=self.expected_at(now),
            begin_with=begin_with,
            override=self._override,
            rehearsal=self.rehearsal,
        )

    def update(self, text: Mapping[str, str], now: datetime) -> Update:
        expected_at = self.expected_at(now)
        is_expected_known = self.minutes is not None or self.until is not None
        changes = {
            **({"state": self.state} if self.state else {}),
            **({"starts_at": self.starts_at} if self.starts_at else {}),
            **({"expected_at": expected_at} if is_expected_known else {}),
            **({"level": self.level, "in_app": self.in_app} if self.before in ENDS else {}),  # as bad as it is now
        }
        return Update(text, changes, self.reason, self._override, corrects=self.corrects)

    @property
    def _override(self) -> Override | None:
        return Override(direct=self.goes_directly, reason=self.override) if self.override else None


def words_in(words: str) -> tuple[str, Mapping[str, str] | None]:
    """What was written after the command: the title and, on two more lines, the text in Russian and in English."""
    title, *rest = [line.strip() for line in words.splitlines() if line.strip()] or [""]
    return title, texts_in(rest)


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


def _check_ahead(at: datetime, now: datetime) -> None:
    if at <= now:
        raise Refused("time_has_passed")
    if at > now + MOST_AHEAD:
        raise Refused("time_too_far", days=MOST_AHEAD.days)
