"""What starts, ends and pauses each metric, and with which verdict."""

from datetime import timedelta

import pytest

from chalicelib.desk.service_levels import Event, EventType, came_late
from tests.unit.desk.telling import at, cycles, look, policy_of, story, targets

FIRST = targets(first_reply=5)
REPLIES = targets(first_reply=5, next_reply=10)
UPDATE = targets(update=60)
RESOLVE = targets(resolve=240)


class TestFirstReply:
    def test_runs_from_the_first_message_to_the_first_reply(self) -> None:
        said = look("10:00 client writes; 10:04 reply", "11:00", FIRST)
        assert cycles(said) == ["first reply 10:00 → 10:05: met by reply 10:04"]

    def test_is_not_moved_by_further_messages(self) -> None:
        said = look("10:00 client writes; 10:03 client writes; 10:07 reply", "11:00", FIRST)
        assert cycles(said) == ["first reply 10:00 → 10:05: missed by reply 10:07"]

    def test_never_pauses(self) -> None:
        said = look("10:00 client writes; 10:01 waiting", "10:30", FIRST)
        assert cycles(said) == ["first reply 10:00 → 10:05: missed"]

    def test_there_is_none_when_staff_wrote_first(self) -> None:
        said = look("10:00 reply; 10:05 client writes", "10:06", REPLIES)
        assert cycles(said) == ["next reply 10:05 → 10:15: running"]

    def test_staff_come_first_when_both_write_at_the_same_instant(self) -> None:
        said = look("10:00 client writes; 10:00 reply", "10:01", REPLIES)
        assert cycles(said) == ["next reply 10:00 → 10:10: running"]


class TestNextReply:
    def test_runs_from_the_oldest_unanswered_message(self) -> None:
        said = look("10:00 client writes; 10:02 reply; 10:20 client writes; 10:25 client writes", "10:26", REPLIES)
        assert cycles(said)[1:] == ["next reply 10:20 → 10:30: running"]

    def test_the_reply_ends_it_and_the_next_message_starts_another(self) -> None:
        said = look("10:00 reply; 10:05 client writes; 10:08 reply; 10:30 client writes", "10:31", REPLIES)
        assert cycles(said) == ["next reply 10:05 → 10:15: met by reply 10:08", "next reply 10:30 → 10:40: running"]
        assert [cycle.cycle for cycle in said.cycles] == [1, 2]

    def test_comes_after_a_first_reply_that_closing_ended(self) -> None:
        said = look("10:00 client writes; 10:02 closed; 10:20 client writes", "10:21", REPLIES)
        assert cycles(said) == ["first reply 10:00 → 10:05: met by closed 10:02", "next reply 10:20 → 10:30: running"]

    def test_never_pauses(self) -> None:
        said = look("10:00 reply; 10:05 client writes; 10:06 waiting", "10:20", REPLIES)
        assert cycles(said) == ["next reply 10:05 → 10:15: missed"]


class TestVerdict:
    @pytest.mark.parametrize(("reply_after", "verdict"), [(0, "met"), (1, "missed")])
    def test_exactly_at_the_deadline_is_met_and_a_millisecond_later_is_missed(
        self, reply_after: int, verdict: str
    ) -> None:
        reply = Event(at("10:05") + timedelta(milliseconds=reply_after), EventType.STAFF_REPLY)
        [cycle] = look([*story("10:00 client writes"), reply], "11:00", FIRST).cycles
        assert cycle.verdict == verdict

    @pytest.mark.parametrize(("when", "verdict"), [("10:05", "running"), ("10:05:01", "missed")])
    def test_an_unanswered_deadline_is_missed_once_it_has_passed(self, when: str, verdict: str) -> None:
        assert cycles(look("10:00 client writes", when, FIRST)) == [f"first reply 10:00 → 10:05: {verdict}"]

    def test_what_happens_after_the_moment_we_ask_about_is_not_known(self) -> None:
        assert cycles(look("10:00 client writes; 10:04 reply", "10:03", FIRST)) == [
            "first reply 10:00 → 10:05: running"
        ]

    def test_a_metric_without_a_target_has_no_cycles(self) -> None:
        assert cycles(look("10:00 client writes; 10:04 reply; 10:05 closed", "11:00", {})) == []

    def test_seconds_are_kept(self) -> None:
        [cycle] = look("10:00:07 client writes; 10:01:37 reply", "11:00", FIRST).cycles
        assert (cycle.due_at, cycle.business_minutes) == (at("10:05:07"), 1.5)


class TestUpdate:
    def test_runs_from_reply_to_reply(self) -> None:
        said = look("10:00 client writes; 10:10 reply; 10:40 reply", "11:00", UPDATE)
        assert cycles(said) == ["update 10:10 → 11:10: met by reply 10:40", "update 10:40 → 11:40: running"]

    def test_pauses_while_waiting_for_the_client(self) -> None:
        said = look("10:00 client writes; 10:10 reply; 10:20 waiting; 12:20 client writes", "12:21", UPDATE)
        assert cycles(said) == ["update 10:10 → 13:10: running"]

    def test_a_reply_does_not_end_waiting_so_its_update_starts_paused(self) -> None:
        said = look("10:00 client writes; 10:10 waiting; 10:20 reply; 12:20 resumed", "12:21", UPDATE)
        assert cycles(said) == ["update 10:20 → 13:20: running"]

    def test_a_reply_on_a_closed_ticket_starts_none(self) -> None:
        assert cycles(look("10:00 client writes; 10:10 closed; 10:20 reply", "12:00", UPDATE)) == []

    def test_there_is_none_after_reopening_until_staff_write(self) -> None:
        said = look("10:00 client writes; 10:10 reply; 10:20 closed; 10:30 reopened; 10:40 reply", "10:41", UPDATE)
        assert cycles(said) == ["update 10:10 → 11:10: met by closed 10:20", "update 10:40 → 11:40: running"]


class TestResolve:
    def test_runs_from_opening_to_closing(self) -> None:
        said = look("10:00 client writes; 10:10 reply; 12:00 closed", "13:00", RESOLVE)
        assert cycles(said) == ["resolve 10:00 → 14:00: met by closed 12:00"]

    def test_a_ticket_that_staff_opened_is_open_from_their_message(self) -> None:
        assert cycles(look("10:00 reply; 10:30 client writes", "11:00", RESOLVE)) == ["resolve 10:00 → 14:00: running"]

    def test_goes_on_after_reopening_without_the_closed_time(self) -> None:
        said = look("10:00 client writes; 12:00 closed; 13:30 reopened", "14:30", RESOLVE)
        assert cycles(said) == ["resolve 10:00 → 15:30: running"]
        assert said.cycles[0].business_minutes == 180

    def test_missed_when_closed_too_late_and_stays_missed_after_reopening(self) -> None:
        said = look("10:00 client writes; 14:01 closed; 15:00 reopened; 15:01 closed", "16:00", RESOLVE)
        assert cycles(said) == ["resolve 10:00 → 14:00: missed by closed 15:01"]

    def test_pauses_while_waiting_for_the_client(self) -> None:
        said = look("10:00 client writes; 11:00 waiting; 13:00 resumed; 15:30 closed", "16:00", RESOLVE)
        assert cycles(said) == ["resolve 10:00 → 16:00: met by closed 15:30"]
        assert said.cycles[0].business_minutes == 210

    def test_closing_ends_waiting_and_keeps_what_was_left(self) -> None:
        said = look("10:00 client writes; 11:00 waiting; 20:00 closed", "21:00", RESOLVE)
        assert cycles(said) == ["resolve 10:00 → 23:00: met by closed 20:00"]

    def test_a_reopened_ticket_is_not_waiting(self) -> None:
        happened = "10:00 client writes; 11:00 waiting; 12:00 closed; 13:00 reopened; 13:10 reply"
        said = look(happened, "13:30", targets(update=60, resolve=240))
        assert cycles(said) == ["resolve 10:00 → 16:00: running", "update 13:10 → 14:10: running"]
        assert not any(cycle.paused for cycle in said.cycles)

    def test_a_pause_outside_working_time_moves_nothing(self) -> None:
        said = look(
            "17:00 client writes; 19:00 waiting; Tue 08:00 resumed", "Tue 09:30", targets("office", resolve=120)
        )
        assert cycles(said) == ["resolve 17:00 → Tue 10:00: running"]

    def test_what_is_left_at_the_pause_is_left_at_the_resumption(self) -> None:
        said = look("17:00 client writes; 17:50 waiting; Tue 17:30 resumed", "Tue 17:31", targets("office", resolve=90))
        assert cycles(said) == ["resolve 17:00 → Wed 09:10: running"]

    def test_a_deadline_that_has_passed_is_not_moved_by_waiting(self) -> None:
        said = look("10:00 client writes; 15:00 waiting; 16:00 resumed", "16:30", RESOLVE)
        assert cycles(said) == ["resolve 10:00 → 14:00: missed"]

    def test_waiting_that_begins_at_the_deadline_leaves_nothing_but_has_missed_nothing(self) -> None:
        said = look("10:00 client writes; 14:00 waiting; 16:00 closed", "17:00", RESOLVE)
        assert cycles(said) == ["resolve 10:00 → 16:00: met by closed 16:00"]

    def test_while_waiting_the_deadline_is_the_one_it_would_have_if_work_went_on_now(self) -> None:
        said = look("10:00 client writes; 11:00 waiting", "20:00", RESOLVE)
        assert cycles(said) == ["resolve 10:00 → 23:00: running"]
        assert said.cycles[0].paused
        assert said.next_at is None


class TestWaiting:
    @pytest.mark.parametrize("again", ["12:00 client writes", "12:00 resumed"])
    def test_ends_with_the_clients_message_or_the_teams_resume(self, again: str) -> None:
        said = look(f"10:00 client writes; 11:00 waiting; {again}", "12:30", RESOLVE)
        assert cycles(said) == ["resolve 10:00 → 15:00: running"]

    def test_a_reply_does_not_end_it(self) -> None:
        [cycle] = look("10:00 client writes; 11:00 waiting; 12:00 reply", "13:00", RESOLVE).cycles
        assert cycle.paused

    def test_twice_is_once(self) -> None:
        said = look("10:00 client writes; 11:00 waiting; 11:30 waiting; 12:00 resumed; 12:10 resumed", "12:30", RESOLVE)
        assert cycles(said) == ["resolve 10:00 → 15:00: running"]

    def test_a_closed_ticket_cannot_wait(self) -> None:
        happened = "10:00 client writes; 11:00 closed; 11:30 waiting; 12:00 reopened; 12:10 reply"
        said = look(happened, "12:30", targets(update=60, resolve=240))
        assert cycles(said) == ["resolve 10:00 → 15:00: running", "update 12:10 → 13:10: running"]
        assert not any(cycle.paused for cycle in said.cycles)


class TestClosing:
    def test_ends_replies_and_update_and_says_so(self) -> None:
        said = look("10:00 reply; 10:05 client writes; 10:10 closed", "11:00", targets(next_reply=10, update=60))
        assert cycles(said) == [
            "update 10:00 → 11:00: met by closed 10:10",
            "next reply 10:05 → 10:15: met by closed 10:10",
        ]

    def test_does_not_excuse_a_deadline_that_has_passed(self) -> None:
        said = look("10:00 client writes; 10:06 closed", "11:00", FIRST)
        assert cycles(said) == ["first reply 10:00 → 10:05: missed by closed 10:06"]

    def test_at_the_instant_of_the_reply_the_reply_ends_the_cycle(self) -> None:
        said = look("10:00 client writes; 10:04 closed; 10:04 reply", "11:00", FIRST)
        assert cycles(said) == ["first reply 10:00 → 10:05: met by reply 10:04"]

    def test_leaves_hand_off_and_call_back_running(self) -> None:
        said = look(
            "10:00 client writes; 10:01 hand-off offered; 10:02 low grade; 10:03 closed", "10:04", policy_of("VIP")
        )
        assert cycles(said)[-2:] == ["hand-off 10:01 → 10:06: running", "call-back 10:02 → 10:22: running"]


class TestReopening:
    def test_the_client_reopens_by_writing_within_the_window(self) -> None:
        said = look("10:00 client writes; 11:00 closed; Thu 11:00 client writes", "Thu 11:01", RESOLVE)
        assert cycles(said) == ["resolve 10:00 → Thu 14:00: running"]

    def test_after_the_window_the_message_belongs_to_another_ticket(self) -> None:
        said = look(
            "10:00 client writes; 11:00 closed; Thu 11:01 client writes",
            "Thu 12:00",
            targets(resolve=240, next_reply=10),
        )
        assert cycles(said) == ["resolve 10:00 → 14:00: met by closed 11:00"]


class TestPromise:
    def test_ends_reply_cycles_like_any_reply_and_sets_the_next_update(self) -> None:
        said = look("10:00 client writes; 10:04 promise for 15:00", "12:00", targets(first_reply=5, update=60))
        assert cycles(said) == ["first reply 10:00 → 10:05: met by reply 10:04", "update 10:04 → 15:00: running"]

    def test_kept_by_the_next_reply(self) -> None:
        said = look("10:04 promise for 15:00; 15:01 reply", "15:02", UPDATE)
        assert cycles(said) == ["update 10:04 → 15:00: missed by reply 15:01", "update 15:01 → 16:01: running"]

    def test_makes_an_update_cycle_even_without_a_target(self) -> None:
        said = look("10:04 promise for 15:00; 14:00 reply", "15:30", {})
        assert cycles(said) == ["update 10:04 → 15:00: met by reply 14:00"]
        assert said.cycles[0].business_minutes == 236

    def test_outside_working_time_is_due_as_promised(self) -> None:
        said = look("19:00 promise for 21:00", "20:30", targets("office", update=60))
        assert cycles(said) == ["update 19:00 → 21:00: running"]
        assert said.cycles[0].business_minutes == 90

    def test_pauses_while_waiting_and_is_never_due_earlier_for_it(self) -> None:
        said = look("17:00 promise for 19:00; 17:30 waiting; 17:45 resumed", "17:50", targets("office", update=60))
        assert cycles(said) == ["update 17:00 → Tue 09:15: running"]
        said = look("17:00 promise for 19:00; 18:30 waiting; 18:45 resumed", "18:50", targets("office", update=60))
        assert cycles(said) == ["update 17:00 → 19:00: running"]

    def test_stays_as_promised_when_the_tier_changes(self) -> None:
        said = look("10:00 promise for 15:00; 10:30 becomes VIP", "11:00", UPDATE)
        assert "update 10:00 → 15:00: running" in cycles(said)


class TestReplyThatFailed:
    def test_is_as_if_it_had_never_been(self) -> None:
        said = look(
            "10:00 client writes; 10:04 reply; 10:20 reply of 10:04 failed", "10:30", targets(first_reply=5, update=60)
        )
        assert cycles(said) == ["first reply 10:00 → 10:05: missed"]

    def test_counts_until_the_failure_is_known(self) -> None:
        said = look("10:00 client writes; 10:04 reply; 10:20 reply of 10:04 failed", "10:19", FIRST)
        assert cycles(said) == ["first reply 10:00 → 10:05: met by reply 10:04"]

    def test_leaves_the_clients_next_message_in_the_same_cycle(self) -> None:
        said = look(
            "10:00 client writes; 10:04 reply; 10:10 client writes; 10:20 reply of 10:04 failed", "10:21", REPLIES
        )
        assert cycles(said) == ["first reply 10:00 → 10:05: missed"]

    def test_a_promise_can_fail_too(self) -> None:
        said = look("10:00 client writes; 10:04 promise for 15:00; 10:05 reply of 10:04 failed", "10:06", FIRST)
        assert cycles(said) == ["first reply 10:00 → 10:05: missed"]

    def test_another_reply_still_counts(self) -> None:
        said = look("10:00 client writes; 10:03 reply; 10:04 reply; 10:20 reply of 10:03 failed", "10:30", FIRST)
        assert cycles(said) == ["first reply 10:00 → 10:05: met by reply 10:04"]


class TestHandoff:
    @pytest.mark.parametrize("how", ["accepted", "declined", "withdrawn"])
    def test_runs_from_the_offer_to_its_end(self, how: str) -> None:
        said = look(f"10:00 hand-off offered; 10:16 hand-off {how}", "11:00", targets(handoff=15))
        assert cycles(said) == [f"hand-off 10:00 → 10:15: missed by {how} 10:16"]

    def test_never_pauses_and_a_second_offer_does_not_move_it(self) -> None:
        happened = "09:00 client writes; 09:30 waiting; 10:00 hand-off offered; 10:10 hand-off offered"
        assert cycles(look(happened, "10:16", targets(handoff=15))) == ["hand-off 10:00 → 10:15: missed"]

    def test_each_offer_is_a_cycle(self) -> None:
        happened = "10:00 hand-off offered; 10:05 hand-off declined; 10:20 hand-off offered"
        assert cycles(look(happened, "10:21", targets(handoff=15))) == [
            "hand-off 10:00 → 10:15: met by declined 10:05",
            "hand-off 10:20 → 10:35: running",
        ]


class TestCallback:
    def test_runs_from_the_low_grade_until_the_manager_has_called(self) -> None:
        said = look(
            "10:00 client writes; 11:00 closed; 12:00 low grade; 12:20 called back", "13:00", targets(callback=20)
        )
        assert cycles(said) == ["call-back 12:00 → 12:20: met by done 12:20"]

    def test_a_second_low_grade_does_not_move_it(self) -> None:
        assert cycles(look("12:00 low grade; 12:10 low grade", "12:30", targets(callback=20))) == [
            "call-back 12:00 → 12:20: missed"
        ]


class TestLateMessages:
    def test_a_message_that_lies_before_a_reply_starts_no_clock_that_runs(self) -> None:
        said = look("10:00 client writes; 10:04 reply; 10:02 client writes", "11:00", REPLIES)
        assert cycles(said) == ["first reply 10:00 → 10:05: met by reply 10:04"]

    def test_the_team_is_shown_that_it_came_late(self) -> None:
        events = story("10:00 client writes; 10:04 reply")
        assert came_late(at("10:03"), events)
        assert not came_late(at("10:04"), events), "at the same instant the reply comes first"

    def test_not_late_when_the_reply_never_arrived(self) -> None:
        assert not came_late(at("10:03"), story("10:00 client writes; 10:04 reply; 10:05 reply of 10:04 failed"))


class TestNonsense:
    @pytest.mark.parametrize(
        "happened",
        [
            "10:00 waiting; 10:01 resumed",
            "10:00 closed",
            "10:00 reopened",
            "10:00 hand-off accepted",
            "10:00 called back",
            "10:00 I'm on it: first reply",
            "10:00 reply of 09:00 failed",
        ],
    )
    def test_what_nothing_began_ends_nothing(self, happened: str) -> None:
        assert look(happened, "11:00", policy_of("VIP")).cycles == ()

    def test_a_closing_before_anything_was_written_closes_nothing(self) -> None:
        said = look("10:00 closed; 10:05 client writes; 10:08 reply", "10:09", targets(first_reply=5, update=60))
        assert cycles(said) == ["first reply 10:05 → 10:10: met by reply 10:08", "update 10:08 → 11:08: running"]


class TestSameInstant:
    """Whatever has no order of its own is put into one, so that the order of arrival never shows."""

    @pytest.mark.parametrize("order", [1, -1])
    def test_two_promises(self, order: int) -> None:
        both = story("10:00 promise for 12:00; 10:00 promise for 15:00")[::order]
        assert cycles(look(both, "11:00", {})) == [
            "update 10:00 → 12:00: met by reply 10:00",
            "update 10:00 → 15:00: running",
        ]

    @pytest.mark.parametrize("order", [1, -1])
    def test_two_changes_of_tier(self, order: int) -> None:
        changes = [Event(at("10:00"), EventType.TARGETS, targets=targets(first_reply=minutes)) for minutes in (10, 20)]
        said = look([*changes[::order], *story("10:05 client writes")], "10:06", {})
        assert cycles(said) == ["first reply 10:05 → 10:25: running"]
