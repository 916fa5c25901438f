"""How items are kept: one PynamoDB model per table, values as JSON, and commits in which every write is conditional.

An item carries its keys, what indexes look it up by, a ``version`` and the value itself as JSON text in ``body``
(encoded from the plain dataclasses of ``desk``). One model per table, since PynamoDB opens a client per model class.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, LocalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.store.environment import environment

MOST_WRITES = 100  # in one transaction
MOST_TRIES = 8  # of a use case that lost a race: each loser sees the winner's work, so eight in a row is a fault

T = TypeVar("T")


class Versioned(Protocol):
    """A dataclass of ``desk`` that is stored: version 0 until the first write."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def version(self) -> int: ...


V = TypeVar("V", bound=Versioned)


class Lost(Exception):  # noqa: N818
    """Somebody else wrote first: an item was not there yet, or has another version by now. Load again and retry."""


class Exists(Exception):  # noqa: N818
    """What must happen only once has happened: the same message or event came again."""


class NotFound(Exception):  # noqa: N818
    """There is no such thing: its id, and those that there are, where they are few."""


class _Meta:
    """Short time-outs: a messenger waits. PynamoDB's defaults are 15 s, 30 s and 3 tries."""

    connect_timeout_seconds = 1
    read_timeout_seconds = 3
    max_retry_attempts = 3
    max_pool_connections = 10


class _Related(GlobalSecondaryIndex["Item"]):
    class Meta:
        index_name = "related"
        projection = AllProjection()

    related = UnicodeAttribute(hash_key=True)
    related_order = UnicodeAttribute(range_key=True)


class _Due(GlobalSecondaryIndex["Item"]):
    class Meta:
        index_name = "due"
        projection = AllProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _Listed(GlobalSecondaryIndex["Item"]):
    class Meta:
        index_name = "listed"
        projection = AllProjection()

    listed = UnicodeAttribute(hash_key=True)
    listed_order = UnicodeAttribute(range_key=True)


class _Unfinished(LocalSecondaryIndex["Item"]):
    class Meta:
        index_name = "unfinished"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    unfinished_order = UnicodeAttribute(range_key=True)


class Item(Model):
    """What all tables share. ``version`` counts changes; ``expires_at`` is only for cleaning: DynamoDB is late by days."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    body = UnicodeAttribute()
    version = NumberAttribute(default=1)
    expires_at = NumberAttribute(null=True)
    related = UnicodeAttribute(null=True)
    related_order = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    listed = UnicodeAttribute(null=True)
    listed_order = UnicodeAttribute(null=True)
    unfinished_order = UnicodeAttribute(null=True)
    # What the item is in an edition of a list that changes it: see ``editions``.
    edition = UnicodeAttribute(null=True)
    in_edition = UnicodeAttribute(null=True)


class DeskItem(Item):
    """Clients, conversations, tickets, messages and what must leave: what changes together lives together."""

    class Meta(_Meta):
        table_name = environment().desk_table

    by_relation = _Related()
    by_due = _Due()
    by_list = _Listed()
    unfinished = _Unfinished()


class OutageItem(Item):
    """Outages, announcements, deliveries."""

    class Meta(_Meta):
        table_name = environment().outages_table

    by_due = _Due()
    by_list = _Listed()


class VoiceItem(Item):
    """The voice of the client: invitations and answers."""

    class Meta(_Meta):
        table_name = environment().voice_table

    by_list = _Listed()


class SettingsItem(Item):
    """Settings documents and admin tokens."""

    class Meta(_Meta):
        table_name = environment().settings_table


def encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def decode(item: Item, of: type[T]) -> T:
    return msgspec.json.decode(item.body, type=of)


def bumped(value: V) -> V:
    """The value as it is once written: its version counted on."""
    return replace(value, version=value.version + 1)


def commit(*items: Item, once: Item | None = None, gone: Sequence[Item] = ()) -> None:
    """Write all of ``items`` (and ``once``) or none. Version 1 must not be there yet, any other must replace the one before.
    ``gone`` are deleted with them, each if it is still the version it was read as.

    ``once`` is the key of the event that causes the write. Raises Exists when it is there already, Lost when another
    condition failed. A single item is a plain conditional put, which costs half of a transaction.
    """
    writes = (*items, once) if once else items
    try:
        if len(writes) == 1 and not gone:
            writes[0].save(condition=_condition(writes[0]))
            return
        with TransactWrite(connection=connection()) as transaction:
            for item in gone:
                transaction.delete(item, condition=type(item).version == item.version)
            for item in writes:
                transaction.save(item, condition=_condition(item))
    except PutError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            raise (Exists if once else Lost)(writes[0].pk, writes[0].sk) from error
        if error.cause_response_code == "TransactionConflictException":
            raise Lost(writes[0].pk, writes[0].sk) from error
        raise
    except TransactWriteError as error:
        codes = [reason.code if reason else None for reason in error.cancellation_reasons]
        if once and codes[-1:] == ["ConditionalCheckFailed"]:
            raise Exists(once.pk, once.sk) from error
        for item, code in zip((*gone, *writes), codes, strict=False):  # PynamoDB sends deletions first
            if code in ("ConditionalCheckFailed", "TransactionConflict"):
                raise Lost(item.pk, item.sk) from error
        raise


# What is done for whoever lost to an item (its keys), before they try again: see ``editions``.
after_loss: list[Callable[[str, str], None]] = []


def retrying(attempt: Callable[[], T]) -> T:
    """Run a use case until it wins: load, decide, commit; a loser loads again and retries after a little jitter.

    Raises the last Lost after ``MOST_TRIES``.
    """
    for tries in range(1, MOST_TRIES):
        try:
            return attempt()
        except Lost as lost:
            for make_way in after_loss:
                make_way(*lost.args)
            time.sleep(random.uniform(0, 0.02 * 2**tries))
    return attempt()


def timestamp(at: datetime) -> str:
    """A time as a key: sorts as text, UTC, microseconds always written."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _condition(item: Item) -> Condition:
    if item.version == 1:
        return type(item).pk.does_not_exist()
    return type(item).version == item.version - 1


_MODELS: tuple[type[Item], ...] = (DeskItem, OutageItem, VoiceItem, SettingsItem)


@cache
def connection() -> Connection:
    """One client for all tables: PynamoDB would open one, with its own TLS pool, for every model."""
    first, *others = [model for model in _MODELS if model.Meta.table_name]
    shared = first._get_connection().connection
    for model in others:
        table = model._get_connection()
        shared.add_meta_table(table.get_meta_table())
        table.connection = shared
    return shared
