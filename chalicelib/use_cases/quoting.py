"""Which message is meant by an answer or a change, and what it is called at the place where that is sent.

A message has an id in the client's chat and another one in the team's topic. What we sent ourselves is found by a receipt
under the id it got there; what was written there names itself.
"""

from collections.abc import Iterable
from dataclasses import replace

from chalicelib.desk.clients import Identity
from chalicelib.desk.messages import Direction, Message, MessageKey
from chalicelib.desk.outbound import Content
from chalicelib.desk.receipts import receipt_key
from chalicelib.messengers import ADAPTERS
from chalicelib.store import messages
from chalicelib.store import outbound as store


def in_chat(identity: Identity, chat: str, message_id: str | None) -> MessageKey | None:
    """What a client's message answers, by the id that their chat has for it. Looked up only when it is needed."""
    return MessageKey(identity, ADAPTERS[identity.messenger].message_key(chat, message_id)) if message_id else None


def in_topic(account: str, chat: str, message_id: str, identities: Iterable[Identity]) -> Message | None:
    """The message of one of ``identities`` that the team's group shows under ``message_id``: one that was relayed to it, or
    written there by the team."""
    shown = MessageKey(Identity("telegram", account, ""), f"{chat}/{message_id}")
    if found := _by_receipt(shown):
        return found
    written = (messages.message_if_any(identity, shown.external_id) for identity in identities)
    return next(filter(None, written), None)


def resolved(content: Content, destination: str, chat: str) -> Content:
    """``content`` with the ids that its messages have at ``destination``, whose chat is ``chat``."""
    if content.answers:
        content = replace(content, reply_to=_called(content.answers, destination, chat))
    if content.changes:
        item = store.outbound_if_any(destination, content.changes)
        content = replace(content, message_id=item.provider_id if item else None)
    return content


def _called(key: MessageKey, destination: str, chat: str) -> str | None:
    """None when it is not there: it failed, or it was sent so long ago that nobody remembers."""
    message = messages.message_if_any(key.identity, key.external_id) or _by_receipt(key)
    if message is None:
        return None
    where, _, written_as = message.external_id.rpartition("/")
    is_to_client = destination.startswith("client:")
    if message.direction is Direction.IN and is_to_client:
        return ADAPTERS[message.identity.messenger].message_id(message.external_id)
    if message.direction is not Direction.IN and not is_to_client and where == chat:
        return written_as
    carriers = [carrier for carrier in message.carriers if carrier.destination == destination]
    item = store.outbound_if_any(destination, carriers[-1].order) if carriers else None
    return item.provider_id if item else None


def _by_receipt(key: MessageKey) -> Message | None:
    sent = messages.receipt(receipt_key(key.identity.messenger, key.identity.account, key.external_id))
    return messages.message_if_any(sent.identity, sent.message_id) if sent.identity and sent.message_id else None
