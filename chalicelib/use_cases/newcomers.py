"""Somebody writes whom we do not know yet: a new client, or one whom the messenger's word proves to be known already."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.desk.clients import Client, Identity
from chalicelib.desk.identifiers import new_id
from chalicelib.desk.messages import Author, IncomingMessage
from chalicelib.desk.registry import LONGEST_NAME, ClientChange, differences
from chalicelib.desk.settings import Settings
from chalicelib.store import clients
from chalicelib.store.table import Item
from chalicelib.texts import language_of, text


@dataclass(frozen=True)
class Newcomer:
    """``client`` as they are with the new identity, and what is to be written with their first word."""

    client: Client
    items: list[Item]


def welcome(incoming: IncomingMessage, identity: Identity, settings: Settings, now: datetime) -> Newcomer:
    """The client whose number the messenger vouches for; else a new one, who has the number if there is one."""
    phone = incoming.sender.phone
    if phone is None:
        return _new((), incoming, identity, settings, now)
    owner = clients.whose([phone]).get(phone)
    if owner is None:
        return _new((phone,), incoming, identity, settings, now)
    ground = text("ground_number", settings.desk.language, phone=phone, messenger=_name(identity, settings))
    return also_here(clients.client_now(owner), identity, Author(identity.key, incoming.sender.name), ground, now)


def also_here(client: Client, identity: Identity, by: Author, ground: str, now: datetime) -> Newcomer:
    """The client writes from ``identity`` too, on this ground. An answer goes on to where they wrote before, until they
    write from the new one."""
    identities = client.identities if identity in client.identities else (*client.identities, identity)
    after = replace(client, identities=identities, current=client.current or identity)
    change = ClientChange(now, by, ground, differences(client, after))
    return Newcomer(after, [clients.client_item(after), clients.change_item(after.id, change, after.version + 1)])


def _new(
    phones: tuple[str, ...], incoming: IncomingMessage, identity: Identity, settings: Settings, now: datetime
) -> Newcomer:
    client = Client(
        id=new_id(now),
        name=incoming.sender.name[:LONGEST_NAME],
        created_at=now,
        language=language_of(incoming.sender.language, settings.desk.language),
        phones=phones,
        identities=(identity,),
        current=identity,
    )
    return Newcomer(client, [clients.client_item(client), *clients.contact_items(None, client)[0]])


def _name(identity: Identity, settings: Settings) -> str:
    return text(f"messenger_{identity.messenger}", settings.desk.language)
