"""What the answers of a period say together: numbers, not impressions (product line 26). People are never ranked by
grades (line 25), so nothing here is counted by person.

    CSAT  share of grades 4 and 5, in percent
    NPS   share of 9 and 10 less share of 0 to 6, in points
    CSI   each quality's average grade, as a share of 5, weighted by how much the quality matters on average, in percent
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from chalicelib.desk import intervals
from chalicelib.desk.intervals import Interval
from chalicelib.desk.surveys import GRADES, SCORES, Invitation, Kind, Rating

SATISFIED = 4  # this or more
PROMOTER, DETRACTOR = 9, 6  # this or more; this or less
HIGHEST = max(GRADES)


@dataclass(frozen=True)
class QualityResult:
    """``weight`` is the quality's share of all importance, ``part`` what it adds to the index: both with the index's
    arithmetic in them. ``count``: how many rated it."""

    quality: str
    count: int
    grade: float
    importance: float
    weight: float
    part: float


@dataclass(frozen=True)
class Results:
    """``distribution``: how many gave each grade; of CSI, of each quality. ``index`` and ``average`` are None without answers.
    ``arithmetic`` shows where the index comes from."""

    count: int
    distribution: dict[str, int]
    average: float | None
    index: float | None
    interval: Interval | None
    arithmetic: str
    qualities: tuple[QualityResult, ...] = ()

    @property
    def rests_on_few(self) -> bool:
        return 0 < self.count < intervals.FEW


def results(answers: Iterable[Invitation], kind: Kind = Kind.CSAT) -> Results:
    answered = [answer for answer in answers if answer.answered_at]
    if kind is Kind.CSI:
        return _csi(answered)
    grades = Counter(answer.score for answer in answered if answer.score is not None)
    distribution = {str(grade): grades[grade] for grade in sorted(SCORES[kind])}
    count = grades.total()
    average = round(sum(grade * n for grade, n in grades.items()) / count, 2) if count else None
    index, interval, arithmetic = (_csat if kind is Kind.CSAT else _nps)(grades, count)
    return Results(count, distribution, average, index, interval, arithmetic)


def response_rate(invited: int, answered: int) -> float | None:
    """In percent; None when nobody was asked."""
    return round(100 * answered / invited, 1) if invited else None


def csi_of(ratings: Sequence[Rating]) -> float:
    """One client's own index, in percent: their grades weighted by their importances."""
    weights = sum(each.importance for each in ratings)
    return 100 * sum(each.importance * each.grade for each in ratings) / (weights * HIGHEST)


Index = tuple[float | None, Interval | None, str]


def _csat(grades: Mapping[int, int], count: int) -> Index:
    satisfied = sum(n for grade, n in grades.items() if grade >= SATISFIED)
    index = round(100 * satisfied / count, 1) if count else None
    return index, intervals.of_share(satisfied, count), f"{satisfied} / {count} = {index} %" if count else ""


def _nps(grades: Mapping[int, int], count: int) -> Index:
    promoters = sum(n for grade, n in grades.items() if grade >= PROMOTER)
    detractors = sum(n for grade, n in grades.items() if grade <= DETRACTOR)
    index = round(100 * (promoters - detractors) / count, 1) if count else None
    arithmetic = f"({promoters} - {detractors}) / {count} = {index}" if count else ""
    return index, intervals.of_nps(promoters, detractors, count), arithmetic


def _csi(answered: Sequence[Invitation]) -> Results:
    rated = [answer for answer in answered if answer.ratings]
    given: dict[str, list[Rating]] = {}
    for answer in rated:
        for rating in answer.ratings:
            given.setdefault(rating.quality, []).append(rating)
    importances = {quality: fmean(each.importance for each in ratings) for quality, ratings in given.items()}
    total = sum(importances.values())
    qualities = tuple(
        _quality(quality, ratings, importances[quality] / total) for quality, ratings in sorted(given.items())
    )
    whole = 100 * sum(
        fmean(each.grade for each in ratings) / HIGHEST * importances[quality] / total
        for quality, ratings in given.items()
    )
    index = round(whole, 1) if rated else None
    own = [csi_of(answer.ratings) for answer in rated]
    parts = " + ".join(f"{each.weight:.3f} × {each.grade:.2f} / {HIGHEST}" for each in qualities)
    return Results(
        count=len(rated),
        distribution={quality: len(ratings) for quality, ratings in sorted(given.items())},
        average=round(fmean(own), 1) if own else None,
        index=index,
        interval=intervals.of_average(own, 0, 100),
        arithmetic=f"{parts} = {index} %" if rated else "",
        qualities=qualities,
    )


def _quality(quality: str, ratings: Sequence[Rating], weight: float) -> QualityResult:
    grade, importance = fmean(each.grade for each in ratings), fmean(each.importance for each in ratings)
    part = 100 * weight * grade / HIGHEST
    return QualityResult(quality, len(ratings), round(grade, 2), round(importance, 2), round(weight, 3), round(part, 1))
