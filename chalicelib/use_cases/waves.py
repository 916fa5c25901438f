"""Asking about the company, in waves: planned a page of clients at a time, and each asked when it is a good moment.

A worker that dies has planned a page with its place in the list or not at all, and has asked somebody with the record of it or
not at all.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from chalicelib.desk import tickets, waves
from chalicelib.desk.audience import ALL_PARTS
from chalicelib.desk.clients import Client, Conversation
from chalicelib.desk.identifiers import milliseconds, new_id
from chalicelib.desk.outbound import Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.surveys import VALID_FOR, Invitation
from chalicelib.desk.tickets import Ticket
from chalicelib.desk.waves import WAVES, Candidate, Wave
from chalicelib.desk.whereabouts import whereabouts
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations, voice
from chalicelib.store import waves as store
from chalicelib.store.table import Item, Lost, NotFound, commit
from chalicelib.use_cases import invitations, survey_questions
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.metrics import count
from chalicelib.use_cases.serving import tier_of, today

log = logging.getLogger(__name__)

PAGE = 50  # clients looked at between two writes
MOST_ASKED = 200  # in one run
LEAST_SECONDS = 10.0


def plan(settings: Settings, now: datetime, time_left: Callable[[], float]) -> int:
    """Go on with the waves of this quarter. Returns how many were put down to be asked."""
    planned = 0
    for kind in WAVES:
        if waves.is_on(kind, settings.surveys):
            wave = store.wave(kind, waves.quarter_of(now))
            while not wave.finished and time_left() > LEAST_SECONDS:
                wave, found = _page(wave, settings, now)
                planned += found
    return planned


def ask(settings: Settings, now: datetime, time_left: Callable[[], float]) -> int:
    """Ask those for whom it is a good moment. Returns how many were asked; one that cannot be keeps no other from it."""
    asked = 0
    for candidate, item in store.worth_a_look(now, MOST_ASKED):
        if time_left() < LEAST_SECONDS:
            break
        try:
            asked += _ask(candidate, item, settings, now)
        except Lost:
            log.info("wave__lost", extra={"kind": candidate.kind})  # written to meanwhile: the next run looks again
        except Exception:
            log.exception("wave__failed", extra={"kind": candidate.kind})
            count("Failed")
    return asked


def _page(wave: Wave, settings: Settings, now: datetime) -> tuple[Wave, int]:
    page = list(islice(clients.of_part(ALL_PARTS[wave.part], wave.after, PAGE), PAGE))
    day = today(settings, now)
    ends_at = waves.end_of_quarter(now)
    drawn = [
        client.id
        for _, client in page
        if waves.is_in(wave.kind, wave.quarter, client.id, client.tier_on(day), settings.surveys)
    ]
    already = store.waiting(wave.kind, wave.quarter, drawn)  # whose name or tier has changed is met in two places
    found = [Candidate(each, wave.kind, wave.quarter, ends_at, now) for each in drawn if each not in already]
    is_last = len(page) < PAGE
    after = replace(wave, part=wave.part + 1, after="") if is_last else replace(wave, after=page[-1][0])
    commit(*map(store.candidate_item, found), store.wave_item(after))
    return replace(after, version=after.version + 1), len(found)


def _ask(candidate: Candidate, item: Item, settings: Settings, now: datetime) -> bool:
    """Whether they were asked now. Who cannot be reached, or has no good moment in this wave, is left in peace."""
    kind = candidate.kind
    reached = _reached(candidate.client_id) if waves.is_on(kind, settings.surveys) else None
    if reached is None:
        commit(gone=[item])
        return False
    client, conversation, newest = reached
    absorbed = [each.id for each in clients.absorbed_by(client)]
    last = voice.last_asked(client.id, absorbed)
    zones = whereabouts(client, settings.desk.timezone, now).zones
    moment = waves.good_moment(kind, last, _tickets(client, newest), settings.surveys, now, zones)
    if moment > now:
        if moment < candidate.ends_at:
            commit(store.candidate_item(replace(candidate, look_at=moment)))
        else:
            commit(gone=[item])
        return False
    invitation = Invitation(
        id=new_id(now),
        ticket_id="",
        client_id=client.id,
        identity=conversation.identity,
        language=conversation.language,
        created_at=now,
        expires_at=now + VALID_FOR,
        kind=kind,
        tier=tier_of(client, settings, now),
    )
    window = ADAPTERS[conversation.identity.messenger].window
    by_template = tickets.is_window_closed(newest, window, now)
    link = invitations.link(invitation.id)
    question = survey_questions.question(invitation, link, settings, by_template=by_template)
    if question is None:
        commit(gone=[item])
        return False
    leaving = Leaving(milliseconds(now), now, client.id)
    leaving.to_client(conversation.identity, Purpose.SURVEY, question)
    written = [voice.invitation_item(invitation), voice.last_asked_item(last.noted(kind, now))]
    commit(*written, *leaving.items(), gone=[item])
    log.info("wave__asked", extra={"kind": kind, "invitation_id": invitation.id})
    leaving.nudge()
    return True


def _reached(client_id: str) -> tuple[Client, Conversation, Ticket] | None:
    """Where the client is asked: in the conversation used last, if it lets us write and they ever asked us anything."""
    try:
        client = clients.client_by_id(client_id)
    except NotFound:
        return None
    if client.joined or client.current is None:
        return None
    head = conversations.head(client.current)
    if head.conversation is None or head.ticket is None:
        return None
    if not head.conversation.reachable or client.opted_out:
        return None
    return client, head.conversation, head.ticket


def _tickets(client: Client, newest: Ticket) -> Iterator[Ticket]:
    """The newest as it is, the others as the index knows them."""
    yield newest
    yield from (ticket for _, ticket in conversations.of_client(client.id) if ticket.id != newest.id)
