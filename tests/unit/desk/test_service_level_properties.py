"""What holds for every story, however odd."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.desk.cycles import Cycle
from chalicelib.desk.service_levels import (
    Event,
    EventType,
    HandoffEnd,
    Metric,
    Policy,
    Target,
    Timeline,
    Verdict,
    timeline,
)
from tests.unit.desk.telling import CALENDARS, MONDAY, ladder

ANY_TARGETS = st.dictionaries(
    st.sampled_from(Metric),
    st.builds(Target, st.integers(1, 600), st.sampled_from(sorted(CALENDARS))),
    min_size=2,
)
ANY_LADDER = st.lists(
    st.sampled_from(
        ["0% lead", "25% owner", "50% owner", "80% owner duty", "100% duty", "0m manager", "+10m deputy", "+90m lead"]
    ),
    max_size=4,
    unique=True,
).map(lambda steps: ladder(*steps))
ANY_POLICY = st.builds(Policy, st.just("any"), ANY_TARGETS, ANY_LADDER)

# Ten minutes apart, so that many things happen at the same instant.
ANY_TIME = st.integers(0, 3 * 24 * 6).map(lambda tens: MONDAY + timedelta(minutes=10 * tens))
PLAIN_TYPES = [
    EventType.CLIENT_MESSAGE,
    EventType.STAFF_REPLY,
    EventType.WAITING,
    EventType.RESUMED,
    EventType.CLOSED,
    EventType.REOPENED,
    EventType.HANDOFF_OFFERED,
    EventType.LOW_GRADE,
    EventType.CALLBACK_DONE,
]
PLAIN_EVENT = st.builds(Event, ANY_TIME, st.sampled_from(PLAIN_TYPES))
TIER_CHANGE = st.builds(Event, ANY_TIME, st.just(EventType.TARGETS), targets=ANY_TARGETS, ladder=st.none() | ANY_LADDER)


@st.composite
def promises(draw: st.DrawFn) -> Event:
    when = draw(ANY_TIME)
    return Event(when, EventType.PROMISE, until=when + timedelta(minutes=draw(st.integers(1, 2000))))


ANY_EVENT = st.one_of(
    PLAIN_EVENT,
    PLAIN_EVENT,
    PLAIN_EVENT,
    promises(),
    TIER_CHANGE,
    st.builds(Event, ANY_TIME, st.just(EventType.ACKNOWLEDGED), metric=st.sampled_from(Metric)),
    st.builds(Event, ANY_TIME, st.just(EventType.HANDOFF_ENDED), how=st.sampled_from(HandoffEnd)),
)
FAILURE = st.builds(Event, ANY_TIME, st.just(EventType.REPLY_FAILED), reply_at=ANY_TIME)
EVENTS = st.lists(ANY_EVENT, max_size=14)
EVENTS_AND_FAILURES = st.lists(ANY_EVENT | FAILURE, max_size=14)


def ask(policy: Policy, events: Sequence[Event], until: datetime) -> Timeline:
    return timeline(policy, CALENDARS, events, until)


def keys(said: Timeline) -> list[str]:
    return [escalation.key for escalation in said.escalations]


@given(ANY_POLICY, EVENTS_AND_FAILURES, ANY_TIME, st.randoms())
def test_the_order_of_arrival_does_not_matter(
    policy: Policy, events: list[Event], until: datetime, chance: Random
) -> None:
    shuffled = events[:]
    chance.shuffle(shuffled)
    assert ask(policy, shuffled, until) == ask(policy, events, until)


@given(ANY_POLICY, EVENTS, ANY_TIME)
def test_missed_is_ended_or_seen_after_the_deadline_and_nothing_else(
    policy: Policy, events: list[Event], until: datetime
) -> None:
    for cycle in ask(policy, events, until).cycles:
        assert (cycle.verdict is Verdict.MISSED) == ((cycle.ended_at or until) > cycle.due_at)
        assert cycle.started_at <= cycle.due_at
        assert (cycle.ended_at is None) == (cycle.ended_by is None)


@given(ANY_POLICY, EVENTS, ANY_TIME, ANY_TIME)
def test_looking_in_between_changes_nothing(
    policy: Policy, events: list[Event], one: datetime, other: datetime
) -> None:
    """What has been told stays told, and an ended cycle keeps its verdict, unless its ticket reopens."""
    earlier, later = sorted((one, other))
    before, after = ask(policy, events, earlier), ask(policy, events, later)
    assert [escalation for escalation in after.escalations if escalation.at <= earlier] == list(before.escalations)
    now = {(cycle.metric, cycle.started_at, cycle.cycle): cycle for cycle in after.cycles}
    for cycle in before.cycles:
        if cycle.ended_at and cycle.metric is not Metric.RESOLVE:
            assert now[cycle.metric, cycle.started_at, cycle.cycle] == cycle


@given(ANY_POLICY, EVENTS, ANY_TIME)
def test_each_step_of_each_cycle_comes_once_and_in_order_of_time(
    policy: Policy, events: list[Event], until: datetime
) -> None:
    said = ask(policy, events, until)
    assert len(keys(said)) == len(set(keys(said)))
    times = [escalation.at for escalation in said.escalations]
    assert times == sorted(times)
    started = {(cycle.metric, cycle.cycle): cycle.started_at for cycle in said.cycles}
    assert all(
        started[step.metric, step.cycle] == step.cycle_started_at <= step.at <= until for step in said.escalations
    )


@given(ANY_TARGETS, st.lists(PLAIN_EVENT, max_size=14), ANY_TIME)
def test_later_steps_of_a_ladder_never_come_earlier(
    targets: dict[Metric, Target], events: list[Event], until: datetime
) -> None:
    order = ["0%", "25%", "50%", "80%", "0m", "+10m", "+90m"]
    said = ask(Policy("any", targets, ladder(*(f"{step} owner" for step in order))), events, until)
    for cycle in said.cycles:
        own = [e.step for e in said.escalations if (e.metric, e.cycle) == (cycle.metric, cycle.cycle)]
        assert sorted(own, key=order.index) == order[: len(own)]
        for step in said.escalations:
            if (step.metric, step.cycle, step.step) == (cycle.metric, cycle.cycle, "0m"):
                assert step.at == cycle.due_at


@given(ANY_POLICY, EVENTS, ANY_TIME)
def test_nothing_comes_by_itself_before_the_next_instant_and_something_does_at_it(
    policy: Policy, events: list[Event], until: datetime
) -> None:
    past = [event for event in events if event.at <= until]
    now = ask(policy, past, until)
    if now.next_at is None:
        for cycle in now.cycles:
            assert cycle.ended_at or cycle.paused or cycle.due_at <= until
        assert keys(ask(policy, past, until + timedelta(days=60))) == keys(now)
    else:
        assert now.next_at > until
        just_before = ask(policy, past, now.next_at - timedelta(microseconds=1))
        then = ask(policy, past, now.next_at)
        assert keys(just_before) == keys(now)
        assert len(then.escalations) > len(now.escalations) or any(c.due_at == now.next_at for c in then.cycles)


@given(ANY_POLICY, st.lists(ANY_EVENT, min_size=1, max_size=12), TIER_CHANGE)
def test_a_change_of_tier_never_loosens_a_running_deadline(policy: Policy, events: list[Event], change: Event) -> None:
    assume(change.targets)
    events = [event for event in events if event.at < change.at]
    before = running(ask(policy, events, change.at))
    after = running(ask(policy, [*events, change], change.at))
    for metric, cycle in before.items():
        assert after[metric].due_at <= cycle.due_at
        new = change.targets[metric] if change.targets and metric in change.targets else None
        if new and not cycle.paused:
            longest = CALENDARS[new.calendar_name].add_minutes(change.at, new.minutes)
            assert after[metric].due_at <= max(longest, cycle.due_at)


def running(said: Timeline) -> dict[Metric, Cycle]:
    return {cycle.metric: cycle for cycle in said.cycles if cycle.ended_at is None}


@given(
    st.integers(1, 900),
    st.sampled_from(sorted(CALENDARS)),
    st.lists(st.integers(1, 3 * 24 * 60), max_size=8, unique=True).map(sorted),
)
def test_pauses_conserve_calendar_time(minutes: int, calendar_name: str, turns: list[int]) -> None:
    """From the start to the deadline lie exactly the target's minutes of open time in which the cycle was not paused,
    and steps lie at their shares of them."""
    calendar = CALENDARS[calendar_name]
    times = [MONDAY + timedelta(minutes=turn) for turn in turns]
    turning = [Event(t, EventType.RESUMED if n % 2 else EventType.WAITING) for n, t in enumerate(times)]
    policy = Policy("any", {Metric.RESOLVE: Target(minutes, calendar_name)}, ladder("50% owner"))
    until = MONDAY + timedelta(days=30)
    [cycle] = ask(policy, [Event(MONDAY, EventType.STAFF_REPLY), *turning], until).cycles
    edges = [MONDAY, *times, *([] if len(times) % 2 else [until])]
    working = list(zip(edges[::2], edges[1::2], strict=True))

    def worked(end: datetime) -> timedelta:
        spans = ((since, min(to, end)) for since, to in working)
        return sum((calendar.time_between(since, to) for since, to in spans), timedelta())

    assert cycle.business_minutes == worked(until) / timedelta(minutes=1)
    if worked(until) > timedelta(minutes=minutes):
        assert worked(cycle.due_at) == timedelta(minutes=minutes)
        [half] = ask(policy, [Event(MONDAY, EventType.STAFF_REPLY), *turning], until).escalations
        assert worked(half.at) == timedelta(minutes=minutes) / 2
