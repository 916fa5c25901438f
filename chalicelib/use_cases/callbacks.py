"""A low grade: the manager calls back while it is fresh (product line 25). The alert has all that the call needs: the client's
own words, their numbers, whether it is night there, the topic, and a ready message by which the manager introduces themself.

    low grade ──▶ owed for twenty minutes ──talked, wrote, declined──▶ done, with what came of it in the history
"""

from datetime import datetime

from chalicelib.desk.clients import Client
from chalicelib.desk.ladder import Person
from chalicelib.desk.messages import Author, Direction, Message
from chalicelib.desk.outbound import Button, Content
from chalicelib.desk.policies import Metric
from chalicelib.desk.settings import Settings
from chalicelib.desk.staff import Member
from chalicelib.desk.surveys import Invitation
from chalicelib.desk.tickets import CallbackResult, NotAllowed, Ticket, is_window_closed
from chalicelib.desk.whereabouts import awake, whereabouts
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations, messages
from chalicelib.texts import clock_time, text
from chalicelib.use_cases import survey_questions, team_messages
from chalicelib.use_cases.leaving import Leaving, tap

MOST_QUOTED, LONGEST_QUOTE, LONGEST_COMMENT = 3, 300, 1000
INTRODUCE = "introduce"  # the action of the ready message's button


def ask(leaving: Leaving, invitation: Invitation, ticket: Ticket, settings: Settings) -> None:
    """Tell the manager, or who stands in. ``ticket`` has the low grade already."""
    words = _situation(invitation, ticket, settings, leaving.now)
    for member in settings.whom((Person.MANAGER,), leaving.now):
        ready = text("callback_ready", settings.desk.language, html=True, words=introduction(member, ticket))
        alert = Content(
            text=f"{words}\n\n{ready}",
            html=True,
            buttons=_buttons(ticket, settings.desk.language),
            link_to_topic_of=ticket.client_id,
        )
        leaving.to_member(member, settings.desk.account, alert)


def tell_more(leaving: Leaving, invitation: Invitation, ticket: Ticket, settings: Settings) -> None:
    """The client has added words, and the manager has not called yet."""
    language = settings.desk.language
    words = text("callback_comment", language, html=True, client=ticket.client_name, comment=_comment(invitation))
    for member in settings.whom((Person.MANAGER,), leaving.now):
        more = Content(text=words, html=True, silent=True, link_to_topic_of=ticket.client_id)
        leaving.to_member(member, settings.desk.account, more)


def introduce(ticket_id: str, member: Member | None, by: Author, settings: Settings, now: datetime) -> None:
    """Send the ready message to the client, in the name of whoever tapped; once for a ticket.

    Raises NotFound, Exists when it was sent before, Lost, and NotAllowed when the messenger would not take it."""
    ticket = conversations.ticket_by_id(ticket_id)
    if member is None:
        raise NotAllowed("only_staff")
    if is_window_closed(ticket, ADAPTERS[ticket.identity.messenger].window, now):
        raise NotAllowed("window_is_closed")
    message = Message(
        external_id=f"desk.introduction.{ticket.id}",
        identity=ticket.identity,
        ticket_id=ticket.id,
        at=now,
        direction=Direction.OUT,
        text=introduction(member, ticket),
        author=by,
    )
    team_messages.reply(message, ticket, settings, now, show=True)


def introduction(member: Member, ticket: Ticket) -> str:
    """In the client's language: who writes, that the grade was read, and what happens next."""
    conversation = conversations.head(ticket.identity).conversation
    language = conversation.language if conversation else clients.client_now(ticket.client_id).language
    return text("callback_introduction", language, name=member.name, role=text(f"role_{member.role}", language))


def _situation(invitation: Invitation, ticket: Ticket, settings: Settings, now: datetime) -> str:
    desk, language = settings.desk, settings.desk.language
    running = [cycle for cycle in ticket.timeline(settings.calendars, now).cycles if cycle.metric is Metric.CALLBACK]
    due = clock_time(running[-1].due_at, desk.timezone, language) if running else "–"
    label = survey_questions.label(invitation.score or 0, language, settings)
    lines = [
        text(
            "alert_low_grade",
            language,
            html=True,
            client=ticket.client_name,
            score=invitation.score,
            grade=label,
            due=due,
        )
    ]
    client = clients.client_now(ticket.client_id)
    if contacts := " · ".join((*client.phones, *client.emails)):
        lines.append(text("card_contacts", language, html=True, contacts=contacts))
    if night := _night(client, settings, now):
        lines.append(night)
    if said := _said(ticket):
        lines.append("")
        lines.append(text("callback_said", language))
        lines += (text("callback_quote", language, html=True, words=words) for words in said)
    if invitation.comment.strip():
        lines += ("", text("alert_comment", language, html=True, comment=_comment(invitation)))
    return "\n".join(lines)


def _night(client: Client, settings: Settings, now: datetime) -> str:
    """That it is no time to call, where the client most likely is; nothing by day."""
    likeliest = whereabouts(client, settings.desk.timezone, now).zones[:1]
    morning = awake(now, likeliest, settings.surveys.quiet)
    if morning == now:
        return ""
    at, after = (clock_time(moment, likeliest[0].key, settings.desk.language) for moment in (now, morning))
    return text("callback_night", settings.desk.language, at=at, zone=likeliest[0].key, after=after)


def _said(ticket: Ticket) -> list[str]:
    """What the client wrote: how it began, and how it went on at the end. Their comment is quoted by itself."""
    written = [each for each in messages.of_ticket(ticket.id) if each.direction is Direction.IN and not each.comment_on]
    said = [each.text for each in written if each.text.strip()]
    chosen = said if len(said) <= MOST_QUOTED else [said[0], *said[1 - MOST_QUOTED :]]
    return [words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]}…" for words in chosen]


def _comment(invitation: Invitation) -> str:
    return invitation.comment[:LONGEST_COMMENT]


def _buttons(ticket: Ticket, language: str) -> tuple[tuple[Button, ...], ...]:
    return ((tap(text("button_introduce", language), INTRODUCE, ticket.id),), *results(ticket, language))


def results(ticket: Ticket, language: str) -> tuple[tuple[Button, ...], ...]:
    """What may have come of the call: under the alert of the grade, and under every reminder of the call."""
    return tuple(
        (tap(text(f"button_callback_{result}", language), "callback_done", ticket.id, result),)
        for result in CallbackResult
    )
