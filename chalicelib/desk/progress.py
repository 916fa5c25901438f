"""One message in the team's group shows how a fan-out comes along: edited at a pace that costs little, until it is done."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

PAUSE = timedelta(minutes=1)  # the messenger's limit for the group is there for conversations


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

    def looked(self, now: datetime, *, finished: bool) -> "Progress":
        return replace(self, wake_at=now + PAUSE, finished=finished)
