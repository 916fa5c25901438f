"""What the answers of a period say together: numbers, not impressions (product line 26). People are never ranked by
grades (line 25), so nothing here is counted by person."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.desk.surveys import GRADES, Invitation

SATISFIED = 4  # this or more


@dataclass(frozen=True)
class Results:
    """``distribution``: how many gave each grade. ``index`` is CSAT's: the share of grades 4 and 5, in percent. It and
    ``average`` are None without answers."""

    count: int
    distribution: dict[str, int]
    average: float | None
    index: float | None


def results(answers: Iterable[Invitation]) -> Results:
    grades = Counter(answer.score for answer in answers if answer.score)
    count = grades.total()
    satisfied = sum(n for grade, n in grades.items() if grade >= SATISFIED)
    return Results(
        count=count,
        distribution={str(grade): grades[grade] for grade in sorted(GRADES)},
        average=round(sum(grade * n for grade, n in grades.items()) / count, 2) if count else None,
        index=round(100 * satisfied / count, 1) if count else None,
    )
