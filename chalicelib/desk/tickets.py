"""A ticket: what is known of it, and what can be asked of it. ``ticket_life`` has what happens to it; nothing is forgotten.

    open ──wait──▶ waiting ──client writes, resume──▶ open
      │                │
      └──── close ─────┴──▶ closed ──client writes within the window, reopen──▶ open

Verdicts and deadlines are not stored decisions: they follow from ``events`` (see ``service_levels``). ``ticket_deadlines``
works out what lists and the minute's check look tickets up by.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.desk.calendars import Calendar
from chalicelib.desk.clients import Identity, Tier
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import Author
from chalicelib.desk.policies import Metric, Policy
from chalicelib.desk.service_level_events import REPLIES, in_order
from chalicelib.desk.service_levels import Event, EventType, Timeline, timeline
from chalicelib.desk.staff import Role


class Status(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class Closing(StrEnum):
    """Why a ticket was closed: what was no contact with us, nobody is asked about."""

    SOLVED = "solved"
    SPAM = "spam"
    MERGED = "merged"
    OUTAGE = "outage"  # the outage that it was about is over


class Feedback(StrEnum):
    """What the team heard in what the client wrote."""

    COMPLAINT = "complaint"
    PRAISE = "praise"


class NotAllowed(Exception):  # noqa: N818 - it names what happened, not an error class
    """The ticket's state does not allow the action; ``reason`` is a key of the texts."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Owner:
    role: Role
    staff_id: str
    name: str


@dataclass(frozen=True)
class Change:
    """One line of a ticket's history: who did what, when; ``note`` is what came of it, where something did."""

    at: datetime
    action: str
    by: Author
    note: str = ""


@dataclass(frozen=True)
class Marked:
    """Who of the team heard it, and when they said so."""

    feedback: Feedback
    at: datetime
    by: Author


@dataclass(frozen=True)
class Due:
    metric: Metric
    at: datetime


@dataclass(frozen=True)
class Told:
    """A step of a ladder that has been told. Its cycle is known by when it began, since messages that come late and replies
    that fail change how many there were before it."""

    metric: Metric
    began_at: datetime
    step: str


@dataclass(frozen=True)
class Held:
    """What the team wrote while the messenger let us write nothing: it can go when the client writes again."""

    message_id: str
    text: str  # how it begins


@dataclass(frozen=True)
class Ticket:
    """``clock`` orders what leaves because of this ticket (milliseconds, only forward). ``fired`` names the steps of
    ladders that have been told. ``heard_at`` is the time of the client's newest message, whatever it was. ``look_at``
    is when the minute's check has to look next, ``next_due`` the nearest deadline that is still running. ``closing_at``: then
    it closes by itself, if the client stays silent."""

    id: str
    client_id: str
    client_name: str
    tier: Tier
    identity: Identity
    opened_at: datetime
    policy: Policy
    status: Status = Status.OPEN
    owner: Owner | None = None
    closed_at: datetime | None = None
    closed_as: Closing = Closing.SOLVED
    grade: int | None = None  # the client's, 1 to 5
    invitation: str | None = None  # to give it: the newest
    own_targets: dict[str, int] = field(default_factory=dict)  # of the client, that it is served by
    events: tuple[Event, ...] = ()
    history: tuple[Change, ...] = ()
    fired: tuple[Told, ...] = ()
    clock: int = 0
    heard_at: datetime | None = None
    held: tuple[Held, ...] = ()
    look_at: datetime | None = None
    next_due: Due | None = None
    previous: str | None = None
    outage: str | None = None
    themes: tuple[str, ...] = ()
    marked: Marked | None = None
    closing_at: datetime | None = None
    version: int = 0

    def timeline(self, calendars: Mapping[str, Calendar], until: datetime) -> Timeline:
        return timeline(self.policy, calendars, self.events, until)

    def ticked(self, now: datetime) -> "Ticket":
        """Move the clock on: at least by one, and never behind the wall clock."""
        return replace(self, clock=max(milliseconds(now), self.clock + 1))


def reopens(ticket: Ticket, at: datetime, window: timedelta) -> bool:
    """Whether a client's message at ``at`` belongs to this ticket: it is not closed, or not for longer than ``window``."""
    return ticket.closed_at is None or at - ticket.closed_at <= window


def first_question(ticket: Ticket) -> str | None:
    """The id of the message that it began with; None when the team began it."""
    asked = (event for event in ticket.events if event.type is EventType.CLIENT_MESSAGE)
    first = min(asked, key=in_order, default=None)
    return first.id if first else None


def is_window_closed(ticket: Ticket, window: timedelta | None, now: datetime) -> bool:
    """Whether the messenger would refuse an answer now, since the client has been silent for longer than ``window``."""
    return window is not None and (ticket.heard_at is None or now - ticket.heard_at >= window)


def is_urgent(ticket: Ticket) -> bool:
    """Whether the team is told with a sound at any hour."""
    return ticket.tier is Tier.VIP


def is_in_queue(ticket: Ticket) -> bool:
    """Whether it asks something of the team now. One that waits for the client does if they are still owed an answer."""
    return ticket.status is Status.OPEN or (ticket.status is Status.WAITING and ticket.next_due is not None)


def is_complaint(ticket: Ticket) -> bool:
    return ticket.marked is not None and ticket.marked.feedback is Feedback.COMPLAINT


def is_vip_since(ticket: Ticket, at: datetime) -> bool:
    """Whether the ticket became a VIP's at that moment."""
    return any((change.at, change.action) == (at, f"tier_{Tier.VIP}") for change in ticket.history)


def promised_until(ticket: Ticket) -> datetime | None:
    """The time that the team's last reply has promised, unless that ended the matter."""
    replies = [event for event in ticket.events if event.type in REPLIES]
    last = max(replies, key=lambda event: event.at, default=None)
    return last.until if last and ticket.status is not Status.CLOSED else None


class CallbackResult(StrEnum):
    """What came of a call-back."""

    TALKED = "talked"
    WROTE = "wrote"  # nobody picked up, so the client was written to
    DECLINED = "declined"  # the client would rather not talk


def is_callback_owed(ticket: Ticket) -> bool:
    asked = [event.type for event in ticket.events if event.type in (EventType.LOW_GRADE, EventType.CALLBACK_DONE)]
    return asked[-1:] == [EventType.LOW_GRADE]
