"""Why a deadline is when it is: what started the cycle, which target counts in which calendar, and where the time went.

Every explanation adds up: its spans follow one another without a gap from where counting began to the deadline, and what is
``counted`` in them is the target. Called for the command, the buttons and the admin endpoint; the words are in ``texts``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.desk.calendars import ZERO, Calendar
from chalicelib.desk.cycles import Cycle, CycleRun, Ground
from chalicelib.desk.policies import Metric
from chalicelib.desk.service_level_events import Event, EventType, in_order
from chalicelib.desk.service_levels import runs
from chalicelib.desk.tickets import Ticket


class Spent(StrEnum):
    """What a span of time counted as."""

    COUNTED = "counted"
    CLOSED_HOURS = "closed_hours"  # of the calendar
    WAITING = "waiting"  # for the client
    TICKET_CLOSED = "ticket_closed"


@dataclass(frozen=True)
class Span:
    begins: datetime
    ends: datetime
    spent: Spent

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins


@dataclass(frozen=True)
class StartedBy:
    """``id`` is the message's, where it was one."""

    type: EventType
    at: datetime
    id: str


@dataclass(frozen=True)
class Explanation:
    """Of the running cycle of a metric, or of its last one. ``timezone`` is that of the calendar. ``spans`` lead from
    ``ground.counted_from`` to the deadline; while the cycle is paused, as if it went on at the very moment of asking."""

    cycle: Cycle
    started_by: StartedBy
    ground: Ground
    timezone: str
    spans: tuple[Span, ...]

    def spent(self, how: Spent) -> timedelta:
        return sum((span.length for span in self.spans if span.spent is how), ZERO)

    def times(self, how: Spent) -> int:
        return sum(span.spent is how for span in self.spans)

    @property
    def counts_anew(self) -> bool:
        """The client's tier changed so late that the new target counts from the change."""
        return self.ground.counted_from > self.cycle.started_at


_STARTED_BY: Mapping[Metric, frozenset[EventType]] = {
    Metric.FIRST_REPLY: frozenset((EventType.CLIENT_MESSAGE,)),
    Metric.NEXT_REPLY: frozenset((EventType.CLIENT_MESSAGE,)),
    Metric.UPDATE: frozenset((EventType.STAFF_REPLY, EventType.PROMISE)),
    Metric.RESOLVE: frozenset((EventType.CLIENT_MESSAGE, EventType.STAFF_REPLY, EventType.PROMISE)),
    Metric.HANDOFF: frozenset((EventType.HANDOFF_OFFERED,)),
    Metric.CALLBACK: frozenset((EventType.LOW_GRADE,)),
}


def explain(ticket: Ticket, calendars: Mapping[str, Calendar], now: datetime) -> tuple[Explanation, ...]:
    """One explanation for each metric that the ticket has a cycle of, in the order of the metrics."""
    until = max([now, *(event.at for event in ticket.events)])  # a messenger's clock may be a little ahead of ours
    last = {run.metric: run for run in runs(ticket.policy, calendars, ticket.events, until)}
    return tuple(_explained(last[metric], ticket.events, until) for metric in Metric if metric in last)


def _explained(run: CycleRun, events: Iterable[Event], until: datetime) -> Explanation:
    cycle = run.as_of(until)
    clock = run.clock_as_of(cycle.ended_at or until)
    spans = tuple(_joined(_spans(run, clock.calendar, clock.ground.counted_from, cycle.due_at, until)))
    return Explanation(cycle, _start(run, events), clock.ground, clock.calendar.timezone, spans)


def _start(run: CycleRun, events: Iterable[Event]) -> StartedBy:
    """Replies on their way tell no story yet, so they start nothing."""
    event = next(
        event
        for event in sorted(events, key=in_order)
        if event.at == run.started_at and event.type in _STARTED_BY[run.metric] and not event.on_its_way
    )
    return StartedBy(event.type, event.at, event.id)


def _spans(run: CycleRun, calendar: Calendar, begins: datetime, due_at: datetime, until: datetime) -> Iterator[Span]:
    at = begins
    for pause in _pauses(run, until):
        if pause.ends > at and pause.begins < due_at:
            yield from _by_hours(calendar, at, pause.begins)
            yield replace(pause, begins=max(pause.begins, at))
            at = pause.ends
    yield from _by_hours(calendar, at, due_at)


def _pauses(run: CycleRun, until: datetime) -> Iterator[Span]:
    """A cycle that stands still does so until it ended or is looked at. After an end it only goes on when the ticket is
    reopened."""
    turns = [*run.turns, run.ended_at or until]
    for stopped, went_on in zip(turns[::2], turns[1::2], strict=False):
        if stopped < went_on:
            yield Span(stopped, went_on, Spent.TICKET_CLOSED if stopped in run.ends else Spent.WAITING)


def _by_hours(calendar: Calendar, at: datetime, until: datetime) -> Iterator[Span]:
    for opens, closes in calendar.windows_between(at, until):
        if at < opens:
            yield Span(at, opens, Spent.CLOSED_HOURS)
        yield Span(opens, closes, Spent.COUNTED)
        at = closes
    if at < until:
        yield Span(at, until, Spent.CLOSED_HOURS)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Days that follow one another without a break are one span."""
    before: Span | None = None
    for span in spans:
        if before and before.spent is span.spent:
            before = replace(before, ends=span.ends)
            continue
        if before:
            yield before
        before = span
    if before:
        yield before
