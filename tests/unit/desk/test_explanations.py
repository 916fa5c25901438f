"""Why this deadline: what is explained adds up to what is due, whatever happened."""

from datetime import datetime, timedelta

from hypothesis import given

from chalicelib.desk.calendars import ZERO
from chalicelib.desk.clients import Identity, Tier
from chalicelib.desk.explanations import Explanation, Spent, explain
from chalicelib.desk.service_levels import Event, EventType, Metric, Policy
from chalicelib.desk.tickets import Ticket
from tests.unit.desk.telling import CALENDARS, MONDAY, at, clock, policy_of, story
from tests.unit.desk.test_service_level_properties import ANY_POLICY, ANY_TIME, EVENTS_AND_FAILURES

MINUTE = timedelta(minutes=1)


def ticket(policy: Policy, events: list[Event]) -> Ticket:
    identity = Identity("telegram", "1", "2")
    return Ticket("t", "c", "Anna", Tier.OUR, identity, MONDAY, policy, events=tuple(events))


def why(told: str, metric: Metric, now: str, client: str = "our client") -> Explanation:
    explained = explain(ticket(policy_of(client), story(told)), CALENDARS, at(now))
    return next(each for each in explained if each.cycle.metric is metric)


def spent(explained: Explanation) -> list[str]:
    return [f"{clock(span.begins)} → {clock(span.ends)} {span.spent}" for span in explained.spans]


def test_the_night_is_not_counted() -> None:
    first = why("17:55 client writes", Metric.FIRST_REPLY, "17:56")
    assert spent(first) == ["17:55 → 18:00 counted", "18:00 → Tue 09:00 closed_hours", "Tue 09:00 → Tue 09:05 counted"]
    assert (first.ground.policy, first.timezone) == ("Our clients", "UTC")
    assert (first.started_by.type, first.started_by.at) == (EventType.CLIENT_MESSAGE, at("17:55"))


def test_waiting_and_closed_time_are_not_counted() -> None:
    told = "10:00 client writes; 11:00 waiting; 12:00 resumed; 12:30 closed; 13:00 reopened"
    assert spent(why(told, Metric.RESOLVE, "13:01", "VIP")) == [
        "10:00 → 11:00 counted",
        "11:00 → 12:00 waiting",
        "12:00 → 12:30 counted",
        "12:30 → 13:00 ticket_closed",
        "13:00 → 15:30 counted",
    ]


def test_a_cycle_that_stands_still_is_explained_as_if_it_went_on_now() -> None:
    told = "10:00 client writes; 11:00 waiting"
    assert spent(why(told, Metric.RESOLVE, "12:15", "VIP"))[1:] == ["11:00 → 12:15 waiting", "12:15 → 15:15 counted"]


def test_a_promise_rests_on_itself() -> None:
    update = why("10:00 client writes; 10:04 promise for 15:00", Metric.UPDATE, "12:00", "VIP")
    assert (update.ground.target, update.started_by.type) == (None, EventType.PROMISE)
    assert update.spans[-1].ends == at("15:00")


def test_becoming_a_vip_names_the_policy_that_holds_now_and_from_when_it_counts() -> None:
    early = why("10:00 client writes; 10:03 becomes VIP", Metric.FIRST_REPLY, "10:04")
    assert (early.ground.policy, early.counts_anew) == ("VIP", False)
    late = why("10:00 client writes; 10:05:30 becomes VIP", Metric.FIRST_REPLY, "10:06", "everyone else")
    assert (late.ground.policy, late.counts_anew, late.ground.counted_from) == ("VIP", True, at("10:05:30"))
    kept = why("10:00 client writes; 10:08 becomes VIP", Metric.FIRST_REPLY, "10:09")
    assert (kept.ground.policy, kept.cycle.due_at) == ("Our clients", at("10:10"))


def test_the_last_cycle_of_a_metric_is_explained() -> None:
    told = "10:00 client writes; 10:04 reply; 10:20 client writes; 10:25 reply; 10:40 client writes"
    assert why(told, Metric.NEXT_REPLY, "10:41", "VIP").cycle.cycle == 2


@given(ANY_POLICY, EVENTS_AND_FAILURES, ANY_TIME)
def test_adding_up_what_is_explained_gives_the_deadline(policy: Policy, events: list[Event], now: datetime) -> None:
    for explained in explain(ticket(policy, events), CALENDARS, now):
        ground, due_at = explained.ground, explained.cycle.due_at
        if due_at > ground.counted_from:
            assert [span.begins for span in explained.spans] == [
                ground.counted_from,
                *(span.ends for span in explained.spans[:-1]),
            ]
            assert explained.spans[-1].ends == due_at
        assert ground.counted_from + sum(map(explained.spent, Spent), ZERO) == max(due_at, ground.counted_from)
        if ground.target:
            assert explained.spent(Spent.COUNTED) == ground.target.minutes * MINUTE
            calendar = CALENDARS[ground.target.calendar_name]
            counted = [span for span in explained.spans if span.spent is Spent.COUNTED]
            assert all(calendar.time_between(span.begins, span.ends) == span.length for span in counted)


@given(ANY_POLICY, EVENTS_AND_FAILURES)
def test_what_is_explained_is_what_the_desk_says(policy: Policy, events: list[Event]) -> None:
    known = ticket(policy, events)
    until = max([MONDAY, *(event.at for event in events)])
    cycles = known.timeline(CALENDARS, until).cycles
    last = {cycle.metric: cycle for cycle in sorted(cycles, key=lambda cycle: cycle.cycle)}
    assert {each.cycle.metric: each.cycle for each in explain(known, CALENDARS, MONDAY)} == last
