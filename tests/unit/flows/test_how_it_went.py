"""A ticket closes and the client is asked how it went: one tap records, a low grade brings a call-back."""

from datetime import timedelta

import pytest

from chalicelib.desk.surveys import Expired, Invitation
from chalicelib.messengers import ADAPTERS
from chalicelib.store import voice
from chalicelib.use_cases import invitations, surveys
from chalicelib.use_cases import settings as settings_in_use
from tests.unit.flows.conftest import MANAGER, SUPPORT, World

PAVEL = 600_002


@pytest.fixture
def asked(world: World) -> World:
    """Pavel's question was answered by Oleg and closed, and he has the survey in his chat."""
    world.receive(world.private(PAVEL, 1, "The report is empty"))
    world.deliver()
    world.now += timedelta(minutes=1)
    world.receive(world.in_topic(SUPPORT, world.thread(PAVEL), 90, "Fixed"))
    world.deliver()
    world.receive(world.tap(SUPPORT, world.group, "3", f"close:{world.ticket(PAVEL).id}"))
    world.deliver()
    return world


def buttons(world: World) -> list[str]:
    question = [call for call in world.calls("sendMessage") if call["chat_id"] == PAVEL][-1]
    return [row[0]["callback_data"] for row in question["reply_markup"]["inline_keyboard"]]


def grade(world: World, score: int) -> Invitation:
    data = next(data for data in buttons(world) if data.endswith(f":{score}"))
    world.receive(world.tap(PAVEL, PAVEL, "3", data))
    world.deliver()
    return voice.invitation(data.split(":")[1])


def test_five_worded_buttons_best_first(asked: World) -> None:
    assert [data.split(":")[2] for data in buttons(asked)] == ["5", "4", "3", "2", "1"]
    assert "How was it this time?" in asked.texts_to(PAVEL)[-1]


def test_one_tap_records_and_becomes_a_thank_you_with_a_way_to_comment(asked: World) -> None:
    assert grade(asked, 5).score == 5
    thanks = asked.calls("editMessageText")[-1]
    assert "makes our day" in thanks["text"]
    labels = [row[0]["text"] for row in thanks["reply_markup"]["inline_keyboard"]]
    assert labels == ["💬 Add a comment", "🔁 Change the grade"]
    assert len(list(voice.answers(asked.now - timedelta(days=1), asked.now + timedelta(days=1)))) == 1


@pytest.mark.parametrize("score", [1, 2, 3])
def test_a_low_grade_asks_the_manager_to_call_back_within_twenty_minutes(asked: World, score: int) -> None:
    grade(asked, score)
    alert = asked.texts_to(MANAGER)[-1]
    due = (asked.ticket(PAVEL).next_due or pytest.fail("nothing is due")).at
    assert f"gave {score} of 5" in alert
    assert timedelta(minutes=19) < due - asked.now <= timedelta(minutes=20)


def test_the_call_back_is_marked_done_by_its_button(asked: World) -> None:
    grade(asked, 1)
    asked.now += timedelta(minutes=1)
    asked.receive(asked.tap(MANAGER, MANAGER, "9", f"callback_done:{asked.ticket(PAVEL).id}"))
    assert asked.ticket(PAVEL).next_due is None


def test_a_good_grade_disturbs_nobody(asked: World) -> None:
    grade(asked, 4)
    assert asked.texts_to(MANAGER) == []


def test_the_same_tap_again_and_a_change_of_mind_make_one_answer(asked: World) -> None:
    grade(asked, 2)
    grade(asked, 2)
    assert grade(asked, 5).score == 5
    assert len([text for text in asked.texts_to(MANAGER) if "call back" in text]) == 1
    assert len(list(voice.answers(asked.now - timedelta(days=1), asked.now + timedelta(days=1)))) == 1


def test_the_people_who_answered_are_frozen_with_the_invitation(asked: World) -> None:
    assert grade(asked, 5).people == ("oleg",)


def test_after_two_weeks_the_invitation_has_expired(asked: World) -> None:
    asked.now += timedelta(days=14)
    data = buttons(asked)[0]
    assert "has ended" in asked.receive(asked.tap(PAVEL, PAVEL, "3", data)).body.decode()
    assert voice.invitation(data.split(":")[1]).score is None
    with pytest.raises(Expired):
        surveys.grade(data.split(":")[1], 5, settings_in_use.current(), asked.now)


def test_the_link_is_signed(asked: World) -> None:
    invitation_id = buttons(asked)[0].split(":")[1]
    token = invitations.link(invitation_id).rpartition("/")[2]
    assert invitations.invitation_of(token).id == invitation_id


def test_where_there_are_no_buttons_the_question_is_a_link(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ADAPTERS["telegram"], "most_buttons", 0)  # as in a messenger that shows none
    world.receive(world.private(PAVEL, 1, "The report is empty"))
    world.deliver()
    world.receive(world.tap(SUPPORT, world.group, "3", f"close:{world.ticket(PAVEL).id}"))
    world.deliver()
    (question,) = [call for call in world.calls("sendMessage") if call["chat_id"] == PAVEL]
    assert "reply_markup" not in question
    token = question["text"].rpartition("/survey/")[2]
    assert invitations.invitation_of(token).ticket_id == world.ticket(PAVEL).id
