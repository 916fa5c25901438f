"""NPS, CSI and CSAT against their definitions, and how sure they are of themselves."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk import intervals
from chalicelib.desk.clients import Identity
from chalicelib.desk.survey_results import csi_of, response_rate, results
from chalicelib.desk.surveys import Invitation, Kind, Rating

AT = datetime(2026, 11, 2, tzinfo=UTC)
NUMBER = st.integers(1, 5)
RATINGS = st.dictionaries(st.sampled_from("abcdefg"), st.tuples(NUMBER, NUMBER), min_size=1)


def answer(kind: Kind, score: int | None = None, ratings: tuple[Rating, ...] = ()) -> Invitation:
    me = Identity("telegram", "7", "1")
    return Invitation("i", "", "c", me, "en", AT, AT, score=score, answered_at=AT, kind=kind, ratings=ratings)


def rated(given: dict[str, tuple[int, int]]) -> tuple[Rating, ...]:
    return tuple(Rating(quality, *pair) for quality, pair in given.items())


@given(st.lists(st.integers(0, 10), min_size=1, max_size=200))
def test_nps_is_promoters_less_detractors(scores: list[int]) -> None:
    found = results([answer(Kind.NPS, score) for score in scores], Kind.NPS)
    percent = [100 * Fraction(sum(low <= score <= high for score in scores), len(scores)) for low, high in _GROUPS]
    assert found.index == pytest.approx(float(percent[0] - percent[2]), abs=0.051)
    assert -100 <= (found.index or 0) <= 100
    assert sum(percent) == 100
    assert sum(found.distribution.values()) == found.count == len(scores)
    assert found.interval is not None
    assert found.interval.low <= found.interval.high


_GROUPS = ((9, 10), (7, 8), (0, 6))


@given(st.lists(st.integers(1, 5), min_size=1, max_size=200))
def test_csat_is_the_share_of_fours_and_fives_within_its_interval(scores: list[int]) -> None:
    found = results([answer(Kind.CSAT, score) for score in scores])
    assert found.index == pytest.approx(100 * sum(score >= 4 for score in scores) / len(scores), abs=0.051)
    assert found.interval is not None
    assert found.interval.low - 0.1 <= (found.index or 0) <= found.interval.high + 0.1


@given(st.lists(RATINGS, min_size=1, max_size=30))
def test_csi_weighs_each_quality_by_how_much_it_matters(given_by: list[dict[str, tuple[int, int]]]) -> None:
    found = results([answer(Kind.CSI, ratings=rated(each)) for each in given_by], Kind.CSI)
    qualities = {quality for each in given_by for quality in each}
    grade = {q: _mean([each[q][0] for each in given_by if q in each]) for q in qualities}
    weight = {q: _mean([each[q][1] for each in given_by if q in each]) for q in qualities}
    expected = sum(grade[q] / 5 * weight[q] for q in qualities) / sum(weight.values())
    assert found.index == pytest.approx(float(100 * expected), abs=0.051)
    assert sum(each.weight for each in found.qualities) == pytest.approx(1, abs=0.004)
    assert sum(each.part for each in found.qualities) == pytest.approx(found.index, abs=0.4)
    assert 20 <= (found.index or 0) <= 100


def _mean(numbers: list[int]) -> Fraction:
    return Fraction(sum(numbers), len(numbers))


@given(RATINGS)
def test_one_clients_own_index_is_the_index_of_their_answer_alone(given_by: dict[str, tuple[int, int]]) -> None:
    alone = results([answer(Kind.CSI, ratings=rated(given_by))], Kind.CSI)
    assert alone.index == pytest.approx(csi_of(rated(given_by)), abs=0.051)
    assert alone.interval is None  # one answer says nothing about the others
    alike = results([answer(Kind.CSI, ratings=rated(given_by))] * 3, Kind.CSI)
    assert (alike.index, alike.interval) == (alone.index, None)  # nor do those that are like it


@given(st.lists(st.integers(0, 10), max_size=50), st.integers(0, 10))
def test_a_better_grade_never_lowers_nps(scores: list[int], score: int) -> None:
    def nps(of: list[int]) -> float:
        return results([answer(Kind.NPS, each) for each in of], Kind.NPS).index or 0

    assert nps([*scores, min(score + 1, 10)]) >= nps([*scores, score])


def test_the_arithmetic_is_shown() -> None:
    nps = results([answer(Kind.NPS, score) for score in (10, 9, 9, 7, 3)], Kind.NPS)
    assert (nps.index, nps.arithmetic) == (40.0, "(3 - 1) / 5 = 40.0")
    csi = results([answer(Kind.CSI, ratings=(Rating("fast", 4, 5), Rating("kind", 5, 1)))], Kind.CSI)
    assert csi.arithmetic == "0.833 × 4.00 / 5 + 0.167 × 5.00 / 5 = 83.3 %"


@pytest.mark.parametrize(
    ("some", "count", "low", "high"),
    [(10, 10, 72.2, 100), (0, 10, 0, 27.8), (5, 10, 23.7, 76.3), (81, 100, 72.2, 87.5)],
)
def test_wilsons_interval_as_it_is_published(some: int, count: int, low: float, high: float) -> None:
    found = intervals.of_share(some, count)
    assert found is not None
    assert abs(found.low - low) <= 0.1
    assert abs(found.high - high) <= 0.1


def test_more_answers_are_surer() -> None:
    few, many = intervals.of_nps(4, 2, 10), intervals.of_nps(400, 200, 1000)
    assert few is not None
    assert many is not None
    assert few.high - few.low > 4 * (many.high - many.low)


@pytest.mark.parametrize("kind", Kind)
def test_without_answers_there_is_nothing_to_say(kind: Kind) -> None:
    found = results([], kind)
    assert (found.count, found.index, found.average, found.interval, found.arithmetic) == (0, None, None, None, "")
    assert response_rate(0, 0) is None
