"""The team writes in a client's topic: an answer, or a note that never leaves."""

import logging
from dataclasses import replace
from datetime import datetime

from chalicelib.desk import tickets
from chalicelib.desk.clients import Client
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import Author, Delivery, DeliveryState, Direction, IncomingMessage, Kind, Message
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.splitting import parts
from chalicelib.desk.tickets import Ticket
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations, messages
from chalicelib.store.table import commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.shown import MOST_SHOWN, shown

log = logging.getLogger(__name__)

NOTE_MARK = "//"


def receive(incoming: IncomingMessage, settings: Settings, now: datetime) -> None:
    """Raises Exists when the same message came before. A message in a topic that is no client's is not for us."""
    client_id = clients.client_of_topic(incoming.chat, incoming.thread) if incoming.thread else None
    if client_id is None:
        log.info("message__in_no_clients_topic")
        return
    retrying(lambda: _receive(incoming, client_id, settings, now))


def changed(incoming: IncomingMessage, edit_key: str, settings: Settings, now: datetime) -> None:
    """Somebody of the team changed what they had written: the client still has the first wording, and the team is told so.
    A change of a note concerns nobody outside. Raises Exists when the same change came before."""
    client_id = clients.client_of_topic(incoming.chat, incoming.thread) if incoming.thread else None
    if client_id is None or incoming.text.startswith(NOTE_MARK):
        log.info("change__of_nothing_sent")
        return
    leaving = Leaving(milliseconds(now), now, client_id)
    leaving.to_topic(client_id, Purpose.NOTICE, Content(text=text("edit_not_sent", settings.desk.language)))
    commit(*leaving.items(), once=messages.seen_item(edit_key, now))
    leaving.nudge()


def author_of(incoming: IncomingMessage, settings: Settings) -> Author:
    """The member of the team, or whoever else writes in the group, by the name Telegram gives."""
    member = settings.team.by_telegram(incoming.sender.user)
    return member.author if member else Author(f"telegram:{incoming.sender.user}", incoming.sender.name)


def _receive(incoming: IncomingMessage, client_id: str, settings: Settings, now: datetime) -> None:
    client = clients.client_by_id(client_id)
    head = conversations.head(client.current) if client.current else None
    if head is None or head.ticket is None:
        _refuse(incoming, client, "never_wrote", settings, now)
    elif incoming.kind is Kind.REACTION:
        log.info("reaction__by_team")
    elif incoming.text.startswith(NOTE_MARK):
        commit(once=messages.message_item(_kept(incoming, head.ticket, Direction.NOTE, settings)))
    elif incoming.kind is not Kind.TEXT:
        _refuse(incoming, client, "only_text_yet", settings, now, head.ticket)
    elif tickets.is_window_closed(head.ticket, ADAPTERS[head.ticket.identity.messenger].window, now):
        _refuse(incoming, client, "window_is_closed", settings, now, head.ticket)
    else:
        reply(_kept(incoming, head.ticket, Direction.OUT, settings), head.ticket, settings, now)


def reply(message: Message, ticket: Ticket, settings: Settings, now: datetime, *, show: bool = False) -> None:
    """Commit the team's ``message`` and send it on its way to the client. Used by the topic and by the admin endpoint.
    ``show``: it was not written in the topic, so it is shown there too.

    Raises Exists when the same message came before, Lost when the ticket has changed meanwhile."""
    author = message.author or Author("desk", "")
    ticket = tickets.staff_replied(ticket, message.at, message.external_id, author)
    ticket = tickets.reckon(ticket.ticked(now), settings.calendars, now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    for part in parts(message.text, ADAPTERS[ticket.identity.messenger].longest_text):
        content = Content(text=part)
        leaving.to_client(ticket.identity, Purpose.REPLY, content, message_id=message.external_id, author=author)
    if show:
        leaving.to_topic(ticket.client_id, Purpose.NOTICE, as_written_elsewhere(message, settings))
    on_its_way = replace(message, delivery=Delivery(DeliveryState.PENDING))
    commit(*conversations.ticket_items(ticket), *leaving.items(), once=messages.message_item(on_its_way))
    log.info("reply__kept", extra={"ticket_id": ticket.id, "message_id": message.external_id})
    leaving.nudge()


def note(message: Message, ticket: Ticket, settings: Settings, now: datetime) -> None:
    """Keep a note that was not written in the topic, and show it there.

    Raises Lost when the ticket has changed meanwhile."""
    ticket = ticket.ticked(now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    leaving.to_topic(ticket.client_id, Purpose.NOTICE, as_written_elsewhere(message, settings))
    commit(*conversations.ticket_items(ticket), *leaving.items(), once=messages.message_item(message))
    leaving.nudge()


def as_written_elsewhere(message: Message, settings: Settings) -> Content:
    """How the topic shows what somebody of the team wrote in another place."""
    key = "shown_note" if message.direction is Direction.NOTE else "shown_reply"
    author = message.author.name if message.author else ""
    words = text(key, settings.desk.language, author=author, text=message.text[:MOST_SHOWN])
    return Content(text=words, silent=True)


def _kept(incoming: IncomingMessage, ticket: Ticket, direction: Direction, settings: Settings) -> Message:
    words = incoming.text.removeprefix(NOTE_MARK).strip() if direction is Direction.NOTE else incoming.text
    return Message(
        external_id=incoming.external_id,
        identity=ticket.identity,
        ticket_id=ticket.id,
        at=incoming.at,
        direction=direction,
        kind=incoming.kind,
        text=words,
        attachments=incoming.attachments,
        reply_to=incoming.reply_to,
        author=author_of(incoming, settings),
    )


def _refuse(
    incoming: IncomingMessage,
    client: Client,
    why: str,
    settings: Settings,
    now: datetime,
    ticket: Ticket | None = None,
) -> None:
    """Say in the topic that this did not go out. What was written there is kept as a note when there is a ticket."""
    clock = milliseconds(now)
    leaving = Leaving(clock, now, client.id, ticket.id if ticket else None)
    leaving.to_topic(client, Purpose.NOTICE, Content(text=text(why, settings.desk.language)))
    if ticket:
        kept = replace(_kept(incoming, ticket, Direction.NOTE, settings), text=shown(incoming, settings.desk.language))
        commit(*leaving.items(), once=messages.message_item(kept))
    else:
        commit(*leaving.items(), once=messages.seen_item(incoming.external_id, now))
    leaving.nudge()
