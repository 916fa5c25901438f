"""Who answers a particular message: the other side sees which one, by the id that it has there."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.handlers.admin_shapes import whole_ticket
from chalicelib.store import messages, outbound
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import SUPPORT, World

PAVEL = 600_002

Json = dict[str, Any]


@pytest.fixture
def thread(world: World) -> str:
    """Pavel asked (message 901), and Oleg answered (message 50 of the group)."""
    world.receive(world.private(PAVEL, 901, "The report is empty"))
    world.deliver()
    world.now += timedelta(minutes=1)
    thread = world.thread(PAVEL)
    world.receive(world.in_topic(SUPPORT, thread, 50, "Which one?"))
    world.deliver()
    return thread


def shown_as(world: World, text: str, chat: int | str) -> int:
    """The id under which a chat of the sandbox shows ``text``."""
    chats = {str(each["id"]): each["messages"] for each in world.sandbox.get("/state")["chats"]}
    return next(int(message["message_id"]) for message in chats[str(chat)] if message.get("text") == text)


def quoted(world: World, text: str) -> int | None:
    call = next(call for call in world.calls("sendMessage") if call["text"] == text)
    found = call.get("reply_parameters")
    return int(found["message_id"]) if found else None


def client_replies(world: World, to: int, text: str) -> None:
    world.receive(world.private(PAVEL, 902, text, reply_to_message={"message_id": to, "date": 1}))
    world.deliver()


def team_replies(world: World, thread: str, to: int, text: str) -> None:
    update = world.in_topic(SUPPORT, thread, 51, text)
    update["message"]["reply_to_message"] = {"message_id": to, "date": 1}
    world.receive(update)
    world.deliver()


def test_a_client_answers_us(world: World, thread: str) -> None:
    client_replies(world, shown_as(world, "Which one?", PAVEL), "The monthly one")
    assert quoted(world, "The monthly one") == 50


def test_a_client_answers_their_own_message(world: World, thread: str) -> None:
    client_replies(world, 901, "I mean this one")
    assert quoted(world, "I mean this one") == shown_as(world, "The report is empty", world.group)


def test_the_team_answers_a_certain_message_of_the_client(world: World, thread: str) -> None:
    team_replies(world, thread, shown_as(world, "The report is empty", world.group), "Looking into it")
    assert quoted(world, "Looking into it") == 901


def test_the_team_answers_its_own_message(world: World, thread: str) -> None:
    team_replies(world, thread, 50, "I mean the file's name")
    assert quoted(world, "I mean the file's name") == shown_as(world, "Which one?", PAVEL)


def test_an_answer_to_what_nobody_knows_goes_without_a_quote(world: World, thread: str) -> None:
    team_replies(world, thread, 40, "Hello?")
    assert quoted(world, "Hello?") is None
    client_replies(world, 899, "To something long gone")
    assert quoted(world, "To something long gone") is None


def test_the_admin_endpoint_names_what_was_answered(world: World, thread: str) -> None:
    client_replies(world, shown_as(world, "Which one?", PAVEL), "The monthly one")
    team_replies(world, thread, shown_as(world, "The monthly one", world.group), "Thank you")
    ticket = world.ticket(PAVEL)
    whole = whole_ticket(
        ticket, current().calendars, world.now, messages.of_ticket(ticket.id), outbound.of_ticket(ticket.id)
    )
    answered = {message.text: message.reply_to for message in whole.messages}
    assert answered["The monthly one"] == f"{world.group}/50"
    assert answered["Thank you"] == f"{PAVEL}/902"


def test_a_reaction_shows_what_it_is_about(world: World, thread: str) -> None:
    person = world.person(PAVEL)
    reaction = {
        "chat": {"id": PAVEL, "type": "private", "first_name": "x"},
        "message_id": shown_as(world, "Which one?", PAVEL),
        "user": person,
        "date": int(world.now.timestamp()),
        "old_reaction": [],
        "new_reaction": [{"type": "emoji", "emoji": "🔥"}],
    }
    world.receive(world.update(message_reaction=reaction))
    world.deliver()
    about = [call for call in world.calls("sendMessage") if "🔥" in call["text"]]
    assert [call["reply_parameters"]["message_id"] for call in about] == [50]
