"""People who write from several messengers, and what the desk knows of them: for tests of who is who."""

from dataclasses import replace
from itertools import count

from chalicelib.desk.clients import Client, Identity, Tier
from chalicelib.desk.messages import Author, IncomingMessage, Kind, Sender
from chalicelib.desk.tickets import Ticket
from chalicelib.store import clients, conversations
from chalicelib.use_cases import client_messages, registry
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import World

ACCOUNT = "106540352242922"
NUMBER = "+79161234567"
MARINA = Author("marina", "Marina")

_ids = count(1)


def register(world: World, phone: str = NUMBER, tier: Tier = Tier.VIP, name: str = "Anna Volkova") -> Client:
    """By a manager, with a number; from no messenger yet."""
    values = {"name": name, "tier": tier, "phones": (phone,), "company": "Acme"}
    return registry.register(values, (), "Annex 2", MARINA, current(), world.now)


def whatsapp(phone: str = NUMBER) -> Identity:
    return Identity("whatsapp", ACCOUNT, phone.removeprefix("+"))


def write(world: World, identity: Identity, text: str, name: str = "anna_v") -> None:
    """Of these messengers only WhatsApp vouches for a number with every message."""
    phone = f"+{identity.user}" if identity.messenger == "whatsapp" else None
    sender = Sender(identity.user, name, "en", phone)
    message = IncomingMessage(
        f"{identity.messenger}.{next(_ids)}", ACCOUNT, identity.user, True, sender, world.now, Kind.TEXT, text
    )
    client_messages.receive(message, identity.messenger, current(), world.now)


def client_of(identity: Identity) -> Client:
    conversation = conversations.head(identity).conversation
    assert conversation is not None
    return clients.client_by_id(conversation.client_id)


def ticket_of(identity: Identity) -> Ticket:
    ticket = conversations.head(identity).ticket
    assert ticket is not None
    return ticket


def own_contact(user: int, phone: str = NUMBER) -> dict[str, object]:
    """As Telegram tells that somebody shared a contact which is their own."""
    return {"contact": {"phone_number": phone.removeprefix("+"), "first_name": "x", "user_id": user}}


def same(client: Client, other: Client) -> bool:
    """Whatever was changed and changed back: only the version tells."""
    return replace(client, version=0) == replace(other, version=0)
