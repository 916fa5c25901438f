"""A promise: "I'll study the question and come back by 15:00" (product line 10). It is a reply like any other, and the next
update is due at the time the client is told.
"""

from datetime import datetime

from chalicelib.desk.messages import Author, Direction, Message
from chalicelib.desk.outbound import Content
from chalicelib.desk.promises import Promise, can_be_promised, promise_in
from chalicelib.desk.settings import Desk, Settings
from chalicelib.desk.tickets import NotAllowed, Status, Ticket, is_window_closed
from chalicelib.desk.whereabouts import whereabouts
from chalicelib.desk.zones import zone
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations
from chalicelib.store.table import NotFound
from chalicelib.texts import clock_time, minutes, text, told_time
from chalicelib.use_cases import explaining, team_messages
from chalicelib.use_cases.asked import Asked
from chalicelib.use_cases.leaving import tap

OFFERED_MINUTES = (30, 60, 180)
TOMORROW = "tomorrow 10:00"


def promise(asked: Asked) -> str:
    """``/promise 15:00 …`` in a client's topic, or the button of the ticket's card, which asks for the time first."""
    language = asked.settings.desk.language
    if asked.member is None:
        return asked.refuse("only_staff")
    try:
        ticket, words = _meant(asked)
    except NotFound:
        return asked.refuse("no_such_ticket")
    if ticket is None:
        return asked.refuse("card_no_ticket" if asked.client_id else "promise_of_which")
    if not words:
        asked.answer(_question(ticket, language))
        return text("done_promise", language)
    at = asked.at or asked.now
    key = f"desk.{asked.key.replace('/', '.')}"  # what has a slash is a message of a messenger
    promised = promise_in(words, at, zone(asked.settings.desk.timezone))
    if promised is None:
        return asked.refuse("promise_unclear")
    if not can_be_promised(promised.until, at):
        until = clock_time(promised.until, asked.settings.desk.timezone, language)
        return asked.refuse("promise_too_far" if promised.until > at else "promise_passed", at=until)
    try:
        give(ticket, promised, asked.member.author, key, asked.settings, asked.now, at)
    except NotAllowed as refusal:
        return asked.refuse(refusal.reason)
    return text("done_promise", language)


def give(
    ticket: Ticket,
    promised: Promise,
    author: Author,
    key: str,
    settings: Settings,
    now: datetime,
    at: datetime | None = None,
) -> None:
    """Tell the client, in their language; the topic sees it too. ``key`` is the id of that message.

    Raises Exists when it was said before, Lost when the ticket has changed meanwhile.

    :raises NotAllowed: the ticket is closed, or the messenger takes nothing now.
    """
    if ticket.status is Status.CLOSED:
        raise NotAllowed("promise_closed")
    if is_window_closed(ticket, ADAPTERS[ticket.identity.messenger].window, now):
        raise NotAllowed("window_is_closed")
    conversation = conversations.head(ticket.identity).conversation
    language = conversation.language if conversation else settings.desk.language
    message = Message(
        external_id=key,
        identity=ticket.identity,
        ticket_id=ticket.id,
        at=at or now,
        direction=Direction.OUT,
        text=_told(promised, ticket, settings.desk, language, now),
        author=author,
        promised=promised.until,
    )
    team_messages.reply(message, ticket, settings, now, show=True)


def _meant(asked: Asked) -> tuple[Ticket | None, str]:
    """Which ticket, and the words of the promise. A button names its ticket. Raises NotFound."""
    if asked.message_id is None:
        return explaining.newest_in_topic(asked), asked.words
    ticket_id, _, words = asked.words.partition(":")
    return conversations.ticket_by_id(ticket_id), words


def _question(ticket: Ticket, language: str) -> Content:
    soon = tuple(tap(minutes(each, language), "promise", ticket.id, f"{each}m") for each in OFFERED_MINUTES)
    tomorrow = tap(text("promise_tomorrow", language), "promise", ticket.id, TOMORROW)
    return Content(text=text("promise_when", language), buttons=(soon, (tomorrow,)))


def _told(promised: Promise, ticket: Ticket, desk: Desk, language: str, now: datetime) -> str:
    """By the desk's clocks, which are named only to who seems to live by others."""
    theirs = whereabouts(clients.client_now(ticket.client_id), desk.timezone, now).zones[0]
    offsets = {promised.until.astimezone(each).utcoffset() for each in (theirs, zone(desk.timezone))}
    at = told_time(promised.until, desk.timezone, language, elsewhere=len(offsets) > 1)
    return text("promise_by" if promised.words else "promise_told", language, at=at, words=promised.words)
