"""The same event comes again, soon or late; events come out of order: the result is the one of each once and in order."""

import json
from datetime import timedelta
from itertools import permutations

import pytest

from chalicelib.desk.messages import Message
from chalicelib.desk.outbound import Outbound, Purpose
from chalicelib.store import conversations, messages
from chalicelib.store.table import DeskItem, decode
from chalicelib.texts import clock_time
from chalicelib.texts import text as words
from chalicelib.use_cases import intake
from chalicelib.use_cases.settings import current
from chalicelib.use_cases.tickets import Doing, act
from tests.signing import OURS, signed, with_secret
from tests.soak.updates import MESSENGERS, Json, authentic, encoded, text
from tests.unit.flows.conftest import World

pytestmark = pytest.mark.usefixtures("messengers_set_up")


def bring(world: World, messenger: str, body: Json) -> None:
    raw = encoded(with_secret(messenger, body, OURS))
    headers = {name.lower(): value for name, value in signed(messenger, raw, OURS).items()}
    assert intake.receive(messenger, raw, headers, world.now).status == 200


def raw(messenger: str, world: World) -> list[str]:
    return messages.raw_of_day(messenger, world.now)


def kept(world: World) -> list[tuple[str, str]]:
    """The text of each message, and the ticket that it belongs to."""
    found = [decode(item, Message) for item in DeskItem.scan() if item.sk.startswith("MESSAGE#")]
    return sorted((message.text, message.ticket_id) for message in found)


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_the_same_message_again_at_any_time_is_the_same_message(world: World, messenger: str) -> None:
    body = text(messenger, "Hello", user=1, number=77, at=world.now.timestamp())
    bring(world, messenger, body)
    before = kept(world)
    world.now += timedelta(minutes=20)
    bring(world, messenger, body)
    (_, ticket_id), *_ = before
    act("close", ticket_id, Doing(world.now, current().team.members[0].author, current().team.members[0]), current())
    world.now += timedelta(days=4)
    bring(world, messenger, body)
    assert kept(world) == before


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_messages_in_any_order_make_the_same_ticket(world: World, messenger: str) -> None:
    """Six people write the same three messages, which come in each of the six orders."""
    begun = world.now.replace(microsecond=0)
    world.now += timedelta(minutes=1)
    for user, order in enumerate(permutations(range(3))):
        for n in order:
            at = (begun + timedelta(seconds=n)).timestamp()
            bring(world, messenger, text(messenger, f"message {n}", user=user, number=1000 * user + n + 1, at=at))
    tickets = [conversations.ticket_by_id(ticket_id) for ticket_id in sorted({ticket for _, ticket in kept(world)})]
    assert len(tickets) == 6
    assert {ticket.opened_at for ticket in tickets} == {begun}
    assert len({ticket.next_due for ticket in tickets}) == 1
    assert len({ticket.timeline(current().calendars, world.now).cycles for ticket in tickets}) == 1


@pytest.mark.parametrize("messenger", [each for each in MESSENGERS if each != "telegram"])
def test_a_message_that_came_late_says_in_the_topic_when_it_was_written(world: World, messenger: str) -> None:
    begun = world.now.replace(microsecond=0)
    for n in (0, 2, 1):
        at = (begun + timedelta(seconds=n)).timestamp()
        bring(world, messenger, text(messenger, f"message {n}", user=1, number=n + 1, at=at))
    leaving = [decode(item, Outbound) for item in DeskItem.scan() if item.sk.split(".")[0].isdigit()]
    shown = [
        item.content.text for item in sorted(leaving, key=lambda item: item.order) if item.purpose is Purpose.RELAY
    ]
    desk = current().desk
    late = words("shown_late", desk.language, at=clock_time(begun, desk.timezone, desk.language), text="message 1")
    assert shown == ["message 0", "message 2", late]


@pytest.mark.parametrize("messenger", ["whatsapp", "max"])
def test_a_message_with_an_endless_id_is_kept_raw(world: World, messenger: str) -> None:
    body = encoded(text(messenger, "Hello", user=1, number=77)).replace(b"mid.", b"mid." + b"x" * 3000)
    bring(world, messenger, json.loads(body))
    assert kept(world) == []
    assert ["Hello" in update for update in raw(messenger, world)] == [True]


def test_a_reaction_with_an_endless_emoji_is_kept_raw(world: World) -> None:
    body = next(sent.body for sent in authentic("telegram") if "message_reaction" in sent.body)
    body["message_reaction"]["new_reaction"] = [{"type": "emoji", "emoji": "🔥" * 3000}]
    bring(world, "telegram", body)
    assert len(raw("telegram", world)) == 1


def test_an_endless_name_is_cut_and_the_message_kept(world: World) -> None:
    body = text("telegram", "Hello", user=1, number=77)
    body["message"]["from"]["first_name"] = "Я" * 3000
    bring(world, "telegram", body)
    assert [words for words, _ in kept(world)] == ["Hello"]
