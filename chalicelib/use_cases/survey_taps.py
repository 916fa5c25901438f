"""A client taps a button of a survey. What a button carries may have been made up, and in some messengers it comes as a text
that anybody can write: only the person who was asked can answer."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.desk.clients import Conversation, Identity
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import IncomingTap
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.surveys import SCORES, Expired, Invitation, Kind, awaiting_comment, no_comment_awaited
from chalicelib.store import conversations, voice
from chalicelib.store.table import Exists, Item, NotFound, commit, retrying
from chalicelib.texts import language_of, text
from chalicelib.use_cases import invitations, survey_questions, surveys
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Tapped:
    tap: IncomingTap
    invitation: Invitation
    value: str
    settings: Settings
    now: datetime
    once: Item


def receive(
    tap: IncomingTap, messenger: str, action: str, rest: list[str], settings: Settings, now: datetime, once: Item
) -> str:
    """Do what the button of ``ACTIONS`` says. Returns the words shown to whoever tapped."""
    invitation_id, value = (*rest, "")[:2]
    try:
        invitation = _theirs(invitation_id, Identity(messenger, tap.account, tap.sender.user), now)
        return ACTIONS[action](_Tapped(tap, invitation, value, settings, now, once))
    except (Expired, NotFound):
        return text("csat_expired", language_of(tap.sender.language, settings.desk.language))
    except Exists:
        log.info("tap__repeated")
        return text("csat_tapped", language_of(tap.sender.language, settings.desk.language))


def _theirs(invitation_id: str, identity: Identity, now: datetime) -> Invitation:
    invitation = voice.invitation(invitation_id)
    if invitation.identity != identity or now >= invitation.expires_at:
        raise Expired
    return invitation


def _graded(tapped: _Tapped) -> str:
    invitation = tapped.invitation
    scores = {str(score): score for score in SCORES[invitation.kind]}
    if tapped.value not in scores:
        log.warning("tap__not_understood")
        return text("tap_not_understood", invitation.language)
    message_id, once = tapped.tap.message_id, tapped.once
    surveys.grade(invitation.id, scores[tapped.value], tapped.settings, tapped.now, question=message_id, once=once)
    return text("csat_tapped", invitation.language)


def _comment(tapped: _Tapped) -> str:
    """The next text that they write is the comment."""
    invitation, language = tapped.invitation, tapped.invitation.language
    words = text("survey_comment_here", language, url=invitations.link(invitation.id))
    buttons = (*survey_questions.still_there(invitation), (survey_questions.new_question(invitation),))
    content = Content(text=words, buttons=buttons)
    _next_text(tapped, content, lambda conversation: awaiting_comment(conversation, invitation, tapped.now))
    return text("survey_comment_short", language)


def _question(tapped: _Tapped) -> str:
    """The next text that they write is a new question."""
    language = tapped.invitation.language
    _next_text(tapped, Content(text=text("survey_question_here", language)), no_comment_awaited)
    return text("survey_comment_short", language)


def _next_text(tapped: _Tapped, said: Content, change: Callable[[Conversation], Conversation]) -> None:
    def attempt() -> None:
        conversation = conversations.head(tapped.invitation.identity).conversation
        if conversation is None:
            raise NotFound(tapped.invitation.identity.key)
        leaving = _leaving(tapped)
        leaving.to_client(tapped.invitation.identity, Purpose.SURVEY, said)
        commit(conversations.conversation_item(change(conversation)), *leaving.items(), once=tapped.once)
        leaving.nudge()

    retrying(attempt)


def _change(tapped: _Tapped) -> str:
    leaving = _leaving(tapped)
    content = survey_questions.again(tapped.invitation, tapped.settings, tapped.tap.message_id)
    leaving.to_client(tapped.invitation.identity, Purpose.SURVEY, content)
    commit(*leaving.items(), once=tapped.once)
    leaving.nudge()
    return text("survey_change_short", tapped.invitation.language)


def _leaving(tapped: _Tapped) -> Leaving:
    invitation = tapped.invitation
    return Leaving(milliseconds(tapped.now), tapped.now, invitation.client_id, invitation.ticket_id or None)


ACTIONS: dict[str, Callable[[_Tapped], str]] = {
    Kind.CSAT: _graded,
    Kind.NPS: _graded,
    "survey_comment": _comment,
    "survey_question": _question,
    "survey_change": _change,
}
