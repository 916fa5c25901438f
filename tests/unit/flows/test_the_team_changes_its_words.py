"""The team edits what it wrote in a topic: the client reads the new words where that is possible, or the team hears why."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.desk.messages import Direction, Message
from chalicelib.store import messages
from tests.unit.flows.conftest import SUPPORT, World

PAVEL = 600_002

Json = dict[str, Any]


@pytest.fixture
def thread(world: World) -> str:
    world.receive(world.private(PAVEL, 1, "The report is empty"))
    world.deliver()
    world.now += timedelta(minutes=1)
    return world.thread(PAVEL)


def write(world: World, thread: str, text: str) -> Json:
    update = world.in_topic(SUPPORT, thread, 50, text)
    world.receive(update)
    return update


def change(world: World, update: Json, text: str, edit_date: int = 1_800_000_000, **more: Any) -> None:
    world.receive(world.update(edited_message={**update["message"], "text": text, "edit_date": edit_date, **more}))


def newest(world: World) -> Message:
    return messages.of_ticket(world.ticket(PAVEL).id)[-1]


def test_the_client_reads_the_new_words_and_the_team_sees_so(world: World, thread: str) -> None:
    update = write(world, thread, "Teh invoice")
    world.deliver()
    for _ in range(2):  # the same change, told twice
        change(world, update, "The invoice")
    world.deliver()
    edits = [call for call in world.calls("editMessageText") if call["chat_id"] == PAVEL]
    assert [call["text"] for call in edits] == ["The invoice"]
    assert [call["reaction"][0]["emoji"] for call in world.calls("setMessageReaction")] == ["👌", "✍"]
    assert (newest(world).text, newest(world).edited_at) == ("The invoice", world.now)


def test_a_change_made_before_the_answer_left_comes_after_it(world: World, thread: str) -> None:
    change(world, write(world, thread, "Teh invoice"), "The invoice")
    world.deliver()
    to_client = [c for c in world.sandbox.get("/calls") if c["body"].get("chat_id") == PAVEL]
    assert [call["method"] for call in to_client] == ["sendMessage", "editMessageText"]


def test_a_changed_note_stays_a_note(world: World, thread: str) -> None:
    update = write(world, thread, "// ask finance")
    change(world, update, "// ask Finance, Anna")
    change(world, update, "ask Finance, Anna", edit_date=1_800_000_001)
    world.deliver()
    assert newest(world).direction is Direction.NOTE
    assert newest(world).text == "ask Finance, Anna"
    assert not world.texts_to(PAVEL)


def test_what_the_client_has_does_not_become_a_note(world: World, thread: str) -> None:
    update = write(world, thread, "The invoice")
    world.deliver()
    change(world, update, "// The invoice")
    world.deliver()
    assert "cannot become a note" in world.texts_to(world.group)[-1]
    assert not [call for call in world.calls("editMessageText") if call["chat_id"] == PAVEL]


def test_a_change_that_falls_into_other_parts_is_explained(world: World, thread: str) -> None:
    update = write(world, thread, "Short")
    world.deliver()
    change(world, update, "word " * 1000)
    world.deliver()
    assert "other parts" in world.texts_to(world.group)[-1]


def test_a_change_of_what_never_arrived_is_explained(world: World, thread: str) -> None:
    world.sandbox.post(
        "/faults",
        messenger="telegram",
        path="sendMessage",
        status=403,
        count=1,
        body={"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"},
    )
    update = write(world, thread, "Hello")
    world.deliver()
    change(world, update, "Hello!")
    world.deliver()
    assert any("first wording" in text for text in world.texts_to(world.group))
    assert newest(world).text == "Hello"


def test_a_change_that_the_messenger_refuses_is_none_of_the_message(world: World, thread: str) -> None:
    update = write(world, thread, "Teh invoice")
    world.deliver()
    world.sandbox.post(
        "/faults",
        messenger="telegram",
        path="editMessageText",
        status=400,
        count=1,
        body={"ok": False, "error_code": 400, "description": "Bad Request: message can't be edited"},
    )
    change(world, update, "The invoice")
    world.deliver()
    assert newest(world).text == "Teh invoice"
    change(world, update, "The invoice!", edit_date=1_800_000_001)
    world.deliver()
    assert newest(world).text == "The invoice!"
