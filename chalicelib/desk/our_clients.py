"""Our clients: they tell us often what could be better, so they are served right after VIPs (product line 5). The desk proposes
them from what they told: by a low grade, which asks for a call-back, or by what the team marked as a complaint. A manager
decides. Called by ``use_cases.our_clients``."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.fields import Fields, read, required, whole_number
from chalicelib.desk.service_level_events import EventType
from chalicelib.desk.tickets import Feedback, Ticket


@dataclass(frozen=True)
class Rule:
    """The settings document ``our_clients``: whoever told us so many times within so many days is proposed, and not again for
    as long."""

    times: int = 3
    days: int = 90

    @property
    def span(self) -> timedelta:
        return timedelta(days=self.days)


RULE: Fields = {"times": required(whole_number(1, 100)), "days": required(whole_number(1, 730))}


def check_rule(document: Any, _in_use: Mapping[str, Any]) -> None:
    """:raises Invalid: naming every bad field."""
    read(document, RULE)


@dataclass(frozen=True)
class Proposal:
    """The newest one about a client, ``at`` None before the first. ``decided_by`` is the member of the team who said yes or
    no."""

    client_id: str
    at: datetime | None = None
    decided_by: str = ""
    version: int = 0


def told(tickets: Iterable[Ticket], since: datetime) -> int:
    """In how many of these tickets the client told us so."""
    return sum(any(at > since for at in _told_at(ticket)) for ticket in tickets)


def may_be_proposed(client: Client, before: Proposal, rule: Rule, now: datetime) -> bool:
    """Whoever is served like everyone, and was not asked about lately."""
    return client.tier is Tier.EVERYONE and (before.at is None or now - before.at >= rule.span)


def _told_at(ticket: Ticket) -> Iterator[datetime]:
    yield from (event.at for event in ticket.events if event.type is EventType.LOW_GRADE)
    if ticket.marked and ticket.marked.feedback is Feedback.COMPLAINT:
        yield ticket.marked.at
