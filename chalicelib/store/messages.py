"""Messages: keyed by their conversation and the messenger's own id, so that a message is its own duplicate check."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from chalicelib.desk.clients import Identity
from chalicelib.desk.messages import Message
from chalicelib.desk.receipts import Receipt
from chalicelib.store.table import DeskItem, Item, bumped, decode, encode, timestamp

SEEN_FOR = timedelta(days=30)  # how long the key of an event that is no message is remembered (14 days at least)
MOST_RAW_BYTES = 90_000  # escaped, each of them may take four
RAW_FOR = timedelta(days=90)


def message_item(message: Message) -> Item:
    message = bumped(message)
    item = DeskItem(
        f"CHAT#{message.identity.key}",
        f"MESSAGE#{message.external_id}",
        body=encode(message),
        version=message.version,
    )
    if message.ticket_id:
        item.related = f"TICKET#{message.ticket_id}"
        item.related_order = f"MESSAGE#{timestamp(message.at)}#{message.external_id}"
    return item


def message_if_any(identity: Identity, external_id: str) -> Message | None:
    try:
        item = DeskItem.get(f"CHAT#{identity.key}", f"MESSAGE#{external_id}", consistent_read=True)
    except DeskItem.DoesNotExist:
        return None
    return decode(item, Message)


def known(keys: Iterable[tuple[Identity, str]]) -> dict[tuple[Identity, str], Message]:
    """Those that are there, by their conversation and the messenger's id. Eventually consistent: a message of the last
    second may be missing."""
    asked = {(f"CHAT#{identity.key}", f"MESSAGE#{external_id}") for identity, external_id in keys}
    found = (decode(item, Message) for item in DeskItem.batch_get(sorted(asked)))
    return {(message.identity, message.external_id): message for message in found}


def of_ticket(ticket_id: str) -> list[Message]:
    """In the order of their times. From an index: a message of the last second may be missing."""
    found = DeskItem.by_relation.query(f"TICKET#{ticket_id}", DeskItem.related_order.startswith("MESSAGE#"))
    return sorted((decode(item, Message) for item in found), key=lambda message: (message.at, _in_turn(message)))


def _in_turn(message: Message) -> list[tuple[int, str]]:
    """Messengers count their messages: of the same second, the ninth comes before the tenth."""
    parts = re.split(r"(\d+)", message.external_id)
    return [(int(part) if part.isdecimal() else 0, part) for part in parts]


def receipt(key: str) -> Receipt:
    """What is known of a message of ours by the messenger's id for it; an empty one when nothing is."""
    try:
        return decode(DeskItem.get(f"RECEIPT#{key}", "RECEIPT", consistent_read=True), Receipt)
    except DeskItem.DoesNotExist:
        return Receipt(key)


def receipt_item(receipt: Receipt, now: datetime) -> Item:
    receipt = bumped(receipt)
    expires_at = int((now + SEEN_FOR).timestamp())
    return DeskItem(
        f"RECEIPT#{receipt.key}", "RECEIPT", body=encode(receipt), version=receipt.version, expires_at=expires_at
    )


def seen_item(key: str, now: datetime) -> Item:
    """The key of a tap, an edit or a status: written with what it caused, so that the same one again changes nothing."""
    return DeskItem(f"SEEN#{key}", "SEEN", body="{}", expires_at=int((now + SEEN_FOR).timestamp()))


def was_seen(key: str) -> bool:
    """Strongly consistent."""
    return bool(list(DeskItem.batch_get([(f"SEEN#{key}", "SEEN")], consistent_read=True)))


def raw_item(messenger: str, key: str, raw: bytes, now: datetime) -> Item:
    """An update nobody understood, as it came. ``raw`` may be anything: what is not UTF-8 is kept escaped."""
    return DeskItem(
        f"RAW#{messenger}#{now.astimezone(UTC):%Y-%m-%d}",
        key,
        body=encode({"at": now, "bytes": len(raw), "raw": raw[:MOST_RAW_BYTES].decode("utf-8", "backslashreplace")}),
        expires_at=int((now + RAW_FOR).timestamp()),
    )


def raw_of_day(messenger: str, day: datetime) -> list[str]:
    """What was not understood on that day (UTC), for whoever investigates."""
    return [item.body for item in DeskItem.query(f"RAW#{messenger}#{day.astimezone(UTC):%Y-%m-%d}")]
