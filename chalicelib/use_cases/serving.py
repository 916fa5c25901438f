"""By which tier, and so by which promises, a client's question is served: one place for whoever opens a ticket, reopens or
moves it, or changes its client."""

from datetime import date, datetime

from chalicelib.desk import ticket_life
from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.messages import Author
from chalicelib.desk.policies import Policy, choose, with_own
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import Ticket
from chalicelib.desk.zones import zone
from chalicelib.texts import text

DESK = Author("desk", "")  # nobody of the team did it


def today(settings: Settings, at: datetime) -> date:
    """The team's date: validity begins and ends with their days."""
    return at.astimezone(zone(settings.desk.timezone)).date()


def tier_of(client: Client, settings: Settings, at: datetime) -> Tier:
    return client.tier_on(today(settings, at))


def own_targets_of(client: Client, settings: Settings, at: datetime) -> dict[str, int]:
    return client.targets_on(today(settings, at))


def policy_of(client: Client, messenger: str, settings: Settings, at: datetime) -> Policy:
    return policy_by(tier_of(client, settings, at), own_targets_of(client, settings, at), messenger, settings)


def policy_by(tier: Tier, own_targets: dict[str, int], messenger: str, settings: Settings) -> Policy:
    """The tier's, with what the contract promises the client themselves."""
    policy = choose(settings.policies, tier, messenger)
    name = text("policy_own", settings.desk.language, policy=policy.name)
    return with_own(policy, own_targets, name) if own_targets else policy


def served_anew(ticket: Ticket, client: Client, by: Author, settings: Settings, at: datetime) -> Ticket:
    """The ticket as it is served from ``at`` on; yet to be reckoned. No running deadline is loosened."""
    policy = policy_of(client, ticket.identity.messenger, settings, at)
    tier, own = tier_of(client, settings, at), own_targets_of(client, settings, at)
    return ticket_life.client_changed(ticket, at, client.name, tier, own, policy, by)
