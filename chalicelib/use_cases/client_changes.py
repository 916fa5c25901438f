"""A client does something that is no new message: presses Start, changes a message, blocks the bot or lets it back."""

import logging
from dataclasses import replace
from datetime import datetime

from chalicelib.desk.clients import Conversation, Identity
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import (
    Direction,
    IncomingEdit,
    IncomingMessage,
    IncomingReachability,
    IncomingRemoval,
    Kind,
    Message,
)
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.desk.settings import Settings
from chalicelib.store import conversations, messages
from chalicelib.store.table import Item, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import client_messages, newcomers, survey_comments
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.shown import MOST_SHOWN, removal_shown, shown

log = logging.getLogger(__name__)

START = "/start"  # what Telegram writes for a person who presses Start


def is_start(incoming: IncomingMessage) -> bool:
    return incoming.kind is Kind.TEXT and incoming.text.split(maxsplit=1)[:1] == [START]


def start(incoming: IncomingMessage, messenger: str, settings: Settings, now: datetime) -> None:
    """The person opened the chat: they are greeted and known, and no ticket is opened, since nothing was asked.

    Raises Exists when the same message came before."""
    retrying(lambda: _start(incoming, messenger, settings, now))


def _start(incoming: IncomingMessage, messenger: str, settings: Settings, now: datetime) -> None:
    identity = Identity(messenger, incoming.account, incoming.sender.user)
    head = conversations.head(identity)
    known: list[Item] = []
    conversation = head.conversation
    if conversation is None:
        newcomer = newcomers.welcome(incoming, identity, settings, now)
        conversation = Conversation(identity, incoming.chat, newcomer.client.id, newcomer.client.language)
        known = [*newcomer.items, conversations.conversation_item(conversation)]
    leaving = Leaving(milliseconds(now), now, conversation.client_id)
    words = text("welcome", conversation.language, name=incoming.sender.name)
    leaving.to_client(identity, Purpose.NOTICE, Content(text=words))
    commit(*known, *leaving.items(), once=messages.message_item(incoming.of_no_ticket(identity)))
    leaving.nudge()


def edit(incoming: IncomingEdit, messenger: str, settings: Settings, now: datetime) -> None:
    """The client changed a message: kept on the message, shown to the team. Raises Exists when the same edit came before."""
    retrying(lambda: _edit(incoming, messenger, settings, now))


def _edit(incoming: IncomingEdit, messenger: str, settings: Settings, now: datetime) -> None:
    edited = incoming.message
    head = conversations.head(Identity(messenger, edited.account, edited.sender.user))
    identity = Identity(messenger, edited.account, edited.sender.user)
    found = messages.message_if_any(identity, edited.external_id)
    if (
        found is None or head.ticket is None
    ):  # the edit overtook the message, or we never saw it: then it is the message
        client_messages.receive(edited, messenger, settings, now)
        return
    is_same = (edited.text, edited.attachments) == (found.text, found.attachments)
    if is_same and edited.kind is not Kind.LOCATION:  # whose last change tells that it stays where it was seen last
        log.info("edit__of_nothing_shown")  # a preview was loaded, say, which is told as a change too
        return
    ticket = head.ticket.ticked(now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    if not incoming.is_step:
        words = text("shown_edit", settings.desk.language, text=shown(edited, settings.desk.language)[:MOST_SHOWN])
        leaving.to_topic(ticket.client_id, Purpose.RELAY, Content(text=words, silent=True, answers=found.key))
    changed = replace(found, text=edited.text, attachments=edited.attachments, edited_at=now)
    commit(
        *conversations.ticket_items(ticket),
        *leaving.items(),
        messages.message_item(changed),
        *survey_comments.edited(found, edited.text, now),
        once=messages.seen_item(incoming.edit_key, now),
    )
    leaving.nudge()


def removal(incoming: IncomingRemoval, messenger: str, settings: Settings, now: datetime) -> None:
    """The client took a message back: it stays with us, marked, and the team sees that it was taken back.

    Raises Exists when the same event came before."""
    retrying(lambda: _removal(incoming, messenger, settings, now))


def _removal(incoming: IncomingRemoval, messenger: str, settings: Settings, now: datetime) -> None:
    identity = Identity(messenger, incoming.account, incoming.sender.user if incoming.sender else incoming.chat)
    head = conversations.head(identity)
    found = messages.message_if_any(identity, incoming.external_id)
    if head.ticket is None or found is None or found.is_awaited:
        commit(once=messages.message_item(_awaited(incoming, identity)))
        log.info("removal__before_its_message")
        return
    ticket = head.ticket.ticked(now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    content = removal_shown(found.text, found.key, settings.desk.language)
    leaving.to_topic(ticket.client_id, Purpose.RELAY, content)
    commit(
        *conversations.ticket_items(ticket),
        *leaving.items(),
        messages.message_item(replace(found, removed_at=incoming.at)),
        once=messages.seen_item(incoming.key, now),
    )
    leaving.nudge()


def _awaited(incoming: IncomingRemoval, identity: Identity) -> Message:
    """Its message is yet to come: messengers keep no order."""
    return Message(
        external_id=incoming.external_id,
        identity=identity,
        ticket_id="",
        at=incoming.at,
        direction=Direction.IN,
        kind=Kind.SYSTEM,
        removed_at=incoming.at,
    )


def reachability(incoming: IncomingReachability, messenger: str, settings: Settings, now: datetime) -> None:
    """The person blocked us or let us write again: the team is told. Raises Exists when the same event came before."""
    retrying(lambda: _reachability(incoming, messenger, settings, now))


def _reachability(incoming: IncomingReachability, messenger: str, settings: Settings, now: datetime) -> None:
    head = conversations.head(Identity(messenger, incoming.account, incoming.sender.user))
    if head.conversation is None or head.ticket is None or head.conversation.reachable is incoming.reachable:
        log.info("reachability__unchanged")
        return
    ticket = head.ticket.ticked(now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    words = text("client_back" if incoming.reachable else "client_blocked", settings.desk.language)
    leaving.to_topic(ticket.client_id, Purpose.NOTICE, Content(text=words))
    commit(
        *conversations.ticket_items(ticket),
        *leaving.items(),
        conversations.conversation_item(replace(head.conversation, reachable=incoming.reachable)),
        once=messages.seen_item(incoming.key, now),
    )
    leaving.nudge()
