"""A list that is larger than a transaction is replaced whole: its new edition is prepared item by item, and holds from one
write of the pointer on. Called by the import of VIPs and by the minute's check.

    prepared ──publish──▶ published ──settle──▶ every item is like any other again
        └────drop────▶ dropped ──put back──▶ every item is what it was

An item that an edition changes stays what it is, and carries beside it what it is in that edition. Whoever reads such an
item asks the pointer which of the two holds; an item that carries nothing costs nothing. Whoever wants to write one that is
only prepared loses, since its version has gone on; then the edition makes way (it is dropped, and prepared anew).
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.desk.messages import Author
from chalicelib.desk.registry import Followed
from chalicelib.store.table import (
    MOST_WRITES,
    DeskItem,
    Item,
    Lost,
    after_loss,
    bumped,
    commit,
    connection,
    decode,
    encode,
    retrying,
)

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=40)  # no function that prepares or settles lives for longer
REMEMBERED = 5  # editions
MOST_PREPARED = MOST_WRITES - 2  # items in one transaction, beside the part and the pointer
_PARTITION, _POINTER = "EDITIONS", "EDITIONS"
_KINDS = ("CLIENT", "CONTACT", "TICKETS", "CHANGE#")  # what an edition may change
_STATE = ("body", "related", "related_order", "listed", "listed_order")

Key = tuple[str, str]


class Busy(Exception):  # noqa: N818
    """Another edition is being prepared or settled at this moment."""


@dataclass(frozen=True)
class Editions:
    """The pointer. The last of ``published`` holds; those before it did, for whoever read an item a moment ago. ``until``:
    whoever prepares or settles has finished by then, or is dead."""

    published: tuple[str, ...] = ()
    prepared: str = ""
    until: datetime | None = None
    version: int = 0

    def is_at_work(self, now: datetime) -> bool:
        return self.until is not None and self.until > now


@dataclass(frozen=True)
class Part:
    """What one transaction prepared: the items, and what follows for which clients once the edition holds."""

    edition: str
    n: int
    keys: tuple[Key, ...]
    by: Author
    followed: tuple[Followed, ...]


def prepare(edition: str, now: datetime) -> Editions:
    """Begin an edition. Raises Busy."""
    state = current()
    if state.is_at_work(now):
        raise Busy
    return _moved(replace(state, prepared=edition, until=now + LEASE))


def add(state: Editions, part: Part, items: Sequence[Item], gone: Sequence[Item]) -> Editions:
    """Prepare these items, as ``commit`` would write and delete them. Raises Lost: the edition cannot become whole."""
    keys = tuple((item.pk, item.sk) for item in (*items, *gone))
    known = {(item.pk, item.sk): item for item in DeskItem.batch_get(list(keys), consistent_read=True)}
    prepared = [_prepared(part.edition, item, known.get((item.pk, item.sk)), stays=True) for item in items]
    prepared += [_prepared(part.edition, item, item, stays=False) for item in gone]
    commit(*prepared, _part_item(replace(part, keys=keys)), _pointer_item(state))
    return bumped(state)


def publish(state: Editions) -> Editions:
    """From this write on the edition holds. Raises Lost."""
    return _moved(replace(state, published=(*state.published, state.prepared)[-REMEMBERED:], prepared=""))


def drop(edition: str) -> None:
    """An edition that is not published never will be."""

    def attempt() -> None:
        state = current()
        if edition == state.prepared:
            _moved(replace(state, prepared="", until=None))
            log.info("edition__dropped", extra={"edition": edition})

    retrying(attempt)


def settled(now_is: Editions) -> None:
    """There is nothing left to do for it."""
    _moved(replace(now_is, until=None))


def current() -> Editions:
    try:
        return decode(DeskItem.get(_PARTITION, _POINTER, consistent_read=True), Editions)
    except DeskItem.DoesNotExist:
        return Editions()


def parts() -> Iterator[Part]:
    """Of all editions, as far as anything is left to do for them."""
    found = DeskItem.query(_PARTITION, DeskItem.sk.startswith("PART#"), consistent_read=True)
    return (decode(item, Part) for item in found)


def unsettled() -> Iterator[Key]:
    """What the published edition has changed, and indexes do not have yet."""
    waiting = list(parts())
    published = current().published if waiting else ()
    return (key for part in waiting if part.edition in published for key in part.keys)


def settle(part: Part) -> bool:
    """What the part holds is in its items for good: as in the edition if that is published, else as before. Returns whether it
    is published. An edition that is still prepared must be dropped first."""
    holds = part.edition in current().published

    def attempt() -> None:
        found = DeskItem.batch_get(list(part.keys), consistent_read=True)
        carrying = [item for item in found if item.edition == part.edition]
        _rewrite(part.edition, [(item, _in_edition(item) if holds else _before(item)) for item in carrying])

    retrying(attempt)
    return holds


def forget(part: Part) -> None:
    _part_item(part).delete()


def as_it_holds(items: Iterable[Item]) -> list[Item]:
    """The items as they are now: one that carries an edition is what it is there if that is published, else what it was."""
    found = list(items)
    if not any(item.edition for item in found):
        return found
    published = current().published
    states = ((_in_edition(item) if item.edition in published else _before(item)) for item in found)
    return [state for state in states if state is not None]


def _prepared(edition: str, after: Item, before: Item | None, *, stays: bool) -> Item:
    """``before`` with what it is in the edition: ``after``, or nothing if it does not stay. What is new is not there yet."""
    state = _state(before) if before else {"body": ""}
    then = encode(_state(after)) if stays else ""
    version = int(after.version) + (not stays)
    return DeskItem(after.pk, after.sk, **state, version=version, edition=edition, in_edition=then)


def _state(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in _STATE}


def _before(item: Item) -> Item | None:
    if not item.edition:
        return item
    return _as(item, _state(item), int(item.version) - 1) if item.version > 1 else None


def _in_edition(item: Item) -> Item | None:
    return _as(item, msgspec.json.decode(item.in_edition), int(item.version)) if item.in_edition else None


def _as(item: Item, state: dict[str, Any], version: int) -> Item:
    return DeskItem(item.pk, item.sk, **state, version=version)


def _make_way(pk: str, sk: str) -> None:
    """Somebody lost to this item: if it was prepared by an edition that is not published, the edition goes, not they."""
    if not sk.startswith(_KINDS):
        return
    for item in list(DeskItem.batch_get([(pk, sk)], consistent_read=True)):
        if item.edition:
            drop(item.edition)
            if item.edition not in current().published:
                _rewrite(item.edition, [(item, _before(item))])


after_loss.append(_make_way)


def _rewrite(edition: str, items: Sequence[tuple[Item, Item | None]]) -> None:
    """Each becomes the other, or nothing, if it still carries the edition. Raises Lost."""
    if not items:
        return
    try:
        with TransactWrite(connection=connection()) as transaction:
            for item, state in items:
                if state is None:
                    transaction.delete(item, condition=DeskItem.edition == edition)
                else:
                    transaction.save(state, condition=DeskItem.edition == edition)
    except TransactWriteError as error:
        codes = {reason.code for reason in error.cancellation_reasons if reason}
        if codes & {"ConditionalCheckFailed", "TransactionConflict"}:
            raise Lost(_PARTITION, edition) from error
        raise


def _moved(state: Editions) -> Editions:
    commit(_pointer_item(state))
    return bumped(state)


def _pointer_item(state: Editions) -> Item:
    state = bumped(state)
    return DeskItem(_PARTITION, _POINTER, body=encode(state), version=state.version)


def _part_item(part: Part) -> Item:
    return DeskItem(_PARTITION, f"PART#{part.edition}#{part.n:04d}", body=encode(part))
