"""Chats of all messengers are told in one shape: what the page shows does not depend on the messenger."""

import json
import urllib.request
from typing import Any

import msgspec
import pytest

from infra.local.sandbox import RunningSandbox
from infra.local.sandbox.chats import Chat

MESSENGERS = ("whatsapp", "vk", "viber", "max")


def chat_of(sandbox: RunningSandbox, messenger: str, user: int | str) -> Chat:
    chats = sandbox.get("/state")["messengers"][messenger]["chats"]
    return msgspec.convert(next(chat for chat in chats if chat["id"] == user), Chat, strict=True)


def newcomer(sandbox: RunningSandbox, messenger: str) -> Any:
    return sandbox.post("/clients", messenger=messenger, name="Lev Tolmachev")["id"]


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_somebody_new_writes(sandbox: RunningSandbox, messenger: str) -> None:
    user = newcomer(sandbox, messenger)
    said = sandbox.post("/say", messenger=messenger, user=user, text="Hello")

    chat = chat_of(sandbox, messenger, user)

    assert (chat.name, chat.is_blocking) == ("Lev Tolmachev", False)
    [message] = chat.messages
    assert (message.id, message.by, message.text, message.tick) == (said["message_id"], "client", "Hello", None)


@pytest.mark.parametrize("messenger", ["whatsapp", "vk", "max"])
def test_an_answer_names_what_it_answers(sandbox: RunningSandbox, messenger: str) -> None:
    user = newcomer(sandbox, messenger)
    first = sandbox.post("/say", messenger=messenger, user=user, text="Hello")["message_id"]
    sandbox.post("/say", messenger=messenger, user=user, text="Anybody?", reply_to=first)

    assert [message.reply_to for message in chat_of(sandbox, messenger, user).messages] == [None, first]


@pytest.mark.parametrize("messenger", ["whatsapp", "vk"])
def test_a_reaction_is_set_and_taken_back(sandbox: RunningSandbox, messenger: str) -> None:
    user = newcomer(sandbox, messenger)
    about = {"messenger": messenger, "user": user}
    about["message_id"] = sandbox.post("/say", messenger=messenger, user=user, text="Hello")["message_id"]

    sandbox.post("/react", **about, emoji="🔥")
    [message] = chat_of(sandbox, messenger, user).messages
    assert [(reaction.emoji, reaction.by) for reaction in message.reactions] == [("🔥", "client")]

    sandbox.post("/react", **about)
    assert chat_of(sandbox, messenger, user).messages[0].reactions == []


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_what_the_product_has_not_taken_is_told(sandbox: RunningSandbox, messenger: str) -> None:
    user = newcomer(sandbox, messenger)
    said = sandbox.post("/say", messenger=messenger, user=user, text="Hello")

    webhook = sandbox.get("/state")["messengers"][messenger]["webhook"]
    assert webhook["untaken"] == [f"{user}:{said['message_id']}"]


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_who_blocked_us_is_shown_so(sandbox: RunningSandbox, messenger: str) -> None:
    user = newcomer(sandbox, messenger)
    sandbox.post("/say", messenger=messenger, user=user, text="Hello")

    sandbox.post("/block", messenger=messenger, user=user)

    assert chat_of(sandbox, messenger, user).is_blocking


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_pages_hear_of_every_change(sandbox: RunningSandbox, messenger: str) -> None:
    with urllib.request.urlopen(f"{sandbox.url}/events", timeout=10) as stream:
        user = newcomer(sandbox, messenger)
        sandbox.post("/say", messenger=messenger, user=user, text="Hello")
        events = (json.loads(line[6:]) for line in stream if line.startswith(b"data: {"))
        heard = next(event for event in events if event.get("type") == "chat" and event["chat"]["messages"])

    assert (heard["messenger"], heard["chat"]) == (messenger, msgspec.to_builtins(chat_of(sandbox, messenger, user)))


def test_everybody_says_what_can_be_done_there(sandbox: RunningSandbox) -> None:
    state = sandbox.get("/state")
    assert "edit" in state["acts"]
    assert "edit" not in state["messengers"]["whatsapp"]["acts"]
