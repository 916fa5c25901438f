"""How many people an announcement will be sent to, and how many of them WhatsApp may not allow today: told before it starts."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from chalicelib.desk.clients import Tier
from chalicelib.desk.companies import is_touched
from chalicelib.desk.outages import Outage
from chalicelib.desk.settings import Settings
from chalicelib.store import clients
from chalicelib.use_cases import announcing_pace

MOST_COUNTED = 5000  # clients: somebody waits for the answer


@dataclass(frozen=True)
class Forecast:
    """``by_messenger``: where they were heard last. ``whole`` is false when there are more than were counted.
    ``outside_windows``: how many more people WhatsApp lets us write to today who have been silent for a day; null for no
    limit."""

    people: int
    by_messenger: dict[str, int]
    whole: bool
    outside_windows: int | None

    @property
    def is_beyond_tier(self) -> bool:
        return self.outside_windows is not None and self.by_messenger.get("whatsapp", 0) > self.outside_windows


def forecast(outage: Outage, settings: Settings, now: datetime) -> Forecast | None:
    """None when no direct messages of it wait for approval."""
    if not outage.latest.awaits_approval:
        return None
    listed = chain.from_iterable(clients.listed(tier) for tier in Tier)
    found = [client for _, client in islice(listed, MOST_COUNTED + 1)]
    told = [
        client
        for client in found[:MOST_COUNTED]
        if client.identities and not client.opted_out and is_touched(client, outage.components, settings.companies)
    ]
    where = Counter((client.current or client.identities[-1]).messenger for client in told)
    left = announcing_pace.left_of_tier(settings.desk.account_in("whatsapp"), settings, now)
    return Forecast(len(told), dict(where), len(found) <= MOST_COUNTED, left)
