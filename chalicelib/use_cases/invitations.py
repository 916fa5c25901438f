"""Asking a client how it went when a ticket closes, and the links by which a survey is answered on its page."""

from dataclasses import replace
from datetime import datetime

from chalicelib.desk import survey_links, survey_timing, tickets
from chalicelib.desk.identifiers import new_id
from chalicelib.desk.messages import Direction
from chalicelib.desk.outbound import Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.surveys import VALID_FOR, Invitation, Kind
from chalicelib.desk.tickets import Ticket
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations, messages, voice
from chalicelib.store.secrets import secret
from chalicelib.store.table import Item, NotFound
from chalicelib.use_cases import survey_questions
from chalicelib.use_cases.leaving import Leaving


def after_closing(ticket: Ticket, leaving: Leaving, settings: Settings, now: datetime) -> tuple[Ticket, list[Item]]:
    """Ask how it went, if this is a contact to be asked about and the messenger lets us: the ticket as it is then, and what is
    to be stored with the closing, nothing if nobody is asked. Two conversations of one person that close at once meet at the
    person's record."""
    client = clients.client_now(ticket.client_id)
    last = voice.last_asked(client.id, (each.id for each in clients.absorbed_by(client)))
    if not survey_timing.is_contact_to_grade(ticket, last, settings.surveys.csat.rest, now):
        return ticket, []
    conversation = conversations.head(ticket.identity).conversation
    replied = (message for message in messages.of_ticket(ticket.id) if message.direction is Direction.OUT)
    invitation = Invitation(
        id=new_id(now),
        ticket_id=ticket.id,
        client_id=client.id,
        identity=ticket.identity,
        language=conversation.language if conversation else settings.desk.language,
        created_at=now,
        expires_at=now + VALID_FOR,
        people=tuple(dict.fromkeys(message.author.id for message in replied if message.author)),
        tier=ticket.tier,
    )
    window = ADAPTERS[ticket.identity.messenger].window
    is_window_closed = tickets.is_window_closed(ticket, window, now)
    question = survey_questions.question(invitation, link(invitation.id), settings, by_template=is_window_closed)
    if question is None:
        return ticket, []
    leaving.to_client(ticket.identity, Purpose.SURVEY, question)
    asked = [voice.invitation_item(invitation), voice.last_asked_item(last.noted(Kind.CSAT, now))]
    return replace(ticket, invitation=invitation.id), [*asked, *_ended(ticket.invitation, now)]


def _ended(before: str | None, now: datetime) -> list[Item]:
    """Of a ticket that had been asked about before, only the newest question can be answered; the answers stay."""
    if before is None:
        return []
    try:
        invitation = voice.invitation(before)
    except NotFound:
        return []
    return [voice.invitation_item(replace(invitation, expires_at=min(now, invitation.expires_at)))]


def link(invitation_id: str) -> str:
    """Where the survey page is. The token is signed, so that nobody can guess another's."""
    return f"{secret('public_url')}/survey/{survey_links.signed(invitation_id, _keys())}"


def invitation_of(token: str) -> Invitation:
    """Raises NotFound for a token that we did not sign, or whose invitation is gone."""
    invitation_id = survey_links.verified(token, _keys())
    if invitation_id is None:
        raise NotFound("survey")
    return voice.invitation(invitation_id)


def _keys() -> list[str]:
    """Several are written with spaces between them, the newest first: so they are rotated."""
    return secret("survey_key").split()
