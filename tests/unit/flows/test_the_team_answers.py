"""The team answers in the topic: the client gets it, the team sees that they did. Notes stay inside."""

from datetime import timedelta

import pytest

from chalicelib.desk.messages import DeliveryState, Direction
from chalicelib.desk.policies import Metric
from chalicelib.desk.tickets import Status
from chalicelib.store import messages
from tests.unit.flows.conftest import MANAGER, SUPPORT, World

PAVEL, VERA = 600_002, 600_003


@pytest.fixture
def thread(world: World) -> str:
    """Pavel has written, and his topic is open."""
    world.receive(world.private(PAVEL, 1, "The report is empty"))
    world.deliver()
    world.now += timedelta(minutes=1)
    return world.thread(PAVEL)


def tap(world: World, data: str, user: int = SUPPORT) -> str:
    topic = world.client(PAVEL).topic
    assert topic is not None
    return world.receive(world.tap(user, world.group, topic.card or "", data)).body.decode()


def test_an_answer_reaches_the_client_and_the_team_sees_a_receipt(world: World, thread: str) -> None:
    world.receive(world.in_topic(SUPPORT, thread, 50, "We are looking into it"))
    world.deliver()
    assert world.texts_to(PAVEL) == ["We are looking into it"]
    assert world.calls("setMessageReaction")[0]["message_id"] == 50
    answer = messages.of_ticket(world.ticket(PAVEL).id)[-1]
    assert answer.direction is Direction.OUT
    assert answer.delivery is not None
    assert answer.delivery.state is DeliveryState.ACCEPTED
    assert answer.author is not None
    assert answer.author.name == "Oleg"


def test_a_note_stays_inside(world: World, thread: str) -> None:
    world.receive(world.in_topic(SUPPORT, thread, 50, "// he is right, see the log"))
    world.deliver()
    assert world.texts_to(PAVEL) == []
    note = messages.of_ticket(world.ticket(PAVEL).id)[-1]
    assert (note.direction, note.text) == (Direction.NOTE, "he is right, see the log")


def test_an_answer_that_cannot_arrive_is_said_at_once_and_stops_no_clock(world: World, thread: str) -> None:
    world.sandbox.post("/block", user=PAVEL, blocked=True)
    world.receive(world.in_topic(SUPPORT, thread, 50, "We are looking into it"))
    world.deliver()
    assert world.texts_to(world.group)[-1].startswith("⚠️ Not delivered: the client has blocked the bot")
    answer = messages.of_ticket(world.ticket(PAVEL).id)[-1]
    assert answer.delivery is not None
    assert (answer.delivery.state, answer.delivery.reason) == (DeliveryState.FAILED, "blocked")
    due = world.ticket(PAVEL).next_due
    assert due is not None
    assert due.metric is Metric.FIRST_REPLY


def test_the_same_answer_again_is_sent_once(world: World, thread: str) -> None:
    update = world.in_topic(SUPPORT, thread, 50, "We are looking into it")
    world.receive(update)
    world.receive(update)
    world.deliver()
    assert world.texts_to(PAVEL) == ["We are looking into it"]


def test_taking_waiting_closing_and_reopening_by_the_buttons_of_the_card(world: World, thread: str) -> None:
    ticket = world.ticket(PAVEL).id
    assert "It is yours now" in tap(world, f"take:{ticket}")
    assert "It is yours already" in tap(world, f"take:{ticket}")
    for action, status in (
        ("wait", Status.WAITING),
        ("resume", Status.OPEN),
        ("close", Status.CLOSED),
        ("reopen", Status.OPEN),
    ):
        tap(world, f"{action}:{ticket}")
        assert world.ticket(PAVEL).status is status
    world.deliver()
    assert [change.action for change in world.ticket(PAVEL).history] == ["take", "wait", "resume", "close", "reopen"]
    assert "With: Oleg" in world.calls("editMessageText")[-1]["text"]


def test_a_clients_message_ends_waiting(world: World, thread: str) -> None:
    tap(world, f"wait:{world.ticket(PAVEL).id}")
    world.receive(world.private(PAVEL, 2, "Here is the file"))
    assert world.ticket(PAVEL).status is Status.OPEN


def test_a_tap_that_comes_again_does_nothing_twice(world: World, thread: str) -> None:
    update = world.tap(SUPPORT, world.group, "1", f"close:{world.ticket(PAVEL).id}")
    world.receive(update)
    world.receive(update)
    world.deliver()
    assert len([text for text in world.texts_to(PAVEL) if "How was it" in text]) == 1


def test_a_stranger_cannot_use_the_teams_buttons(world: World, thread: str) -> None:
    update = world.tap(VERA, VERA, "1", f"close:{world.ticket(PAVEL).id}")
    assert "for the team" in world.receive(update).body.decode()
    assert world.ticket(PAVEL).status is Status.OPEN


def test_a_button_of_long_ago_says_so(world: World, thread: str) -> None:
    assert "not there any more" in tap(world, "close:00000000000000")
    assert "out of date" in tap(world, "nonsense")


def test_a_deleted_topic_is_made_anew_with_its_card_and_the_message_goes_there_once(world: World, thread: str) -> None:
    world.sandbox.post("/topics/delete", chat=int(world.group), topic=int(thread))
    world.receive(world.private(PAVEL, 2, "Are you there?"))
    world.deliver()
    assert world.thread(PAVEL) != thread
    sent = [c for c in world.calls("sendMessage") if str(c.get("message_thread_id")) == world.thread(PAVEL)]
    assert [call["text"] for call in sent][1:] == ["Are you there?"]
    assert len(world.calls("pinChatMessage")) == 2


def test_a_poll_from_the_team_is_refused_in_words_and_not_lost(world: World, thread: str) -> None:
    update = world.in_topic(MANAGER, thread, 50, "")
    del update["message"]["text"]
    update["message"]["poll"] = {"id": "1", "question": "Tea or coffee?", "options": []}
    world.receive(update)
    world.deliver()
    assert world.texts_to(world.group)[-1].startswith("⚠️ Not sent: a message of this kind cannot go to Telegram")
    assert messages.of_ticket(world.ticket(PAVEL).id)[-1].direction is Direction.NOTE
