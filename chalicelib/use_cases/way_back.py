"""A client answers an announcement: their ticket is one of the outage's, and gets the newest news at once (product line 21).

That answer is the desk's own, so it is no first reply, and the team's clocks go on.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from chalicelib.desk import outage_tickets, status_feed
from chalicelib.desk.clients import Client, Conversation, Identity
from chalicelib.desk.outage_tickets import OutageTicket
from chalicelib.desk.outages import Outage
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import Ticket
from chalicelib.store import clients, conversations, outages
from chalicelib.store import outage_tickets as store
from chalicelib.store.table import Item, Lost, NotFound, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import announcement_words
from chalicelib.use_cases.asked import Asked
from chalicelib.use_cases.leaving import Leaving, tap

log = logging.getLogger(__name__)

MARK = "mark"
MOST_OFFERED = 6
RECENT = timedelta(days=30)  # what has gone on for longer is no news


def note_told(client: Client, conversation: Conversation, outage_id: str, now: datetime) -> None:
    """What they write from now on is about this outage, in whichever of their messengers. Called after an announcement was
    sent, with the conversation as it was before: mostly nobody has changed it meanwhile."""
    others = [identity for identity in client.identities if identity != conversation.identity]
    for each in (conversation, *(conversations.of_identities(others).values() if others else ())):
        try:
            _note_told(each, outage_id, now)
        except Lost:
            _note_told_again(each.identity, outage_id, now)


def _note_told_again(identity: Identity, outage_id: str, now: datetime) -> None:
    retrying(lambda: _note_told(conversations.head(identity).conversation, outage_id, now))


def _note_told(conversation: Conversation | None, outage_id: str, now: datetime) -> None:
    """Nothing, if they have been told of something newer meanwhile."""
    if conversation and (conversation.told_at is None or conversation.told_at <= now):
        commit(conversations.conversation_item(replace(conversation, told_of=outage_id, told_at=now)))


def linked(
    ticket: Ticket, conversation: Conversation, at: datetime, leaving: Leaving, settings: Settings
) -> tuple[Ticket, list[Item]]:
    """The ticket as one of the outage that the client was told of, if that was less than a day before ``at``. It costs a read
    once, with the first such message."""
    outage_id = outage_tickets.is_about(conversation, at)
    if not outage_id or outage_id == ticket.outage:
        return ticket, []
    try:
        outage = outages.outage(outage_id)
    except NotFound:
        return ticket, []
    return _linked(ticket, outage, at, conversation.language, leaving, settings)


def mark(asked: Asked) -> str:
    """/mark in a client's topic: this is about the outage that goes on; a button each when there are several."""
    language = asked.settings.desk.language
    client_id, _, outage_id = asked.words.partition(":") if asked.message_id else (asked.client_id, "", "")
    if not client_id:
        return asked.refuse("mark_of_which")
    recent = outages.since(asked.now - RECENT)
    found = status_feed.current(outage for outage in recent if not outage.rehearsal)
    if outage_id:
        found = [outages.outage(outage_id)]
    client = clients.client_now(client_id)
    ticket = conversations.head(client.current).ticket if client.current else None
    if ticket is None or not found:
        return asked.refuse("mark_nothing")
    if len(found) > 1:
        offered = tuple((tap(each.title[:60], MARK, client_id, each.id),) for each in islice(found, MOST_OFFERED))
        asked.answer(Content(text=text("mark_which", language), buttons=offered))
        return text("done_mark", language)
    return _mark(asked, client, ticket, found[0])


def _mark(asked: Asked, client: Client, ticket: Ticket, outage: Outage) -> str:
    leaving = Leaving(ticket.ticked(asked.now).clock, asked.now, client.id, ticket.id)
    began = outage.started_at or outage.created_at
    wrote_at = ticket.opened_at if ticket.opened_at >= began else (ticket.heard_at or ticket.opened_at)
    if ticket.outage == outage.id:
        return asked.refuse("mark_already")
    ticket, items = _linked(ticket, outage, wrote_at, client.language, leaving, asked.settings)
    commit(*conversations.ticket_items(ticket.ticked(asked.now)), *items, *leaving.items(), once=asked.once)
    leaving.nudge()
    return text("done_mark", asked.settings.desk.language)


def _linked(
    ticket: Ticket, outage: Outage, wrote_at: datetime, language: str, leaving: Leaving, settings: Settings
) -> tuple[Ticket, list[Item]]:
    """With the newest announcement on its way to the client, and a line for the team that says so; of an outage that the ticket
    was about before, neither comes again."""
    if store.is_known(outage.id, ticket.id):
        return replace(ticket, outage=outage.id), []
    words = announcement_words.answer(outage, language, settings.desk.timezone)
    leaving.to_client(ticket.identity, Purpose.NOTICE, Content(text=words, html=True))
    shown = text("outage_answered", settings.desk.language, title=outage.title)
    leaving.to_topic(ticket.client_id, Purpose.NOTICE, Content(text=shown, silent=True))
    found = OutageTicket(outage.id, ticket.id, ticket.client_id, wrote_at)
    log.info("ticket__of_outage", extra={"ticket_id": ticket.id, "outage_id": outage.id})
    return replace(ticket, outage=outage.id), [store.ticket_item(found)]
