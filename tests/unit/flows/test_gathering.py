"""A client writes more than the group takes: the team sees all of it, in order, in a few messages."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.desk.outbound import LEASE, Content, Outbound, Purpose, State, to_topic
from chalicelib.store import outbound
from chalicelib.store.environment import environment
from chalicelib.store.table import DeskItem, commit, decode
from chalicelib.use_cases.leaving import Leaving
from tests.unit.flows.conftest import World

PAVEL = 600_002
COUNTED = ("createForumTopic", "sendMessage", "editMessageText", "pinChatMessage", "sendMediaGroup", "sendPhoto")


@pytest.fixture(autouse=True)
def _real_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LIMITS_SPEED", "1")
    environment.cache_clear()
    yield
    environment.cache_clear()


@pytest.fixture
def short(world: World) -> World:
    """The client has a topic, and half of the group's minute has just been used up."""
    world.receive(world.private(PAVEL, 1, "Hello"))
    world.deliver()
    world.now += timedelta(minutes=2)
    for n in range(11):
        world.receive(world.private(PAVEL, 10 + n, "-"))
        world.deliver()
    return world


def writes(world: World, *texts: str) -> str:
    for n, words in enumerate(texts):
        world.receive(world.private(PAVEL, 100 + n, words))
    return to_topic(world.client(PAVEL).id)


def last(world: World, destination: str, many: int) -> list[Outbound]:
    return [decode(item, Outbound) for item in DeskItem.query(f"OUT#{destination}")][-many:]


def to_the_group(world: World) -> int:
    return sum(str(call.get("chat_id")) == world.group for method in COUNTED for call in world.calls(method))


def fault(world: World, **fault: object) -> None:
    world.sandbox.post("/faults", messenger="telegram", path="sendMessage", count=1, **fault)


def test_a_burst_of_thirty_messages_takes_few_calls_and_no_word_is_lost(world: World) -> None:
    for n in range(30):
        world.receive(world.private(PAVEL, 100 + n, f"message {n}"))
        if n % 3 == 0:
            world.deliver()
            world.now += timedelta(seconds=1)
    world.deliver()
    said = "\n\n".join(world.texts_to(world.group)[1:])
    assert said == "\n\n".join(f"message {n}" for n in range(30))
    assert to_the_group(world) <= 20


def test_what_waits_while_the_group_is_short_is_one_message(short: World) -> None:
    destination = writes(short, "one", "two", "three")
    short.deliver()
    assert short.texts_to(short.group)[-1] == "one\n\ntwo\n\nthree"
    sent = last(short, destination, 3)
    assert {(item.state, item.attempts, item.unknowns) for item in sent} == {(State.SENT, 1, 0)}
    assert len({item.provider_id for item in sent}) == 1


def test_while_there_is_plenty_each_is_a_message_of_its_own(short: World) -> None:
    short.now += timedelta(minutes=2)
    writes(short, "one", "two")
    short.deliver()
    assert short.texts_to(short.group)[-2:] == ["one", "two"]


def test_what_is_refused_together_is_tried_one_by_one(short: World) -> None:
    fault(short, status=400, body={"ok": False, "error_code": 400, "description": "Bad Request: odd"})
    destination = writes(short, "one", "two", "three")
    short.deliver()
    assert short.texts_to(short.group)[-4:] == ["one\n\ntwo\n\nthree", "one", "two", "three"]
    assert [item.state for item in last(short, destination, 3)] == [State.SENT] * 3


def test_when_nobody_can_tell_all_are_sent_again_and_counted(short: World) -> None:
    fault(short, drop=True)
    destination = writes(short, "one", "two")
    short.deliver()
    assert short.texts_to(short.group)[-2:] == ["one\n\ntwo"] * 2
    assert [(item.state, item.unknowns) for item in last(short, destination, 2)] == [(State.SENT, 1)] * 2


def test_a_kill_in_between_repeats_them_in_order(short: World) -> None:
    destination = writes(short, "one", "two")
    claims = [item.claim(short.now) for item in outbound.unfinished(destination)]
    commit(*map(outbound.outbound_item, claims))  # and the worker dies
    short.now += LEASE
    short.deliver()
    assert short.texts_to(short.group)[-2:] == ["one", "two"]
    assert [(item.state, item.unknowns) for item in last(short, destination, 2)] == [(State.SENT, 1)] * 2


def test_of_several_updates_of_the_card_only_the_last_is_made(short: World) -> None:
    client = short.client(PAVEL)
    leaving = Leaving(10**14, short.now, client.id)
    for _ in range(3):
        leaving.card(client)
    leaving.to_topic(client, Purpose.NOTICE, Content(text="and then"))
    commit(*leaving.items())
    leaving.nudge()
    before = len(short.calls("editMessageText"))
    short.deliver()
    assert len(short.calls("editMessageText")) == before + 1
    states = [item.state for item in last(short, to_topic(client.id), 4)]
    assert states == [State.SUPERSEDED, State.SUPERSEDED, State.SENT, State.SENT]


@pytest.mark.parametrize("captioned", [0, 1])
def test_an_album_is_one_call_wherever_its_caption_is(short: World, captioned: int) -> None:
    for n in range(3):
        photo = [{"file_id": f"photo{n}", "file_unique_id": f"u{n}", "width": 9, "height": 9}]
        more = {"caption": "Look"} if n == captioned else {}
        short.receive(short.private(PAVEL, 200 + n, None, photo=photo, media_group_id="album", **more))
    short.deliver()
    (call,) = short.calls("sendMediaGroup")
    assert [media["media"] for media in call["media"]] == ["photo0", "photo1", "photo2"]
    assert call["media"][0]["caption"] == "Look"
