"""A conversation goes to another client, and its tickets with it. Called when clients are joined or parted.

The conversation and its newest tickets go in the transaction that joins or parts: whatever a messenger brings at that
moment is written on one of them too, so it comes before or after, never in between. Older tickets follow, a few at a time;
``moving_since`` says so on the conversation, and the minute's check goes on where a worker died.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from chalicelib.desk import ticket_deadlines, ticket_life
from chalicelib.desk.clients import Client, Identity
from chalicelib.desk.messages import Author
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import Status, Ticket
from chalicelib.store import clients, conversations
from chalicelib.store.conversations import Head
from chalicelib.store.table import Item, commit, retrying
from chalicelib.use_cases import serving

log = logging.getLogger(__name__)

MOST_TOGETHER = 40  # tickets in one transaction, which has room for 100 items
MOST_AT_ONCE = 100  # conversations that one check goes on with

Heads = dict[str, Head]  # by the key of the identity


@dataclass
class Moved:
    """What moves in one transaction. ``clock`` is that of the ticket that is furthest."""

    items: list[Item] = field(default_factory=list)
    clock: int = 0
    unfinished: list[Identity] = field(default_factory=list)  # whose older tickets have to follow
    any_ticket: bool = False


def heads_of(identities: Iterable[Identity]) -> Heads:
    return {identity.key: conversations.head(identity) for identity in identities}


def heard(heads: Heads) -> dict[str, datetime]:
    """When each of them wrote last, as far as they did."""
    return {key: head.ticket.heard_at for key, head in heads.items() if head.ticket and head.ticket.heard_at}


def move(
    identities: Sequence[Identity], heads: Heads, client: Client, by: Author, settings: Settings, now: datetime
) -> Moved:
    """The conversations of ``identities`` with their newest tickets, as they are once they are ``client``'s."""
    moved = Moved()
    most = max(1, MOST_TOGETHER // max(1, len(identities)))
    for identity in identities:
        conversation = heads[identity.key].conversation
        if conversation is None:
            continue
        found = list(islice(conversations.tickets_of(identity), most + 1))
        recent, more = found[:most], len(found) > most
        after = replace(conversation, client_id=client.id, moving_since=now if more else None)
        moved.items.append(conversations.conversation_item(after))
        for n, ticket in enumerate(recent):
            ticket = _belongs_to(client, ticket, n == 0, by, settings, now)
            moved.items += conversations.ticket_items(ticket)
            moved.clock = max(moved.clock, ticket.clock)
        moved.any_ticket |= bool(recent)
        moved.unfinished += [identity] if more else []
    return moved


def go_on(settings: Settings, now: datetime) -> int:
    """Whatever a worker that died left behind follows its conversation. Returns how many conversations had such."""
    found = conversations.moving(now, MOST_AT_ONCE)
    for identity in found:
        follow(identity, settings, now)
    return len(found)


def follow(identity: Identity, settings: Settings, now: datetime) -> None:
    """The tickets that are still with another client than their conversation come after it."""
    retrying(lambda: _follow(identity, settings, now))


def _follow(identity: Identity, settings: Settings, now: datetime) -> None:
    conversation = conversations.head(identity).conversation
    if conversation is None or conversation.moving_since is None:
        return
    client, by = clients.client_by_id(conversation.client_id), serving.DESK
    behind = [ticket for ticket in conversations.tickets_of(identity) if ticket.client_id != client.id]
    for start in range(0, len(behind), MOST_TOGETHER):
        together = (_belongs_to(client, each, False, by, settings, now) for each in behind[start:][:MOST_TOGETHER])
        commit(*(item for ticket in together for item in conversations.ticket_items(ticket)))
    commit(conversations.conversation_item(replace(conversation, moving_since=None)))
    log.info("tickets__followed", extra={"client_id": client.id, "tickets": len(behind)})


def _belongs_to(client: Client, ticket: Ticket, newest: bool, by: Author, settings: Settings, now: datetime) -> Ticket:
    """An unfinished ticket is served by the client's tier from now on, and so is the newest, which the next message may
    reopen. Others stay as they were served."""
    moved = ticket_life.belongs_to(ticket, client.id, client.name)
    if ticket.status is Status.CLOSED and not newest:
        return moved
    return ticket_deadlines.reckon(
        serving.served_anew(moved.ticked(now), client, by, settings, now), settings.calendars, now
    )
