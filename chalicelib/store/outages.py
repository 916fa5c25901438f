"""Outages and their announcements, and what of them still has to be handed to the topic.

All outages share one partition, since the status page needs them strongly consistent and there are a few a week.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from chalicelib.desk.announcements import Announcement, Publication
from chalicelib.desk.identifiers import new_id
from chalicelib.desk.outages import Outage
from chalicelib.desk.progress import Progress
from chalicelib.store.table import Exists, Item, NotFound, OutageItem, bumped, decode, encode, timestamp

HEAL_AFTER = timedelta(seconds=30)  # a publication that is being made right now needs no healing
SAME_FOR = timedelta(minutes=10)  # the same declared again within these is a second click
PAGE = 50  # outages that a list reads at a time

Key = tuple[str, str]

_WAITING, _BEGINNING, _OVERDUE, _SHOWN = "PUBLICATIONS", "BEGINNINGS", "OVERDUE", "PROGRESS"


def outage_item(outage: Outage) -> Item:
    """What begins by itself is found by its hour, what goes on by the time when it is expected to be over."""
    outage = bumped(outage)
    item = OutageItem("OUTAGES", outage.id, body=encode(outage), version=outage.version)
    if outage.begins_at:
        item.due_shard, item.due_at = _BEGINNING, timestamp(outage.begins_at)
    elif outage.overdue_at:
        item.due_shard, item.due_at = _OVERDUE, timestamp(outage.overdue_at)
    return item


def declared_item(outage: Outage, now: datetime) -> Item:
    """That exactly this is declared by its author: written with the outage, so that of the same several times one wins.

    :raises Exists: it was, moments ago.
    """
    latest = outage.latest
    said = encode([latest.author.id, outage.title, outage.kind, latest.text, outage.components, outage.rehearsal])
    item = OutageItem(f"DECLARED#{sha256(said.encode()).hexdigest()}", "DECLARED", body=encode(now))
    item.expires_at = int((now + SAME_FOR).timestamp())
    try:
        before = OutageItem.get(item.pk, item.sk, consistent_read=True)
    except OutageItem.DoesNotExist:
        return item
    if now - decode(before, datetime) < SAME_FOR:
        raise Exists(item.pk, item.sk)
    item.version = before.version + 1
    return item


def beginning(now: datetime, limit: int) -> list[Outage]:
    """Planned work whose hour has come."""
    found = OutageItem.by_due.query(_BEGINNING, OutageItem.due_at <= timestamp(now), limit=limit)
    return [decode(item, Outage) for item in found]


def overdue(now: datetime, limit: int) -> list[Outage]:
    """What was to be over by now, and nobody has said so."""
    found = OutageItem.by_due.query(_OVERDUE, OutageItem.due_at <= timestamp(now), limit=limit)
    return [decode(item, Outage) for item in found]


def progress_item(progress: Progress) -> Item:
    progress = bumped(progress)
    key = f"OUTAGE#{progress.outage_id}", f"PROGRESS#{progress.n:04d}"
    item = OutageItem(*key, body=encode(progress), version=progress.version)
    if not progress.finished:
        item.due_shard, item.due_at = _SHOWN, timestamp(progress.wake_at)
    return item


def progress_due(now: datetime, limit: int) -> list[Progress]:
    found = OutageItem.by_due.query(_SHOWN, OutageItem.due_at <= timestamp(now), limit=limit)
    return [decode(item, Progress) for item in found]


def announcement_item(announcement: Announcement) -> Item:
    announcement = bumped(announcement)
    return OutageItem(
        f"OUTAGE#{announcement.outage_id}",
        f"ANNOUNCEMENT#{announcement.n:04d}",
        body=encode(announcement),
        version=announcement.version,
    )


def outage(outage_id: str) -> Outage:
    """Strongly consistent. Raises NotFound."""
    try:
        return decode(OutageItem.get("OUTAGES", outage_id, consistent_read=True), Outage)
    except OutageItem.DoesNotExist as error:
        raise NotFound(outage_id) from error


def since(first: datetime) -> Iterator[Outage]:
    """Outages declared since then, oldest first; strongly consistent."""
    found = OutageItem.query("OUTAGES", OutageItem.sk >= new_id(first), consistent_read=True)
    return (decode(item, Outage) for item in found)


def listed(before: str = "") -> Iterator[tuple[str, Outage]]:
    """The newest first, each with its place in this list; only those after the place ``before``."""
    older = OutageItem.sk < before if before else None
    found = OutageItem.query("OUTAGES", older, scan_index_forward=False, page_size=PAGE, consistent_read=True)
    return ((str(item.sk), decode(item, Outage)) for item in found)


def keys(outage_id: str, n: int) -> tuple[Key, Key]:
    """Of the outage and of its announcement: for who reads them together with other things."""
    return ("OUTAGES", outage_id), (f"OUTAGE#{outage_id}", f"ANNOUNCEMENT#{n:04d}")


def announcement(outage_id: str, n: int) -> Announcement:
    """Strongly consistent. Raises NotFound."""
    try:
        item = OutageItem.get(f"OUTAGE#{outage_id}", f"ANNOUNCEMENT#{n:04d}", consistent_read=True)
    except OutageItem.DoesNotExist as error:
        raise NotFound(f"{outage_id}/{n}") from error
    return decode(item, Announcement)


def announcements(outage_id: str) -> list[Announcement]:
    """All of an outage, in their order; strongly consistent."""
    found = OutageItem.query(f"OUTAGE#{outage_id}", OutageItem.sk.startswith("ANNOUNCEMENT#"), consistent_read=True)
    return [decode(item, Announcement) for item in found]


def publication_item(publication: Publication, now: datetime) -> Item:
    """What has to be handed to the topic: committed with its cause, removed when it has been handed over."""
    return OutageItem(
        *_key(publication),
        body=encode(publication),
        due_shard=_WAITING,
        due_at=timestamp(now + HEAL_AFTER),
    )


def published(publication: Publication) -> None:
    OutageItem(*_key(publication)).delete()


def unpublished(now: datetime, limit: int) -> list[Publication]:
    """What should have been handed over by now; a crash came between."""
    found = OutageItem.by_due.query(_WAITING, OutageItem.due_at <= timestamp(now), limit=limit)
    return [decode(item, Publication) for item in found]


def _key(publication: Publication) -> tuple[str, str]:
    return f"OUTAGE#{publication.outage_id}", f"PUBLICATION#{publication.n:04d}"
