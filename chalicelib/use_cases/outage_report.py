"""How the announcements of an outage came through, by what was counted: read for the admin endpoint and the progress message.

It costs a query for each announcement, whoever many it went to, and what was planned for those who wrote about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.desk import outage_tickets, tallies
from chalicelib.desk.announcements import Announcement
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.outage_tickets import OutageTicket, ToldBefore
from chalicelib.desk.outages import Outage
from chalicelib.desk.tallies import Report, Tally
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
    said, told = list[tuple[Announcement, Report | None]](), 0
    for announcement in outages.announcements(outage_id):
        counted = store.tallies(outage_id, announcement.n) if announcement.approved_at else []
        said.append((announcement, _of_announcement(announcement, counted)))
        told += tallies.told_first(counted)
    about = [ticket for _, ticket in tickets.of_outage(outage_id)]
    directed = [announcement.n for announcement, report in said if report]
    told_who_wrote = _told_of(outage_id, directed, about)
    return OutageReport(said, len(about), outage_tickets.told_before(told, told_who_wrote, about))


def of_announcement(announcement: Announcement) -> Report | None:
    """None for an announcement whose direct messages nobody has let go (or that has none)."""
    return _of_announcement(announcement, store.tallies(announcement.outage_id, announcement.n))


def is_under_way(outage: Outage) -> bool:
    """Whether somebody may still be told of what was let go last. Two queries and a read, if anything was."""
    if outage.directed <= outage.cancelled:
        return False
    report = of_announcement(outages.announcement(outage.id, outage.directed))
    return report is None or not report.planned or report.not_yet > 0


def _of_announcement(announcement: Announcement, counted: Sequence[Tally]) -> Report | None:
    if announcement.approved_at is None:
        return None
    segments = store.segments(announcement.outage_id, announcement.n)
    planned = all(segment.finished for segment in segments)
    return tallies.report(counted, announcement.approved_at, planned=planned)


def _told_of(outage_id: str, directed: Sequence[int], about: Sequence[OutageTicket]) -> list[Delivery]:
    """To whom of those who wrote which of the announcements went: of each the first of which it is known when."""
    unclear, found = {ticket.client_id for ticket in about}, list[Delivery]()
    for n in directed:
        told = [delivery for delivery in store.of_clients(outage_id, n, sorted(unclear)) if delivery.told]
        found += told
        unclear -= {delivery.client_id for delivery in told if delivery.sent_at}
    return found
