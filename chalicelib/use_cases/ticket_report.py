"""The work of a period in numbers: tickets, kept promises, and who was told of an outage before they wrote.

A promise of the period can only be of a ticket that is unfinished, or was closed since: these are read, and no others.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, takewhile

from chalicelib.desk.attainment import Attainment, attained
from chalicelib.desk.calendars import Calendar
from chalicelib.desk.clients import Tier
from chalicelib.desk.cycles import Cycle
from chalicelib.desk.outage_tickets import ToldBefore
from chalicelib.desk.tickets import Status, Ticket, is_complaint
from chalicelib.store import conversations, outages
from chalicelib.use_cases import outage_report


@dataclass(frozen=True)
class Report:
    """``opened`` and ``closed`` in the period, by tier; one that was reopened counts as closed when it is closed again.
    ``complaints`` are those of the opened that the team has marked so by now."""

    opened: dict[Tier, int]
    closed: dict[Tier, int]
    complaints: dict[Tier, int]
    promises: list[Attainment]
    told_before: ToldBefore

    @property
    def complaint_share(self) -> float | None:
        """In percent; None when nothing was opened."""
        opened = sum(self.opened.values())
        return round(100 * sum(self.complaints.values()) / opened, 1) if opened else None


def report(since: datetime, until: datetime, calendars: Mapping[str, Calendar], now: datetime) -> Report:
    opened, closed, complaints = Counter[Tier](), Counter[Tier](), Counter[Tier]()

    def cycles() -> Iterator[tuple[Tier, Cycle]]:
        for ticket in _going_on(since, now):
            is_new = since <= ticket.opened_at <= until
            opened[ticket.tier] += is_new
            complaints[ticket.tier] += is_new and is_complaint(ticket)
            closed[ticket.tier] += ticket.status is Status.CLOSED and since <= (ticket.closed_at or now) <= until
            yield from ((ticket.tier, cycle) for cycle in ticket.timeline(calendars, now).cycles)

    promises = attained(cycles(), since, until)
    return Report(
        {tier: opened[tier] for tier in Tier},
        {tier: closed[tier] for tier in Tier},
        {tier: complaints[tier] for tier in Tier},
        promises,
        _told_before(since, until),
    )


def _going_on(since: datetime, now: datetime) -> Iterator[Ticket]:
    """Each ticket that was not closed for good before ``since``, once."""
    days = (since.date() + timedelta(days=n) for n in range((now.date() - since.date()).days + 1))
    lists = chain(
        (conversations.open_of_tier(tier) for tier in Tier),
        [conversations.callbacks()],
        map(conversations.closed_on, days),
    )
    found = {ticket.id: ticket for _, ticket in chain.from_iterable(lists)}  # one that moves meanwhile may come twice
    return iter(found.values())


def _told_before(since: datetime, until: datetime) -> ToldBefore:
    """Of what was declared in the period."""
    newer = (outage for _, outage in outages.listed())
    told = [
        outage_report.of(outage.id).told_before
        for outage in takewhile(lambda outage: outage.created_at >= since, newer)
        if outage.created_at <= until and not outage.rehearsal
    ]
    affected, first = sum(each.affected for each in told), sum(each.first for each in told)
    return ToldBefore(affected, first, round(first / affected, 4) if affected else None)
