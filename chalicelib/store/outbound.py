"""What has to leave, in the order it has to leave, per destination. The store is the ordered truth; nudges only wake it."""

from datetime import datetime, timedelta

from chalicelib.desk.outbound import Outbound
from chalicelib.store.table import DeskItem, Item, bumped, decode, encode, timestamp

SHARDS = 4
KEPT_FOR = timedelta(days=90)
HEAL_AFTER = timedelta(seconds=30)  # an item that a living nudge will send needs no healing


def outbound_item(outbound: Outbound) -> Item:
    """A finished item leaves the sparse indexes: the one that keeps the order and the one the minute's check reads."""
    outbound = bumped(outbound)
    item = DeskItem(
        f"OUT#{outbound.destination}",
        outbound.order,
        body=encode(outbound),
        version=outbound.version,
    )
    if outbound.ticket_id:
        item.related, item.related_order = f"TICKET#{outbound.ticket_id}", f"OUTBOUND#{outbound.order}"
    if outbound.finished:
        item.expires_at = int((outbound.created_at + KEPT_FOR).timestamp())
    else:
        item.unfinished_order = outbound.order
        item.due_shard = f"OUTBOUND#{sum(outbound.destination.encode()) % SHARDS}"
        item.due_at = timestamp((outbound.lease_until or outbound.not_before or outbound.created_at) + HEAL_AFTER)
    return item


def unfinished(destination: str, limit: int = 20) -> list[Outbound]:
    """The oldest unfinished items of a destination, in order; strongly consistent."""
    found = DeskItem.unfinished.query(f"OUT#{destination}", limit=limit, consistent_read=True)
    return [decode(item, Outbound) for item in found]


def outbound_if_any(destination: str, order: str) -> Outbound | None:
    """Strongly consistent. None when it is so old that it has been forgotten."""
    try:
        return decode(DeskItem.get(f"OUT#{destination}", order, consistent_read=True), Outbound)
    except DeskItem.DoesNotExist:
        return None


def stuck(now: datetime, limit: int) -> list[str]:
    """Destinations with items that should have left by now, whatever lost their nudge; at most ``limit`` items a shard."""
    return sorted(
        {
            item.pk.removeprefix("OUT#")
            for shard in range(SHARDS)
            for item in DeskItem.by_due.query(f"OUTBOUND#{shard}", DeskItem.due_at <= timestamp(now), limit=limit)
        }
    )


def of_ticket(ticket_id: str) -> list[Outbound]:
    found = DeskItem.by_relation.query(f"TICKET#{ticket_id}", DeskItem.related_order.startswith("OUTBOUND#"))
    return [decode(item, Outbound) for item in found]
