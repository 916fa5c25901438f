"""What each event does to the cycles of a ticket. Used by ``service_levels`` only.

                      first client message, unless staff wrote before: first reply
client writes ──────▶ otherwise, if nobody waits for a reply yet: next reply
staff reply ────────▶ ends first reply, next reply, update; starts update (a promise sets its deadline)
waiting ────────────▶ update and resolve stand still until the client writes, the team resumes, or the ticket closes
closed ─────────────▶ ends first reply, next reply, update, resolve
reopened ───────────▶ the same resolve cycle goes on
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.desk.calendars import ALWAYS, Calendar
from chalicelib.desk.cycles import Clock, CycleRun, DueChange, EndedBy
from chalicelib.desk.policies import Metric, Policy, Target
from chalicelib.desk.service_level_events import Event, EventType, HandoffEnd

REPLY_METRICS = (Metric.FIRST_REPLY, Metric.NEXT_REPLY)
ENDED_BY_REPLY = (*REPLY_METRICS, Metric.UPDATE)
PAUSED_BY_WAITING = (Metric.UPDATE, Metric.RESOLVE)
ENDED_BY_CLOSING = (*ENDED_BY_REPLY, Metric.RESOLVE)


class Story:
    """A ticket while its events are told in order of time."""

    def __init__(self, policy: Policy, calendars: Mapping[str, Calendar]) -> None:
        self.policy = policy
        self.calendars = calendars
        self.runs: list[CycleRun] = []
        self.running: dict[Metric, CycleRun] = {}
        self.numbers: Counter[Metric] = Counter()
        self.due_changes: list[DueChange] = []
        self.opened = False
        self.waiting = False
        self.somebody_wrote = False
        self.closed_at: datetime | None = None
        self.resolve: CycleRun | None = None

    def tell(self, event: Event) -> None:
        for run in self.running.values():
            run.fire(event.at)
        _WHAT_HAPPENS[event.type](self, event)

    def finish(self, until: datetime) -> None:
        for run in self.running.values():
            run.fire(until, including=True)

    # What happens

    def client_message(self, event: Event) -> None:
        if self.closed_at is not None:
            if event.at - self.closed_at > timedelta(hours=self.policy.reopen_window_hours):
                return  # it opened another ticket
            self.reopened(event)
        self.open(event.at)
        self.resumed(event)
        if not any(metric in self.running for metric in REPLY_METRICS):
            self.start(Metric.NEXT_REPLY if self.somebody_wrote else Metric.FIRST_REPLY, event.at)
        self.somebody_wrote = True

    def staff_reply(self, event: Event) -> None:
        self.somebody_wrote = True
        if self.closed_at is not None:
            return
        self.open(event.at)
        for metric in ENDED_BY_REPLY:
            self.end(metric, event.at, EndedBy.REPLY)
        self.start(Metric.UPDATE, event.at, promised_for=event.until)

    def waiting_began(self, event: Event) -> None:
        if self.opened and self.closed_at is None:
            self.waiting = True
            for metric in PAUSED_BY_WAITING:
                if metric in self.running:
                    self.running[metric].stop(event.at)

    def resumed(self, event: Event) -> None:
        self.waiting = False
        for metric in PAUSED_BY_WAITING:
            if metric in self.running:
                self.running[metric].go_on(event.at)

    def closed(self, event: Event) -> None:
        if not self.opened or self.closed_at is not None:
            return
        self.resumed(event)
        for metric in ENDED_BY_CLOSING:
            self.end(metric, event.at, EndedBy.CLOSED)
        self.closed_at = event.at

    def reopened(self, event: Event) -> None:
        if self.closed_at is None or self.resolve is None:
            return
        self.closed_at = None
        self.resolve.reopen(event.at)
        self.running[Metric.RESOLVE] = self.resolve

    def handoff_offered(self, event: Event) -> None:
        if Metric.HANDOFF not in self.running:
            self.start(Metric.HANDOFF, event.at)

    def handoff_ended(self, event: Event) -> None:
        self.end(Metric.HANDOFF, event.at, EndedBy(event.how or HandoffEnd.ACCEPTED))

    def low_grade(self, event: Event) -> None:
        if Metric.CALLBACK not in self.running:
            self.start(Metric.CALLBACK, event.at)

    def callback_done(self, event: Event) -> None:
        self.end(Metric.CALLBACK, event.at, EndedBy.DONE)

    def acknowledged(self, event: Event) -> None:
        if event.metric in self.running:
            self.running[event.metric].acknowledge()

    def targets_changed(self, event: Event) -> None:
        new = replace(self.policy, name=event.policy or self.policy.name)
        new = new if event.targets is None else replace(new, targets=event.targets)
        new = new if event.ladder is None else replace(new, ladder=event.ladder)
        self.policy = new if event.ladders is None else replace(new, ladders=event.ladders)
        if event.future_only:
            return
        for metric, run in self.running.items():
            if event.ladder is not None or event.ladders is not None:
                run.change_ladder(event.at, self.policy.ladder_of(metric))
            if target := self.policy.targets.get(metric):
                self.tighten(run, event.at, target)

    def nothing(self, event: Event) -> None:
        """``reply_failed`` has already done its work: the reply it names is not told."""

    # What that means for cycles

    def open(self, at: datetime) -> None:
        if not self.opened:
            self.opened = True
            self.resolve = self.start(Metric.RESOLVE, at)

    def start(self, metric: Metric, at: datetime, promised_for: datetime | None = None) -> CycleRun:
        run = CycleRun(metric, at, self.policy.ladder_of(metric), promised=promised_for is not None)
        target = self.policy.targets.get(metric)
        calendar = self.calendars[target.calendar_name] if target else ALWAYS
        if promised_for is not None:
            run.clocks.append(Clock.for_promise(self.policy.name, calendar, at, promised_for))
        elif target:
            run.clocks.append(Clock.for_target(self.policy.name, target, calendar, at))
        if run.clocks:
            run.number = self.next_number(metric)
        if self.waiting and metric in PAUSED_BY_WAITING:
            run.stop(at)
        self.runs.append(run)
        self.running[metric] = run
        return run

    def end(self, metric: Metric, at: datetime, by: EndedBy) -> None:
        if run := self.running.pop(metric, None):
            run.end(at, by)

    def tighten(self, run: CycleRun, at: datetime, target: Target) -> None:
        if not run.number:
            run.number = self.next_number(run.metric)
        if change := run.tighten(at, self.policy.name, target, self.calendars[target.calendar_name]):
            self.due_changes.append(change)

    def next_number(self, metric: Metric) -> int:
        self.numbers[metric] += 1
        return self.numbers[metric]


_WHAT_HAPPENS: Mapping[EventType, Callable[[Story, Event], None]] = {
    EventType.TARGETS: Story.targets_changed,
    EventType.REPLY_FAILED: Story.nothing,
    EventType.REOPENED: Story.reopened,
    EventType.STAFF_REPLY: Story.staff_reply,
    EventType.PROMISE: Story.staff_reply,
    EventType.WAITING: Story.waiting_began,
    EventType.RESUMED: Story.resumed,
    EventType.HANDOFF_OFFERED: Story.handoff_offered,
    EventType.HANDOFF_ENDED: Story.handoff_ended,
    EventType.CALLBACK_DONE: Story.callback_done,
    EventType.ACKNOWLEDGED: Story.acknowledged,
    EventType.CLOSED: Story.closed,
    EventType.LOW_GRADE: Story.low_grade,
    EventType.CLIENT_MESSAGE: Story.client_message,
}
