"""The card at the head of a client's topic: who this is, where the ticket stands, and what can be done with one tap."""

from dataclasses import replace

from chalicelib.desk.clients import Client
from chalicelib.desk.outbound import Button, Content
from chalicelib.desk.settings import Desk
from chalicelib.desk.tickets import Status, Ticket
from chalicelib.texts import clock_time, text
from chalicelib.use_cases.leaving import tap

# Which buttons a ticket in this state shows, by the action they carry.
_BUTTONS: dict[Status, tuple[tuple[str, ...], ...]] = {
    Status.OPEN: (("take", "wait"), ("close",)),
    Status.WAITING: (("take", "resume"), ("close",)),
    Status.CLOSED: (("reopen",),),
}


def topic_title(client: Client, ticket: Ticket | None, language: str) -> str:
    title = text(f"topic_{_tier(client, ticket)}", language, name=client.name)
    return text("topic_with_company", language, title=title, company=client.company) if client.company else title


def drawn(content: Content, client: Client, ticket: Ticket | None, desk: Desk) -> Content:
    """``content`` with the card's words and buttons as they are now."""
    lines = [text(f"card_{_tier(client, ticket)}", desk.language, html=True, name=client.name)]
    lines += _who(client, desk.language) + _ticket(ticket, desk)
    lines.append(text("card_hint", desk.language))
    return replace(content, text="\n".join(lines), html=True, buttons=_buttons(ticket, desk.language))


def _tier(client: Client, ticket: Ticket | None) -> str:
    return ticket.tier if ticket else client.tier


def _who(client: Client, language: str) -> list[str]:
    """The short block of the annex to the contract; a client we know nothing of has none."""
    company = " · ".join(filter(None, (client.company, client.project)))
    where = {(True, True): "card_where_position", (True, False): "card_where", (False, True): "card_position"}
    lines = []
    if key := where.get((bool(company), bool(client.position))):
        lines.append(text(key, language, html=True, company=company, position=client.position))
    if contacts := " · ".join((*client.phones, *client.emails)):
        lines.append(text("card_contacts", language, html=True, contacts=contacts))
    if client.note:
        lines.append(text("card_note", language, html=True, note=client.note))
    return lines


def _ticket(ticket: Ticket | None, desk: Desk) -> list[str]:
    if ticket is None:
        return [text("card_no_ticket", desk.language)]
    opened = clock_time(ticket.opened_at, desk.timezone, desk.language)
    status = text(f"status_{ticket.status}", desk.language)
    lines = [text("card_ticket", desk.language, ticket=ticket.id, status=status, opened=opened)]
    if ticket.owner:
        lines.append(text("card_owner", desk.language, html=True, owner=ticket.owner.name))
    elif ticket.status is not Status.CLOSED:
        lines.append(text("card_no_owner", desk.language))
    return lines


def _buttons(ticket: Ticket | None, language: str) -> tuple[tuple[Button, ...], ...]:
    if ticket is None:
        return ()
    return tuple(
        tuple(tap(text(f"button_{action}", language), action, ticket.id) for action in row)
        for row in _BUTTONS[ticket.status]
    )
