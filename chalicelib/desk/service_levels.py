"""Service levels of one ticket: from what happened, which cycles ran, how they ended, and whom to tell when.

Called by ``tickets`` for live tickets and by ``simulation`` for what-ifs. Nothing here looks at a clock or keeps
state: ``timeline`` is worked out anew from the events, sorted by their own times, so it cannot matter when or in what
order they reached us. What each event means is told in ``service_level_story``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.desk.calendars import Calendar
from chalicelib.desk.cycles import Cycle, CycleRun, DueChange, EndedBy, Escalation, Verdict
from chalicelib.desk.ladder import Person, Step
from chalicelib.desk.policies import Metric, Policy, Target
from chalicelib.desk.service_level_events import REPLIES, Event, EventType, HandoffEnd, in_order
from chalicelib.desk.service_level_story import ENDED_BY_REPLY, Story

__all__ = [
    "Cycle",
    "DueChange",
    "EndedBy",
    "Escalation",
    "Event",
    "EventType",
    "HandoffEnd",
    "Metric",
    "Person",
    "Policy",
    "Step",
    "Target",
    "Timeline",
    "Verdict",
    "came_late",
    "timeline",
]

# How long the steps of a cycle wait for the messenger to say whether it has taken the reply.
LONGEST_HOLD = timedelta(minutes=1)


@dataclass(frozen=True)
class Timeline:
    """What a ticket's service levels are at some instant. ``cycles`` are in order of start, ``escalations`` in order
    of time. ``next_at`` is the first instant after it at which, if nothing happens, a step or a deadline comes; None
    if none ever does."""

    cycles: tuple[Cycle, ...]
    escalations: tuple[Escalation, ...]
    due_changes: tuple[DueChange, ...]
    next_at: datetime | None


def timeline(policy: Policy, calendars: Mapping[str, Calendar], events: Iterable[Event], until: datetime) -> Timeline:
    """How a ticket under ``policy`` stands at ``until``, given what happened up to then. Later events are left out.

    :raises KeyError: a target names a calendar that is not in ``calendars``.
    """
    happened = _happened(events, until)
    story = _told(policy, calendars, happened, until)
    return _timeline(story, [event.at for event in happened if event.on_its_way], until)


def runs(
    policy: Policy, calendars: Mapping[str, Calendar], events: Iterable[Event], until: datetime
) -> tuple[CycleRun, ...]:
    """The cycles of the same, in order of start, with the clocks behind their deadlines: for ``explanations``."""
    return tuple(run for run in _told(policy, calendars, _happened(events, until), until).runs if run.clocks)


def _happened(events: Iterable[Event], until: datetime) -> list[Event]:
    known = [event for event in events if event.at <= until]
    failed = {event.reply_at for event in known if event.type is EventType.REPLY_FAILED}
    return [event for event in known if event.type not in REPLIES or event.at not in failed]


def _told(policy: Policy, calendars: Mapping[str, Calendar], happened: Iterable[Event], until: datetime) -> Story:
    story = Story(policy, calendars)
    for event in sorted((event for event in happened if not event.on_its_way), key=in_order):
        story.tell(event)
    story.finish(until)
    return story


def came_late(at: datetime, events: Iterable[Event]) -> bool:
    """Whether a client's message of the time ``at`` that reaches us now lies before a reply already given. It starts
    no clock that still runs; the team is shown that it came late."""
    given = list(events)
    failed = {event.reply_at for event in given if event.type is EventType.REPLY_FAILED}
    return any(event.type in REPLIES and event.at > at and event.at not in failed for event in given)


_METRIC_RANK = {metric: rank for rank, metric in enumerate(Metric)}


def _timeline(story: Story, posted: Sequence[datetime], until: datetime) -> Timeline:
    """``posted``: when the replies were posted that are still on their way."""
    measured = [run for run in story.runs if run.clocks]
    holds: list[datetime] = []
    escalations = []
    for run in measured:
        for escalation in run.fired:
            if held_until := _held_until(escalation, posted, until):
                holds.append(held_until)
            else:
                escalations.append(escalation)
    return Timeline(
        cycles=tuple(sorted((run.as_of(until) for run in measured), key=_by_start)),
        escalations=tuple(sorted(escalations, key=_by_time)),
        due_changes=tuple(story.due_changes),
        next_at=min([*holds, *_next_instants(measured, until)], default=None),
    )


def _by_start(cycle: Cycle) -> tuple[datetime, int, int]:
    return cycle.started_at, _METRIC_RANK[cycle.metric], cycle.cycle


def _by_time(escalation: Escalation) -> tuple[datetime, int, int]:
    return escalation.at, _METRIC_RANK[escalation.metric], escalation.cycle


def _held_until(escalation: Escalation, posted: Sequence[datetime], until: datetime) -> datetime | None:
    """A reply on its way will most likely end the cycle it answers, so its steps wait for the messenger's word: for a
    minute from the posting, no longer."""
    if escalation.metric not in ENDED_BY_REPLY:
        return None
    ends = [
        at + LONGEST_HOLD
        for at in posted
        if escalation.cycle_started_at < at <= escalation.at < at + LONGEST_HOLD and until < at + LONGEST_HOLD
    ]
    return max(ends, default=None)


def _next_instants(runs: Iterable[CycleRun], until: datetime) -> Iterator[datetime]:
    for run in runs:
        if not run.stopped:
            yield from (at for at, _ in run.coming_steps()[:1])
            if run.clock.due_at > until:
                yield run.clock.due_at
