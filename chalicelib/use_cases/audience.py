"""How many people an announcement will be sent to, and how many of them WhatsApp may not allow today: told before it starts.

A small desk is counted while the announcer waits; of a large one the rest is counted by ``counting``, with the same page.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from chalicelib.desk import forecasts
from chalicelib.desk.clients import Client
from chalicelib.desk.companies import is_touched
from chalicelib.desk.forecasts import Census, Count, Forecast, People, Stretch
from chalicelib.desk.outages import Outage
from chalicelib.desk.settings import Settings
from chalicelib.store import clients, conversations
from chalicelib.store import forecasts as store
from chalicelib.texts import text
from chalicelib.use_cases import announcement_ways, announcing_pace

LIMITED = "whatsapp"  # by people a day
PAGE = 1000  # clients
AT_ONCE = 1000  # clients: somebody waits for the answer


def counted_at_once(outage: Outage, settings: Settings, now: datetime) -> Census | None:
    """As many as can be while the announcer waits; None when no direct messages of it wait for approval."""
    if not outage.latest.awaits_approval:
        return None
    if outage.rehearsal:
        taking_part = clients.by_ids(settings.announcements.rehearsal.clients).values()
        return Census(Count(outage.id, outage.latest.n, _people(taking_part, settings, now)))
    return forecasts.census(outage.id, outage.latest.n, _looked_at(outage, settings, now))


def _looked_at(outage: Outage, settings: Settings, now: datetime) -> Iterable[Stretch]:
    room = AT_ONCE
    for stretch in forecasts.stretches(outage.id, outage.latest.n, now):
        if room:
            page = _page(stretch, room)
            room -= len(page)
            yield _counted(stretch, page, outage, settings, now, is_last=room > 0)
        else:
            yield stretch


def counted_on(stretch: Stretch, outage: Outage, settings: Settings, now: datetime) -> Stretch:
    """The stretch after its next page."""
    page = _page(stretch, PAGE)
    return _counted(stretch, page, outage, settings, now, is_last=len(page) < PAGE)


def _page(stretch: Stretch, most: int) -> list[tuple[str, Client]]:
    return list(islice(clients.of_part(stretch.part, stretch.cursor or "", most), most))


def _counted(
    stretch: Stretch,
    page: list[tuple[str, Client]],
    outage: Outage,
    settings: Settings,
    now: datetime,
    *,
    is_last: bool,
) -> Stretch:
    touched = (client for _, client in page if is_touched(client, outage.components, settings.companies))
    return stretch.advanced(_people(touched, settings, now), None if is_last else page[-1][0], now)


def _people(found: Iterable[Client], settings: Settings, now: datetime) -> People:
    where = [client.heard_in for client in found if client.heard_in and not client.opted_out]
    is_limited = settings.announcements.whatsapp.people_a_day > 0
    limited = [identity for identity in where if is_limited and identity.messenger == LIMITED]
    silent = sum(
        announcement_ways.is_open(head) and announcement_ways.is_outside(head, now)
        for head in conversations.heads_of(limited)
    )
    return People(len(where), dict(Counter(identity.messenger for identity in where)), silent)


def forecast(outage: Outage, settings: Settings, now: datetime) -> Forecast | None:
    """As far as it is counted; None when no direct messages of it wait for approval."""
    known = store.census_if_any(outage.id, outage.latest.n) if outage.latest.awaits_approval else None
    return of_census(known, settings, now) if known else None


def of_census(known: Census, settings: Settings, now: datetime) -> Forecast:
    left = announcing_pace.left_of_tier(settings.desk.account_in(LIMITED), settings, now)
    return forecasts.forecast(known, left)


def in_words(expected: Forecast, language: str) -> list[str]:
    """Also what WhatsApp would not allow: better said before than found out after."""
    key = "outage_audience" if expected.whole else "outage_audience_least"
    lines = [text(key, language, n=expected.people)]
    if expected.is_beyond_tier:
        lines.append(text("outage_beyond_tier", language, n=expected.silent, left=expected.outside_windows))
    return lines
