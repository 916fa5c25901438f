"""An outage, planned work or a novelty: its states, and its direct messages, which can be paused and called off.

    outage:                investigating ─▶ identified ─▶ monitoring ─▶ resolved
    maintenance, novelty:  scheduled ─▶ in_progress ─▶ completed

Any state may be left out; none goes back without a reason, which is kept with the announcement that says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.desk.announcements import Announcement, Kind, Level, Refused, State
from chalicelib.desk.messages import Author

LANGUAGES = ("ru", "en")
DESK = Author("desk", "Vipdesk")

_PLANNED = (State.SCHEDULED, State.IN_PROGRESS, State.COMPLETED)
LIVES: Mapping[Kind, tuple[State, ...]] = {
    Kind.OUTAGE: (State.INVESTIGATING, State.IDENTIFIED, State.MONITORING, State.RESOLVED),
    Kind.MAINTENANCE: _PLANNED,
    Kind.NOVELTY: _PLANNED,
}


@dataclass(frozen=True)
class Outage:
    """``latest`` says how things stand now. ``directed`` is the number of the newest announcement that was let go to
    clients directly, 0 for none; ``emergency`` says that the emergency channel has heard of it; ``worst`` is the worst
    level it has had, for the history. ``paused``: nobody is written to for now; ``cancelled`` is the number of the newest
    announcement whose direct messages were called off. ``begin_with`` is what will be said at ``started_at``, when planned
    work begins by itself. A ``rehearsal`` reaches nobody but whom the settings name for it. ``asked_about``: of which
    announcement's expected time the team was asked when it had passed."""

    id: str
    title: str
    kind: Kind
    components: tuple[str, ...]
    in_app: bool
    created_at: datetime
    latest: Announcement
    worst: Level
    started_at: datetime | None = None
    ended_at: datetime | None = None
    directed: int = 0
    emergency: bool = False
    paused: bool = False
    cancelled: int = 0
    begin_with: Mapping[str, str] | None = None
    rehearsal: bool = False
    asked_about: int = 0
    version: int = 0

    @property
    def state(self) -> State:
        return self.latest.state

    @property
    def level(self) -> Level:
        return self.latest.level

    @property
    def ended(self) -> bool:
        return self.latest.ends

    @property
    def planned(self) -> bool:
        """Announced ahead, not begun yet."""
        return self.state is State.SCHEDULED

    @property
    def begins_at(self) -> datetime | None:
        """When it begins by itself."""
        return self.started_at if self.planned else None

    @property
    def overdue_at(self) -> datetime | None:
        """When the team is asked whether it is over: at the time that clients were told, once."""
        is_asked = self.planned or self.ended or self.asked_about >= self.latest.n
        return None if is_asked else self.latest.expected_at

    def overtakes(self, announcement: Announcement) -> bool:
        """Whether ``announcement`` is stale for whoever has not got it yet: a newer one is on its way to clients, or the
        end has come since (who has not been told by then is not told at all), or the outage has begun anew."""
        return announcement.n < self.directed or announcement.ends != self.ended or self.calls_off(announcement)

    def calls_off(self, announcement: Announcement) -> bool:
        return announcement.n <= self.cancelled


def let_go(outage: Outage, approved: Announcement) -> Outage:
    """Direct messages of ``approved`` may leave; they overtake those of earlier announcements, also of one that is paused."""
    return replace(outage, latest=approved, directed=approved.n, paused=False)


def paused(outage: Outage) -> Outage:
    """Nobody further is written to until it goes on.

    :raises Refused: nothing is on its way.
    """
    _check_on_its_way(outage)
    return replace(outage, paused=True)


def resumed(outage: Outage) -> Outage:
    _check_on_its_way(outage)
    return replace(outage, paused=False)


def called_off(outage: Outage) -> Outage:
    """Who has not been written to yet will not be. Those who have are told the end all the same."""
    _check_on_its_way(outage)
    return replace(outage, cancelled=outage.directed, paused=False)


def _check_on_its_way(outage: Outage) -> None:
    if outage.directed == 0 or outage.cancelled >= outage.directed:
        raise Refused("nothing_on_its_way")
