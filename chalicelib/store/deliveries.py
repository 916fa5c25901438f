"""Deliveries of announcements, one per client; how many of them stand where; and the segments of the audience that are
still being planned.

Deliveries are spread over as many partitions as there are tallies. A delivery and its tally move in one transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from chalicelib.desk.announcements import Announcement
from chalicelib.desk.audience import Part, part_of
from chalicelib.desk.deliveries import Delivery, Segment, State
from chalicelib.desk.outages import Outage
from chalicelib.desk.tallies import Tally, shard_of
from chalicelib.store import outages
from chalicelib.store.table import Item, Lost, OutageItem, bumped, commit, decode, encode, retrying, timestamp

KEPT_FOR = timedelta(days=400)
MOST_TOGETHER = 50  # deliveries written in one transaction

_STANDING = "SEGMENTS"
_MAYBE_TOLD = (State.SENDING, State.SENT, State.UNKNOWN)


def save(delivery: Delivery) -> None:
    """Write it, and count it where it stands now: half the price when that is where it stood. Raises Lost when somebody else
    has changed it meanwhile."""
    if delivery.counted == delivery.standing:
        commit(_delivery_item(delivery))
    elif not retrying(lambda: _write_and_count([delivery], _tally(delivery))):
        raise Lost(*_key(delivery))


def plan(page: Sequence[Delivery]) -> None:
    """Write those of an announcement that are not there yet; one that is there stays as it is, however far it got."""
    if not page:
        return
    by_shard: dict[int, list[Delivery]] = {}
    for delivery in page:
        by_shard.setdefault(shard_of(delivery.client_id), []).append(delivery)
    outage_id, n = page[0].outage_id, page[0].n
    known = {shard: Tally(outage_id, n, shard) for shard in by_shard}
    known |= {tally.shard: tally for tally in tallies(outage_id, n)}
    for of_shard in by_shard.values():
        for together in (of_shard[start : start + MOST_TOGETHER] for start in range(0, len(of_shard), MOST_TOGETHER)):
            retrying(partial(_plan, together, known))


def _plan(together: Sequence[Delivery], known: dict[int, Tally]) -> None:
    """Some may have been planned before a crash, or by another planner. A tally is ``known`` as it was when the page began, and
    read again once that has proved too old. Raises Lost."""
    shard = shard_of(together[0].client_id)
    if not _write_and_count(together, known.pop(shard) if shard in known else _tally(together[0])):
        there = {item.sk for item in OutageItem.batch_get(map(_key, together), consistent_read=True)}
        missing = [delivery for delivery in together if delivery.client_id not in there]
        if missing and not _write_and_count(missing, _tally(missing[0])):
            raise Lost(*_key(missing[0]))


def _write_and_count(together: Sequence[Delivery], tally: Tally) -> bool:
    """Of one shard. Returns whether they were written, or one of them was changed by somebody else; raises Lost when only the
    tally was: it is worth trying again."""
    items = [_delivery_item(replace(delivery, counted=delivery.standing)) for delivery in together]
    try:
        commit(*items, _tally_item(tally.counting(together)))
    except Lost as lost:
        if lost.args == _tally_key(tally):
            raise
        return False
    return True


def _delivery_item(delivery: Delivery) -> Item:
    """Keyed by announcement and client: there can be only one. Who has been told, or may be just now, is listed by the part
    of everybody they are in, so that the end of the outage finds exactly them."""
    delivery = bumped(delivery)
    item = OutageItem(
        *_key(delivery),
        body=encode(delivery),
        version=delivery.version,
        expires_at=int((delivery.created_at + KEPT_FOR).timestamp()),
    )
    if delivery.state in _MAYBE_TOLD:
        item.listed = _told(delivery.outage_id, part_of(delivery.tier, delivery.client_id))
        item.listed_order = f"{delivery.client_id}#{delivery.n}"
    return item


def delivery_if_any(outage_id: str, n: int, client_id: str) -> Delivery | None:
    """Strongly consistent."""
    try:
        item = OutageItem.get(_partition(outage_id, n, client_id), client_id, consistent_read=True)
    except OutageItem.DoesNotExist:
        return None
    return decode(item, Delivery)


@dataclass(frozen=True)
class Task:
    """A delivery with what it is about, and what the same client was to be told of the outage before."""

    delivery: Delivery
    earlier: list[Delivery]
    outage: Outage
    announcement: Announcement


def task_if_any(outage_id: str, n: int, client_id: str) -> Task | None:
    """All of it in one read, strongly consistent."""
    outage, announcement = outages.keys(outage_id, n)
    own = [(_partition(outage_id, each, client_id), client_id) for each in range(1, n + 1)]
    items = {
        (item.pk, item.sk): item for item in OutageItem.batch_get([outage, announcement, *own], consistent_read=True)
    }
    *earlier, delivery = (decode(items[key], Delivery) if key in items else None for key in own)
    if delivery is None:
        return None
    about = decode(items[outage], Outage), decode(items[announcement], Announcement)
    return Task(delivery, [each for each in earlier if each], *about)


def of_clients(outage_id: str, n: int, client_ids: Iterable[str]) -> list[Delivery]:
    """Those there are; strongly consistent."""
    keys = [(_partition(outage_id, n, client_id), client_id) for client_id in client_ids]
    return [decode(item, Delivery) for item in OutageItem.batch_get(keys, consistent_read=True)]


def tallies(outage_id: str, n: int) -> list[Tally]:
    """All of an announcement; strongly consistent."""
    return [decode(item, Tally) for item in OutageItem.query(_tallies(outage_id, n), consistent_read=True)]


def _tally(delivery: Delivery) -> Tally:
    """Of the shard it is in; strongly consistent."""
    empty = Tally(delivery.outage_id, delivery.n, shard_of(delivery.client_id))
    try:
        return decode(OutageItem.get(*_tally_key(empty), consistent_read=True), Tally)
    except OutageItem.DoesNotExist:
        return empty


def _tally_item(tally: Tally) -> Item:
    tally = bumped(tally)
    return OutageItem(*_tally_key(tally), body=encode(tally), version=tally.version)


def told(outage_id: str, part: Part, after: str | None, limit: int) -> tuple[list[Delivery], str | None]:
    """A page of those who were told of the outage, or may be just now, by client; and where the next page begins, None
    after the last. From an index: who was claimed in the last second may be missing."""
    beyond = OutageItem.listed_order > after if after else None
    items = list(OutageItem.by_list.query(_told(outage_id, part), beyond, limit=limit))
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


def _key(delivery: Delivery) -> tuple[str, str]:
    return _partition(delivery.outage_id, delivery.n, delivery.client_id), delivery.client_id


def _partition(outage_id: str, n: int, client_id: str) -> str:
    return f"DELIVERIES#{outage_id}#{n:04d}#{shard_of(client_id):02d}"


def _tallies(outage_id: str, n: int) -> str:
    return f"TALLIES#{outage_id}#{n:04d}"


def _tally_key(tally: Tally) -> tuple[str, str]:
    return _tallies(tally.outage_id, tally.n), f"{tally.shard:02d}"


def _told(outage_id: str, part: Part) -> str:
    return f"TOLD#{outage_id}#{part.name}"


def _segment_key(segment: Segment) -> tuple[str, str]:
    part = segment.part
    return f"OUTAGE#{segment.outage_id}", f"SEGMENT#{segment.n:04d}#{part.tier.rank}#{part.n:02d}"
