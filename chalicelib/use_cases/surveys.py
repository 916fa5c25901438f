"""A client answers a survey: by a tap in the chat or on the survey page. One tap records; a comment may follow."""

import logging
from datetime import datetime

from chalicelib.desk import surveys, tickets
from chalicelib.desk.ladder import Person
from chalicelib.desk.outbound import Content, Purpose, Verb
from chalicelib.desk.policies import Metric
from chalicelib.desk.settings import Settings
from chalicelib.desk.surveys import LOW_GRADE, Invitation
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations, voice
from chalicelib.store.table import Item, commit, retrying
from chalicelib.texts import clock_time, text
from chalicelib.use_cases.invitations import comment_button
from chalicelib.use_cases.leaving import Leaving, tap

log = logging.getLogger(__name__)


def grade(
    invitation_id: str,
    score: int,
    settings: Settings,
    now: datetime,
    comment: str | None = None,
    question: str | None = None,
) -> Invitation:
    """Record the grade, and a comment if one came with it. ``question`` is our message with the buttons that were
    tapped: it becomes a thank-you. A low grade opens a call-back for the manager.

    Raises NotFound, Expired, and ValueError for what is no grade or too long a comment.
    """
    return retrying(lambda: _grade(invitation_id, score, settings, now, comment, question))


def _grade(
    invitation_id: str, score: int, settings: Settings, now: datetime, comment: str | None, question: str | None
) -> Invitation:
    before = voice.invitation(invitation_id)
    after = surveys.grade(before, score, now)
    if comment is not None:
        after = surveys.comment(after, comment, now)
    ticket = conversations.ticket_by_id(after.ticket_id).ticked(now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    if question is not None:
        leaving.to_client(after.identity, Purpose.SURVEY, _thanks(after, question))
    _show_comment(before, after, leaving, settings)
    if surveys.is_newly_low(before, after):
        ticket = tickets.graded_low(ticket, now)
        _ask_for_callback(leaving, after, ticket, settings, now)
    ticket = tickets.reckon(ticket, settings.calendars, now)
    changed: list[Item] = conversations.ticket_items(ticket) if leaving.outbounds else []
    commit(voice.invitation_item(after), *changed, *leaving.items())
    log.info("grade__recorded", extra={"ticket_id": ticket.id, "invitation_id": after.id})
    leaving.nudge()
    return after


def _thanks(invitation: Invitation, question: str) -> Content:
    score = invitation.score or 0
    kind = "csat_thanks_low" if score <= LOW_GRADE else "csat_thanks_high"
    words = text(kind, invitation.language, grade=text(f"csat_{score}", invitation.language))
    verb = Verb.EDIT if ADAPTERS[invitation.identity.messenger].edits else Verb.TEXT
    return Content(
        verb, text=words, message_id=question if verb is Verb.EDIT else None, buttons=((comment_button(invitation),),)
    )


def _ask_for_callback(
    leaving: Leaving, invitation: Invitation, ticket: tickets.Ticket, settings: Settings, now: datetime
) -> None:
    desk = settings.desk
    running = [cycle for cycle in ticket.timeline(settings.calendars, now).cycles if cycle.metric is Metric.CALLBACK]
    due = clock_time(running[-1].due_at, desk.timezone, desk.language) if running else "–"
    words = text(
        "alert_low_grade", desk.language, html=True, client=ticket.client_name, score=invitation.score, due=due
    )
    client = clients.client_by_id(ticket.client_id)
    if contacts := " · ".join((*client.phones, *client.emails)):
        words += "\n" + text("card_contacts", desk.language, html=True, contacts=contacts)
    if invitation.comment:
        words += "\n\n" + text("alert_comment", desk.language, html=True, comment=invitation.comment[:500])
    alert = Content(
        text=words,
        html=True,
        buttons=((tap(text("button_callback_done", desk.language), "callback_done", ticket.id),),),
        link_to_topic_of=ticket.client_id,
    )
    for member in settings.whom((Person.MANAGER,), now):
        leaving.to_member(member, desk.account, alert)


def comment(invitation_id: str, words: str, settings: Settings, now: datetime) -> Invitation:
    """Keep a comment on a grade given before; the team sees it in the client's topic.

    Raises NotFound, Expired, and ValueError for a comment that is too long."""
    return retrying(lambda: _comment(invitation_id, words, settings, now))


def _comment(invitation_id: str, words: str, settings: Settings, now: datetime) -> Invitation:
    before = voice.invitation(invitation_id)
    after = surveys.comment(before, words, now)
    ticket = conversations.ticket_by_id(after.ticket_id).ticked(now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    _show_comment(before, after, leaving, settings)
    commit(voice.invitation_item(after), *conversations.ticket_items(ticket), *leaving.items())
    leaving.nudge()
    return after


def _show_comment(before: Invitation, after: Invitation, leaving: Leaving, settings: Settings) -> None:
    """The team sees new words in the client's topic."""
    if after.comment and after.comment != before.comment:
        shown = text("survey_comment", settings.desk.language, comment=after.comment[:3500])
        leaving.to_topic(leaving.client_id or after.client_id, Purpose.NOTICE, Content(text=shown, silent=True))
