"""What people do to a ticket, by a button or through the admin endpoint: the same table of actions for both."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.desk import ticket_deadlines, ticket_life, tickets
from chalicelib.desk.messages import Author
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.desk.policies import Metric
from chalicelib.desk.settings import Settings
from chalicelib.desk.staff import Member
from chalicelib.desk.tickets import CallbackResult, Closing, Feedback, Owner, Status, Ticket
from chalicelib.store import clients, conversations
from chalicelib.store.table import Item, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import invitations, our_clients, serving
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Doing:
    """Who does it and when; ``member`` is None for an admin token. ``metric`` is for ``acknowledge`` alone, ``result`` for
    ``callback_done``, ``reason`` for ``close``."""

    at: datetime
    by: Author
    member: Member | None = None
    metric: Metric | None = None
    result: CallbackResult = CallbackResult.TALKED
    reason: Closing = Closing.SOLVED


def _take(ticket: Ticket, doing: Doing) -> Ticket:
    if doing.member is None:
        raise tickets.NotAllowed("only_team")
    owner = Owner(doing.member.role, doing.member.id, doing.member.name)
    return ticket_life.take(ticket, doing.at, owner, doing.by)


def _acknowledge(ticket: Ticket, doing: Doing) -> Ticket:
    if doing.metric is None:
        raise tickets.NotAllowed("tap_not_understood")
    return ticket_life.acknowledge(ticket, doing.at, doing.metric, doing.by)


ACTIONS: dict[str, Callable[[Ticket, Doing], Ticket]] = {
    "take": _take,
    "wait": lambda ticket, doing: ticket_life.wait(ticket, doing.at, doing.by),
    "resume": lambda ticket, doing: ticket_life.resume(ticket, doing.at, doing.by),
    "close": lambda ticket, doing: ticket_life.close(ticket, doing.at, doing.by, doing.reason),
    "reopen": lambda ticket, doing: ticket_life.reopen(ticket, doing.at, doing.by),
    "acknowledge": _acknowledge,
    "callback_done": lambda ticket, doing: ticket_life.callback_done(ticket, doing.at, doing.by, doing.result),
    "complaint": lambda ticket, doing: ticket_life.marked(ticket, Feedback.COMPLAINT, doing.at, doing.by),
    "complaint_off": lambda ticket, doing: ticket_life.unmarked(ticket, Feedback.COMPLAINT, doing.at, doing.by),
    "praise": lambda ticket, doing: ticket_life.marked(ticket, Feedback.PRAISE, doing.at, doing.by),
    "praise_off": lambda ticket, doing: ticket_life.unmarked(ticket, Feedback.PRAISE, doing.at, doing.by),
}


def act(action: str, ticket_id: str, doing: Doing, settings: Settings, once: Item | None = None) -> Ticket:
    """Do it, and bring the card up to date.

    Raises NotFound, NotAllowed (with the reason as a key of the texts), and Exists when ``once`` says that it was done.
    """
    return retrying(lambda: _act(action, ticket_id, doing, settings, once))


def _act(action: str, ticket_id: str, doing: Doing, settings: Settings, once: Item | None) -> Ticket:
    before = conversations.ticket_by_id(ticket_id)
    ticket = ACTIONS[action](before, doing)
    if ticket == before:
        if once:
            commit(once=once)
        return before
    if before.status is Status.CLOSED and ticket.status is not Status.CLOSED:
        ticket = serving.served_anew(ticket, clients.client_now(ticket.client_id), serving.DESK, settings, doing.at)
    ticket = ticket_deadlines.reckon(ticket.ticked(doing.at), settings.calendars, doing.at)
    leaving = Leaving(ticket.clock, doing.at, ticket.client_id, ticket.id)
    leaving.card(ticket.client_id)
    if noted := _noted(action, doing, settings.desk.language):
        leaving.to_topic(ticket.client_id, Purpose.NOTICE, Content(text=noted, silent=True))
    extra: list[Item] = []
    if ticket.status is Status.CLOSED and before.status is not Status.CLOSED:
        ticket, extra = invitations.after_closing(ticket, leaving, settings, doing.at)
    if action == Feedback.COMPLAINT:
        extra += our_clients.propose(ticket, leaving, settings)
    commit(*conversations.ticket_items(ticket), *leaving.items(), *extra, once=once)
    log.info("ticket__changed", extra={"ticket_id": ticket.id, "action": action})
    leaving.nudge()
    return ticket


def _noted(action: str, doing: Doing, language: str) -> str:
    """What the others of the team are told in the topic; empty where the card says it all."""
    match action:
        case "acknowledge" if doing.metric:
            metric = text(f"metric_{doing.metric}", language)
            return text("noted_acknowledge", language, name=doing.by.name, metric=metric)
        case "callback_done":
            return text(f"noted_callback_{doing.result}", language, name=doing.by.name)
        case "complaint" | "complaint_off" | "praise" | "praise_off":
            return text(f"noted_{action}", language, name=doing.by.name)
        case "close" if doing.reason is not Closing.SOLVED:
            return text(f"noted_closed_{doing.reason}", language, name=doing.by.name)
    return ""
