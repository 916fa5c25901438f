"""One cycle of a metric: its clocks, its pauses, its ladder and its verdict. Used by ``service_levels``, which knows
what starts and ends cycles.

A clock counts calendar time from the cycle's start and stands still while the cycle is paused. A cycle has one clock;
each change of the client's tier gives it another, and the earliest deadline of them all holds, which is why no change
can loosen it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.desk.calendars import ALWAYS, ZERO, Calendar
from chalicelib.desk.ladder import Ladder, Person, Step
from chalicelib.desk.policies import Metric, Target


class Verdict(StrEnum):
    MET = "met"
    MISSED = "missed"
    RUNNING = "running"


class EndedBy(StrEnum):
    REPLY = "reply"
    CLOSED = "closed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    DONE = "done"


@dataclass(frozen=True)
class Cycle:
    """A cycle as it stands at some instant. ``cycle`` counts from 1 within the metric. ``business_minutes`` is
    calendar time without pauses. While ``paused``, ``due_at`` is what it would be if the cycle went on at that very
    instant."""

    metric: Metric
    cycle: int
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None
    ended_by: EndedBy | None
    verdict: Verdict
    business_minutes: float
    paused: bool = False
    acknowledged: bool = False


@dataclass(frozen=True)
class Escalation:
    """A step of a ladder that has come. ``at`` is its true time, however late anybody looks."""

    metric: Metric
    cycle: int
    step: str
    notify: tuple[Person, ...]
    at: datetime
    loud: bool
    cycle_started_at: datetime

    @property
    def named(self) -> str:
        """Tells it from the other steps of its cycle."""
        return f"{self.step}:{'+'.join(self.notify)}"

    @property
    def key(self) -> str:
        """Tells it from all other steps of the ticket, as things are now: a message that comes late may move what its cycle
        is counted as."""
        return f"{self.metric}:{self.cycle}:{self.named}"


@dataclass(frozen=True)
class DueChange:
    """A deadline moved because the client's tier changed: for the ticket's history."""

    at: datetime
    metric: Metric
    cycle: int
    was_due_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Ground:
    """What a deadline rests on: the ``target`` of the policy of this name (None: a time that was promised), counted from
    ``counted_from``."""

    policy: str
    target: Target | None
    counted_from: datetime


@dataclass(slots=True)
class Clock:
    """Counts in ``calendar``. ``total`` is the calendar time from the cycle's start to ``due_at``, ``elapsed`` how
    much of it had passed when the clock last started or stopped: at ``turned_at``."""

    ground: Ground
    calendar: Calendar
    total: timedelta
    turned_at: datetime
    due_at: datetime
    elapsed: timedelta = ZERO
    stopped: bool = False

    @classmethod
    def for_target(cls, policy: str, target: Target, calendar: Calendar, start: datetime) -> "Clock":
        total = timedelta(minutes=target.minutes)
        return cls(Ground(policy, target, start), calendar, total, start, calendar.add(start, total))

    @classmethod
    def for_promise(cls, policy: str, calendar: Calendar, start: datetime, due_at: datetime) -> "Clock":
        """Due when it was promised. A promise for a time before the calendar opens again is counted by the clock on
        the wall, since in the calendar there would be nothing to count."""
        total = calendar.time_between(start, due_at)
        if total == ZERO:
            calendar, total = ALWAYS, max(due_at - start, ZERO)
        return cls(Ground(policy, None, start), calendar, total, start, due_at)

    def elapsed_at(self, at: datetime) -> timedelta:
        return self.elapsed if self.stopped else self.elapsed + self.calendar.time_between(self.turned_at, at)

    def due_if_going_on(self, at: datetime) -> datetime:
        """The deadline as of ``at``. What was left when the clock stopped is left when it goes on; what had already
        passed by then stays passed. (``max``: a promise may be due outside the calendar's hours.)"""
        if not self.stopped or self.due_at < self.turned_at:
            return self.due_at
        return max(self.due_at, self.calendar.add(at, self.total - self.elapsed))

    def is_past(self, at: datetime) -> bool:
        return self.due_if_going_on(at) < at

    def stop(self, at: datetime) -> None:
        if not self.stopped:
            self.elapsed, self.turned_at, self.stopped = self.elapsed_at(at), at, True

    def go_on(self, at: datetime) -> None:
        if self.stopped:
            self.due_at = self.due_if_going_on(at)
            self.turned_at, self.stopped = at, False

    def allow(self, minutes: int, at: datetime) -> None:
        """Set the deadline ``minutes`` after ``at``, whatever has elapsed."""
        self.ground = replace(self.ground, counted_from=at)
        self.elapsed, self.turned_at = self.elapsed_at(at), at
        self.total = self.elapsed + timedelta(minutes=minutes)
        self.due_at = self.calendar.add_minutes(at, minutes)

    def reaches(self, step: Step) -> datetime:
        """When a running clock comes to the step."""
        if step.is_at_deadline:
            return self.due_at
        return self.calendar.add(self.turned_at, step.position(self.total) - self.elapsed)


@dataclass(slots=True)
class CycleRun:
    """A cycle while the story is told, event by event in order of time. It has no clock as long as its metric has no
    target; then it is not a cycle to anybody outside (``number`` is 0), but a change of tier may make it one."""

    metric: Metric
    started_at: datetime
    ladder: Ladder
    number: int = 0
    clocks: list[Clock] = field(default_factory=list)
    promised: bool = False
    ended_at: datetime | None = None
    ended_by: EndedBy | None = None
    acknowledged: bool = False
    stopped: bool = False
    fired: list[Escalation] = field(default_factory=list)
    turns: list[datetime] = field(default_factory=list)  # stopped, went on, stopped ... in order
    ends: list[datetime] = field(default_factory=list)  # of a cycle that went on after each but the last
    _not_before: datetime | None = None  # steps that a change of tier put into the past come at the change
    _coming: list[tuple[datetime, Step]] | None = None  # steps not fired yet; None: to be worked out

    @property
    def clock(self) -> Clock:
        """The one whose deadline holds."""
        return min(self.clocks, key=lambda clock: clock.due_at)

    def clock_as_of(self, at: datetime) -> Clock:
        """The one whose deadline holds if the cycle goes on at that instant."""
        return min(self.clocks, key=lambda clock: clock.due_if_going_on(at))

    def stop(self, at: datetime) -> None:
        """Pause, from the instant ``at`` on."""
        if not self.stopped:
            self.stopped = True
            self._turn(at)

    def go_on(self, at: datetime) -> None:
        if self.stopped:
            self.stopped = False
            self._turn(at)

    def _turn(self, at: datetime) -> None:
        self.turns.append(at)
        self._coming = None
        for clock in self.clocks:
            (clock.stop if self.stopped else clock.go_on)(at)

    def end(self, at: datetime, by: EndedBy) -> None:
        self.stop(at)
        self.ended_at, self.ended_by = at, by
        self.ends.append(at)

    def reopen(self, at: datetime) -> None:
        """The same cycle goes on; what lay between its end and ``at`` counts as a pause."""
        self.ended_at = self.ended_by = None
        self.go_on(at)

    def acknowledge(self) -> None:
        self.acknowledged = True

    def tighten(self, at: datetime, policy: str, target: Target, calendar: Calendar) -> DueChange | None:
        """The client's tier changed at ``at``: from now on the earlier of the old deadline and the new target's from
        the same start holds, or, if that has already passed, of the old deadline and the new target's from ``at``. A
        promised time stays as promised."""
        if self.promised:
            return None
        before = min((clock.due_if_going_on(at) for clock in self.clocks), default=None)
        self.clocks.append(self._clock_from_start(at, policy, target, calendar))
        self._coming, self._not_before = None, at
        after = min(clock.due_if_going_on(at) for clock in self.clocks)
        if before is None or after == before:
            return None
        return DueChange(at, self.metric, self.number, before, after)

    def _clock_from_start(self, at: datetime, policy: str, target: Target, calendar: Calendar) -> Clock:
        clock = Clock.for_target(policy, target, calendar, self.started_at)
        for turned_at in self.turns:
            (clock.go_on if clock.stopped else clock.stop)(turned_at)
        if clock.is_past(at):
            clock.allow(target.minutes, at)
        return clock

    def change_ladder(self, at: datetime, ladder: Ladder) -> None:
        """Steps that have fired stay fired: the same step for the same people does not come again."""
        self.ladder, self._coming, self._not_before = ladder, None, at

    def fire(self, until: datetime, *, including: bool = False) -> None:
        """Let the steps come whose time is before ``until``; with ``including``, at ``until`` too."""
        coming = self.coming_steps()
        while coming and (coming[0][0] < until or (including and coming[0][0] == until)):
            at, step = coming.pop(0)
            self.fired.append(
                Escalation(self.metric, self.number, step.at, step.notify, at, step.loud, self.started_at)
            )

    def coming_steps(self) -> list[tuple[datetime, Step]]:
        """The steps to come by themselves, in order of time: none once acknowledged, none while the cycle stands
        still."""
        if self.stopped or self.acknowledged or not self.clocks:
            return []
        if self._coming is None:
            self._coming = sorted(self._steps_to_come(), key=lambda coming: coming[0])
        return self._coming

    def _steps_to_come(self) -> Iterator[tuple[datetime, Step]]:
        clock = self.clock
        fired = {(escalation.step, escalation.notify) for escalation in self.fired}
        for step in self.ladder:
            if (step.at, step.notify) not in fired:
                at = clock.reaches(step)
                yield (max(at, self._not_before) if self._not_before else at), step

    def as_of(self, until: datetime) -> Cycle:
        """How the cycle stands at ``until``."""
        as_of = self.ended_at or until
        clock = self.clock_as_of(as_of)
        due_at = clock.due_if_going_on(as_of)
        in_time = Verdict.MET if self.ended_at else Verdict.RUNNING
        return Cycle(
            metric=self.metric,
            cycle=self.number,
            started_at=self.started_at,
            due_at=due_at,
            ended_at=self.ended_at,
            ended_by=self.ended_by,
            verdict=Verdict.MISSED if as_of > due_at else in_time,
            business_minutes=clock.elapsed_at(as_of) / timedelta(minutes=1),
            paused=self.stopped and self.ended_at is None,
            acknowledged=self.acknowledged,
        )
