"""Out of turn (product line 3): who waits, VIPs first and then by what is due next, and the next of them for whoever asks.

Two people never get the same ticket: the index only proposes, and each proposal is taken on condition that nobody has
written to the ticket meanwhile. Whoever loses goes on to the next one.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from chalicelib.desk import ticket_deadlines, ticket_life
from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.desk.settings import Settings
from chalicelib.desk.staff import Member
from chalicelib.desk.tickets import NotAllowed, Owner, Ticket
from chalicelib.store import clients, conversations
from chalicelib.store.table import NotFound, commit, retrying
from chalicelib.texts import clock_time, text
from chalicelib.use_cases.asked import Asked
from chalicelib.use_cases.leaving import Leaving, tap

log = logging.getLogger(__name__)

BELOW = "below"  # in a button: the message that has it stays as it is
SHOWN = 15  # tickets: with their links they stay well below what Telegram takes in one message


@dataclass(frozen=True)
class _Taking:
    member: Member
    settings: Settings
    now: datetime
    asked: Asked | None = None


def show(asked: Asked) -> str:
    """The head of the queue. The button under it brings the same message up to date; that of a digest leaves the digest."""
    settings = asked.settings
    waiting = chain.from_iterable(conversations.queue_of_tier(tier) for tier in Tier)
    found = list(islice(waiting, SHOWN + 1))
    content = Content(text=_words(found, asked), html=True, buttons=_buttons(settings.desk.language))
    if asked.message_id and asked.words != BELOW:
        content = Content(Verb.EDIT, content.text, html=True, buttons=content.buttons, message_id=asked.message_id)
    asked.answer(content)
    return text("done_queue", settings.desk.language)


def take_next(asked: Asked) -> str:
    """Give whoever asks the most urgent ticket that nobody has, and say where it is."""
    language = asked.settings.desk.language
    if asked.member is None:
        return asked.refuse("only_staff")
    taking = _Taking(asked.member, asked.settings, asked.now, asked)
    if _take_next(taking) is None:
        return asked.refuse("queue_nobody_unowned")
    return text("done_next", language)


def next_for(member: Member, settings: Settings, now: datetime) -> Ticket:
    """The same for a program that acts on behalf of ``member``.

    :raises NotAllowed: nobody waits whom nobody has taken.
    """
    ticket = _take_next(_Taking(member, settings, now))
    if ticket is None:
        raise NotAllowed("queue_nobody_unowned")
    return ticket


def _untaken() -> Iterator[Ticket]:
    """What anybody may take, the most urgent first."""
    return chain.from_iterable(conversations.untaken_of_tier(tier) for tier in Tier)


def _take_next(taking: _Taking) -> Ticket | None:
    for proposed in _untaken():
        try:
            return retrying(lambda ticket_id=proposed.id: _take(ticket_id, taking))  # type: ignore[misc]
        except (NotAllowed, NotFound):
            log.info("queue__taken_by_another", extra={"ticket_id": proposed.id})
    return None


def _take(ticket_id: str, taking: _Taking) -> Ticket:
    member, now, settings = taking.member, taking.now, taking.settings
    owner = Owner(member.role, member.id, member.name)
    ticket = ticket_life.take_next(conversations.ticket_by_id(ticket_id), now, owner, member.author)
    ticket = ticket_deadlines.reckon(ticket.ticked(now), settings.calendars, now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    leaving.card(ticket.client_id)
    if taking.asked:
        taking.asked.answered_by(leaving, _found(ticket, settings))
    once = taking.asked.once if taking.asked else None
    commit(*conversations.ticket_items(ticket), *leaving.items(), once=once)
    log.info("ticket__changed", extra={"ticket_id": ticket.id, "action": "take"})
    leaving.nudge()
    return ticket


def _found(ticket: Ticket, settings: Settings) -> Content:
    language = settings.desk.language
    owner = ticket.owner.name if ticket.owner else ""
    words = text("queue_next", language, html=True, owner=owner, client=ticket.client_name, due=_due(ticket, settings))
    return Content(text=words, html=True, link_to_topic_of=ticket.client_id)


def _words(found: list[Ticket], asked: Asked) -> str:
    language = asked.settings.desk.language
    if not found:
        return text("queue_empty", language)
    known = clients.by_ids(ticket.client_id for ticket in found)
    lines = [text("queue_title", language)]
    lines += (
        _line(n, ticket, known.get(ticket.client_id), asked.settings) for n, ticket in enumerate(found[:SHOWN], 1)
    )
    if len(found) > SHOWN:
        lines.append(text("queue_more", language))
    return "\n".join(lines)


def _line(n: int, ticket: Ticket, client: Client | None, settings: Settings) -> str:
    language = settings.desk.language
    name = text(f"topic_{ticket.tier}", language, name=ticket.client_name[:60])
    topic = client.topic if client else None
    linked = text(
        "queue_linked" if topic else "queue_named", language, html=True, name=name, url=topic.url if topic else ""
    )
    owner = ticket.owner
    key, by = ("card_owner", owner.name) if owner else ("card_no_owner", "")
    parts = [_due(ticket, settings), text(key, language, html=True, owner=by)]
    return text("queue_line", language, n=n, client=linked, rest=" · ".join(parts))


def _due(ticket: Ticket, settings: Settings) -> str:
    language = settings.desk.language
    if ticket.next_due is None:
        return text("queue_nothing_due", language)
    at = clock_time(ticket.next_due.at, settings.desk.timezone, language)
    return text("queue_due", language, metric=text(f"metric_{ticket.next_due.metric}", language), at=at)


def _buttons(language: str) -> tuple[tuple[Button, ...], ...]:
    return ((tap(text("button_next", language), "next"), tap(text("button_refresh", language), "queue")),)
