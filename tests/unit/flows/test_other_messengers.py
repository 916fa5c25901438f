"""What a messenger beside Telegram adds: another person by the same number, statuses of our answers, things taken back."""

from datetime import timedelta

import pytest

from chalicelib.desk.clients import Identity
from chalicelib.desk.messages import (
    Delivery,
    DeliveryState,
    Direction,
    IncomingMessage,
    IncomingRemoval,
    IncomingStatus,
    Kind,
    Message,
    Sender,
)
from chalicelib.desk.policies import Metric
from chalicelib.desk.tickets import Ticket
from chalicelib.store import conversations, messages, outbound
from chalicelib.store.table import Exists, commit
from chalicelib.use_cases import aftermath, client_changes, client_messages, delivery_statuses, team_messages
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import SUPPORT, World

PAVEL, ACCOUNT = 600_002, "106540352242922"


@pytest.fixture
def whatsapp(world: World) -> World:
    """Vera has written in WhatsApp, and Oleg has answered; WhatsApp has not been called yet."""
    hear(world, "whatsapp", "wamid.1", "Hello")
    world.deliver()
    world.now += timedelta(minutes=1)
    topic = next(call["message_thread_id"] for call in world.calls("sendMessage") if call["text"] == "Hello")
    world.receive(world.in_topic(SUPPORT, str(topic), 50, "Good morning"))
    return world


def hear(world: World, messenger: str, external_id: str, text: str, user: str = "79001234567") -> None:
    sender = Sender(user, "Vera", "en")
    written = IncomingMessage(external_id, ACCOUNT, user, True, sender, world.now, Kind.TEXT, text)
    client_messages.receive(written, messenger, current(), world.now)


def identity(messenger: str = "whatsapp", user: str = "79001234567") -> Identity:
    return Identity(messenger, ACCOUNT, user)


def answer() -> Message:
    ticket = conversations.head(identity()).ticket
    assert ticket is not None
    return messages.of_ticket(ticket.id)[-1]


def tell(world: World, state: DeliveryState, reason: str | None = None) -> None:
    status = IncomingStatus(f"wamid.9/{state}", ACCOUNT, "wamid.9", state, world.now, reason)
    delivery_statuses.receive(status, "whatsapp", current(), world.now)


def record_send(world: World) -> None:
    """As the aftermath of a send does: WhatsApp has taken the answer as ``wamid.9``."""
    receipt = messages.receipt(f"whatsapp:{ACCOUNT}:wamid.9").about(identity(), answer().external_id, "x")
    leaving = Leaving(1, world.now)
    news = receipt.told(Delivery(DeliveryState.ACCEPTED))
    changes = delivery_statuses.settle(answer(), news.delivery or pytest.fail("no delivery"), leaving, current())
    commit(messages.receipt_item(news, world.now), *changes, *leaving.items())
    leaving.nudge()


def state() -> DeliveryState | None:
    delivery = answer().delivery
    return delivery.state if delivery else None


def test_a_vk_user_with_a_telegram_users_number_is_another_person(world: World) -> None:
    world.receive(world.private(PAVEL, 1, "Telegram"))
    hear(world, "vk", "vk.1", "VK", user=str(PAVEL))
    one, other = conversations.head(world.identity(PAVEL)), conversations.head(identity("vk", str(PAVEL)))
    assert one.conversation is not None
    assert other.conversation is not None
    assert one.conversation.client_id != other.conversation.client_id


def test_a_member_of_the_team_in_telegram_is_nobody_special_in_vk(world: World) -> None:
    hear(world, "vk", "vk.1", "I am a client here", user=str(SUPPORT))
    assert conversations.head(identity("vk", str(SUPPORT))).ticket is not None


def test_statuses_only_go_forward(whatsapp: World) -> None:
    record_send(whatsapp)
    for told in (DeliveryState.READ, DeliveryState.DELIVERED, DeliveryState.ACCEPTED):
        tell(whatsapp, told)
    assert state() is DeliveryState.READ


def test_a_status_before_our_own_record_is_not_lost(whatsapp: World) -> None:
    tell(whatsapp, DeliveryState.DELIVERED)
    assert state() is DeliveryState.PENDING
    record_send(whatsapp)
    assert state() is DeliveryState.DELIVERED


def test_an_answer_that_fails_after_all_is_said_and_its_clocks_go_on(whatsapp: World) -> None:
    record_send(whatsapp)
    tell(whatsapp, DeliveryState.FAILED, "blocked")
    whatsapp.nudged()
    whatsapp.drain(f"topic:{ticket().client_id}")
    assert "Not delivered" in whatsapp.texts_to(whatsapp.group)[-1]
    due = ticket().next_due
    assert due is not None
    assert due.metric is Metric.FIRST_REPLY


def test_an_account_with_a_colon_has_its_statuses_too(world: World) -> None:
    """As Viber's accounts are called."""
    account, user = "pa:800000002", "vera=="
    sender = Sender(user, "Vera", "en")
    written = IncomingMessage("vera==/1", account, user, True, sender, world.now, Kind.TEXT, "Hello")
    client_messages.receive(written, "viber", current(), world.now)
    found = conversations.head(Identity("viber", account, user)).ticket
    assert found is not None
    answer = Message("g/50", found.identity, found.id, world.now, Direction.OUT, text="Hi")
    team_messages.reply(answer, found, current(), world.now)
    (item,) = outbound.unfinished(f"client:{found.identity.key}")
    aftermath.ended(item.claim(world.now).sent(world.now, "4912"), current(), world.now)
    told = IncomingStatus("4912/failed", account, "4912", DeliveryState.FAILED, world.now, "undelivered")
    delivery_statuses.receive(told, "viber", current(), world.now)
    kept = messages.message_if_any(found.identity, "g/50")
    assert kept is not None
    assert kept.delivery == Delivery(DeliveryState.FAILED, "undelivered")


def test_what_has_been_read_cannot_fail_any_more(whatsapp: World) -> None:
    record_send(whatsapp)
    tell(whatsapp, DeliveryState.READ)
    tell(whatsapp, DeliveryState.FAILED, "blocked")
    assert state() is DeliveryState.READ


def test_when_whatsapps_window_is_closed_nothing_pretends_to_be_sent(whatsapp: World) -> None:
    whatsapp.now += timedelta(hours=24)
    topic = next(call["message_thread_id"] for call in whatsapp.calls("sendMessage") if call["text"] == "Hello")
    whatsapp.receive(whatsapp.in_topic(SUPPORT, str(topic), 51, "Are you still there?"))
    whatsapp.nudged()
    whatsapp.drain(f"topic:{ticket().client_id}")
    assert whatsapp.texts_to(whatsapp.group)[-1].startswith("⚠️ Not sent: WhatsApp")
    assert answer().direction is Direction.NOTE


def test_a_thank_you_opens_the_window_again(whatsapp: World) -> None:
    whatsapp.now += timedelta(hours=23)
    hear(whatsapp, "whatsapp", "wamid.2", "Спасибо!")
    whatsapp.now += timedelta(hours=23)
    topic = next(call["message_thread_id"] for call in whatsapp.calls("sendMessage") if call["text"] == "Hello")
    whatsapp.receive(whatsapp.in_topic(SUPPORT, str(topic), 51, "You are welcome"))
    assert answer().direction is Direction.OUT


def test_a_message_taken_back_stays_with_us_marked(world: World) -> None:
    hear(world, "max", "mid.1", "Secret", user="5")
    removal = IncomingRemoval("removed/mid.1", ACCOUNT, "5", None, "mid.1", world.now)
    client_changes.removal(removal, "max", current(), world.now)
    found = messages.message_if_any(identity("max", "5"), "mid.1")
    assert found is not None
    assert (found.text, found.removed_at) == ("Secret", world.now)
    world.deliver()
    assert world.texts_to(world.group)[-1] == "🗑 Taken back by the client:\nSecret"


def test_a_message_that_was_taken_back_before_it_came_is_kept_and_marked(world: World) -> None:
    removal = IncomingRemoval("removed/mid.1", ACCOUNT, "5", None, "mid.1", world.now)
    client_changes.removal(removal, "max", current(), world.now)
    with pytest.raises(Exists):
        client_changes.removal(removal, "max", current(), world.now)
    hear(world, "max", "mid.1", "Secret", user="5")
    with pytest.raises(Exists):
        hear(world, "max", "mid.1", "Secret", user="5")
    found = messages.message_if_any(identity("max", "5"), "mid.1")
    assert found is not None
    assert (found.text, found.removed_at, bool(found.ticket_id)) == ("Secret", world.now, True)
    world.deliver()
    assert [text for text in world.texts_to(world.group) if "Secret" in text] == [
        "Secret",
        "🗑 Taken back by the client:\nSecret",
    ]


def ticket() -> Ticket:
    found = conversations.head(identity()).ticket
    assert found is not None
    return found


def test_what_whatsapp_cannot_change_stays_as_the_client_has_it(whatsapp: World) -> None:
    whatsapp.nudged()
    topic = next(call["message_thread_id"] for call in whatsapp.calls("sendMessage") if call["text"] == "Hello")
    update = whatsapp.in_topic(SUPPORT, str(topic), 50, "Good evening")
    whatsapp.receive(whatsapp.update(edited_message={**update["message"], "edit_date": 1_800_000_000}))
    whatsapp.nudged()
    whatsapp.drain(f"topic:{ticket().client_id}")
    assert "first wording" in whatsapp.texts_to(whatsapp.group)[-1]
    assert (answer().text, answer().edited_at) == ("Good morning", None)
