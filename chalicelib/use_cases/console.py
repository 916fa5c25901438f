"""What an operator or a program does to a ticket through the admin endpoint: the buttons' actions, replies and notes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.desk.identifiers import new_id
from chalicelib.desk.messages import Author, Direction, Message
from chalicelib.desk.policies import Metric
from chalicelib.desk.promises import LONGEST, Promise, can_be_promised
from chalicelib.desk.settings import Settings
from chalicelib.desk.staff import Member
from chalicelib.desk.templates import WrongValues
from chalicelib.desk.tickets import CallbackResult, Closing, NotAllowed, Ticket, is_window_closed
from chalicelib.desk.validation import FieldError, Invalid
from chalicelib.messengers import ADAPTERS
from chalicelib.store import conversations
from chalicelib.store.table import retrying
from chalicelib.use_cases import promising, rescues, team_messages, themes, tickets


def act(
    action: str,
    ticket_id: str,
    by: Author,
    settings: Settings,
    now: datetime,
    *,
    staff: str | None = None,
    text: str = "",
    template: Mapping[str, Any] | None = None,
    metric: Metric | None = None,
    result: CallbackResult = CallbackResult.TALKED,
    reason: Closing = Closing.SOLVED,
    theme: str = "",
    until: datetime | None = None,
) -> Ticket:
    """Do it, on behalf of the member of the team whose id is ``staff`` if one is named. Returns the ticket as it is then.

    ``template`` is sent instead of ``text``: its name and language, and the values of its parameters in their order.

    :raises Invalid: nobody of the team has that id, there is no such template, its values do not fit, or ``until`` cannot be
        promised.
    :raises NotFound: no such ticket.
    :raises NotAllowed: its state does not allow it.
    """
    by_staff = member(staff, settings) if staff is not None else None
    author = Author(by_staff.id, f"{by_staff.name} ({by.name})") if by_staff else by
    key = f"desk.{new_id(now)}"
    if template is not None:
        retrying(lambda: _send_template(ticket_id, template, author, settings, now))
    elif action == "theme":
        themes.mark(ticket_id, theme, author, now)
    elif until is not None:
        if not can_be_promised(until, now):
            raise Invalid([FieldError("until", f"must lie ahead, {LONGEST.days} days at most")])
        promised = Promise(until, text)
        retrying(lambda: promising.give(conversations.ticket_by_id(ticket_id), promised, author, key, settings, now))
    elif action in ("reply", "note"):
        retrying(lambda: _write(action, ticket_id, text, author, settings, now))
    else:
        tickets.act(action, ticket_id, tickets.Doing(now, author, by_staff, metric, result, reason), settings)
    return conversations.ticket_by_id(ticket_id)


def member(staff: str, settings: Settings) -> Member:
    """:raises Invalid: nobody of the team has that id."""
    found = settings.team.by_id(staff)
    if found is None:
        raise Invalid([FieldError("staff", "is not the id of a member of the team: see /admin/settings/staff")])
    return found


def _write(action: str, ticket_id: str, words: str, author: Author, settings: Settings, now: datetime) -> None:
    ticket = conversations.ticket_by_id(ticket_id)
    message = Message(
        external_id=f"desk.{new_id(now)}",
        identity=ticket.identity,
        ticket_id=ticket.id,
        at=now,
        direction=Direction.OUT if action == "reply" else Direction.NOTE,
        text=words,
        author=author,
    )
    if action == "reply":
        if is_window_closed(ticket, ADAPTERS[ticket.identity.messenger].window, now):
            raise NotAllowed("window_is_closed")
        team_messages.reply(message, ticket, settings, now, show=True)
    else:
        team_messages.note(message, ticket, settings, now)


def _send_template(ticket_id: str, asked: Mapping[str, Any], author: Author, settings: Settings, now: datetime) -> None:
    ticket = conversations.ticket_by_id(ticket_id)
    if ADAPTERS[ticket.identity.messenger].window is None:
        raise NotAllowed("no_templates")
    known_by = asked["name"], asked["language"]
    template = next((each for each in settings.templates if (each.name, each.language) == known_by), None)
    if template is None:
        raise Invalid([FieldError("template", "is not one of /admin/settings/templates in this language")])
    values = tuple(" ".join(value.split()) for value in asked.get("parameters", ()))
    try:
        rescues.send_template(template, values, f"desk.{new_id(now)}", ticket, author, settings, now)
    except WrongValues as wrong:
        raise Invalid(
            [FieldError("template.parameters", _WRONG_VALUES[wrong.reason].format(n=len(template.parameters)))]
        ) from wrong


_WRONG_VALUES = {
    "template_count": "must be {n} texts, none of them empty",
    "template_long": "make the message longer than WhatsApp allows",
}
