"""How far an answer of ours came: taken by the messenger, delivered, read, or failed, at once or after all.

Called with the outcome of a send and with what the messenger tells later; each says only what is new.
"""

import logging
from dataclasses import replace
from datetime import datetime

from chalicelib.desk import ticket_deadlines, ticket_life
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import Delivery, DeliveryState, IncomingStatus, Message
from chalicelib.desk.outbound import Content, Purpose, Verb, to_topic
from chalicelib.desk.receipts import Receipt, further, receipt_key
from chalicelib.desk.settings import Settings
from chalicelib.store import conversations, messages
from chalicelib.store.table import Item, commit, retrying
from chalicelib.use_cases import announcement_statuses, next_best, survey_deliveries
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)

# Reactions that Telegram lets bots set, by how far the message came.
RECEIPTS = {DeliveryState.ACCEPTED: "👌", DeliveryState.DELIVERED: "👍", DeliveryState.READ: "👀"}


def receive(status: IncomingStatus, messenger: str, settings: Settings, now: datetime) -> None:
    """A messenger tells of a message of ours. Raises Exists when the same status came before."""
    if announcement_statuses.is_of_announcement(status):
        announcement_statuses.receive(status, now)
        return
    if survey_deliveries.is_of_survey(status):
        survey_deliveries.receive(status, settings, now)
        return
    retrying(lambda: _receive(status, messenger, settings, now))


def _receive(status: IncomingStatus, messenger: str, settings: Settings, now: datetime) -> None:
    key = receipt_key(messenger, status.account, status.provider_id)
    receipt = messages.receipt(key).told(Delivery(status.state, status.reason))
    changes, leaving = [messages.receipt_item(receipt, now)], Leaving(milliseconds(now), now, receipt.client_id)
    if receipt.identity and receipt.message_id:
        message = messages.message_if_any(receipt.identity, receipt.message_id)
        if message and receipt.delivery and not _is_over(receipt, message):
            changes += settle(message, receipt.delivery, leaving, settings)
    commit(*changes, *leaving.items(), once=messages.seen_item(f"{messenger}/{status.key}", now))
    log.info("status__kept", extra={"messenger": messenger, "state": status.state, "known": bool(receipt.message_id)})
    leaving.nudge()


def _is_over(receipt: Receipt, message: Message) -> bool:
    """Whether it tells again that an earlier attempt failed: the message is on its way once more."""
    failed = receipt.delivery is not None and receipt.delivery.state is DeliveryState.FAILED
    return failed and receipt.order is not None and receipt.order not in {each.order for each in message.carriers}


def settle(message: Message, news: Delivery, leaving: Leaving, settings: Settings) -> list[Item]:
    """What is to be written when ``news`` says something new about ``message``: the message, and the ticket, whose clocks
    stop with an answer that was taken and go on after one that failed. The team is told through ``leaving``."""
    delivery = further(message.delivery, news)
    if delivery == message.delivery:
        return []
    before = conversations.ticket_by_id(message.ticket_id)
    failed = delivery.state is DeliveryState.FAILED
    if failed:
        ticket = ticket_life.reply_failed(before, message.external_id, settings.calendars)
    else:
        ticket = ticket_life.reply_accepted(before, message.external_id)
    if delivery.reason == "window_closed" and message.identity == ticket.identity:
        ticket = ticket_life.hold(ticket_life.found_closed(ticket, message.at), message.external_id, message.text)
    changes = [messages.message_item(replace(message, delivery=delivery))]
    if ticket != before:
        changes += conversations.ticket_items(ticket_deadlines.reckon(ticket, settings.calendars, leaving.now))
    leaving.ticket_id = ticket.id
    _show(message, delivery, ticket.client_id, leaving, settings)
    return changes


def _show(message: Message, delivery: Delivery, client_id: str, leaving: Leaving, settings: Settings) -> None:
    """Quietly by a reaction to what the team wrote, or to what the topic shows of it; in words, with what can be done
    instead, when it failed (product line 9)."""
    if delivery.state is DeliveryState.FAILED:
        notice = next_best.not_delivered(message, delivery, client_id, settings, leaving.now)
        leaving.to_topic(client_id, Purpose.NOTICE, notice)
    elif delivery.state in RECEIPTS:
        shown = [carrier.order for carrier in message.carriers if carrier.destination == to_topic(client_id)]
        changes = None if message.written_in_topic or not shown else shown[-1]
        if message.written_in_topic or changes:
            emoji = RECEIPTS[delivery.state]
            reaction = Content(Verb.REACT, text=emoji, message_id=message.written_in_topic, changes=changes)
            leaving.to_topic(client_id, Purpose.RECEIPT, reaction)
