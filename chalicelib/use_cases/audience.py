"""How many people an announcement will be sent to, and how many of them WhatsApp may not allow today: told before it starts."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice

from chalicelib.desk.audience import ALL_PARTS
from chalicelib.desk.clients import Client, Identity, Tier
from chalicelib.desk.companies import is_touched
from chalicelib.desk.outages import Outage
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import is_window_closed
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations
from chalicelib.use_cases import announcing_pace

LIMITED = "whatsapp"  # by people a day
MOST_COUNTED = 5000  # clients, and as many tickets: somebody waits for the answer


@dataclass(frozen=True)
class Forecast:
    """``by_messenger``: where they were heard last. ``whole`` is false when there are more than were counted: each figure is
    then the least. ``outside_windows``: how many more people WhatsApp lets us write to today who have been silent for a day;
    null for no limit, and then nobody counts the ``silent``."""

    people: int
    by_messenger: dict[str, int]
    whole: bool
    outside_windows: int | None
    silent: int | None

    @property
    def is_beyond_tier(self) -> bool:
        return self.outside_windows is not None and (self.silent or 0) > self.outside_windows


def forecast(outage: Outage, settings: Settings, now: datetime) -> Forecast | None:
    """None when no direct messages of it wait for approval."""
    if not outage.latest.awaits_approval:
        return None
    listed = chain.from_iterable(clients.of_part(part) for part in ALL_PARTS)
    found = [client for _, client in islice(listed, MOST_COUNTED + 1)]
    told = [
        client
        for client in found[:MOST_COUNTED]
        if client.identities and not client.opted_out and is_touched(client, outage.components, settings.companies)
    ]
    where = [_where(client) for client in told]
    by_messenger = Counter(identity.messenger for identity in where)
    left = announcing_pace.left_of_tier(settings.desk.account_in(LIMITED), settings, now)
    silent = None
    if left is not None:
        awake = _heard_lately(now) if by_messenger[LIMITED] else frozenset()
        silent = sum(identity.messenger == LIMITED and identity not in awake for identity in where)
    return Forecast(len(told), dict(by_messenger), len(found) <= MOST_COUNTED, left, silent)


def _where(client: Client) -> Identity:
    return client.current or client.identities[-1]


def _heard_lately(now: datetime) -> frozenset[Identity]:
    """Who has written within the window: found by the tickets of a day, since there are fewer of them than of clients. Whoever
    is not reached counts as silent."""
    window = ADAPTERS[LIMITED].window or timedelta()
    days = sorted({(at.astimezone(UTC)).date() for at in (now - window, now)}, reverse=True)
    unfinished = (conversations.open_of_tier(tier) for tier in Tier)
    closed = (conversations.closed_on(day) for day in days)
    tickets = (ticket for _, ticket in islice(chain.from_iterable((*closed, *unfinished)), MOST_COUNTED))
    return frozenset(ticket.identity for ticket in tickets if not is_window_closed(ticket, window, now))
