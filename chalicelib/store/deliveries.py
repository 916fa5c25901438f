"""Deliveries of announcements, one per client, and the segments of the audience that are still being planned."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from chalicelib.desk.clients import Tier
from chalicelib.desk.deliveries import Delivery, Segment, State
from chalicelib.store.table import Exists, Item, Lost, OutageItem, bumped, commit, decode, encode, retrying, timestamp

KEPT_FOR = timedelta(days=400)
MOST_TOGETHER = 50  # deliveries written in one transaction

_STANDING = "SEGMENTS"
_MAYBE_TOLD = (State.SENDING, State.SENT, State.UNKNOWN)


def delivery_item(delivery: Delivery) -> Item:
    """Keyed by announcement and client: there can be only one. Who has been told, or may be just now, is listed by tier,
    so that the end of the outage finds exactly them."""
    delivery = bumped(delivery)
    item = OutageItem(
        _partition(delivery.outage_id, delivery.n),
        delivery.client_id,
        body=encode(delivery),
        version=delivery.version,
        expires_at=int((delivery.created_at + KEPT_FOR).timestamp()),
    )
    if delivery.state in _MAYBE_TOLD:
        item.listed, item.listed_order = _told(delivery.outage_id, delivery.tier), f"{delivery.client_id}#{delivery.n}"
    return item


def plan(deliveries: Sequence[Delivery]) -> None:
    """Write those that are not there yet; one that is there stays as it is, however far it got."""
    for start in range(0, len(deliveries), MOST_TOGETHER):
        together = deliveries[start : start + MOST_TOGETHER]
        try:
            commit(*map(delivery_item, together))
        except Lost:
            for delivery in together:
                _plan_one(delivery)


def _plan_one(delivery: Delivery) -> None:
    try:
        retrying(lambda: commit(once=delivery_item(delivery)))
    except Exists:
        return  # planned before a crash, or by another planner


def delivery_if_any(outage_id: str, n: int, client_id: str) -> Delivery | None:
    """Strongly consistent."""
    try:
        item = OutageItem.get(_partition(outage_id, n), client_id, consistent_read=True)
    except OutageItem.DoesNotExist:
        return None
    return decode(item, Delivery)


def of_announcement(outage_id: str, n: int) -> Iterator[Delivery]:
    """All of an announcement; strongly consistent."""
    found = OutageItem.query(_partition(outage_id, n), consistent_read=True)
    return (decode(item, Delivery) for item in found)


def told(outage_id: str, tier: Tier, after: str | None, limit: int) -> tuple[list[Delivery], str | None]:
    """A page of those who were told of the outage, or may be just now, by client; and where the next page begins, None
    after the last. From an index: who was claimed in the last second may be missing."""
    beyond = OutageItem.listed_order > after if after else None
    items = list(OutageItem.by_list.query(_told(outage_id, tier), beyond, limit=limit))
    cursor = str(items[-1].listed_order) if len(items) == limit else None
    return [decode(item, Delivery) for item in items], cursor


def segment_item(segment: Segment) -> Item:
    segment = bumped(segment)
    item = OutageItem(*_segment_key(segment), body=encode(segment), version=segment.version)
    if not segment.finished:
        item.due_shard, item.due_at = _STANDING, timestamp(segment.wake_at)
    return item


def segments(outage_id: str, n: int) -> list[Segment]:
    """Of an announcement, VIPs first; strongly consistent."""
    found = OutageItem.query(f"OUTAGE#{outage_id}", OutageItem.sk.startswith(f"SEGMENT#{n:04d}#"), consistent_read=True)
    return [decode(item, Segment) for item in found]


def standing_still(now: datetime, limit: int) -> list[Segment]:
    """Segments that somebody has to go on with."""
    found = OutageItem.by_due.query(_STANDING, OutageItem.due_at <= timestamp(now), limit=limit)
    return [decode(item, Segment) for item in found]


def _partition(outage_id: str, n: int) -> str:
    return f"DELIVERIES#{outage_id}#{n:04d}"


def _told(outage_id: str, tier: Tier) -> str:
    return f"TOLD#{outage_id}#{tier}"


def _segment_key(segment: Segment) -> tuple[str, str]:
    return f"OUTAGE#{segment.outage_id}", f"SEGMENT#{segment.n:04d}#{segment.tier.rank}"
