"""What happens to a ticket: each function returns the ticket as it is afterwards."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.desk.calendars import Calendar
from chalicelib.desk.clients import Tier
from chalicelib.desk.messages import Author
from chalicelib.desk.policies import Metric, Policy
from chalicelib.desk.service_level_events import in_order
from chalicelib.desk.service_levels import Event, EventType
from chalicelib.desk.ticket_deadlines import still_told
from chalicelib.desk.tickets import (
    CallbackResult,
    Change,
    Closing,
    Feedback,
    Held,
    Marked,
    NotAllowed,
    Owner,
    Status,
    Ticket,
    is_callback_owed,
    is_in_queue,
)

MOST_HELD = 300  # characters
SECOND = timedelta(seconds=1)


def client_wrote(ticket: Ticket, at: datetime, event_id: str) -> Ticket:
    """A message that is not a plain thank-you. It ends waiting; on a closed ticket it reopens, unless by its own time it
    lies before the closing (then it only came late)."""
    ticket = replace(ticket, opened_at=min(ticket.opened_at, at))
    if ticket.closed_at and at < ticket.closed_at < at + SECOND and not at.microsecond:
        # Many messengers tell whole seconds; within one, what the team did comes first.
        at = ticket.closed_at + timedelta(microseconds=1)
    if ticket.closed_at is not None and at > ticket.closed_at:
        ticket = _became(ticket, Status.OPEN, Event(at=at, type=EventType.REOPENED))
    elif ticket.status is Status.WAITING:
        ticket = replace(ticket, status=Status.OPEN)
    return _happened(replace(ticket, closing_at=None), Event(at=at, type=EventType.CLIENT_MESSAGE, id=event_id))


def heard(ticket: Ticket, at: datetime) -> Ticket:
    """The client wrote, be it only a thank-you: some messengers let us answer only for so long after that."""
    return replace(ticket, heard_at=max(at, ticket.heard_at or at))


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
    """The messenger refused the reply: cycles go on as if it had never been. The message itself tells that it failed."""
    after = replace(ticket, events=tuple(event for event in ticket.events if event.id != event_id))
    return still_told(ticket, after, calendars)


def take(ticket: Ticket, at: datetime, owner: Owner, by: Author) -> Ticket:
    if ticket.status is Status.CLOSED:
        raise NotAllowed("ticket_closed")
    if ticket.owner and ticket.owner.staff_id == owner.staff_id:
        raise NotAllowed("already_yours")
    return _noted(replace(ticket, owner=owner), at, "take", by)


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


def unmarked(ticket: Ticket, feedback: Feedback, at: datetime, by: Author) -> Ticket:
    """It was no such thing after all."""
    if ticket.marked is None or ticket.marked.feedback is not feedback:
        return ticket
    return _noted(replace(ticket, marked=None), at, f"{feedback}_off", by)


def belongs_to(ticket: Ticket, client_id: str, name: str) -> Ticket:
    """The client turned out to be another one: what happened to the ticket stays."""
    return replace(ticket, client_id=client_id, client_name=name)


def acknowledge(ticket: Ticket, at: datetime, metric: Metric, by: Author) -> Ticket:
    """The words "I am on it": the running cycle of ``metric`` has no further steps. Its verdict stays what it is."""
    acknowledged = _happened(ticket, Event(at=at, type=EventType.ACKNOWLEDGED, metric=metric))
    return _noted(acknowledged, at, "acknowledge", by)


def graded_low(ticket: Ticket, at: datetime, name: str) -> Ticket:
    """A grade of 3 or less: the manager owes a call-back (product line 25), to the client as they are called by now."""
    return _happened(replace(ticket, client_name=name), Event(at=at, type=EventType.LOW_GRADE))


def graded(ticket: Ticket, grade: int | None) -> Ticket:
    return replace(ticket, grade=grade)


def callback_done(ticket: Ticket, at: datetime, by: Author, result: CallbackResult = CallbackResult.TALKED) -> Ticket:
    if not is_callback_owed(ticket):
        was_done = any(event.type is EventType.CALLBACK_DONE for event in ticket.events)
        raise NotAllowed("callback_is_done" if was_done else "no_callback")
    done = _happened(ticket, Event(at=at, type=EventType.CALLBACK_DONE))
    return _noted(done, at, "callback_done", by, result)


def _became(ticket: Ticket, status: Status, event: Event) -> Ticket:
    closed_at = ticket.closed_at if status is Status.CLOSED else None
    return _happened(replace(ticket, status=status, closed_at=closed_at), event)


def _happened(ticket: Ticket, event: Event) -> Ticket:
    return replace(ticket, events=(*ticket.events, event))


def _noted(ticket: Ticket, at: datetime, action: str, by: Author, note: str = "") -> Ticket:
    return replace(ticket, history=(*ticket.history, Change(at, action, by, note)))
