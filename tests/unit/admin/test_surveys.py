"""/admin/surveys: what clients answered, and what it comes to; nobody is ranked."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.desk.clients import Identity
from chalicelib.desk.surveys import Invitation, Kind, Rating
from chalicelib.desk.zones import zone
from chalicelib.store import voice
from chalicelib.store.table import commit
from chalicelib.use_cases import survey_report
from tests.unit.admin.conftest import Api


def invitation(invitation_id: str, at: datetime, **more: Any) -> Invitation:
    """Asked an hour before."""
    asked = at - timedelta(hours=1)
    given = {"ticket_id": "t1", "people": ("oleg",), **more}
    if given.get("kind", Kind.CSAT) is not Kind.CSAT:
        given["ticket_id"] = ""
    return Invitation(
        id=invitation_id,
        client_id="c1",
        identity=Identity("telegram", "7", "1"),
        language="en",
        created_at=asked,
        expires_at=asked + timedelta(days=14),
        **given,
    )


def answered(at: datetime, score: int, comment: str = "") -> None:
    made = invitation(f"i{at:%m%d%H%M}", at, score=score, answered_at=at, comment=comment)
    commit(voice.invitation_item(made))


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
    named = ("kind", "from", "to", "count", "distribution", "average", "index", "interval", "arithmetic", "words")
    assert tuple(october) == (*named, "qualities", "invited", "response_rate", "items", "next")
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


def test_the_latest_first_page_by_page(autumn: Api) -> None:
    path = "/admin/surveys?from=2026-10-01&to=2026-11-30&order=latest&limit=2"
    first = autumn.get(path).body
    second = autumn.get(f"{path}&next={first['next']}").body
    assert [item["score"] for page in (first, second) for item in page["items"]] == [2, 4, 5]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("order=any", ["order"]),
        ("kind=ces", ["kind"]),
        ("from=yesterday&to=2026-13-01", ["from", "to"]),
        ("from=2026-10-02&to=2026-10-01", ["from"]),
        ("from=2020-01-01&to=2026-10-01", ["from"]),
    ],
)
def test_mistakes_are_named(api: Api, query: str, wrong: list[str]) -> None:
    refused = api.get(f"/admin/surveys?{query}")
    assert (refused.status, refused.wrong_fields) == (400, wrong)


def test_a_small_number_says_in_words_how_unsure_it_is(autumn: Api) -> None:
    october = autumn.get("/admin/surveys?from=2026-10-01&to=2026-11-30").body
    assert october["interval"] == {"low": 20.8, "high": 93.9}
    assert october["arithmetic"] == "2 / 3 = 66.7 %"
    assert october["words"]["en"].startswith(
        "Few answers (3): the index is 66.7, but may really be anything from 20.8 to 93.9"
    )
    assert "Выводы делать рано" in october["words"]["ru"]


def test_the_response_rate_is_that_of_who_was_asked(autumn: Api) -> None:
    at = datetime(2026, 10, 5, tzinfo=UTC)
    commit(voice.invitation_item(invitation("silent", at)))
    october = autumn.get("/admin/surveys?from=2026-10-01&to=2026-10-31").body
    assert (october["invited"], october["response_rate"]) == (3, 66.7)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "=cmd|' /C calc'!A0"]


def test_the_export_has_every_comment_and_no_formula(api: Api) -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    odd = [*FORMULAS, "brackets {} [] <b>", 'a "quoted"; one', "two\nlines", "🙂 ‮ \u0000"]
    for n, words in enumerate(odd):
        answered(at + timedelta(minutes=n), 5, words)
    raw = api.get("/admin/surveys/export?from=2026-11-01&to=2026-11-03", Accept="text/csv").body
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert (rows[0][0], rows[1][0]) == ("When", "2026-11-02 03:00:00")  # as spreadsheets read it, by Moscow's clocks
    comments = [row[6] for row in rows[1:]]
    assert [each[1:] if each[:1] == "'" else each for each in comments] == odd
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]


def test_nobody_is_named_with_fewer_than_five_answers(api: Api) -> None:
    """Oleg has answered in all of them, Nina in one: hers is nobody's grade."""
    found = [
        invitation(f"i{n}", datetime(2026, 11, 2, tzinfo=UTC), people=("oleg", "nina")[: 2 if n == 0 else 1])
        for n in range(5)
    ]
    assert survey_report.nameable(found) == {"oleg"}
    assert survey_report.nameable(found[:4]) == frozenset()
    exported = survey_report.as_csv(found, "en", zone("UTC")).decode()
    assert "oleg" in exported
    assert "nina" not in exported


def test_nps_and_csi_have_numbers_of_their_own(api: Api) -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    for n, score in enumerate((10, 9, 0)):
        commit(voice.invitation_item(invitation(f"n{n}", at, kind=Kind.NPS, score=score, answered_at=at)))
    rating = (Rating("speed", 4, 5),)
    commit(voice.invitation_item(invitation("c1", at, kind=Kind.CSI, ratings=rating, answered_at=at)))
    period = "from=2026-11-01&to=2026-11-30"
    nps = api.get(f"/admin/surveys?kind=nps&{period}").body
    assert (nps["count"], nps["index"], nps["items"][0]["ticket"]) == (3, 33.3, None)
    csi = api.get(f"/admin/surveys?kind=csi&{period}").body
    assert (csi["index"], csi["qualities"][0]["quality"]) == (80.0, "speed")
    assert csi["items"][0]["ratings"] == [{"quality": "speed", "grade": 4, "importance": 5}]
    assert api.get(f"/admin/surveys?kind=csat&{period}").body["count"] == 0
