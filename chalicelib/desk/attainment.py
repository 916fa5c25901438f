"""What became of the promises of a period, per tier and metric: how many were kept, and how long clients waited. Pure.

A promise counts when it is decided: when it is kept, or at the deadline at which it is broken, whether or not anybody has
answered since. So each counts in one period only. How long it took counts when it ends. People are not told apart here.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.desk import intervals
from chalicelib.desk.clients import Tier
from chalicelib.desk.cycles import Cycle, Verdict
from chalicelib.desk.intervals import Interval
from chalicelib.desk.policies import Metric

PERCENTILES = (50, 90, 95)


@dataclass(frozen=True)
class Attainment:
    """``attainment`` is the share of ``met`` in percent, with its ``interval``; null while nothing was decided. ``minutes`` are
    the percentiles (nearest rank) of the ``ended`` ones, in calendar time without pauses."""

    tier: Tier
    metric: Metric
    met: int
    missed: int
    attainment: float | None
    interval: Interval | None
    ended: int
    minutes: dict[str, float]


def attained(cycles: Iterable[tuple[Tier, Cycle]], since: datetime, until: datetime) -> list[Attainment]:
    """In the order of tiers and metrics; none of those of which nothing was decided and nothing ended."""
    decided = Counter[tuple[Tier, Metric, Verdict]]()
    minutes = defaultdict[tuple[Tier, Metric], list[float]](list)
    for tier, cycle in cycles:
        at = _decided_at(cycle)
        if at and since <= at <= until:
            decided[tier, cycle.metric, cycle.verdict] += 1
        if cycle.ended_at and since <= cycle.ended_at <= until:
            minutes[tier, cycle.metric].append(cycle.business_minutes)
    found = minutes.keys() | {(tier, metric) for tier, metric, _ in decided}
    return [
        _of(tier, metric, decided, minutes[tier, metric])
        for tier in Tier
        for metric in Metric
        if (tier, metric) in found
    ]


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of ``values`` that ``percent`` of them do not exceed."""
    return sorted(values)[max(math.ceil(len(values) * percent / 100), 1) - 1]


def _decided_at(cycle: Cycle) -> datetime | None:
    return {Verdict.MET: cycle.ended_at, Verdict.MISSED: cycle.due_at, Verdict.RUNNING: None}[cycle.verdict]


def _of(
    tier: Tier, metric: Metric, decided: Counter[tuple[Tier, Metric, Verdict]], minutes: Sequence[float]
) -> Attainment:
    met, missed = decided[tier, metric, Verdict.MET], decided[tier, metric, Verdict.MISSED]
    count = met + missed
    return Attainment(
        tier,
        metric,
        met,
        missed,
        round(100 * met / count, 1) if count else None,
        intervals.of_share(met, count),
        len(minutes),
        {f"p{each}": round(percentile(minutes, each), 1) for each in PERCENTILES} if minutes else {},
    )
