"""Conversations and their tickets. They share a partition, so that one query answers what an incoming message needs:
the conversation (sorted last, as ``TICKETS``) and the newest ticket before it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from heapq import merge

from chalicelib.desk.clients import Conversation, Identity, Tier
from chalicelib.desk.tickets import Status, Ticket, is_callback_owed, is_in_queue
from chalicelib.store import editions
from chalicelib.store.table import DeskItem, Item, NotFound, bumped, decode, encode, timestamp

SHARDS = 4
PAGE = 100  # items that a list reads at a time
FEW = 16  # that the queue reads at a time: it shows hardly more
HEAL_AFTER = timedelta(seconds=30)  # a worker that lives has finished by then
_NEVER = "9999"
_CALLBACKS = "CALLBACKS"


class Asks(StrEnum):
    """Whom an unfinished ticket asks for something: a list each, so that the queue and "Next" read nothing else."""

    ANYBODY = "UNTAKEN"
    ITS_OWNER = "OPEN"
    NOBODY = "WAITING"  # but the client


@dataclass(frozen=True)
class Head:
    """The conversation and its newest ticket, as an incoming message finds them."""

    conversation: Conversation | None
    ticket: Ticket | None


def head(identity: Identity) -> Head:
    """One strongly consistent query of at most two items."""
    found = editions.as_it_holds(
        DeskItem.query(
            _partition(identity),
            DeskItem.sk.startswith("TICKET"),
            scan_index_forward=False,
            limit=2,
            consistent_read=True,
        )
    )
    conversation = next((decode(item, Conversation) for item in found if item.sk == "TICKETS"), None)
    ticket = next((decode(item, Ticket) for item in found if item.sk != "TICKETS"), None)
    return Head(conversation, ticket)


def of_identities(identities: Iterable[Identity]) -> dict[str, Conversation]:
    """The conversations there are, by the key of their identity."""
    keys = sorted({(_partition(identity), "TICKETS") for identity in identities})
    items = editions.as_it_holds(DeskItem.batch_get(keys, consistent_read=True))
    found = (decode(item, Conversation) for item in items)
    return {conversation.identity.key: conversation for conversation in found}


def heads_of(identities: Iterable[Identity]) -> list[Head]:
    """Of the conversations there are: two reads for a hundred of them. A ticket may be as it was a moment ago."""
    known = of_identities(identities).values()
    keys = [(_partition(each.identity), f"TICKET#{each.newest_ticket}") for each in known if each.newest_ticket]
    newest = {ticket.id: ticket for ticket in (decode(item, Ticket) for item in DeskItem.batch_get(keys))}
    return [Head(conversation, newest.get(conversation.newest_ticket)) for conversation in known]


def tickets_of(identity: Identity) -> Iterator[Ticket]:
    """All tickets of a conversation, the newest first; strongly consistent."""
    found = DeskItem.query(
        _partition(identity), DeskItem.sk.startswith("TICKET#"), scan_index_forward=False, consistent_read=True
    )
    return (decode(item, Ticket) for item in found)


def moving(now: datetime, limit: int) -> list[Identity]:
    """Whose conversations went to another client some time ago, and left tickets behind."""
    found = DeskItem.by_due.query("MOVING", DeskItem.due_at <= timestamp(now), limit=limit)
    return [decode(item, Conversation).identity for item in found]


def ticket_by_id(ticket_id: str) -> Ticket:
    """Raises NotFound."""
    try:
        pointer = DeskItem.get(f"TICKET#{ticket_id}", "POINTER", consistent_read=True)
        item = DeskItem.get(pointer.body, f"TICKET#{ticket_id}", consistent_read=True)
    except DeskItem.DoesNotExist as error:
        raise NotFound(ticket_id) from error
    return decode(item, Ticket)


def conversation_item(conversation: Conversation) -> Item:
    conversation = bumped(conversation)
    item = DeskItem(
        _partition(conversation.identity),
        "TICKETS",
        body=encode(conversation),
        version=conversation.version,
        related=f"CLIENT#{conversation.client_id}",
        related_order=f"CONVERSATION#{conversation.identity.key}",
    )
    if conversation.moving_since:
        item.due_shard, item.due_at = "MOVING", timestamp(conversation.moving_since + HEAL_AFTER)
    return item


def ticket_items(ticket: Ticket) -> list[Item]:
    """The ticket and, when it is new, the pointer by which its id finds it."""
    stored = bumped(ticket)
    item = DeskItem(
        _partition(ticket.identity),
        f"TICKET#{ticket.id}",
        body=encode(stored),
        version=stored.version,
        related=f"CLIENT#{ticket.client_id}",
        related_order=f"TICKET#{ticket.id}",
    )
    item.listed, item.listed_order = _place_in_lists(ticket)
    if ticket.look_at:
        item.due_shard, item.due_at = f"TICKET#{_shard(ticket.id)}", timestamp(ticket.look_at)
    if ticket.version:
        return [item]
    return [item, DeskItem(f"TICKET#{ticket.id}", "POINTER", body=_partition(ticket.identity))]


def due(now: datetime) -> Iterator[Ticket]:
    """Tickets the minute's check has to look at, longest due first, read a page at a time. The index is eventually consistent:
    the copies may be of a moment ago."""
    span = DeskItem.due_at <= timestamp(now)
    shards = (DeskItem.by_due.query(f"TICKET#{shard}", span, page_size=PAGE) for shard in range(SHARDS))
    return (decode(item, Ticket) for item in merge(*shards, key=lambda item: item.due_at))


def as_they_are(found: Iterable[Ticket]) -> list[Ticket]:
    """The same tickets, strongly consistent."""
    keys = [(_partition(ticket.identity), f"TICKET#{ticket.id}") for ticket in found]
    return [decode(item, Ticket) for item in DeskItem.batch_get(keys, consistent_read=True)]


# Lists to be read a page at a time: each row is the ticket's place in its list, and the ticket; ``after`` and ``before``
# are such places, empty at the beginning. From indexes: a change of the last second may be missing.


def open_of_tier(tier: Tier, after: str = "") -> Iterator[tuple[str, Ticket]]:
    """Unfinished tickets, the nearest deadline first."""
    return _by_due(tier, tuple(Asks), after)


def queue_of_tier(tier: Tier) -> Iterator[Ticket]:
    """Those that ask something of the team, the nearest deadline first."""
    return (ticket for _, ticket in _by_due(tier, (Asks.ANYBODY, Asks.ITS_OWNER), page_size=FEW))


def untaken_of_tier(tier: Tier) -> Iterator[Ticket]:
    """Those of them that nobody has taken, however many others there are."""
    return (ticket for _, ticket in _by_due(tier, (Asks.ANYBODY,), page_size=FEW))


def callbacks(after: str = "") -> Iterator[tuple[str, Ticket]]:
    """Closed tickets whose client is still owed a call-back, the nearest deadline first."""
    return _listed(_CALLBACKS, after, newest_first=False)


def closed_on(day: date, before: str = "") -> Iterator[tuple[str, Ticket]]:
    """Tickets closed on that day (UTC) and not reopened, the latest first; no call-back is owed."""
    return _listed(f"CLOSED#{day:%Y-%m-%d}", before, newest_first=True)


def of_client(client_id: str, before: str = "") -> Iterator[tuple[str, Ticket]]:
    """All tickets of a client, the newest first."""
    span = DeskItem.related_order.between("TICKET#", before or "TICKET#~")
    found = DeskItem.by_relation.query(f"CLIENT#{client_id}", span, scan_index_forward=False, page_size=PAGE)
    return ((str(item.related_order), decode(item, Ticket)) for item in found if item.related_order != before)


def _by_due(tier: Tier, asking: Iterable[Asks], after: str = "", page_size: int = PAGE) -> Iterator[tuple[str, Ticket]]:
    lists = (_listed(f"{asks}#{tier}", after, newest_first=False, page_size=page_size) for asks in asking)
    return merge(*lists, key=lambda row: row[0])


def _listed(place: str, beyond: str, *, newest_first: bool, page_size: int = PAGE) -> Iterator[tuple[str, Ticket]]:
    order = DeskItem.listed_order
    span = order < (beyond or "~") if newest_first else order > (beyond or " ")
    found = DeskItem.by_list.query(place, span, scan_index_forward=not newest_first, page_size=page_size)
    return ((str(item.listed_order), decode(item, Ticket)) for item in found)


def _partition(identity: Identity) -> str:
    return f"CHAT#{identity.key}"


def _shard(ticket_id: str) -> int:
    return sum(ticket_id.encode()) % SHARDS


def _place_in_lists(ticket: Ticket) -> tuple[str, str]:
    """Unfinished tickets: per tier and whom they ask, by the next deadline. Closed ones: per day, by the time of closing,
    as soon as no call-back is owed."""
    due_at = timestamp(ticket.next_due.at) if ticket.next_due else _NEVER
    if ticket.status is Status.CLOSED and ticket.closed_at:
        if is_callback_owed(ticket):
            return _CALLBACKS, f"{due_at}#{ticket.id}"
        return f"CLOSED#{ticket.closed_at:%Y-%m-%d}", f"{timestamp(ticket.closed_at)}#{ticket.id}"
    return f"{_asks(ticket)}#{ticket.tier}", f"{due_at}#{ticket.id}"


def _asks(ticket: Ticket) -> Asks:
    if not is_in_queue(ticket):
        return Asks.NOBODY
    return Asks.ITS_OWNER if ticket.owner else Asks.ANYBODY
