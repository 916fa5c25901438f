"""Who is told: the audience of an announcement, page by page, each person one delivery on the queue of their tier.

The news goes to every client with a conversation whose company it touches; the end of an outage to exactly those who were
told of it. A cursor is stored after each page, so that a crash resumes; a page planned twice changes nothing, since
deliveries are keyed by client.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any

from chalicelib.desk import tallies
from chalicelib.desk.announcements import Announcement
from chalicelib.desk.audience import part_of
from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.companies import is_touched
from chalicelib.desk.deliveries import Delivery, Segment
from chalicelib.desk.outages import Outage
from chalicelib.desk.zones import zone
from chalicelib.store import clients, outages, queues, topics
from chalicelib.store import deliveries as store
from chalicelib.store.environment import environment
from chalicelib.store.table import Lost, bumped, commit
from chalicelib.use_cases import settings

log = logging.getLogger(__name__)

Page = Callable[[Segment, datetime], tuple[list[Delivery], str | None]]
"""Of a segment, the next deliveries and where the page after them begins."""

PAGE = 1000  # clients
LEAST_SECONDS = 15.0  # left to the function, or it stops before the next page: ten times what one takes
HEAD_START_SECONDS = 20.0  # how long everyone else waits at most until every VIP has been told
LOOK_SECONDS = 0.5


def utc_now() -> datetime:
    return datetime.now(UTC)


def plan(
    outage_id: str,
    n: int,
    time_left: Callable[[], float],
    clock: Callable[[], datetime] = utc_now,
    head_start_seconds: float = HEAD_START_SECONDS,
    only: Collection[str] = (),
) -> None:
    """Plan what is not planned yet of announcement ``n``, or ``only`` these parts of everybody (by name), as far as
    ``time_left`` (seconds) reaches; the minute's check wakes the next planner for the rest."""
    announcement = outages.announcement(outage_id, n)
    mine = _mine(store.segments(outage_id, n), only, clock())

    def give_head_start() -> None:
        _give_head_start(announcement, min(head_start_seconds, time_left() - LEAST_SECONDS))

    try:
        while mine:
            if time_left() < LEAST_SECONDS:
                commit(store.segment_item(mine[0].handed_on(clock())))
                return
            mine = _go_on(mine, announcement, clock, give_head_start)
    except Lost:
        log.info("segment__taken_by_another", extra={"outage_id": outage_id, "n": n, "part": mine[0].part.name})


def _mine(segments: Sequence[Segment], only: Collection[str], now: datetime) -> list[Segment]:
    """What there is to do, in the order in which people are served: nothing of it while another planner is at those before."""
    found = list[Segment]()
    for segment in segments:
        if segment.waits(now):
            continue
        if not only or segment.part.name in only:
            found.append(segment)
        elif segment.part.tier is not Tier.EVERYONE:
            break
    return found


def _go_on(
    mine: list[Segment],
    announcement: Announcement,
    clock: Callable[[], datetime],
    give_head_start: Callable[[], None],
) -> list[Segment]:
    """The next page of the first of these segments. Returns what is left to do. Raises Lost."""
    segment, *others = mine
    outage = outages.outage(segment.outage_id)
    if outage.overtakes(announcement):
        commit(store.segment_item(segment.abandoned()))
        return others
    if outage.paused:
        commit(store.segment_item(segment.paused(clock())))
        return others
    page, cursor = _pages(outage, announcement)(segment, clock())
    store.plan(page)
    enqueue(page)
    segment = segment.advanced(cursor, clock())
    commit(store.segment_item(segment))
    segment = bumped(segment)
    about = {"outage_id": segment.outage_id, "n": segment.n, "part": segment.part.name}
    log.info("segment__planned", extra={**about, "deliveries": len(page)})
    if cursor is None:
        if segment.part.tier is Tier.VIP and others and not others[0].planned:
            give_head_start()
        return others
    if segment.part.tier is Tier.EVERYONE:
        _share_out(others)
        return [segment]
    return [segment, *others]


def _share_out(segments: Sequence[Segment]) -> None:
    """There are many people: each part gets a planner of its own, all at once."""
    for each in segments:
        topics.announce(each.outage_id, each.n, emergency=False, direct=True, only=[each.part.name])


def _pages(outage: Outage, announcement: Announcement) -> Page:
    """How the audience is read: the end goes to who was told, a rehearsal to those who take part."""
    if announcement.ends:
        return _told_page
    return _rehearsal_page if outage.rehearsal else partial(_clients_page, outage.components)


def _clients_page(components: Sequence[str], segment: Segment, now: datetime) -> tuple[list[Delivery], str | None]:
    page = list(islice(clients.of_part(segment.part, segment.cursor or "", PAGE), PAGE))
    in_use = settings.current()
    today = now.astimezone(zone(in_use.desk.timezone)).date()
    touched = (client for _, client in page if is_touched(client, components, in_use.companies))
    reachable = (client for client in touched if client.identities)
    cursor = page[-1][0] if len(page) == PAGE else None
    return [_delivery(segment, client, client.tier_on(today), now) for client in reachable], cursor


def _rehearsal_page(segment: Segment, now: datetime) -> tuple[list[Delivery], str | None]:
    """Whoever the settings name, of this part."""
    known = clients.by_ids(settings.current().announcements.rehearsal.clients).values()
    mine = (client for client in known if part_of(client.tier, client.id) == segment.part)
    return [_delivery(segment, client, client.tier, now) for client in mine], None


def _told_page(segment: Segment, now: datetime) -> tuple[list[Delivery], str | None]:
    page, cursor = store.told(segment.outage_id, segment.part, segment.cursor, PAGE)
    people = {delivery.client_id: delivery.identity for delivery in page if delivery.n < segment.n}
    about = segment.outage_id, segment.n
    planned = [Delivery(*about, each, segment.part.tier, now, identity=where) for each, where in people.items()]
    return planned, cursor


def _delivery(segment: Segment, client: Client, tier: Tier, now: datetime) -> Delivery:
    return Delivery(segment.outage_id, segment.n, client.id, tier, now, identity=client.heard_in)


def enqueue(page: list[Delivery]) -> None:
    """VIPs have a queue of their own: nobody waits in front of them. So has each messenger: nobody waits because another takes
    no more just now."""
    by_queue = dict[str, list[dict[str, Any]]]()
    for delivery in page:
        body = {"outage_id": delivery.outage_id, "n": delivery.n, "client_id": delivery.client_id}
        by_queue.setdefault(_queue_of(delivery), []).append(body)
    for url, bodies in by_queue.items():
        queues.send(url, bodies)


def _queue_of(delivery: Delivery) -> str:
    """Any deliverer can bring it anywhere, should it go elsewhere after all."""
    if delivery.tier is Tier.VIP:
        return environment().vip_deliveries_queue_url
    return environment().deliveries_queue_url(delivery.identity.messenger if delivery.identity else "telegram")


def _give_head_start(announcement: Announcement, seconds: float) -> None:
    """VIPs are told before anybody else is planned, unless that takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        counted = tallies.report(store.tallies(announcement.outage_id, announcement.n), announcement.at, planned=False)
        if not counted.not_yet:
            return
        time.sleep(LOOK_SECONDS)
