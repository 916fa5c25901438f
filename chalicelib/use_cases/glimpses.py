"""What a list shows of tickets beside themselves: whose company it is, what was asked, where the topic is. Two reads for a
page, however many tickets it has. Called by the admin endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.desk import tickets
from chalicelib.desk.messages import Kind
from chalicelib.desk.tickets import Ticket
from chalicelib.store import clients, messages

LONGEST = 200  # characters of a question


@dataclass(frozen=True)
class Asked:
    """How a ticket's first message begins: ``text`` is empty for media without words."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Glimpse:
    """``topic`` is the address of the client's topic; None while there is none. ``asked`` is None when the team wrote first,
    and when the client took the message back."""

    company: str
    topic: str | None
    asked: Asked | None


def of(listed: Sequence[Ticket]) -> dict[str, Glimpse]:
    """By the ids of the tickets."""
    first = {ticket.id: (ticket.identity, tickets.first_question(ticket) or "") for ticket in listed}
    said = messages.known(key for key in first.values() if key[1])
    known = clients.by_ids(ticket.client_id for ticket in listed)
    found = {}
    for ticket in listed:
        client, message = known.get(ticket.client_id), said.get(first[ticket.id])
        is_shown = message is not None and message.removed_at is None
        found[ticket.id] = Glimpse(
            company=client.company if client else "",
            topic=client.topic.url if client and client.topic else None,
            asked=Asked(message.kind, message.text[:LONGEST]) if message and is_shown else None,
        )
    return found
