"""Through all tickets of an outage, page by page: the team's one answer to all, and the end, after which silence closes them.

A crash resumes at the cursor. What was done before it changes nothing the second time: a reply has a key of its own in each
ticket, and a ticket that is closing already is left alone.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

from chalicelib.desk import ticket_deadlines, ticket_life, tickets
from chalicelib.desk.clients import Client
from chalicelib.desk.identifiers import new_id
from chalicelib.desk.messages import Author, Direction, Message
from chalicelib.desk.outage_tickets import SILENT_FOR, Doing, OutageTicket, Round
from chalicelib.desk.outages import Outage
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import Closing, Status, Ticket
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations, deliveries, outages, topics
from chalicelib.store import outage_tickets as store
from chalicelib.store.table import Exists, Lost, NotFound, bumped, commit, retrying
from chalicelib.use_cases import announcement_words, team_messages
from chalicelib.use_cases import settings as settings_in_use
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)

PAGE = 50  # tickets
LEAST_SECONDS = 15.0


def answer_all(outage_id: str, words: Mapping[str, str], by: Author, now: datetime) -> Round:
    """Everybody who wrote about it gets this reply, each in their language. Raises NotFound."""
    outage = outages.outage(outage_id)
    made = Round(outage.id, new_id(now), Doing.REPLY, now, by, dict(words))
    commit(store.round_item(made))
    topics.go_round(outage.id, made.id)
    return made


def go_on(outage_id: str, round_id: str, time_left: Callable[[], float], clock: Callable[[], datetime]) -> None:
    """As far as ``time_left`` (seconds) reaches; the minute's check wakes the next worker for the rest."""
    made = store.round_by_id(outage_id, round_id)
    outage, settings = outages.outage(outage_id), settings_in_use.current()
    while not made.finished and time_left() > LEAST_SECONDS:
        page = list(islice(store.of_outage(outage_id, made.cursor), PAGE))
        done = sum(_done(made, found, outage, settings, clock()) for _, found in page)
        made = made.advanced(page[-1][0] if len(page) == PAGE else None, done, clock())
        try:
            commit(store.round_item(made))
        except Lost:
            log.info("round__taken_by_another", extra={"outage_id": outage_id})
            return
        made = bumped(made)
    log.info("round__made", extra={"outage_id": outage_id, "doing": made.doing, "tickets": made.done})


def _done(made: Round, found: OutageTicket, outage: Outage, settings: Settings, now: datetime) -> bool:
    try:
        return retrying(lambda: _DOINGS[made.doing](made, found, outage, settings, now))
    except (Exists, NotFound):
        return False


def _reply(made: Round, found: OutageTicket, _outage: Outage, settings: Settings, now: datetime) -> bool:
    """A person's act, and so a reply like any other, but for tickets that are closed or that no reply can reach."""
    ticket = conversations.ticket_by_id(found.ticket_id)
    if ticket.status is Status.CLOSED or _is_shut(ticket, now):
        return False
    message = Message(
        external_id=f"desk.{made.id}",
        identity=ticket.identity,
        ticket_id=ticket.id,
        at=now,
        direction=Direction.OUT,
        text=made.text[clients.client_by_id(ticket.client_id).language],
        author=made.by,
    )
    team_messages.reply(message, ticket, settings, now, show=True)
    return True


def _end(_made: Round, found: OutageTicket, outage: Outage, settings: Settings, now: datetime) -> bool:
    """The news, for whoever does not get it as an announcement; and from now on silence closes the ticket."""
    ticket = conversations.ticket_by_id(found.ticket_id)
    if ticket.status is Status.CLOSED or ticket.closing_at or not outage.ended:
        return False
    client = clients.client_by_id(ticket.client_id)
    ticket = ticket_deadlines.reckon(
        ticket_life.closes_if_silent(ticket.ticked(now), now + SILENT_FOR), settings.calendars, now
    )
    leaving = Leaving(ticket.clock, now, client.id, ticket.id)
    if not _is_told(outage, client) and not _is_shut(ticket, now):
        news = announcement_words.told(outage, outage.latest, client.language, settings.desk.timezone)
        leaving.to_client(ticket.identity, Purpose.NOTICE, Content(text=news, html=True))
    commit(*conversations.ticket_items(ticket), *leaving.items())
    leaving.nudge()
    return True


_DOINGS: dict[Doing, Callable[[Round, OutageTicket, Outage, Settings, datetime], bool]] = {
    Doing.REPLY: _reply,
    Doing.END: _end,
}


def _is_shut(ticket: Ticket, now: datetime) -> bool:
    return tickets.is_window_closed(ticket, ADAPTERS[ticket.identity.messenger].window, now)


def _is_told(outage: Outage, client: Client) -> bool:
    """Whether the end comes to them as an announcement: they got the news so, or are just getting it."""
    if client.opted_out or outage.directed == 0:
        return False
    found = (deliveries.delivery_if_any(outage.id, n, client.id) for n in range(1, outage.latest.n))
    return any(delivery and (delivery.told or delivery.in_the_air(delivery.created_at)) for delivery in found)


def closed_if_silent(ticket: Ticket, now: datetime) -> Ticket:
    """A day of silence after the end closes the ticket, without a survey; unless the outage has begun anew."""
    if ticket.closing_at is None or ticket.closing_at > now or ticket.status is Status.CLOSED:
        return ticket
    try:
        is_over = ticket.outage is not None and outages.outage(ticket.outage).ended
    except NotFound:
        is_over = True
    if not is_over:
        return replace(ticket, closing_at=None)
    log.info("ticket__closed_by_silence", extra={"ticket_id": ticket.id, "outage_id": ticket.outage})
    return ticket_life.close(ticket, now, Author("desk", "Vipdesk"), Closing.OUTAGE)
