"""VK tells ids, not names: a client is called by their name all the same, whatever becomes of the question for it."""

import time
from dataclasses import replace

import pytest

from chalicelib.desk.clients import Client, Identity
from chalicelib.desk.messages import IncomingMessage, Kind, Sender
from chalicelib.store import clients, conversations
from chalicelib.store.table import commit
from chalicelib.use_cases import client_messages
from chalicelib.use_cases.settings import current
from infra.local.sandbox.vk.config import Vk
from tests.unit.conftest import boto
from tests.unit.flows.conftest import World

IVAN, COMMUNITY = "600102", "220000001"
IDENTITY = Identity("vk", COMMUNITY, IVAN)


@pytest.fixture
def vk(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("VK_API_URL", world.sandbox.api_url("vk"))
    boto("ssm").put_parameter(Name="/vipdesk/test/vk_token", Value=Vk().token, Type="SecureString")
    return world


def write(world: World, number: int = 1) -> None:
    sender = Sender(IVAN, f"VK id {IVAN}")
    written = IncomingMessage(f"{IVAN}/{number}", COMMUNITY, IVAN, True, sender, world.now, Kind.TEXT, "Hello")
    client_messages.receive(written, "vk", current(), world.now)


def client() -> Client:
    ticket = conversations.head(IDENTITY).ticket
    assert ticket is not None
    return clients.client_by_id(ticket.client_id)


def asked(world: World) -> list[str]:
    return [call["body"]["user_ids"] for call in world.sandbox.get("/calls?messenger=vk")]


def test_the_topic_the_card_and_the_ticket_carry_the_name(vk: World) -> None:
    write(vk)
    assert asked(vk) == []  # VK was still waiting for our answer
    vk.deliver()
    assert [call["name"] for call in vk.calls("createForumTopic")] == ["Ivan Petrov"]
    assert "Ivan Petrov" in vk.texts_to(vk.group)[0]
    ticket = conversations.head(IDENTITY).ticket
    assert ticket is not None
    assert (client().name, ticket.client_name) == ("Ivan Petrov", "Ivan Petrov")
    assert asked(vk) == [IVAN]  # once


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}, {"delay_ms": 2500}])
def test_a_question_that_fails_delays_nothing_and_is_asked_again_with_the_next_card(vk: World, fault: object) -> None:
    assert isinstance(fault, dict)
    vk.sandbox.post("/faults", messenger="vk", path="users.get", count=2, **fault)
    write(vk)
    began = time.monotonic()
    vk.deliver()
    assert time.monotonic() - began < 6
    assert [call["name"] for call in vk.calls("createForumTopic")] == [f"VK id {IVAN}"]
    assert vk.texts_to(vk.group)[-1] == "Hello"
    thread = client().topic
    assert thread is not None
    vk.receive(vk.tap(500_002, vk.group, thread.card or "", f"take:{ticket_id()}"))
    vk.deliver()
    assert "Ivan Petrov" in vk.calls("editMessageText")[-1]["text"]


def test_a_name_that_the_team_gave_is_not_asked_for(vk: World) -> None:
    write(vk)
    commit(clients.client_item(replace(client(), name="Ivan from Acme")))
    vk.deliver()
    assert asked(vk) == []
    assert client().name == "Ivan from Acme"


def ticket_id() -> str:
    ticket = conversations.head(IDENTITY).ticket
    assert ticket is not None
    return ticket.id
