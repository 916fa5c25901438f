"""How the announcements of an outage came through: read for the admin endpoint."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.desk import deliveries, outage_tickets
from chalicelib.desk.announcements import Announcement
from chalicelib.desk.deliveries import Delivery, Report
from chalicelib.desk.outage_tickets import ToldBefore
from chalicelib.store import deliveries as store
from chalicelib.store import outage_tickets as tickets
from chalicelib.store import outages


@dataclass(frozen=True)
class OutageReport:
    """``announcements`` in their order, each with its report; None for one whose direct messages nobody has let go (or that
    has none). ``told_before`` is about the clients of all of them."""

    announcements: list[tuple[Announcement, Report | None]]
    tickets: int
    told_before: ToldBefore


def of(outage_id: str) -> OutageReport:
    said, all_of_them = [], list[Delivery]()
    for announcement in outages.announcements(outage_id):
        found = list(store.of_announcement(outage_id, announcement.n)) if announcement.approved_at else []
        said.append((announcement, _of_announcement(announcement, found)))
        all_of_them += found
    about = [ticket for _, ticket in tickets.of_outage(outage_id)]
    return OutageReport(said, len(about), outage_tickets.told_before(all_of_them, about))


def of_announcement(announcement: Announcement) -> Report | None:
    """None for an announcement whose direct messages nobody has let go (or that has none)."""
    return _of_announcement(announcement, store.of_announcement(announcement.outage_id, announcement.n))


def _of_announcement(announcement: Announcement, found: Iterable[Delivery]) -> Report | None:
    if announcement.approved_at is None:
        return None
    segments = store.segments(announcement.outage_id, announcement.n)
    planned = all(segment.finished for segment in segments)
    return deliveries.report(found, announcement.approved_at, planned=planned)
