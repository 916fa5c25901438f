"""How sure a number is that rests on few answers: intervals that hold the true value 95 times of 100.

Shares: Wilson (1927). NPS: the adjusted Wald interval, which adds three imagined answers, ¾ of each end and 1½ of the
middle. Averages of few: Student's t.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

FEW = 30  # below this many answers an index is told together with its interval in words

_Z = NormalDist().inv_cdf(0.975)

# Student's t for 95 %, two-sided, by degrees of freedom from 1.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045,
)  # fmt: skip


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


def of_share(some: int, count: int) -> Interval | None:
    """In percent, of ``some`` among ``count``; None without answers."""
    if not count:
        return None
    share, z2 = some / count, _Z**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return _within(100 * (middle - half), 100 * (middle + half), 0, 100)


def of_nps(promoters: int, detractors: int, count: int) -> Interval | None:
    """In points from -100 to 100; None without answers."""
    if not count:
        return None
    n = count + 3
    up, down = (promoters + 0.75) / n, (detractors + 0.75) / n
    half = _Z * math.sqrt(max(up + down - (up - down) ** 2, 0) / n)
    return _within(100 * (up - down - half), 100 * (up - down + half), -100, 100)


def of_average(values: Sequence[float], least: float, most: float) -> Interval | None:
    """None when all are alike, as one is: they say nothing of how much others differ."""
    if len(set(values)) < 2:
        return None
    t = _T[len(values) - 2] if len(values) - 2 < len(_T) else _Z
    half = t * stdev(values) / math.sqrt(len(values))
    return _within(fmean(values) - half, fmean(values) + half, least, most)


def _within(low: float, high: float, least: float, most: float) -> Interval:
    return Interval(round(max(low, least), 1), round(min(high, most), 1))
