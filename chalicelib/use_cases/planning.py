"""Who is told: the audience of an announcement, page by page, each person one delivery on the queue of their tier.

The news goes to every client with a conversation whose company it touches; the end of an outage to exactly those who were
told of it. A cursor is stored after each page, so that a crash resumes; a page planned twice changes nothing, since
deliveries are keyed by client.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from chalicelib.desk.announcements import Announcement
from chalicelib.desk.clients import Tier
from chalicelib.desk.companies import is_touched
from chalicelib.desk.deliveries import Delivery, Segment
from chalicelib.desk.outages import Outage
from chalicelib.desk.zones import zone
from chalicelib.store import clients, outages, queues
from chalicelib.store import deliveries as store
from chalicelib.store.environment import environment
from chalicelib.store.table import Lost, bumped, commit
from chalicelib.use_cases import settings

log = logging.getLogger(__name__)

Page = Callable[[Segment, datetime], tuple[list[Delivery], str | None]]
"""Of a segment, the next deliveries and where the page after them begins."""

PAGE = 500  # clients
LEAST_SECONDS = 10.0  # left to the function, or it stops before the next page
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
) -> None:
    """Plan what is not planned yet of announcement ``n``, as far as ``time_left`` (seconds) reaches; the minute's check
    wakes the next planner for the rest."""
    announcement = outages.announcement(outage_id, n)
    for segment in store.segments(outage_id, n):
        if segment.waits(clock()):
            continue
        outage = outages.outage(outage_id)
        if outage.overtakes(announcement):
            commit(store.segment_item(segment.abandoned()))
            continue
        if outage.paused:
            commit(store.segment_item(segment.paused(clock())))
            continue
        try:
            done = _walk(segment, _pages(outage, announcement), time_left, clock)
        except Lost:
            log.info("segment__taken_by_another", extra={"outage_id": outage_id, "n": n, "tier": segment.tier})
            return
        if not done:
            return
        if segment.tier is Tier.VIP and not segment.resting:
            _give_head_start(announcement, min(head_start_seconds, time_left() - LEAST_SECONDS))


def _pages(outage: Outage, announcement: Announcement) -> Page:
    """How the audience is read: the end goes to who was told, a rehearsal to those who take part."""
    if announcement.ends:
        return _told_page
    return _rehearsal_page if outage.rehearsal else partial(_clients_page, outage.components)


def _walk(
    segment: Segment,
    next_page: Page,
    time_left: Callable[[], float],
    clock: Callable[[], datetime],
) -> bool:
    """Whether the segment has been walked to its end."""
    while True:
        if time_left() < LEAST_SECONDS:
            commit(store.segment_item(segment.handed_on(clock())))
            return False
        page, cursor = next_page(segment, clock())
        store.plan(page)
        enqueue(page)
        segment = segment.advanced(cursor, clock())
        commit(store.segment_item(segment))
        segment = bumped(segment)
        log.info(
            "segment__planned",
            extra={"outage_id": segment.outage_id, "n": segment.n, "tier": segment.tier, "deliveries": len(page)},
        )
        if cursor is None:
            return True


def _clients_page(components: Sequence[str], segment: Segment, now: datetime) -> tuple[list[Delivery], str | None]:
    page = list(islice(clients.listed(segment.tier, segment.cursor or ""), PAGE))
    in_use = settings.current()
    today = now.astimezone(zone(in_use.desk.timezone)).date()
    touched = (client for _, client in page if is_touched(client, components, in_use.companies))
    reachable = (client for client in touched if client.identities)
    cursor = page[-1][0] if len(page) == PAGE else None
    return [_delivery(segment, client.id, client.tier_on(today), now) for client in reachable], cursor


def _rehearsal_page(segment: Segment, now: datetime) -> tuple[list[Delivery], str | None]:
    """Whoever the settings name, of this tier."""
    known = clients.by_ids(settings.current().announcements.rehearsal.clients).values()
    return [_delivery(segment, client.id, segment.tier, now) for client in known if client.tier is segment.tier], None


def _told_page(segment: Segment, now: datetime) -> tuple[list[Delivery], str | None]:
    page, cursor = store.told(segment.outage_id, segment.tier, segment.cursor, PAGE)
    people = dict.fromkeys(delivery.client_id for delivery in page if delivery.n < segment.n)
    return [_delivery(segment, client_id, segment.tier, now) for client_id in people], cursor


def _delivery(segment: Segment, client_id: str, tier: Tier, now: datetime) -> Delivery:
    return Delivery(segment.outage_id, segment.n, client_id, tier, now)


def enqueue(page: list[Delivery]) -> None:
    """VIPs have a queue of their own: nobody waits in front of them."""
    names = environment()
    for url, is_vips in ((names.vip_deliveries_queue_url, True), (names.deliveries_queue_url, False)):
        queues.send(
            url,
            (
                {"outage_id": delivery.outage_id, "n": delivery.n, "client_id": delivery.client_id}
                for delivery in page
                if (delivery.tier is Tier.VIP) is is_vips
            ),
        )


def _give_head_start(announcement: Announcement, seconds: float) -> None:
    """VIPs are told before anybody else is planned, unless that takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        planned = store.of_announcement(announcement.outage_id, announcement.n)
        if all(delivery.finished for delivery in planned):
            return
        time.sleep(LOOK_SECONDS)
