"""Which clients there are, VIPs first, each tier by name. Called by the admin endpoint."""

from dataclasses import dataclass
from functools import partial

from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.registry import ClientChange
from chalicelib.store import clients as store
from chalicelib.use_cases.lists import Page, page


@dataclass(frozen=True)
class Filter:
    """What is asked for; None asks for any. A phone (E.164) or an e-mail (lower case) leads to one client at most."""

    tier: Tier | None = None
    phone: str | None = None
    email: str | None = None

    def wants(self, client: Client) -> bool:
        return (
            self.tier in (None, client.tier)
            and (self.phone is None or self.phone in client.phones)
            and (self.email is None or self.email in client.emails)
        )


def history(client: Client) -> list[tuple[str, ClientChange]]:
    """What changed, the oldest first, each with the id of whom it was recorded of: the client, or one who turned out to
    be them."""
    ids = [client.id, *(each.id for each in store.absorbed_by(client))]
    return sorted(((each, change) for each in ids for change in store.changes_of(each)), key=lambda row: row[1].at)


def clients(asked: Filter, limit: int, cursor: str | None) -> Page[Client]:
    """:raises Invalid: ``cursor`` is not a ``next`` of this list."""
    if asked.phone or asked.email:
        ids = store.whose([asked.phone] if asked.phone else (), [asked.email] if asked.email else ())
        return Page(tuple(client for client in store.by_ids(ids.values()).values() if asked.wants(client)))
    tiers = (asked.tier,) if asked.tier else tuple(Tier)
    return page({tier: partial(store.listed, tier) for tier in tiers}, limit, cursor, asked.wants)
