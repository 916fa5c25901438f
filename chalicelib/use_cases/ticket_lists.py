"""Which tickets there are, the most urgent first. Called by the admin endpoint."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from chalicelib.desk.clients import Tier
from chalicelib.desk.tickets import Status, Ticket, is_callback_owed
from chalicelib.store import conversations, outage_tickets
from chalicelib.use_cases.lists import Page, Source, page

CLOSED_DAYS = 31  # how far back closed tickets are listed; a client's own list has no end

NOBODY = "none"  # as an owner: tickets that nobody has taken
UNFINISHED = "unfinished"  # as a status: open, waiting for the client, or closed with a call-back owed


@dataclass(frozen=True)
class Filter:
    """What is asked for; None asks for any. ``status`` is one of tickets, or ``UNFINISHED``. ``owner`` is the id of a member of
    the team, or ``NOBODY``."""

    status: str | None = None
    owner: str | None = None
    tier: Tier | None = None
    client: str | None = None
    outage: str | None = None

    def wants(self, ticket: Ticket) -> bool:
        owner = ticket.owner.staff_id if ticket.owner else NOBODY
        return (
            self.status in (None, ticket.status, UNFINISHED if is_unfinished(ticket) else None)
            and self.owner in (None, owner)
            and self.tier in (None, ticket.tier)
            and self.client in (None, ticket.client_id)
            and self.outage in (None, ticket.outage)
        )


def is_unfinished(ticket: Ticket) -> bool:
    return ticket.status is not Status.CLOSED or is_callback_owed(ticket)


def tickets(asked: Filter, limit: int, cursor: str | None, now: datetime) -> Page[Ticket]:
    """Open and waiting ones by tier, then by the next deadline; after them the closed ones whose client is owed a call-back,
    and those closed in the last days, the latest first.
    A client's tickets come the newest first.

    :raises Invalid: ``cursor`` is not a ``next`` of this list.
    """
    return page(_sources(asked, now), limit, cursor, asked.wants)


def _of_outage(outage_id: str, after: str = "") -> Iterator[tuple[str, Ticket]]:
    """In the order in which they were opened."""
    found = outage_tickets.of_outage(outage_id, after)
    return ((place, conversations.ticket_by_id(ticket.ticket_id)) for place, ticket in found)


def _sources(asked: Filter, now: datetime) -> Mapping[str, Source[Ticket]]:
    """The indexes that can have what is asked for, and no others."""
    if asked.outage:
        return {"outage": partial(_of_outage, asked.outage)}
    if asked.client:
        return {"client": partial(conversations.of_client, asked.client)}
    tiers = (asked.tier,) if asked.tier else tuple(Tier)
    days = (now.date() - timedelta(days=ago) for ago in range(CLOSED_DAYS))
    going: dict[str, Source[Ticket]] = {tier: partial(conversations.open_of_tier, tier) for tier in tiers}
    owed: dict[str, Source[Ticket]] = {"callbacks": conversations.callbacks}
    over: dict[str, Source[Ticket]] = {day.isoformat(): partial(conversations.closed_on, day) for day in days}
    match asked.status:
        case None:
            return going | owed | over
        case Status.CLOSED:
            return owed | over
        case status if (
            status == UNFINISHED
        ):  # call-backs first: they are few, and however many tickets are open nobody misses them
            return owed | going
        case _:
            return going
