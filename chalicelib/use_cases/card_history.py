"""On the card of a VIP or one of our clients: what was promised and is still to come, and how the last questions ended."""

from collections.abc import Iterator, Sequence
from itertools import islice

from chalicelib.desk import tickets
from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.settings import Desk
from chalicelib.desk.tickets import Status, Ticket
from chalicelib.store import conversations
from chalicelib.texts import clock_time, text

SHOWN = 5


def recent(client: Client) -> tuple[Ticket, ...]:
    """The newest first. From an index: a change of the last second may be missing."""
    if client.tier is Tier.EVERYONE:
        return ()
    return tuple(ticket for _, ticket in islice(conversations.of_client(client.id), SHOWN + 1))


def lines(known: Sequence[Ticket], now_shown: Ticket | None, desk: Desk) -> list[str]:
    """``now_shown`` has its own lines on the card; its promise and its grade are told here."""
    current = [now_shown] if now_shown else []
    others = [ticket for ticket in known if now_shown is None or ticket.id != now_shown.id]
    ended = [ticket for ticket in (*current, *others) if ticket is not now_shown or ticket.grade]
    shown = [_ended(ticket, desk) for ticket in ended][:SHOWN]
    heading = [text("card_before", desk.language)] if shown else []
    return [*_promises((*current, *others), desk), *heading, *shown]


def _promises(known: Sequence[Ticket], desk: Desk) -> Iterator[str]:
    for ticket in known:
        if until := tickets.promised_until(ticket):
            at = clock_time(until, desk.timezone, desk.language)
            yield text("card_promise", desk.language, at=at)


def _ended(ticket: Ticket, desk: Desk) -> str:
    closed_at = ticket.closed_at if ticket.status is Status.CLOSED else None
    at = clock_time(closed_at or ticket.opened_at, desk.timezone, desk.language)
    key = "card_before_graded" if ticket.grade else "card_before_line"
    status = text(f"status_{ticket.status}", desk.language)
    return text(key, desk.language, at=at, status=status, score=ticket.grade or 0)
