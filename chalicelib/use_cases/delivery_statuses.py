"""How far an answer of ours came: taken by the messenger, delivered, read, or failed, at once or after all.

Called with the outcome of a send and with what the messenger tells later; each says only what is new.
"""

import logging
from dataclasses import replace
from datetime import datetime

from chalicelib.desk import tickets
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import Delivery, DeliveryState, IncomingStatus, Message
from chalicelib.desk.outbound import Content, Purpose, Verb
from chalicelib.desk.receipts import further, receipt_key
from chalicelib.desk.settings import Settings
from chalicelib.store import conversations, messages
from chalicelib.store.table import Item, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)

# Reactions that Telegram lets bots set, by how far the message came.
RECEIPTS = {DeliveryState.ACCEPTED: "👌", DeliveryState.DELIVERED: "👍", DeliveryState.READ: "👀"}


def receive(status: IncomingStatus, messenger: str, settings: Settings, now: datetime) -> None:
    """A messenger tells of a message of ours. Raises Exists when the same status came before."""
    retrying(lambda: _receive(status, messenger, settings, now))


def _receive(status: IncomingStatus, messenger: str, settings: Settings, now: datetime) -> None:
    key = receipt_key(messenger, status.account, status.provider_id)
    receipt = messages.receipt(key).told(Delivery(status.state, status.reason))
    changes, leaving = [messages.receipt_item(receipt, now)], Leaving(milliseconds(now), now, receipt.client_id)
    if receipt.identity and receipt.message_id:
        message = messages.message_if_any(receipt.identity, receipt.message_id)
        changes += settle(message, receipt.delivery, leaving, settings) if message and receipt.delivery else []
    commit(*changes, *leaving.items(), once=messages.seen_item(f"{messenger}/{status.key}", now))
    log.info("status__kept", extra={"messenger": messenger, "state": status.state, "known": bool(receipt.message_id)})
    leaving.nudge()


def settle(message: Message, news: Delivery, leaving: Leaving, settings: Settings) -> list[Item]:
    """What is to be written when ``news`` says something new about ``message``: the message, and the ticket, whose clocks
    stop with an answer that was taken and go on after one that failed. The team is told through ``leaving``."""
    delivery = further(message.delivery, news)
    if delivery == message.delivery:
        return []
    before = conversations.ticket_by_id(message.ticket_id)
    failed = delivery.state is DeliveryState.FAILED
    ticket = (tickets.reply_failed if failed else tickets.reply_accepted)(before, message.external_id)
    changes = [messages.message_item(replace(message, delivery=delivery))]
    if ticket != before:
        changes += conversations.ticket_items(tickets.reckon(ticket, settings.calendars, leaving.now))
    leaving.ticket_id = ticket.id
    _show(message, delivery, ticket.client_id, leaving, settings)
    return changes


def _show(message: Message, delivery: Delivery, client_id: str, leaving: Leaving, settings: Settings) -> None:
    """Quietly by a reaction; in words, with what can be done instead, when it failed (product line 9)."""
    language = settings.desk.language
    if delivery.state is DeliveryState.FAILED:
        reason = text(f"reason_{delivery.reason}", language)
        words = text("not_delivered", language, reason=reason, text=message.text[:500])
        leaving.to_topic(client_id, Purpose.NOTICE, Content(text=words))
    elif message.written_in_topic and delivery.state in RECEIPTS:
        reaction = Content(Verb.REACT, text=RECEIPTS[delivery.state], message_id=message.written_in_topic)
        leaving.to_topic(client_id, Purpose.RECEIPT, reaction)
