"""Tickets of an outage, in the outage's own partition, and the rounds that are made through all of them."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.desk.outage_tickets import OutageTicket, Round
from chalicelib.store.table import Item, OutageItem, bumped, decode, encode, timestamp

_WAITING = "ROUNDS"


def ticket_item(found: OutageTicket) -> Item:
    """Which ticket is about which outage: written with the ticket that says so."""
    return OutageItem(_partition(found.outage_id), f"TICKET#{found.ticket_id}", body=encode(found))


def is_known(outage_id: str, ticket_id: str) -> bool:
    """Strongly consistent."""
    return OutageItem.count(_partition(outage_id), OutageItem.sk == f"TICKET#{ticket_id}", consistent_read=True) > 0


def of_outage(outage_id: str, after: str = "") -> Iterator[tuple[str, OutageTicket]]:
    """In the order in which they were opened, each with its place; strongly consistent."""
    span = OutageItem.sk.between(after or "TICKET#", "TICKET#~")
    found = OutageItem.query(_partition(outage_id), span, consistent_read=True, page_size=100)
    return ((str(item.sk), decode(item, OutageTicket)) for item in found if item.sk != after)


def round_item(made: Round) -> Item:
    made = bumped(made)
    item = OutageItem(_partition(made.outage_id), f"ROUND#{made.id}", body=encode(made), version=made.version)
    if not made.finished:
        item.due_shard, item.due_at = _WAITING, timestamp(made.wake_at)
    return item


def round_by_id(outage_id: str, round_id: str) -> Round:
    """Strongly consistent."""
    return decode(OutageItem.get(_partition(outage_id), f"ROUND#{round_id}", consistent_read=True), Round)


def standing_still(now: datetime, limit: int) -> list[Round]:
    """Rounds that somebody has to go on with."""
    found = OutageItem.by_due.query(_WAITING, OutageItem.due_at <= timestamp(now), limit=limit)
    return [decode(item, Round) for item in found]


def _partition(outage_id: str) -> str:
    return f"OUTAGE#{outage_id}"
