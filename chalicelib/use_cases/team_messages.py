"""The team writes in a client's topic: an answer, or a note that never leaves."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.desk import ticket_deadlines, ticket_life, tickets
from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.commands import SIGN
from chalicelib.desk.files import CannotSend, check, contents
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import (
    Attachment,
    Author,
    Delivery,
    DeliveryState,
    Direction,
    File,
    IncomingMessage,
    Kind,
    Message,
    MessageKey,
)
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.templates import Filled
from chalicelib.desk.tickets import Ticket
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations, messages
from chalicelib.store.table import commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import files, quoting, templates
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.policy_choice import followed
from chalicelib.use_cases.shown import MOST_SHOWN, shown

log = logging.getLogger(__name__)

NOTE_MARK = "//"
LONGEST_NAMED = 32  # of what only looks like a command

# What the team writes that has no file and reaches a client as words.
TOLD_IN_WORDS = (Kind.TEXT, Kind.LOCATION, Kind.CONTACT, Kind.REACTION)


def receive(incoming: IncomingMessage, settings: Settings, now: datetime) -> None:
    """Raises Exists when the same message came before. A message in a topic that is no client's is not for us."""
    client_id = clients.client_of_topic(incoming.chat, incoming.thread) if incoming.thread else None
    if client_id is None:
        log.info("message__in_no_clients_topic")
        return
    retrying(lambda: _receive(incoming, client_id, settings, now))


def author_of(incoming: IncomingMessage, settings: Settings) -> Author:
    """The member of the team, or whoever else writes in the group, by the name Telegram gives."""
    member = settings.team.by_telegram(incoming.sender.user)
    return member.author if member else Author(f"telegram:{incoming.sender.user}", incoming.sender.name)


def _receive(incoming: IncomingMessage, client_id: str, settings: Settings, now: datetime) -> None:
    client = _in_this_topic(client_id)
    quoted = _quoted(incoming, client, settings)
    identity = quoted.identity if quoted else client.current
    head = conversations.head(identity) if identity else None
    if head is None or head.ticket is None:
        _refuse(incoming, client, text("never_wrote", settings.desk.language), settings, now)
    elif incoming.kind is Kind.REACTION:
        log.info("reaction__by_team")
    elif incoming.text.startswith(NOTE_MARK):
        commit(once=messages.message_item(_kept(incoming, head.ticket, Direction.NOTE, settings)))
    elif tickets.is_window_closed(head.ticket, ADAPTERS[head.ticket.identity.messenger].window, now):
        templates.window_closed(
            _kept(incoming, head.ticket, Direction.NOTE, settings), head.ticket, client, settings, now
        )
    elif why := _why_not(incoming, head.ticket, settings):
        _refuse(incoming, client, why, settings, now, head.ticket)
    else:
        answers, left = quoted.key if quoted else None, client.joined is not None
        message = _kept(incoming, head.ticket, Direction.OUT, settings, answers)
        reply(message, head.ticket, settings, now, answers=answers, show=left)


def _in_this_topic(client_id: str) -> Client:
    """Whom the topic is about. A topic that was left when its client was joined with another one is still about the
    conversation it shows: that is what somebody answers there. The topic that goes on shows it too."""
    client = clients.client_by_id(client_id)
    return client if client.current else clients.client_now(client_id)


def _quoted(incoming: IncomingMessage, client: Client, settings: Settings) -> Message | None:
    """The message that is answered: the answer goes to where that one was said, whatever the client used last."""
    if incoming.reply_to is None:
        return None
    found = quoting.in_topic(settings.desk.account, incoming.chat, incoming.reply_to, client.identities)
    return found if found and found.identity in client.identities else None


def _why_not(incoming: IncomingMessage, ticket: Ticket, settings: Settings) -> str | None:
    """What keeps it from being sent, in words that say what to do instead; None when nothing does."""
    messenger, language = ticket.identity.messenger, settings.desk.language
    if incoming.text.startswith(SIGN) and not incoming.forwarded:
        return text("not_sent_command", language, name=incoming.text.split()[0][:LONGEST_NAMED])
    if not _files(incoming.attachments, settings) and incoming.kind not in TOLD_IN_WORDS:
        return text("not_sent_file_kind", language, messenger=text(f"messenger_{messenger}", language))
    try:
        check_files(incoming.attachments, messenger, settings)
    except CannotSend as refusal:
        return text(f"not_sent_{refusal.reason}", language, messenger=text(f"messenger_{messenger}", language))
    return None


def check_files(attachments: Sequence[Attachment], messenger: str, settings: Settings) -> None:
    """Whether the team's files can go to ``messenger``.

    :raises CannotSend:
    """
    elsewhere = None if messenger == "telegram" else ADAPTERS["telegram"].most_fetched_bytes
    check(_files(attachments, settings), ADAPTERS[messenger].files, elsewhere)


def reply(
    message: Message,
    ticket: Ticket,
    settings: Settings,
    now: datetime,
    *,
    answers: MessageKey | None = None,
    show: bool = False,
    template: Filled | None = None,
) -> None:
    """Commit the team's ``message`` and send it on its way to the client. Used by the topic and by the admin endpoint.
    ``show``: it was not written in the topic, so it is shown there too. ``template``: what it is sent by, when its text is what
    the client sees of that.

    Raises Exists when the same message came before, Lost when the ticket has changed meanwhile."""
    author, had_promised = message.author or Author("desk", ""), tickets.promised_until(ticket)
    ticket = ticket_life.staff_replied(
        followed(ticket, settings), message.at, message.external_id, author, message.promised
    )
    ticket = ticket_deadlines.reckon(ticket.ticked(now), settings.calendars, now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    carriers = []
    contents = [Content(text=message.text, template=template)] if template else as_sent(message, settings)
    for n, content in enumerate(contents):
        said = replace(content, answers=answers if n == 0 else None)
        about = {"message_id": message.external_id, "author": author}
        carriers.append(leaving.to_client(message.identity, Purpose.REPLY, said, **about))
    if show:
        carriers.append(leaving.to_topic(ticket.client_id, Purpose.NOTICE, as_written_elsewhere(message, settings)))
    if ticket.tier is not Tier.EVERYONE and tickets.promised_until(ticket) != had_promised:
        leaving.card(ticket.client_id)
    on_its_way = replace(message, delivery=Delivery(DeliveryState.PENDING), carriers=tuple(carriers))
    commit(*conversations.ticket_items(ticket), *leaving.items(), once=messages.message_item(on_its_way))
    log.info("reply__kept", extra={"ticket_id": ticket.id, "message_id": message.external_id})
    leaving.nudge()


def as_sent(message: Message, settings: Settings) -> list[Content]:
    """The team's message as the client's messenger takes it."""
    adapter = ADAPTERS[message.identity.messenger]
    words, marked_up = ("", "") if message.kind is Kind.STICKER else (message.text, message.html)
    return contents(words, marked_up, _files(message.attachments, settings), adapter.files, adapter.longest_text)


def _files(attachments: Sequence[Attachment], settings: Settings) -> tuple[File, ...]:
    """The team writes in Telegram, so their files are Telegram's."""
    return files.of_message("telegram", settings.desk.account, attachments)


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


def _kept(
    incoming: IncomingMessage,
    ticket: Ticket,
    direction: Direction,
    settings: Settings,
    answers: MessageKey | None = None,
) -> Message:
    words = incoming.text.removeprefix(NOTE_MARK).strip() if direction is Direction.NOTE else incoming.text
    return Message(
        external_id=incoming.external_id,
        identity=ticket.identity,
        ticket_id=ticket.id,
        at=incoming.at,
        direction=direction,
        kind=incoming.kind,
        text=words,
        html=incoming.html if words == incoming.text else "",
        attachments=incoming.attachments,
        reply_to=answers.external_id if answers else incoming.reply_to,
        author=author_of(incoming, settings),
    )


def _refuse(
    incoming: IncomingMessage,
    client: Client,
    words: str,
    settings: Settings,
    now: datetime,
    ticket: Ticket | None = None,
) -> None:
    """Say in the topic, in ``words``, that this did not go out. What was written is kept as a note when there is a ticket."""
    clock = milliseconds(now)
    leaving = Leaving(clock, now, client.id, ticket.id if ticket else None)
    leaving.to_topic(client, Purpose.NOTICE, Content(text=words))
    if ticket:
        kept = replace(_kept(incoming, ticket, Direction.NOTE, settings), text=shown(incoming, settings.desk.language))
        commit(*leaving.items(), once=messages.message_item(kept))
    else:
        commit(*leaving.items(), once=messages.seen_item(incoming.external_id, now))
    leaving.nudge()
