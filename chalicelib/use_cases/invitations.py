"""Asking a client how it went when a ticket closes: buttons where the messenger has them, a link where it has not."""

from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer

from chalicelib.desk.identifiers import new_id
from chalicelib.desk.messages import Direction
from chalicelib.desk.outbound import Button, Content, Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.surveys import GRADES, VALID_FOR, Invitation
from chalicelib.desk.tickets import Ticket
from chalicelib.messengers import ADAPTERS
from chalicelib.store import conversations, messages, voice
from chalicelib.store.secrets import secret
from chalicelib.store.table import Item, NotFound
from chalicelib.texts import text
from chalicelib.use_cases.leaving import Leaving, tap


def invite(ticket: Ticket, leaving: Leaving, settings: Settings, now: datetime) -> Item:
    """Ask, and return the invitation to be stored with the closing."""
    conversation = conversations.head(ticket.identity).conversation
    language = conversation.language if conversation else settings.desk.language
    replied = (message for message in messages.of_ticket(ticket.id) if message.direction is Direction.OUT)
    invitation = Invitation(
        id=new_id(now),
        ticket_id=ticket.id,
        client_id=ticket.client_id,
        identity=ticket.identity,
        language=language,
        created_at=now,
        expires_at=now + VALID_FOR,
        people=tuple(dict.fromkeys(message.author.id for message in replied if message.author)),
    )
    leaving.to_client(ticket.identity, Purpose.SURVEY, _question(invitation))
    return voice.invitation_item(invitation)


def link(invitation_id: str) -> str:
    """Where the survey page is. The token is signed, so that nobody can guess another's."""
    return f"{secret('public_url')}/survey/{_signer().dumps(invitation_id)}"


def invitation_of(token: str) -> Invitation:
    """Raises NotFound for a token that we did not sign, or whose invitation is gone."""
    try:
        return voice.invitation(str(_signer().loads(token)))
    except BadSignature as error:
        raise NotFound("survey") from error


def comment_button(invitation: Invitation) -> Button:
    return Button(text("csat_add_comment", invitation.language), url=link(invitation.id))


def _question(invitation: Invitation) -> Content:
    language = invitation.language
    if not ADAPTERS[invitation.identity.messenger].buttons:
        return Content(text=text("csat_question_link", language, url=link(invitation.id)))
    grades = tuple((tap(text(f"csat_{score}", language), "csat", invitation.id, score),) for score in GRADES)
    return Content(text=text("csat_question", language), buttons=grades)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret("survey_key"), salt="survey")
