"""What is due of a ticket: the steps of ladders that nobody has been told of, the nearest deadline, when to look next."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.desk.calendars import Calendar
from chalicelib.desk.cycles import Escalation
from chalicelib.desk.service_levels import Timeline
from chalicelib.desk.tickets import Due, Ticket, Told


def still_told(before: Ticket, after: Ticket, calendars: Mapping[str, Calendar]) -> Ticket:
    """``after``, in which less has happened than ``before``: what was told of cycles that are gone counts for no others."""
    until = max((event.at for event in before.events), default=before.opened_at)
    line_before, line = before.timeline(calendars, until), after.timeline(calendars, until)
    began = {(cycle.metric, cycle.started_at) for cycle in line.cycles}
    kept = (told for told in after.fired if (told.metric, _began_at(told, line_before)) in began)
    return replace(after, fired=tuple(kept))


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
