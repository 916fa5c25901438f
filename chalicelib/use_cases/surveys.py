"""A client answers a survey, by a tap in the chat or on the survey page. One tap records; a comment may follow."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.desk import surveys, ticket_deadlines, ticket_life, tickets
from chalicelib.desk.clients import Tier
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.splitting import parts
from chalicelib.desk.surveys import Invitation, Kind, Rating
from chalicelib.desk.tickets import Status, Ticket
from chalicelib.store import clients, conversations, voice
from chalicelib.store.conversations import Head
from chalicelib.store.table import Item, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import callbacks, our_clients, survey_questions
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.policy_choice import followed

log = logging.getLogger(__name__)

MOST_SHOWN = 3800  # characters of a comment in one message of the topic, of the 4096 that Telegram takes
AT_ONCE = timedelta(seconds=10)  # a second tap this soon is the same tap

Change = Callable[[Invitation], Invitation]


def grade(
    invitation_id: str,
    score: int,
    settings: Settings,
    now: datetime,
    comment: str | None = None,
    question: str | None = None,
    once: Item | None = None,
) -> Invitation:
    """Record the grade, and a comment if one came with it. ``question`` is our message with the buttons that were
    tapped: it becomes a thank-you; ``once`` is that tap's key. A low grade opens a call-back for the manager.

    Raises NotFound, Expired, Exists, and ValueError for what is no grade or too long a comment.
    """

    def change(invitation: Invitation) -> Invitation:
        if invitation.score != score:
            invitation = surveys.grade(invitation, score, now)
        return invitation if comment is None else surveys.comment(invitation, comment, now)

    return retrying(lambda: _answer(invitation_id, change, settings, now, question, once))


def rate(
    invitation_id: str, ratings: tuple[Rating, ...], comment: str | None, settings: Settings, now: datetime
) -> Invitation:
    """Record what a client thinks of each quality.

    Raises NotFound, Expired, and ValueError for what is no rating or too long a comment."""

    def change(invitation: Invitation) -> Invitation:
        rated = surveys.rate(invitation, ratings, now)
        return rated if comment is None else surveys.comment(rated, comment, now)

    return retrying(lambda: _answer(invitation_id, change, settings, now, None, None))


def comment(invitation_id: str, words: str, settings: Settings, now: datetime) -> Invitation:
    """Keep a comment on an answer given before; the team sees it in the client's topic.

    Raises NotFound, Expired, and ValueError for a comment that is too long."""
    return retrying(
        lambda: _answer(
            invitation_id, lambda invitation: surveys.comment(invitation, words, now), settings, now, None, None
        )
    )


def _answer(
    invitation_id: str, change: Change, settings: Settings, now: datetime, question: str | None, once: Item | None
) -> Invitation:
    before = voice.invitation(invitation_id)
    after = change(before)
    is_repeated = after == before and before.answered_at is not None and now - before.answered_at < AT_ONCE
    if after == before and (question is None or is_repeated):
        return before
    head = _conversation_about(after)
    ticket = head.ticket
    leaving = Leaving(
        ticket.ticked(now).clock if ticket else milliseconds(now), now, after.client_id, after.ticket_id or None
    )
    if question is not None:
        leaving.to_client(after.identity, Purpose.SURVEY, survey_questions.thanks(after, settings, question))
    changed = follow(before, after, ticket, leaving, settings)
    if question is not None:
        changed += _asked_why(after, head, now)
    commit(*changed, *leaving.items(), once=once)
    log.info("survey__answered", extra={"kind": after.kind, "ticket_id": after.ticket_id, "invitation_id": after.id})
    leaving.nudge()
    return after


def follow(
    before: Invitation, after: Invitation, ticket: Ticket | None, leaving: Leaving, settings: Settings
) -> list[Item]:
    """What an answer brings about, beside what ``leaving`` takes: the items to write. ``ticket`` is the contact's or, of what
    is about no contact, the newest of the conversation."""
    now = leaving.now
    items: list[Item] = [voice.invitation_item(after)]
    if (after.score, after.ratings) != (before.score, before.ratings):
        items.append(voice.last_asked_item(voice.last_asked(after.client_id).noted(after.kind, now)))
    if after.comment.strip() and after.comment != before.comment:
        _show_comment(after, leaving, settings)
        if ticket and surveys.is_low(before) and tickets.is_callback_owed(ticket):
            callbacks.tell_more(leaving, after, ticket, settings)
    is_graded = after.kind is Kind.CSAT and after.score != before.score
    if ticket and is_graded:
        ticket = ticket_life.graded(ticket, after.score)
        if ticket.tier is not Tier.EVERYONE:
            leaving.card(ticket.client_id)
    newly_low = surveys.is_newly_low(before, after)
    if ticket and newly_low:
        called = clients.client_now(ticket.client_id).name
        ticket = ticket_life.graded_low(followed(ticket, settings), now, called)
        callbacks.ask(leaving, after, ticket, settings)
        items += our_clients.propose(ticket, leaving, settings)
    if ticket and (leaving.outbounds or is_graded):
        items += conversations.ticket_items(ticket_deadlines.reckon(ticket.ticked(now), settings.calendars, now))
    return items


def _conversation_about(invitation: Invitation) -> Head:
    """Raises NotFound."""
    if invitation.kind is Kind.CSAT:
        return Head(None, conversations.ticket_by_id(invitation.ticket_id))
    return conversations.head(invitation.identity)


def _asked_why(invitation: Invitation, head: Head, now: datetime) -> list[Item]:
    """The thank-you for NPS asks for the reason, so the next text is that, unless a question of theirs is open."""
    if invitation.kind is not Kind.NPS or head.conversation is None or head.ticket is None:
        return []
    if head.ticket.status is not Status.CLOSED:
        return []
    return [conversations.conversation_item(surveys.awaiting_comment(head.conversation, invitation, now))]


def _show_comment(invitation: Invitation, leaving: Leaving, settings: Settings) -> None:
    """The team sees new words in the client's topic, all of them."""
    language = settings.desk.language
    client = clients.client_now(invitation.client_id)
    first, *rest = parts(invitation.comment, MOST_SHOWN)
    heading = text(
        f"survey_comment_{invitation.kind}",
        language,
        grade=survey_questions.graded(invitation, settings, language),
        comment=first,
    )
    for words in (heading, *rest):
        leaving.to_topic(client, Purpose.NOTICE, Content(text=words, silent=True))
