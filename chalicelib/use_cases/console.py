"""What an operator or a program does to a ticket through the admin endpoint: the buttons' actions, replies and notes."""

from datetime import datetime

from chalicelib.desk.identifiers import new_id
from chalicelib.desk.messages import Author, Direction, Message
from chalicelib.desk.policies import Metric
from chalicelib.desk.settings import Settings
from chalicelib.desk.staff import Member
from chalicelib.desk.tickets import Ticket
from chalicelib.desk.validation import FieldError, Invalid
from chalicelib.store import conversations
from chalicelib.store.table import retrying
from chalicelib.use_cases import team_messages, tickets


def act(
    action: str,
    ticket_id: str,
    by: Author,
    settings: Settings,
    now: datetime,
    *,
    staff: str | None = None,
    text: str = "",
    metric: Metric | None = None,
) -> Ticket:
    """Do it, on behalf of the member of the team whose id is ``staff`` if one is named. Returns the ticket as it is then.

    :raises Invalid: nobody of the team has that id.
    :raises NotFound: no such ticket.
    :raises NotAllowed: its state does not allow it.
    """
    member = _member(staff, settings)
    author = Author(member.id, f"{member.name} ({by.name})") if member else by
    if action in ("reply", "note"):
        retrying(lambda: _write(action, ticket_id, text, author, settings, now))
    else:
        tickets.act(action, ticket_id, tickets.Doing(now, author, member, metric), settings)
    return conversations.ticket_by_id(ticket_id)


def _member(staff: str | None, settings: Settings) -> Member | None:
    member = settings.team.by_id(staff)
    if staff is not None and member is None:
        raise Invalid([FieldError("staff", "is not the id of a member of the team: see /admin/settings/staff")])
    return member


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
        team_messages.reply(message, ticket, settings, now, show=True)
    else:
        team_messages.note(message, ticket, settings, now)
