"""What people are called whose messages carry no name: asked when their topic is opened or their card drawn, since nothing
outside AWS is called while a messenger waits for us. Whatever fails, the client is shown as before and asked for again."""

import logging
from dataclasses import replace

from chalicelib.desk.clients import Client
from chalicelib.desk.tickets import Status
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations
from chalicelib.store.secrets import MissingSecret, secret
from chalicelib.store.table import Item, Lost, bumped, commit, retrying

log = logging.getLogger(__name__)


def learned(client: Client) -> Client:
    """The client under their own name, which is kept, on their open ticket too."""
    name = _asked(client)
    if name is None:
        return client
    try:
        return retrying(lambda: _kept(client, name))
    except Lost:
        log.warning("name__not_kept", extra={"client_id": client.id})
        return client


def _asked(client: Client) -> str | None:
    if client.current is None:
        return None
    adapter = ADAPTERS[client.current.messenger]
    try:
        return adapter.name_of(client.current.user, client.name, client.language, secret)
    except MissingSecret:
        return None


def _kept(before: Client, name: str) -> Client:
    """A name that somebody of the team has given meanwhile stays."""
    client = clients.client_by_id(before.id)
    if client.name != before.name:
        return client
    named = replace(client, name=name)
    ticket = conversations.head(client.current).ticket if client.current else None
    on_ticket: list[Item] = []
    if ticket and ticket.status is not Status.CLOSED:
        on_ticket = conversations.ticket_items(replace(ticket, client_name=name))
    commit(clients.client_item(named), *on_ticket)
    return bumped(named)
