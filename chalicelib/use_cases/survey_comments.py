"""A comment typed in the chat: the client has tapped "add a comment", or was asked for the reason of their grade, and writes.
It asks for nothing, so it opens and reopens nothing; it is kept as a message all the same, and follows its later changes."""

from datetime import datetime, timedelta

from chalicelib.desk import surveys, ticket_life
from chalicelib.desk.clients import Conversation
from chalicelib.desk.messages import Direction, IncomingMessage, Kind, Message
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.surveys import LONGEST_COMMENT, Invitation
from chalicelib.desk.tickets import Ticket
from chalicelib.store import conversations, messages, voice
from chalicelib.store.table import Item, NotFound, commit
from chalicelib.texts import text
from chalicelib.use_cases import survey_questions
from chalicelib.use_cases import surveys as answers
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.shown import relayed

CLOCKS_DIFFER = timedelta(seconds=5)  # messengers' and ours


def is_awaited(conversation: Conversation, incoming: IncomingMessage) -> bool:
    """Whether this message is the comment. Anything but text is a message like any other, and so is what was written before
    and only comes late."""
    if conversation.comment_on is None or conversation.comment_until is None or incoming.kind is not Kind.TEXT:
        return False
    since = conversation.comment_until - surveys.COMMENT_WITHIN - CLOCKS_DIFFER
    return since <= incoming.at < conversation.comment_until and bool(incoming.text.strip())


def take(
    incoming: IncomingMessage, conversation: Conversation, newest: Ticket, settings: Settings, now: datetime
) -> bool:
    """Keep it with the answer. Whether it was taken: an invitation that has expired meanwhile takes nothing.

    Raises Exists when the same message came before, Lost when somebody wrote first."""
    try:
        invitation = voice.invitation(conversation.comment_on or "")
    except NotFound:
        return False
    if now >= invitation.expires_at:
        return False
    newest = ticket_life.heard(newest, incoming.at).ticked(now)
    leaving = Leaving(newest.clock, now, newest.client_id, newest.id)
    if is_long := len(incoming.text) > LONGEST_COMMENT:
        changes = _given_back(incoming, conversation, newest, leaving, settings)
    else:
        changes = _added(incoming, invitation, conversation, newest, leaving, settings)
    message = Message(
        external_id=incoming.external_id,
        identity=conversation.identity,
        ticket_id=invitation.ticket_id,
        at=incoming.at,
        direction=Direction.IN,
        text=incoming.text,
        comment_on="" if is_long else invitation.id,
    )
    commit(*changes, *leaving.items(), once=messages.message_item(message))
    leaving.nudge()
    return True


def _added(
    incoming: IncomingMessage,
    invitation: Invitation,
    conversation: Conversation,
    newest: Ticket,
    leaving: Leaving,
    settings: Settings,
) -> list[Item]:
    after = surveys.comment(invitation, incoming.text, leaving.now)
    is_of_newest = invitation.ticket_id in ("", newest.id)
    ticket = newest if is_of_newest else conversations.ticket_by_id(invitation.ticket_id)
    thanks = Content(
        text=text("survey_comment_kept", conversation.language), buttons=survey_questions.still_there(invitation)
    )
    leaving.to_client(conversation.identity, Purpose.SURVEY, thanks)
    changes = answers.follow(invitation, after, ticket, leaving, settings)
    changes.append(conversations.conversation_item(surveys.no_comment_awaited(conversation)))
    return changes if is_of_newest else [*changes, *conversations.ticket_items(newest)]


def _given_back(
    incoming: IncomingMessage, conversation: Conversation, newest: Ticket, leaving: Leaving, settings: Settings
) -> list[Item]:
    """Nothing is cut off: the client has the text in the chat and is asked to shorten it. The team sees it all the same."""
    words = text("survey_comment_long", conversation.language, n=len(incoming.text), most=LONGEST_COMMENT)
    leaving.to_client(conversation.identity, Purpose.SURVEY, Content(text=words))
    for content in relayed(incoming, conversation.identity, settings.desk, silent=True, is_late=False):
        leaving.to_topic(newest.client_id, Purpose.NOTICE, content)
    return conversations.ticket_items(newest)


def edited(message: Message, words: str, now: datetime) -> list[Item]:
    """The comment becomes what its message says now, unless the client has put another in its place, or its time is over."""
    if not message.comment_on:
        return []
    before = voice.invitation(message.comment_on)
    if before.comment != message.text or len(words) > LONGEST_COMMENT or now >= before.expires_at:
        return []
    return [voice.invitation_item(surveys.comment(before, words, now))]
