"""Whom the ladder tells, and when."""

import pytest

from chalicelib.desk.ladder import is_step_time
from chalicelib.desk.service_levels import Metric, Policy
from tests.unit.desk.telling import clock, ladder, look, policy_of, steps, targets

TEN = targets(first_reply=10)
LADDER = ladder("50% owner", "80% owner duty", "0m manager", "+10m deputy")


def test_steps_come_before_at_and_after_the_deadline() -> None:
    assert steps(look("10:00 client writes", "11:00", TEN, LADDER)) == [
        "10:05 first reply 1: 50% owner",
        "10:08 first reply 1: 80% owner duty",
        "10:10 first reply 1: 0m manager",
        "10:20 first reply 1: +10m deputy",
    ]


def test_a_step_comes_at_its_very_instant_and_not_before() -> None:
    assert steps(look("10:00 client writes", "10:04:59", TEN, LADDER)) == []
    assert steps(look("10:00 client writes", "10:05", TEN, LADDER)) == ["10:05 first reply 1: 50% owner"]


@pytest.mark.parametrize("end", ["10:08 reply", "10:08 closed"])
def test_the_end_of_the_cycle_ends_its_steps_even_at_the_same_instant(end: str) -> None:
    assert steps(look(f"10:00 client writes; {end}", "11:00", TEN, LADDER)) == ["10:05 first reply 1: 50% owner"]


def test_on_it_stops_the_remaining_steps_of_that_cycle_only() -> None:
    happened = "10:00 client writes; 10:06 I'm on it: first reply; 10:30 reply; 10:40 client writes"
    said = look(happened, "10:46", targets(first_reply=10, next_reply=10), LADDER)
    assert steps(said) == ["10:05 first reply 1: 50% owner", "10:45 next reply 1: 50% owner"]
    assert [(cycle.verdict, cycle.acknowledged) for cycle in said.cycles] == [("missed", True), ("running", False)]


def test_on_it_for_one_metric_leaves_the_others() -> None:
    happened = "10:00 client writes; 10:01 I'm on it: first reply"
    said = look(happened, "10:06", targets(first_reply=10, resolve=10), LADDER)
    assert steps(said) == ["10:05 resolve 1: 50% owner"]


def test_shares_are_of_calendar_time_without_pauses() -> None:
    happened = "17:00 client writes; 17:20 waiting; Tue 09:10 resumed"
    said = look(happened, "Tue 12:00", targets("office", resolve=60), LADDER)
    assert steps(said) == [
        "Tue 09:20 resolve 1: 50% owner",
        "Tue 09:38 resolve 1: 80% owner duty",
        "Tue 09:50 resolve 1: 0m manager",
        "Tue 10:00 resolve 1: +10m deputy",
    ]


def test_after_the_deadline_minutes_are_of_the_same_calendar() -> None:
    said = look("17:00 client writes", "Tue 09:10", targets("office", resolve=60), ladder("0m manager", "+10m deputy"))
    assert steps(said) == ["18:00 resolve 1: 0m manager", "Tue 09:10 resolve 1: +10m deputy"]


def test_nothing_comes_while_the_cycle_stands_still() -> None:
    happened = "10:00 client writes; 10:12 waiting; 11:00 resumed"
    said = look(happened, "12:00", targets(resolve=10), LADDER)
    assert steps(said)[-1] == "11:08 resolve 1: +10m deputy"
    assert steps(look(happened, "10:59", targets(resolve=10), LADDER))[-1] == "10:10 resolve 1: 0m manager"


def test_a_reopened_resolve_goes_on_where_its_ladder_was() -> None:
    happened = "10:00 client writes; 10:06 closed; 12:00 reopened"
    assert steps(look(happened, "12:05", targets(resolve=10), LADDER)) == [
        "10:05 resolve 1: 50% owner",
        "12:02 resolve 1: 80% owner duty",
        "12:04 resolve 1: 0m manager",
    ]


def test_a_promise_is_guarded_like_any_deadline() -> None:
    said = look("10:00 promise for 12:00", "12:00", {}, ladder("50% owner", "0m manager"))
    assert steps(said) == ["11:00 update 1: 50% owner", "12:00 update 1: 0m manager"]


def test_a_promise_for_the_evening_warns_in_the_evening() -> None:
    said = look("19:00 promise for 21:00", "21:00", targets("office", update=60), ladder("50% owner", "0m manager"))
    assert steps(said) == ["20:00 update 1: 50% owner", "21:00 update 1: 0m manager"]


def test_a_promise_beyond_closing_warns_by_open_time_and_alerts_at_the_promised_time() -> None:
    said = look("17:00 promise for 19:00", "19:00", targets("office", update=60), ladder("50% owner", "0m manager"))
    assert steps(said) == ["17:30 update 1: 50% owner", "19:00 update 1: 0m manager"]


def test_a_failed_reply_brings_the_steps_that_were_due_in_between_with_their_true_times() -> None:
    happened = "10:00 client writes; 10:06 reply; 10:15 reply of 10:06 failed"
    assert steps(look(happened, "10:14", TEN, LADDER)) == ["10:05 first reply 1: 50% owner"]
    assert steps(look(happened, "10:15", TEN, LADDER)) == [
        "10:05 first reply 1: 50% owner",
        "10:08 first reply 1: 80% owner duty",
        "10:10 first reply 1: 0m manager",
    ]


def test_a_metric_may_have_a_ladder_of_its_own() -> None:
    policy = Policy("test", targets(first_reply=10, resolve=10), LADDER, {Metric.RESOLVE: ladder("50% lead")})
    assert steps(look("10:00 client writes", "10:06", policy)) == [
        "10:05 first reply 1: 50% owner",
        "10:05 resolve 1: 50% lead",
    ]


def test_several_steps_may_share_an_instant_when_they_tell_different_people() -> None:
    said = look("10:00 client writes", "10:10", TEN, ladder("0m manager", "0m deputy"))
    assert steps(said) == ["10:10 first reply 1: 0m manager", "10:10 first reply 1: 0m deputy"]
    assert len({escalation.key for escalation in said.escalations}) == 2


class TestReplyOnItsWay:
    """The cycle ends only when the messenger has taken the reply; until then its steps wait, for a minute at most."""

    def test_holds_the_steps_of_the_cycle_it_answers(self) -> None:
        said = look("10:00 client writes; 10:07:30 reply on its way", "10:08", TEN, LADDER)
        assert steps(said) == ["10:05 first reply 1: 50% owner"]
        assert said.next_at is not None
        assert clock(said.next_at) == "10:08:30"
        assert said.cycles[0].ended_at is None

    def test_for_a_minute_and_then_they_come_with_their_true_times(self) -> None:
        said = look("10:00 client writes; 10:07:30 reply on its way", "10:08:30", TEN, LADDER)
        assert steps(said) == ["10:05 first reply 1: 50% owner", "10:08 first reply 1: 80% owner duty"]

    def test_holds_no_other_cycle(self) -> None:
        said = look("10:00 client writes; 10:04:30 reply on its way", "10:05", targets(resolve=10), LADDER)
        assert steps(said) == ["10:05 resolve 1: 50% owner"]

    def test_holds_no_cycle_that_started_after_it(self) -> None:
        happened = "10:00 reply on its way; 10:00:30 client writes"
        assert steps(look(happened, "10:00:30", TEN, ladder("0% owner"))) == ["10:00:30 first reply 1: 0% owner"]


class TestNextInstant:
    """When the desk has to look again by itself."""

    @pytest.mark.parametrize(
        ("happened", "when", "next_at"),
        [
            ("10:00 client writes", "10:00", "10:05"),
            ("10:00 client writes", "10:05", "10:08"),
            ("10:00 client writes", "10:09", "10:10"),
            ("10:00 client writes", "10:10", "10:20"),
            ("10:00 client writes", "10:20", None),
            ("10:00 client writes; 10:06 reply", "10:07", None),
            ("10:00 client writes; 10:06 I'm on it: first reply", "10:06", "10:10"),
            ("10:00 client writes; 10:06 I'm on it: first reply", "10:10", None),
        ],
    )
    def test_is_the_next_step_or_deadline(self, happened: str, when: str, next_at: str | None) -> None:
        found = look(happened, when, TEN, LADDER).next_at
        assert (clock(found) if found else None) == next_at

    def test_is_the_deadline_when_there_is_no_ladder(self) -> None:
        found = look("10:00 client writes", "10:00", TEN).next_at
        assert found
        assert clock(found) == "10:10"


def test_the_vips_ladder_tells_the_manager_loudly_at_the_deadline() -> None:
    said = look("10:00 client writes", "10:15", policy_of("VIP"))
    assert [(step.step, *step.notify, step.loud) for step in said.escalations] == [
        ("50%", "owner", False),
        ("80%", "owner", "duty", False),
        ("0m", "manager", True),
        ("+10m", "deputy", True),
    ]


@pytest.mark.parametrize("good", ["0%", "1%", "99%", "100%", "0m", "+1m", "+15m", "+43200m"])
def test_times_that_a_step_may_have(good: str) -> None:
    assert is_step_time(good)


@pytest.mark.parametrize("bad", ["", "101%", "05%", "-5m", "15m", "+m", "+43201m", "50", "50 %", "50%\n", "+٥m", "+1h"])
def test_times_that_no_step_has(bad: str) -> None:
    assert not is_step_time(bad)
