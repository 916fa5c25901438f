"""A client's tier changes while a ticket is open: a change never loosens a running deadline."""

from chalicelib.desk.service_levels import Event, EventType, Metric, Target
from tests.unit.desk.telling import at, clock, cycles, ladder, look, steps, story, targets


def change(when: str, new: dict[Metric, Target], **more: object) -> Event:
    return Event(at(when), EventType.TARGETS, targets=new, **more)  # type: ignore[arg-type]


def told(happened: str, new: Event, when: str, old: dict[Metric, Target]) -> list[str]:
    return cycles(look([*story(happened), new], when, old))


def test_a_stricter_target_counts_from_the_same_start() -> None:
    new = change("10:10", targets(first_reply=15))
    assert told("10:00 client writes", new, "10:11", targets(first_reply=30)) == ["first reply 10:00 → 10:15: running"]


def test_a_looser_target_changes_nothing() -> None:
    new = change("10:10", targets(first_reply=60))
    assert told("10:00 client writes", new, "10:11", targets(first_reply=30)) == ["first reply 10:00 → 10:30: running"]


def test_a_target_that_would_already_be_missed_counts_from_the_change() -> None:
    new = change("10:10", targets(first_reply=5))
    assert told("10:00 client writes", new, "10:11", targets(first_reply=30)) == ["first reply 10:00 → 10:15: running"]


def test_exactly_due_at_the_change_has_not_passed_yet() -> None:
    new = change("10:05", targets(first_reply=5))
    assert told("10:00 client writes", new, "10:05", targets(first_reply=30)) == ["first reply 10:00 → 10:05: running"]


def test_counting_from_the_change_never_loosens_either() -> None:
    new = change("10:28", targets(first_reply=5))
    assert told("10:00 client writes", new, "10:29", targets(first_reply=30)) == ["first reply 10:00 → 10:30: running"]


def test_a_deadline_already_missed_stays_missed() -> None:
    new = change("10:40", targets(first_reply=60))
    assert told("10:00 client writes; 10:41 reply", new, "11:00", targets(first_reply=30)) == [
        "first reply 10:00 → 10:30: missed by reply 10:41"
    ]


def test_the_new_target_counts_in_its_own_calendar_without_the_pauses() -> None:
    happened = "17:00 client writes; 17:30 waiting; Tue 09:30 resumed"
    new = change("Tue 10:00", targets("24x7", resolve=90))
    assert told(happened, new, "Tue 10:00", targets("office", resolve=480)) == ["resolve 17:00 → Tue 10:30: running"]


def test_during_a_pause_what_is_left_of_both_is_kept() -> None:
    happened = "10:00 client writes; 11:00 waiting; Tue 11:00 resumed"
    new = change("15:00", targets("24x7", resolve=90))
    assert told(happened, new, "Tue 11:00", targets("office", resolve=480)) == ["resolve 10:00 → Tue 11:30: running"]


def test_after_a_pause_the_earlier_of_both_deadlines_still_holds() -> None:
    """At the change 240 minutes round the clock are the stricter; after a night of waiting the office's 180 are."""
    happened = "10:00 client writes; 10:30 waiting; Tue 09:00 resumed"
    new = change("10:20", targets("24x7", resolve=240))
    assert told(happened, new, "Tue 09:00", targets("office", resolve=180)) == ["resolve 10:00 → Tue 11:30: running"]


def test_new_cycles_have_the_new_target() -> None:
    new = change("10:10", targets(next_reply=5))
    assert told("09:00 reply; 11:00 client writes", new, "11:01", targets(next_reply=30)) == [
        "next reply 11:00 → 11:05: running"
    ]


def test_a_metric_that_gets_its_first_target_is_measured_from_its_start() -> None:
    new = change("10:10", targets(first_reply=15, resolve=5))
    said = look([*story("10:00 client writes"), new], "10:11", {})
    assert cycles(said) == ["first reply 10:00 → 10:15: running", "resolve 10:00 → 10:15: running"]
    assert [cycle.cycle for cycle in said.cycles] == [1, 1]


def test_a_metric_that_loses_its_target_keeps_the_running_deadline() -> None:
    new = change("10:10", {})
    assert told(
        "10:00 client writes; 10:20 reply; 10:30 client writes", new, "10:40", targets(first_reply=30, next_reply=5)
    ) == ["first reply 10:00 → 10:30: met by reply 10:20"]


def test_a_closed_ticket_is_left_alone() -> None:
    new = change("11:00", targets(resolve=60))
    assert told("10:00 client writes; 10:30 closed; 12:00 reopened", new, "12:00", targets(resolve=240)) == [
        "resolve 10:00 → 15:30: running"
    ]


def test_what_had_been_due_is_kept() -> None:
    said = look(
        [*story("10:00 client writes"), change("10:10", targets(first_reply=15))], "10:11", targets(first_reply=30)
    )
    [moved] = said.due_changes
    assert (clock(moved.at), moved.metric, moved.cycle) == ("10:10", Metric.FIRST_REPLY, 1)
    assert (clock(moved.was_due_at), clock(moved.due_at)) == ("10:30", "10:15")


def test_a_deadline_that_did_not_move_is_no_news() -> None:
    new = change("10:10", targets(first_reply=60))
    assert look([*story("10:00 client writes"), new], "10:11", targets(first_reply=30)).due_changes == ()


def test_an_edit_of_the_policy_is_for_future_cycles_only() -> None:
    new = change("10:10", targets(first_reply=15, next_reply=5), future_only=True)
    happened = "10:00 client writes; 10:20 reply; 10:30 client writes"
    assert told(happened, new, "10:31", targets(first_reply=30, next_reply=30)) == [
        "first reply 10:00 → 10:30: met by reply 10:20",
        "next reply 10:30 → 10:35: running",
    ]


class TestLadder:
    OLD = ladder("50% owner", "80% lead")

    def test_steps_not_yet_fired_move_with_the_deadline(self) -> None:
        happened = [*story("10:00 client writes"), change("10:10", targets(first_reply=20))]
        said = look(happened, "11:00", targets(first_reply=40), self.OLD)
        assert steps(said) == ["10:10 first reply 1: 50% owner", "10:16 first reply 1: 80% lead"]

    def test_steps_that_the_change_puts_into_the_past_come_at_the_change(self) -> None:
        happened = [*story("10:00 client writes"), change("10:18", targets(first_reply=20))]
        said = look(happened, "11:00", targets(first_reply=40), self.OLD)
        assert steps(said) == ["10:18 first reply 1: 50% owner", "10:18 first reply 1: 80% lead"]

    def test_steps_that_have_fired_do_not_come_again(self) -> None:
        happened = [*story("10:00 client writes"), change("10:25", targets(first_reply=60))]
        said = look(happened, "11:00", targets(first_reply=40), self.OLD)
        assert steps(said) == ["10:20 first reply 1: 50% owner", "10:32 first reply 1: 80% lead"]

    def test_share_of_a_deadline_counted_from_the_change_is_of_all_the_time_from_the_start(self) -> None:
        happened = [*story("10:00 client writes"), change("10:10", targets(first_reply=5))]
        said = look(happened, "11:00", targets(first_reply=40), self.OLD)
        assert steps(said) == ["10:10 first reply 1: 50% owner", "10:12 first reply 1: 80% lead"]

    def test_the_new_tiers_ladder_takes_over_without_repeating_itself(self) -> None:
        new = change("10:25", targets(first_reply=40), ladder=ladder("50% owner", "60% manager", "0m deputy"))
        said = look([*story("10:00 client writes"), new], "11:00", targets(first_reply=40), self.OLD)
        assert steps(said) == [
            "10:20 first reply 1: 50% owner",
            "10:25 first reply 1: 60% manager",
            "10:40 first reply 1: 0m deputy",
        ]
