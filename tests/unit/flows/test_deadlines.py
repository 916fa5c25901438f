"""Nobody answers: the right people are told, each step once, with its true times, whoever checks and however often."""

from datetime import timedelta

import pytest

from chalicelib.desk.cycles import Verdict
from chalicelib.desk.policies import Metric
from chalicelib.store import conversations, settings
from chalicelib.store.settings import Document
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import MANAGER, SUPPORT, World

ANNA, PAVEL = 600_001, 600_002


@pytest.fixture
def anna(world: World) -> World:
    """Anna, a VIP, has written at 13:00 in Moscow; her first reply is due five minutes later."""
    world.register_vip(ANNA)
    world.receive(world.private(ANNA, 1, "Nothing works"))
    world.deliver()
    return world


def pass_time(world: World, minutes: float, checks: int = 1) -> None:
    world.now += timedelta(minutes=minutes)
    for _ in range(checks):
        world.check()
    world.deliver()


def alerts(world: World, user: int = MANAGER) -> list[str]:
    return [text for text in world.texts_to(user) if "⭐" not in text]


def test_the_manager_is_told_at_the_deadline_once_however_many_checks_run(anna: World) -> None:
    pass_time(anna, 5, checks=3)
    told = [text for text in alerts(anna) if "was due at" in text]
    assert len(told) == 1
    assert "Anna Volkova" in told[0]
    assert "the first reply was due at 02 Mar 13:05" in told[0]


def test_before_the_deadline_the_owner_is_warned_silently(anna: World) -> None:
    anna.receive(anna.tap(SUPPORT, anna.group, "2", f"take:{anna.ticket(ANNA).id}"))
    pass_time(anna, 2.5)
    assert "the first reply is due at" in alerts(anna, SUPPORT)[0]
    (call,) = [call for call in anna.calls("sendMessage") if call["chat_id"] == SUPPORT]
    assert call["disable_notification"] is True
    assert alerts(anna, MANAGER) == []


def test_a_step_that_names_two_people_tells_both(anna: World) -> None:
    staff = settings.document("staff")
    members = [{**each, "on_duty": each["telegram_user_id"] == MANAGER} for each in staff.value["members"]]
    settings.replace_document(Document("staff", {"members": members}, staff.version + 1))
    settings.forget()
    anna.receive(anna.tap(SUPPORT, anna.group, "2", f"take:{anna.ticket(ANNA).id}"))
    pass_time(anna, 4)  # 80 %: owner and duty
    assert [len(alerts(anna, user)) for user in (SUPPORT, MANAGER)] == [1, 1]


def test_of_steps_that_come_at_once_the_loudest_speaks(anna: World) -> None:
    """The manager has taken it: warned in silence as the owner, and aloud as the manager."""
    anna.receive(anna.tap(MANAGER, anna.group, "2", f"take:{anna.ticket(ANNA).id}"))
    pass_time(anna, 6)
    (call,) = [call for call in anna.calls("sendMessage") if call["chat_id"] == MANAGER and "was due" in call["text"]]
    assert call["disable_notification"] is False


def test_the_ladder_goes_on_after_the_deadline(anna: World) -> None:
    pass_time(anna, 5)
    before = len(alerts(anna))
    pass_time(anna, 10)
    assert len(alerts(anna)) == before + 1
    assert "10 min ago" in alerts(anna)[-1]


def test_im_on_it_stops_the_ladder_and_leaves_the_verdict(anna: World) -> None:
    pass_time(anna, 5)
    before = len(alerts(anna))
    anna.receive(anna.tap(MANAGER, MANAGER, "1", f"acknowledge:{anna.ticket(ANNA).id}:first_reply"))
    pass_time(anna, 30)
    assert len(alerts(anna)) == before
    cycles = anna.ticket(ANNA).timeline(current().calendars, anna.now).cycles
    (cycle,) = [cycle for cycle in cycles if cycle.metric is Metric.FIRST_REPLY]
    assert cycle.verdict is Verdict.MISSED


def test_an_answer_in_time_means_that_nobody_is_told_of_the_first_reply(anna: World) -> None:
    anna.now += timedelta(minutes=1)
    anna.receive(anna.in_topic(SUPPORT, anna.thread(ANNA), 90, "We are on it"))
    anna.deliver()
    pass_time(anna, 20)
    assert not [text for text in alerts(anna) if "the first reply" in text]


def test_an_answer_between_two_checks_needs_no_warning_any_more(anna: World) -> None:
    anna.now += timedelta(minutes=4)  # past 50 and 80 per cent, and nobody has looked yet
    anna.receive(anna.in_topic(SUPPORT, anna.thread(ANNA), 90, "We are on it"))
    anna.deliver()
    pass_time(anna, 0.5)
    assert alerts(anna) == []


def test_an_answer_that_came_too_late_between_two_checks_is_told_as_what_it_was(anna: World) -> None:
    anna.now += timedelta(minutes=6)
    anna.receive(anna.in_topic(SUPPORT, anna.thread(ANNA), 90, "We are on it"))
    anna.deliver()
    pass_time(anna, 0.5)
    (told,) = alerts(anna)
    assert "the first reply was due at 02 Mar 13:05 and came at 02 Mar 13:06" in told


def test_im_on_it_is_seen_by_the_whole_team(anna: World) -> None:
    pass_time(anna, 5)
    anna.receive(anna.tap(MANAGER, MANAGER, "1", f"acknowledge:{anna.ticket(ANNA).id}:first_reply"))
    anna.deliver()
    assert anna.texts_to(anna.group)[-1] == "👌 Marina is on it: the first reply."


def test_after_a_long_silence_of_the_scheduler_one_message_to_each_person_with_true_times(anna: World) -> None:
    pass_time(anna, 50)
    assert len(alerts(anna)) == 1
    assert "was due at 02 Mar 13:05, 45 min ago" in alerts(anna)[0]


def test_while_the_manager_is_away_another_hears_of_it(anna: World) -> None:
    staff = settings.document("staff")
    away = {"absent_from": "2026-03-02", "absent_until": "2026-03-02"}
    marina = {**staff.value["members"][0], **away}
    lead = {"id": "oleg", "name": "Oleg", "role": "lead", "telegram_user_id": SUPPORT}
    settings.replace_document(Document("staff", {"members": [marina, lead]}, staff.version + 1))
    settings.forget()
    pass_time(anna, 5)
    assert (len(alerts(anna, SUPPORT)), alerts(anna, MANAGER)) == (1, [])


def test_resolution_has_its_own_deadline(anna: World) -> None:
    anna.now += timedelta(minutes=1)
    anna.receive(anna.in_topic(SUPPORT, anna.thread(ANNA), 90, "We are on it"))
    anna.deliver()
    pass_time(anna, 239)
    assert [text for text in alerts(anna) if "the solution was due at 02 Mar 17:00" in text]


def test_a_check_looks_only_at_what_is_due(anna: World) -> None:
    anna.receive(anna.private(PAVEL, 1, "Hello"))
    assert list(conversations.due(anna.now)) == []
    anna.now += timedelta(minutes=2.5)
    assert [ticket.client_name for ticket in conversations.due(anna.now)] == ["Anna Volkova"]


def test_lists_know_the_nearest_deadline(anna: World) -> None:
    due = anna.ticket(ANNA).next_due
    assert due is not None
    assert (due.metric, due.at) == (Metric.FIRST_REPLY, anna.ticket(ANNA).opened_at + timedelta(minutes=5))
