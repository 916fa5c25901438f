"""How the announcements of an outage came through: read for the admin endpoint."""

from chalicelib.desk import deliveries
from chalicelib.desk.announcements import Announcement
from chalicelib.desk.deliveries import Report
from chalicelib.store import deliveries as store


def of(announcement: Announcement) -> Report | None:
    """None for an announcement whose direct messages nobody has let go (or that has none)."""
    if announcement.approved_at is None:
        return None
    segments = store.segments(announcement.outage_id, announcement.n)
    return deliveries.report(
        store.of_announcement(announcement.outage_id, announcement.n),
        announcement.approved_at,
        planned=all(segment.finished for segment in segments),
    )
