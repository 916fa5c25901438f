"""By which tier, and so by which promises, a client's question is served: one place for whoever opens a ticket, reopens or
moves it, or changes its client."""

from datetime import date, datetime

from chalicelib.desk import tickets
from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.messages import Author
from chalicelib.desk.policies import Policy, choose
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import Ticket
from chalicelib.desk.zones import zone

DESK = Author("desk", "")  # nobody of the team did it


def today(settings: Settings, at: datetime) -> date:
    """The team's date: validity begins and ends with their days."""
    return at.astimezone(zone(settings.desk.timezone)).date()


def tier_of(client: Client, settings: Settings, at: datetime) -> Tier:
    return client.tier_on(today(settings, at))


def policy_of(client: Client, messenger: str, settings: Settings, at: datetime) -> Policy:
    return choose(settings.policies, tier_of(client, settings, at), messenger)


def served_anew(ticket: Ticket, client: Client, by: Author, settings: Settings, at: datetime) -> Ticket:
    """The ticket as it is served from ``at`` on; yet to be reckoned. No running deadline is loosened."""
    policy = policy_of(client, ticket.identity.messenger, settings, at)
    return tickets.client_changed(ticket, at, client.name, tier_of(client, settings, at), policy, by)
