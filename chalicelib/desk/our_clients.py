"""Our clients: they tell us often what could be better, so they are served right after VIPs (product line 5). The desk proposes
them from what they told, and a manager decides. Called by ``use_cases.our_clients``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.fields import Fields, read, required, whole_number
from chalicelib.desk.service_level_events import EventType
from chalicelib.desk.tickets import Ticket

TOLD_BY = (EventType.LOW_GRADE,)  # what a client tells us so by: each asks for a call-back


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
    """The newest one about a client; ``decided_by`` is the member of the team who said yes or no."""

    client_id: str
    at: datetime
    decided_by: str = ""
    version: int = 0


def told(tickets: Iterable[Ticket], since: datetime) -> int:
    """In how many of these tickets the client told us so."""
    return sum(any(event.type in TOLD_BY and event.at > since for event in ticket.events) for ticket in tickets)


def is_proposed(client: Client, times: int, before: Proposal | None, rule: Rule, now: datetime) -> bool:
    """Whether to ask the manager now: of whoever is served like everyone, and was not asked about lately."""
    rested = before is None or now - before.at >= rule.span
    return client.tier is Tier.EVERYONE and times >= rule.times and rested
