"""/admin/surveys: what clients answered, and what it comes to; nobody is ranked."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.desk.clients import Identity
from chalicelib.desk.surveys import Invitation
from chalicelib.store import voice
from chalicelib.store.table import commit
from tests.unit.admin.conftest import Api


def answered(at: datetime, score: int, comment: str = "") -> None:
    commit(
        voice.invitation_item(
            Invitation(
                id=f"i{at:%m%d%H%M}",
                ticket_id="t1",
                client_id="c1",
                identity=Identity("telegram", "7", "1"),
                language="en",
                created_at=at - timedelta(hours=1),
                expires_at=at + timedelta(days=9),
                people=("oleg",),
                score=score,
                answered_at=at,
                comment=comment,
            )
        )
    )


@pytest.fixture
def autumn(api: Api) -> Api:
    """Answers over three months, some of them at the very ends of a month."""
    for day, score in (
        (datetime(2026, 9, 30, 23, 59, tzinfo=UTC), 1),
        (datetime(2026, 10, 1, tzinfo=UTC), 5),
        (datetime(2026, 10, 31, 23, 59, tzinfo=UTC), 4),
        (datetime(2026, 11, 1, 0, 0, tzinfo=UTC), 2),
    ):
        answered(day, score, f"it was a {score} {{}} 🙂 <b>")
    return api


def scores(api: Api, query: str) -> list[int]:
    return [item["score"] for item in api.get(f"/admin/surveys?{query}").body["items"]]


def test_numbers_of_a_period(autumn: Api) -> None:
    october = autumn.get("/admin/surveys?kind=csat&from=2026-10-01&to=2026-11-30").body
    assert list(october) == ["kind", "from", "to", "count", "distribution", "average", "index", "items", "next"]
    assert october["distribution"] == {"1": 0, "2": 1, "3": 0, "4": 1, "5": 1}
    assert (october["count"], october["average"], october["index"]) == (3, 3.67, 66.7)
    assert october["items"][0]["comment"] == "it was a 5 {} 🙂 <b>"
    assert not {"people", "staff", "owner"} & october["items"][0].keys()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("from=2026-10-01&to=2026-10-31", [5, 4]),
        ("from=2026-09-30T23:59:00Z&to=2026-11-01T00:00:00Z", [1, 5, 4, 2]),
        ("from=2026-09-30T23:59:01Z&to=2026-10-31T23:58:59Z", [5]),
        ("from=2026-10-31T23:30:00%2B03:00&to=2026-11-01", [4, 2]),
        ("from=2026-08-31T23:00:00Z&to=2026-10-01T10:00:00Z", [1, 5]),
        ("from=2026-12-01&to=2026-12-31", []),
    ],
)
def test_both_ends_are_included_to_the_moment(autumn: Api, query: str, found: list[int]) -> None:
    assert scores(autumn, query) == found


def test_without_answers_there_is_no_average(api: Api) -> None:
    empty = api.get("/admin/surveys").body
    assert (empty["count"], empty["average"], empty["index"], empty["next"]) == (0, None, None, None)


def test_the_last_thirty_days_if_nothing_is_said(api: Api) -> None:
    now = datetime.now(UTC)
    answered(now - timedelta(days=31), 1)
    answered(now - timedelta(days=29), 5)
    assert scores(api, "") == [5]


def test_pages_share_the_numbers_of_the_whole_period(autumn: Api) -> None:
    period = "from=2026-10-01&to=2026-11-30"
    first = autumn.get(f"/admin/surveys?{period}&limit=2").body
    second = autumn.get(f"/admin/surveys?{period}&limit=2&next={first['next']}").body
    assert [item["score"] for page in (first, second) for item in page["items"]] == [5, 4, 2]
    assert (first["count"], second["count"], second["next"]) == (3, 3, None)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("kind=nps", ["kind"]),
        ("from=yesterday&to=2026-13-01", ["from", "to"]),
        ("from=2026-10-02&to=2026-10-01", ["from"]),
        ("from=2020-01-01&to=2026-10-01", ["from"]),
    ],
)
def test_mistakes_are_named(api: Api, query: str, wrong: list[str]) -> None:
    refused = api.get(f"/admin/surveys?{query}")
    assert (refused.status, refused.wrong_fields) == (400, wrong)
