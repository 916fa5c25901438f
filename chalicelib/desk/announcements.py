"""Announcements: what was said about an outage, through which channels, and the second person for direct messages.

An announcement is immutable; only its approval is added to it. A change of the text is another announcement, which makes
approving the one before it void.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.desk.messages import Author

APPROVAL_VALID_FOR = timedelta(hours=1)


class Kind(StrEnum):
    OUTAGE = "outage"
    MAINTENANCE = "maintenance"
    NOVELTY = "novelty"


class Level(StrEnum):
    """How bad it is. The order of the members is the order of lists: worst first."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


class State(StrEnum):
    """Stages of an outage's life; ``outages.LIVES`` has their order."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


ENDS = frozenset((State.RESOLVED, State.COMPLETED))


class Refused(Exception):  # noqa: N818 - it names what happened, not an error class
    """The rules do not allow it; ``reason`` is a key of the texts, which say what to do instead."""

    def __init__(self, reason: str, **fields: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fields = fields


class Forbidden(Refused):
    """It is this person who may not; somebody else may."""


@dataclass(frozen=True)
class Channels:
    """Where an announcement goes beside the banner and the status page, which show every one at once."""

    emergency: bool
    direct: bool


@dataclass(frozen=True)
class Override:
    """A manager decides whether clients are written to directly, whatever the rule says; the reason is kept."""

    direct: bool
    reason: str


def channels(kind: Kind, level: Level, *, in_app: bool, override: Override | None = None) -> Channels:
    """Outages and maintenance go to the emergency channel, silently when green; direct messages are only for what is
    serious, and only when the product itself cannot show the banner (product line 19)."""
    direct = override.direct if override else level is Level.RED and not in_app
    return Channels(emergency=kind is not Kind.NOVELTY, direct=direct)


@dataclass(frozen=True)
class Announcement:
    """Text, state, level and times as they were. ``text`` is by language (``ru`` and ``en``, both there).

    ``called_off``: what was planned will not take place. ``reason`` says why the outage went back to an earlier state,
    ``override`` why it does not go by the rule. Direct
    messages leave once ``approved_at`` is there: it is the decision that the report counts seconds from. The end of what was
    approved needs no approval of its own: it goes only to those who were told, and good news does not wait for a second
    person at night.
    """

    outage_id: str
    n: int
    at: datetime
    state: State
    level: Level
    text: dict[str, str]
    author: Author
    channels: Channels
    starts_at: datetime | None = None
    expected_at: datetime | None = None
    reason: str = ""
    override: Override | None = None
    approver: Author | None = None
    approved_at: datetime | None = None
    version: int = 0
    called_off: bool = False

    @property
    def stage(self) -> str:
        """What it is called: its state, unless the end came before the beginning."""
        return "called_off" if self.called_off else self.state

    @property
    def ends(self) -> bool:
        return self.state in ENDS

    @property
    def awaits_approval(self) -> bool:
        return self.channels.direct and self.approved_at is None

    def is_too_late(self, now: datetime) -> bool:
        """Whether its hour is over: nobody may approve it any more."""
        return self.awaits_approval and now - self.at > APPROVAL_VALID_FOR


@dataclass(frozen=True)
class Publication:
    """An announcement on its way to the topic. Its direct messages are handed over apart, when they are let go."""

    outage_id: str
    n: int
    emergency: bool


def approved(announcement: Announcement, newest: int, approver: Author, now: datetime) -> Announcement:
    """The announcement with the second person's consent. Approving once more changes nothing.

    :raises Refused: when it goes to nobody directly, a newer one has replaced it, or its hour is over.
    :raises Forbidden: when the author approves their own.
    """
    if not announcement.channels.direct:
        raise Refused("nothing_to_approve")
    if announcement.author.id == approver.id:
        raise Forbidden("own_announcement")
    if announcement.approved_at is not None:
        return announcement
    if announcement.n != newest:
        raise Refused("newer_announcement", n=newest)
    if announcement.is_too_late(now):
        raise Refused("approval_too_late")
    return replace(announcement, approver=approver, approved_at=now)
