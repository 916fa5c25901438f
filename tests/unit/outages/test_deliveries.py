"""The life of a delivery: whatever happens in whatever order, a recipient is sent an announcement at most once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk import deliveries, tallies
from chalicelib.desk.clients import Identity, Tier
from chalicelib.desk.deliveries import LEASE, MOST_ATTEMPTS, Delivery, State
from chalicelib.desk.tallies import Tally

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ANNA = Identity("telegram", "700", "600")
PLANNED = Delivery("o1", 1, "anna", Tier.VIP, NOW)
COUNTED_NOTHING = Tally("o1", 1, 0)


def test_waiting_for_a_limit_is_no_attempt_and_a_broken_connection_is_one() -> None:
    claimed = PLANNED.claim(NOW, ANNA)
    assert claimed.again("limited", counts=False).attempts == 0
    assert claimed.again("network", counts=True).attempts == 1


def test_out_of_attempts_the_next_messenger_gets_a_try() -> None:
    delivery, tries = PLANNED, 0
    while not delivery.refused_by:
        delivery, tries = delivery.claim(NOW, ANNA).again("network", counts=True), tries + 1
    assert (delivery.state, delivery.refused_by, delivery.attempts) == (State.PENDING, (ANNA,), 0)
    assert tries == MOST_ATTEMPTS


def test_what_may_have_arrived_never_goes_to_another_messenger() -> None:
    delivery = PLANNED
    for _ in range(MOST_ATTEMPTS):
        assert not delivery.refused_by
        delivery = delivery.claim(NOW, ANNA).again("unknown", counts=True)
    assert delivery.state is State.UNKNOWN


@given(st.floats(0, 60))
def test_a_claim_is_in_the_air_as_long_as_its_lease(seconds: float) -> None:
    left = PLANNED.claim(NOW, ANNA).in_the_air(NOW + timedelta(seconds=seconds))
    assert left == pytest.approx(max(LEASE.total_seconds() - seconds, 0), abs=1e-5)


def test_only_what_was_sent_or_may_have_been_counts_as_told() -> None:
    claimed = PLANNED.claim(NOW, ANNA)
    ends = [
        claimed.sent(NOW, "1"),
        claimed.unknown(),
        claimed.failed("blocked"),
        PLANNED.overtaken(),
        PLANNED.not_told(),
    ]
    assert [end.told for end in ends] == [True, True, False, False, False]
    assert all(end.finished for end in ends)


def test_a_segment_of_the_news_is_looked_at_once_and_one_of_the_end_twice() -> None:
    (news, *_), (end, *_) = (deliveries.segments("o1", 1, NOW, ends=ends) for ends in (False, True))
    assert news.advanced("x", NOW).advanced(None, NOW).finished
    first_look = end.advanced(None, NOW)
    assert not first_look.finished
    assert first_look.waits(NOW + timedelta(seconds=59))
    assert not first_look.waits(NOW + timedelta(seconds=60))
    assert first_look.advanced(None, NOW + timedelta(seconds=60)).finished


@given(st.lists(st.sampled_from(State), max_size=40))
def test_the_report_accounts_for_everybody(states: list[State]) -> None:
    all_of_them = [
        Delivery("o1", 1, str(n), Tier.EVERYONE, NOW, state=state, sent_at=NOW + timedelta(seconds=n))
        for n, state in enumerate(states)
    ]
    report = tallies.report([COUNTED_NOTHING.counting(all_of_them)], NOW, planned=True)
    counted = report.told + sum(report.failed.values()) + report.unknown + report.not_yet + report.overtaken
    assert counted + report.opted_out + report.cancelled == len(states)


def test_the_report_counts_seconds_from_the_decision() -> None:
    sent = [PLANNED.claim(NOW, ANNA).sent(NOW + timedelta(seconds=seconds), "1") for seconds in (7, 2, 5)]
    counted = COUNTED_NOTHING.counting([*sent, PLANNED.failed("blocked")])
    report = tallies.report([counted], NOW, planned=True)
    assert (report.first_after_seconds, report.last_after_seconds, report.failed) == (2, 7, {"blocked": 1})
