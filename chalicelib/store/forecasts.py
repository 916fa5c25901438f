"""Who an announcement will go to, as far as it is counted: in the outage's own partition."""

from datetime import datetime

from chalicelib.desk.forecasts import Census, Count, Stretch
from chalicelib.store.table import Item, OutageItem, bumped, decode, encode, timestamp

_COUNTING = "COUNTS"


def items(census: Census) -> list[Item]:
    return [count_item(census.count), *map(stretch_item, census.stretches)]


def count_item(count: Count) -> Item:
    count = bumped(count)
    return OutageItem(*_key(count.outage_id, count.n), body=encode(count), version=count.version)


def stretch_item(stretch: Stretch) -> Item:
    stretch = bumped(stretch)
    return OutageItem(
        *stretch_key(stretch),
        body=encode(stretch),
        version=stretch.version,
        due_shard=_COUNTING,
        due_at=timestamp(stretch.wake_at),
    )


def as_read(stretch: Stretch) -> Item:
    """For who deletes it, if nobody has changed it since."""
    return OutageItem(*stretch_key(stretch), version=stretch.version)


def census_if_any(outage_id: str, n: int) -> Census | None:
    """Strongly consistent."""
    pk, place = _key(outage_id, n)
    found = list(OutageItem.query(pk, OutageItem.sk.startswith(place), consistent_read=True))
    if not found:
        return None
    count, *left = found  # the count's key is the beginning of the others'
    return Census(decode(count, Count), tuple(decode(item, Stretch) for item in left))


def stretches(outage_id: str, n: int) -> list[Stretch]:
    """That are not counted to their end, VIPs first; strongly consistent."""
    known = census_if_any(outage_id, n)
    return list(known.stretches) if known else []


def count(outage_id: str, n: int) -> Count:
    """Strongly consistent."""
    return decode(OutageItem.get(*_key(outage_id, n), consistent_read=True), Count)


def standing_still(now: datetime, limit: int) -> list[Stretch]:
    """Stretches that somebody has to go on with."""
    found = OutageItem.by_due.query(_COUNTING, OutageItem.due_at <= timestamp(now), limit=limit)
    return [decode(item, Stretch) for item in found]


def stretch_key(stretch: Stretch) -> tuple[str, str]:
    pk, place = _key(stretch.outage_id, stretch.n)
    return pk, f"{place}#{stretch.part.tier.rank}#{stretch.part.n:02d}"


def _key(outage_id: str, n: int) -> tuple[str, str]:
    return f"OUTAGE#{outage_id}", f"COUNT#{n:04d}"
