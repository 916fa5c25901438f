"""When somebody may be asked about the company: rarely, in peace, and not while anything is open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.clients import Identity, Tier
from chalicelib.desk.policies import DEFAULT_POLICIES
from chalicelib.desk.survey_settings import Csi, Nps, Quiet, SurveySettings
from chalicelib.desk.survey_timing import LastAsked
from chalicelib.desk.surveys import Kind
from chalicelib.desk.tickets import Status, Ticket
from chalicelib.desk.waves import end_of_quarter, good_moment, is_in, quarter_of

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 11, 11, 12, tzinfo=MOSCOW)
ON = SurveySettings(nps=Nps(on=True, sample_percent=10), csi=Csi(on=True))
DAY = timedelta(days=1)


def closed(ago: timedelta) -> Ticket:
    me = Identity("telegram", "7", "1")
    at = NOON - ago
    return Ticket("t", "c", "C", Tier.VIP, me, at - DAY, DEFAULT_POLICIES[0], status=Status.CLOSED, closed_at=at)


def moment(
    asked: dict[Kind, timedelta] | None = None, at: datetime = NOON, tickets: tuple[Ticket, ...] = ()
) -> datetime:
    last = LastAsked("c", {kind: NOON - ago for kind, ago in (asked or {}).items()})
    return good_moment(Kind.NPS, last, tickets, ON, at, [MOSCOW])


def test_nobody_stands_in_the_way() -> None:
    assert moment() == NOON
    assert moment({Kind.NPS: 91 * DAY, Kind.CSAT: 8 * DAY}, tickets=(closed(8 * DAY),)) == NOON


@pytest.mark.parametrize(
    ("asked", "days"),
    [({Kind.NPS: 89 * DAY}, 1), ({Kind.NPS: 0 * DAY}, 90), ({Kind.CSAT: 6 * DAY}, 1), ({Kind.CSI: 5 * DAY}, 2)],
)
def test_never_soon_after_another_question(asked: dict[Kind, timedelta], days: int) -> None:
    assert moment(asked) == NOON + days * DAY


def test_never_within_a_week_of_an_open_ticket() -> None:
    assert moment(tickets=(closed(2 * DAY), closed(30 * DAY))) == NOON + 5 * DAY
    is_open = replace(closed(2 * DAY), status=Status.WAITING, closed_at=None)
    assert moment(tickets=(is_open,)) > NOON


@pytest.mark.parametrize(("hour", "asked_at"), [(9, 10), (10, 10), (19, 19), (20, 34), (23, 34), (0, 10)])
def test_quiet_hours_are_waited_for(hour: int, asked_at: int) -> None:
    at = NOON.replace(hour=hour)
    assert moment(at=at) == at.replace(hour=0) + timedelta(hours=asked_at)


@given(st.times(), st.integers(0, 200), st.integers(0, 20), st.integers(0, 20))
def test_whoever_is_asked_is_asked_at_a_good_moment(at: object, nps: int, csat: int, ticket: int) -> None:
    now = datetime.combine(NOON.date(), at, MOSCOW)  # type: ignore[arg-type]
    last = LastAsked("c", {Kind.NPS: now - nps * DAY, Kind.CSAT: now - csat * DAY})
    found = good_moment(Kind.NPS, last, [closed(ticket * DAY)], ON, now, [MOSCOW])
    assert found >= now
    assert not Quiet().is_at(found.astimezone(MOSCOW).time())
    assert found - last.at[Kind.NPS] >= 90 * DAY
    assert found - last.at[Kind.CSAT] >= 7 * DAY


def test_vips_are_all_asked_and_of_the_others_a_sample_that_changes() -> None:
    ids = [f"c{n}" for n in range(2000)]
    assert all(is_in(Kind.NPS, "2026-Q4", each, Tier.VIP, ON) for each in ids)
    one, other = (
        {each for each in ids if is_in(Kind.NPS, quarter, each, Tier.EVERYONE, ON)}
        for quarter in ("2026-Q4", "2027-Q1")
    )
    assert 150 < len(one) < 250
    assert len(one & other) < 60
    assert not any(is_in(Kind.CSI, "2026-Q4", each, Tier.OUR, ON) for each in ids)


@pytest.mark.parametrize(
    ("month", "quarter", "ends"),
    [(1, "2026-Q1", (2026, 4)), (3, "2026-Q1", (2026, 4)), (10, "2026-Q4", (2027, 1)), (12, "2026-Q4", (2027, 1))],
)
def test_quarters(month: int, quarter: str, ends: tuple[int, int]) -> None:
    at = datetime(2026, month, 28, tzinfo=UTC)
    assert quarter_of(at) == quarter
    assert end_of_quarter(at) == datetime(*ends, 1, tzinfo=UTC)
