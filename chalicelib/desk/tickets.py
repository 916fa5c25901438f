"""A ticket: what happened to it, and what that makes of it. Every change returns a new ticket; nothing is forgotten.

    open ──wait──▶ waiting ──client writes, resume──▶ open
      │                │
      └──── close ─────┴──▶ closed ──client writes within the window, reopen──▶ open

Verdicts and deadlines are not stored decisions: they follow from ``events`` (see ``service_levels``). ``reckon`` keeps
what lists and the minute's check look tickets up by.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.desk.calendars import Calendar
from chalicelib.desk.clients import Identity, Tier
from chalicelib.desk.cycles import Escalation
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import Author
from chalicelib.desk.policies import Metric, Policy
from chalicelib.desk.service_level_events import REPLIES, in_order
from chalicelib.desk.service_levels import Event, EventType, Timeline, timeline
from chalicelib.desk.staff import Role

MOST_HELD = 300  # characters
SECOND = timedelta(seconds=1)


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


def client_wrote(ticket: Ticket, at: datetime, event_id: str) -> Ticket:
    """A message that is not a plain thank-you. It ends waiting; on a closed ticket it reopens, unless by its own time it
    lies before the closing (then it only came late)."""
    ticket = replace(ticket, opened_at=min(ticket.opened_at, at))
    if ticket.closed_at is not None and at < ticket.closed_at < at + SECOND and not at.microsecond:
        at = ticket.closed_at + timedelta(
            microseconds=1
        )  # many messengers tell whole seconds; of one, the team's come first
    if ticket.closed_at is not None and at > ticket.closed_at:
        ticket = _became(ticket, Status.OPEN, Event(at=at, type=EventType.REOPENED))
    elif ticket.status is Status.WAITING:
        ticket = replace(ticket, status=Status.OPEN)
    return _happened(replace(ticket, closing_at=None), Event(at=at, type=EventType.CLIENT_MESSAGE, id=event_id))


def reopens(ticket: Ticket, at: datetime, window: timedelta) -> bool:
    """Whether a client's message at ``at`` belongs to this ticket: it is not closed, or not for longer than ``window``."""
    return ticket.closed_at is None or at - ticket.closed_at <= window


def heard(ticket: Ticket, at: datetime) -> Ticket:
    """The client wrote, be it only a thank-you: some messengers let us answer only for so long after that."""
    return replace(ticket, heard_at=max(at, ticket.heard_at or at))


def first_question(ticket: Ticket) -> str | None:
    """The id of the message that it began with; None when the team began it."""
    asked = (event for event in ticket.events if event.type is EventType.CLIENT_MESSAGE)
    first = min(asked, key=in_order, default=None)
    return first.id if first else None


def is_window_closed(ticket: Ticket, window: timedelta | None, now: datetime) -> bool:
    """Whether the messenger would refuse an answer now, since the client has been silent for longer than ``window``."""
    return window is not None and (ticket.heard_at is None or now - ticket.heard_at >= window)


def hold(ticket: Ticket, message_id: str, words: str) -> Ticket:
    """What was written while the messenger takes nothing waits for the client, each thing by itself."""
    return replace(ticket, held=(*ticket.held, Held(message_id, words[:MOST_HELD])))


def released(ticket: Ticket, message_id: str) -> Ticket:
    """It waits no longer: it was sent another way."""
    return replace(ticket, held=tuple(held for held in ticket.held if held.message_id != message_id))


def found_closed(ticket: Ticket, sent_at: datetime) -> Ticket:
    """The messenger says that at ``sent_at`` it was too late to answer, whatever we had counted."""
    is_older = ticket.heard_at is not None and ticket.heard_at <= sent_at
    return replace(ticket, heard_at=None) if is_older else ticket


def staff_replied(ticket: Ticket, at: datetime, event_id: str, by: Author, promised: datetime | None = None) -> Ticket:
    """The team posted a reply, which may have ``promised`` a time (that may have passed when it is sent again); until the
    messenger has taken it, it is on its way."""
    if ticket.status is Status.CLOSED:
        return _noted(ticket, at, "reply", by)
    event = Event(at=at, type=EventType.STAFF_REPLY, id=event_id, on_its_way=True)
    if promised and promised > at:
        event = replace(event, type=EventType.PROMISE, until=promised)
    return _happened(ticket, event)


def reply_accepted(ticket: Ticket, event_id: str) -> Ticket:
    """The messenger took the reply: it counts from the moment it was posted."""
    arrived = (replace(event, on_its_way=False) if event.id == event_id else event for event in ticket.events)
    return replace(ticket, events=tuple(arrived))


def reply_failed(ticket: Ticket, event_id: str, calendars: Mapping[str, Calendar]) -> Ticket:
    """The messenger refused the reply: cycles go on as if it had never been, and what was told of cycles that only it made
    counts for no others. The message itself tells that it failed."""
    after = replace(ticket, events=tuple(event for event in ticket.events if event.id != event_id))
    until = max((event.at for event in ticket.events), default=ticket.opened_at)
    before, line = ticket.timeline(calendars, until), after.timeline(calendars, until)
    began = {(cycle.metric, cycle.started_at) for cycle in line.cycles}
    return replace(after, fired=tuple(told for told in after.fired if (told.metric, _began_at(told, before)) in began))


def is_urgent(ticket: Ticket) -> bool:
    """Whether the team is told with a sound at any hour."""
    return ticket.tier is Tier.VIP


def take(ticket: Ticket, at: datetime, owner: Owner, by: Author) -> Ticket:
    if ticket.status is Status.CLOSED:
        raise NotAllowed("ticket_closed")
    if ticket.owner and ticket.owner.staff_id == owner.staff_id:
        raise NotAllowed("already_yours")
    return _noted(replace(ticket, owner=owner), at, "take", by)


def is_in_queue(ticket: Ticket) -> bool:
    """Whether it asks something of the team now. One that waits for the client does if they are still owed an answer."""
    return ticket.status is Status.OPEN or (ticket.status is Status.WAITING and ticket.next_due is not None)


def take_next(ticket: Ticket, at: datetime, owner: Owner, by: Author) -> Ticket:
    """Take it from the queue: only what is still there, and nobody's."""
    if ticket.owner or not is_in_queue(ticket):
        raise NotAllowed("taken_already")
    return take(ticket, at, owner, by)


def wait(ticket: Ticket, at: datetime, by: Author) -> Ticket:
    if ticket.status is not Status.OPEN:
        raise NotAllowed("ticket_closed" if ticket.status is Status.CLOSED else "already_waiting")
    return _noted(_became(ticket, Status.WAITING, Event(at=at, type=EventType.WAITING)), at, "wait", by)


def resume(ticket: Ticket, at: datetime, by: Author) -> Ticket:
    if ticket.status is not Status.WAITING:
        raise NotAllowed("not_waiting")
    return _noted(_became(ticket, Status.OPEN, Event(at=at, type=EventType.RESUMED)), at, "resume", by)


def close(ticket: Ticket, at: datetime, by: Author, why: Closing = Closing.SOLVED) -> Ticket:
    if ticket.status is Status.CLOSED:
        raise NotAllowed("ticket_closed")
    closed = _became(ticket, Status.CLOSED, Event(at=at, type=EventType.CLOSED))
    return _noted(replace(closed, closed_at=at, closed_as=why, closing_at=None), at, "close", by)


def closes_if_silent(ticket: Ticket, at: datetime) -> Ticket:
    """What it was about is over: it closes at ``at`` unless the client writes before."""
    return replace(ticket, closing_at=at)


def reopen(ticket: Ticket, at: datetime, by: Author) -> Ticket:
    if ticket.status is not Status.CLOSED:
        raise NotAllowed("not_closed")
    return _noted(_became(ticket, Status.OPEN, Event(at=at, type=EventType.REOPENED)), at, "reopen", by)


def client_changed(
    ticket: Ticket, at: datetime, name: str, tier: Tier, own_targets: dict[str, int], policy: Policy, by: Author
) -> Ticket:
    """The client has another name, or is served by another tier or by targets of their own from now on: ``policy`` has them.
    No running deadline is loosened by it (service levels, "The client's tier changes")."""
    ticket = replace(ticket, client_name=name)
    if (ticket.tier, ticket.own_targets) == (tier, own_targets):
        return ticket
    action = "own_targets" if ticket.tier is tier else f"tier_{tier}"
    changed = _happened(replace(ticket, tier=tier, own_targets=own_targets), _served_by(policy, at))
    return _noted(changed, at, action, by)


def follow(ticket: Ticket, policy: Policy, since: datetime) -> Ticket:
    """``policy`` is what the settings choose for the ticket, as edited at ``since``. Cycles that run keep what they have,
    those that begin after the edit follow it (service levels, "An edit of a policy")."""
    changes = [event for event in ticket.events if event.type is EventType.TARGETS]
    last = max(changes, key=in_order, default=_served_by(ticket.policy, ticket.opened_at))
    edited = replace(_served_by(policy, last.at), future_only=last.future_only)
    if edited == last:
        return ticket
    at = max(since, last.at + timedelta(microseconds=1)) if changes else since
    return _happened(ticket, replace(edited, at=at, future_only=True))


def _served_by(policy: Policy, at: datetime) -> Event:
    return Event(
        at=at,
        type=EventType.TARGETS,
        targets=policy.targets,
        ladder=policy.ladder,
        ladders=policy.ladders,
        policy=policy.name,
    )


def about(ticket: Ticket, themes: tuple[str, ...], at: datetime, by: Author, title: str) -> Ticket:
    """It is about these themes from now on; ``title`` is the one that came or went."""
    return _noted(replace(ticket, themes=themes), at, "theme", by, title)


def marked(ticket: Ticket, feedback: Feedback, at: datetime, by: Author) -> Ticket:
    """It is a complaint, or praise, from now on, whatever its state; said once more, it changes nothing."""
    if ticket.marked and ticket.marked.feedback is feedback:
        return ticket
    return _noted(replace(ticket, marked=Marked(feedback, at, by)), at, feedback, by)


def is_complaint(ticket: Ticket) -> bool:
    return ticket.marked is not None and ticket.marked.feedback is Feedback.COMPLAINT


def unmarked(ticket: Ticket, feedback: Feedback, at: datetime, by: Author) -> Ticket:
    """It was no such thing after all."""
    if ticket.marked is None or ticket.marked.feedback is not feedback:
        return ticket
    return _noted(replace(ticket, marked=None), at, f"{feedback}_off", by)


def is_vip_since(ticket: Ticket, at: datetime) -> bool:
    """Whether the ticket became a VIP's at that moment."""
    return any((change.at, change.action) == (at, f"tier_{Tier.VIP}") for change in ticket.history)


def belongs_to(ticket: Ticket, client_id: str, name: str) -> Ticket:
    """The client turned out to be another one: what happened to the ticket stays."""
    return replace(ticket, client_id=client_id, client_name=name)


def acknowledge(ticket: Ticket, at: datetime, metric: Metric, by: Author) -> Ticket:
    """The words "I am on it": the running cycle of ``metric`` has no further steps. Its verdict stays what it is."""
    acknowledged = _happened(ticket, Event(at=at, type=EventType.ACKNOWLEDGED, metric=metric))
    return _noted(acknowledged, at, "acknowledge", by)


def graded_low(ticket: Ticket, at: datetime) -> Ticket:
    """A grade of 3 or less: the manager owes a call-back (product line 25)."""
    return _happened(ticket, Event(at=at, type=EventType.LOW_GRADE))


def graded(ticket: Ticket, grade: int | None) -> Ticket:
    return replace(ticket, grade=grade)


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


def callback_done(ticket: Ticket, at: datetime, by: Author, result: CallbackResult = CallbackResult.TALKED) -> Ticket:
    if not is_callback_owed(ticket):
        raise NotAllowed("no_callback")
    done = _happened(ticket, Event(at=at, type=EventType.CALLBACK_DONE))
    return _noted(done, at, "callback_done", by, result)


def untold(ticket: Ticket, calendars: Mapping[str, Calendar], now: datetime) -> tuple[Escalation, ...]:
    """The steps of ladders that are due by ``now`` and that nobody has been told of."""
    return _untold(ticket, ticket.timeline(calendars, now))


def _untold(ticket: Ticket, line: Timeline) -> tuple[Escalation, ...]:
    told = {(each.metric, _began_at(each, line), each.step) for each in ticket.fired}
    return tuple(step for step in line.escalations if (step.metric, step.cycle_started_at, step.named) not in told)


def _began_at(told: Told, line: Timeline) -> datetime | None:
    """When its cycle began, as we know now: a message that came late may have been the older one."""
    began = (cycle.started_at for cycle in line.cycles if cycle.metric is told.metric)
    return max((at for at in began if at <= told.began_at), default=None)


def told(ticket: Ticket, steps: tuple[Escalation, ...]) -> Ticket:
    new = (Told(step.metric, step.cycle_started_at, step.named) for step in steps)
    return replace(ticket, fired=(*ticket.fired, *new))


def reckon(ticket: Ticket, calendars: Mapping[str, Calendar], now: datetime) -> Ticket:
    """Work out what the ticket is looked up by. The last thing before it is stored. A messenger's clock may be a little
    ahead of ours: what has happened counts, even if by our clock it is yet to come."""
    line = ticket.timeline(calendars, max([now, *(event.at for event in ticket.events)]))
    late = [step.at for step in _untold(ticket, line)]
    running = [Due(cycle.metric, cycle.due_at) for cycle in line.cycles if cycle.ended_at is None and not cycle.paused]
    return replace(
        ticket,
        look_at=min(filter(None, (min(late, default=line.next_at), ticket.closing_at)), default=None),
        next_due=min(running, key=lambda due: due.at, default=None),
    )


def _became(ticket: Ticket, status: Status, event: Event) -> Ticket:
    closed_at = ticket.closed_at if status is Status.CLOSED else None
    return _happened(replace(ticket, status=status, closed_at=closed_at), event)


def _happened(ticket: Ticket, event: Event) -> Ticket:
    return replace(ticket, events=(*ticket.events, event))


def _noted(ticket: Ticket, at: datetime, action: str, by: Author, note: str = "") -> Ticket:
    return replace(ticket, history=(*ticket.history, Change(at, action, by, note)))
