"""One message in the team's group shows how a fan-out comes along: edited at a pace that costs little, until it is done."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SHORTEST_PAUSE = timedelta(minutes=1)
LONGEST_LOOK = timedelta(minutes=10)
PAUSE_FOR_LOOK = 20  # times as long as counting took: a million deliveries are not counted every minute


@dataclass(frozen=True)
class Progress:
    """``order`` is the place of the message among what leaves for the group, once there is one; ``shown`` what it says."""

    outage_id: str
    n: int
    wake_at: datetime
    order: str = ""
    shown: str = ""
    finished: bool = False
    version: int = 0

    def claimed(self, now: datetime) -> "Progress":
        """Somebody counts: should that take longer than they live, nobody tries again at once."""
        return replace(self, wake_at=now + LONGEST_LOOK)

    def looked(self, now: datetime, took: timedelta, *, finished: bool) -> "Progress":
        return replace(self, wake_at=now + max(SHORTEST_PAUSE, took * PAUSE_FOR_LOOK), finished=finished)
