"""Many alerts to one person become one: how many deadlines there are, and the most urgent of them by name. Pure; used where
alerts are made (``use_cases.escalations``) and where they wait to be sent (``gathering``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.desk.clients import Tier
from chalicelib.desk.policies import Metric

FEW = 5  # alerts come one by one, each with buttons of its own
MOST_NAMED = 5
_TIERS = list(Tier)


@dataclass(frozen=True)
class Pressing:
    """What one alert is about: a deadline, and the ``steps`` of its ladder that have come."""

    ticket_id: str
    client_id: str
    client_name: str
    tier: Tier
    metric: Metric
    due_at: datetime
    ended_at: datetime | None
    steps: tuple[str, ...]

    @property
    def urgency(self) -> tuple[bool, int, datetime]:
        """Least is most urgent: what can still be done, VIPs, the longest overdue."""
        return self.ended_at is not None, _TIERS.index(self.tier), self.due_at


@dataclass(frozen=True)
class Digest:
    """``count`` alerts, of which the ``first`` are named."""

    count: int
    first: tuple[Pressing, ...]

    @property
    def is_of_few(self) -> bool:
        return self.count <= FEW


def together(digests: Iterable[Digest]) -> Digest:
    """All of them as one. Of two alerts of one deadline, the later names it."""
    count, pressing = 0, dict[tuple[str, Metric], Pressing]()
    for digest in digests:
        count += digest.count
        pressing |= {(each.ticket_id, each.metric): each for each in digest.first}
    named = sorted(pressing.values(), key=lambda each: each.urgency)[:MOST_NAMED]
    return Digest(count, tuple(named))
