"""/admin/outages as its callers see it: bad input field by field, refusals in words, the report."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.desk.announcement_documents import check_announcements
from chalicelib.desk.validation import Invalid
from chalicelib.store import outages, settings
from chalicelib.store.settings import Document, Token
from chalicelib.store.table import commit
from chalicelib.use_cases import audience
from tests.unit.admin.conftest import Answered, Api
from tests.unit.admin.conftest import api as api

OUTAGE = {
    "title": "Sign-in",
    "kind": "outage",
    "level": "red",
    "components": ["Sign-in"],
    "in_app": False,
    "text": {"ru": "Вход не работает", "en": "Signing in does not work"},
}
NEXT = {"state": "identified", "text": {"ru": "Причина найдена", "en": "The cause is found"}}


@pytest.fixture
def announcers(api: Api) -> Api:
    """Marina may announce, Oleg may approve, and somebody may only read."""
    commit(settings.token_item("marina's", Token("marina", ("announce", "approve", "read"))))
    commit(settings.token_item("oleg's", Token("oleg", ("approve", "read"))))
    commit(settings.token_item("reader's", Token("reader", ("read",))))
    people = {"people": [{"name": "Marina Sokolova", "token": "marina", "side": "us"}], "most_per_side": {"us": 1}}
    settings.replace_document(Document("announcers", people, 1))
    settings.replace_document(Document("components", ["Sign-in"], 1))
    return Api(token="marina's")


def declared(api: Api, **more: Any) -> Any:
    answer = api.post("/admin/outages", {**OUTAGE, **more})
    assert answer.status == 201, answer.body
    return answer.body


def approve(api: Api, outage: Any, n: int = 1, token: str = "oleg's") -> Answered:
    return Api(api.app, token).post(f"/admin/outages/{outage['id']}/announcements/{n}/approve")


def test_what_was_declared_is_answered_listed_and_found_again(announcers: Api) -> None:
    outage = declared(announcers)
    assert (outage["state"], outage["resolved_at"], outage["announced"]) == ("investigating", None, 1)
    (announcement,) = outage["announcements"]
    assert announcement["author"] == "Marina Sokolova"
    assert announcement["channels"] == {"emergency": True, "direct": True}
    assert (announcement["awaits_approval"], announcement["delivery"]) == (True, None)
    assert announcers.get(f"/admin/outages/{outage['id']}").body == outage
    (listed,) = announcers.get("/admin/outages").body["items"]
    assert listed["id"] == outage["id"]


def test_lists_come_the_newest_first_a_page_at_a_time(announcers: Api) -> None:
    ids = [declared(announcers, title=f"Outage {n}")["id"] for n in range(3)]
    first = announcers.get("/admin/outages?limit=2").body
    second = announcers.get(f"/admin/outages?limit=2&next={first['next']}").body
    assert {outage["id"] for page in (first, second) for outage in page["items"]} == set(ids)
    assert second["next"] is None


def test_every_bad_field_is_named(announcers: Api) -> None:
    bad = {"title": "", "kind": "fire", "level": 3, "in_app": "no", "expected_at": "soon", "colour": "blue"}
    answer = announcers.post("/admin/outages", {**OUTAGE, **bad, "text": {"ru": "Вход"}})
    assert answer.status == 400
    assert sorted(answer.wrong_fields) == sorted([*bad, "text.en"])


@pytest.mark.parametrize(
    ("bad", "field", "words"),
    [
        ({"expected_at": "2020-01-01T00:00:00Z"}, "expected_at", "has passed; give a time to come, or leave it out"),
        ({"components": ["Coffee"]}, "components[0]", "is not a known component; known are Sign-in"),
        ({"state": "resolved"}, "state", "is the end: declare it while it lasts"),
        ({"kind": "novelty"}, "level", "must be green for a novelty"),
    ],
)
def test_what_does_not_hold_says_what_to_do(announcers: Api, bad: Any, field: str, words: str) -> None:
    answer = announcers.post("/admin/outages", {**OUTAGE, **bad})
    assert answer.status == 400
    assert {"field": field, "message": words} in answer.body["errors"]
    assert announcers.get("/admin/outages").body["items"] == []


def test_the_same_declared_twice_is_one_for_ten_minutes(announcers: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    declared(announcers)
    again = announcers.post("/admin/outages", OUTAGE, Accept_Language="en")
    assert (again.status, again.body["type"]) == (409, "urn:vipdesk:problem:already-declared")
    assert again.body["detail"].startswith("Exactly this was announced already")
    declared(announcers, text={"ru": "Вход снова не работает", "en": "Signing in does not work again"})
    declared(announcers, anew=True)
    assert len(announcers.get("/admin/outages").body["items"]) == 3
    monkeypatch.setattr(outages, "SAME_FOR", timedelta())
    declared(announcers)


def test_of_two_that_declare_the_same_at_once_one_wins(announcers: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second comes when the first has looked and has not written yet."""
    counted, seconds = audience.counted_at_once, iter([True])
    inner: list[int] = []

    def slowly(*about: Any) -> Any:
        if next(seconds, False):
            inner.append(announcers.post("/admin/outages", OUTAGE).status)
        return counted(*about)

    monkeypatch.setattr(audience, "counted_at_once", slowly)
    outer = announcers.post("/admin/outages", OUTAGE).status
    assert sorted([*inner, outer]) == [201, 409]
    assert len(announcers.get("/admin/outages").body["items"]) == 1


def test_only_named_announcers_announce(announcers: Api) -> None:
    answer = Api(announcers.app).post("/admin/outages", OUTAGE, Accept_Language="en")
    assert (answer.status, answer.body["type"]) == (403, "urn:vipdesk:problem:not-an-announcer")
    assert "/admin/settings/announcers" in answer.body["detail"]
    assert Api(announcers.app, "reader's").post("/admin/outages", OUTAGE).status == 403


def test_the_second_person_approves_once_however_often_they_tap(announcers: Api) -> None:
    outage = declared(announcers)
    first, second = approve(announcers, outage), approve(announcers, outage)
    assert (first.status, second.status) == (200, 200)
    (announcement,) = second.body["announcements"]
    assert announcement["approver"] == "oleg"
    assert announcement["delivery"] == {
        "planned": False,
        "told": 0,
        "failed": {},
        "unknown": 0,
        "opted_out": 0,
        "not_yet": 0,
        "overtaken": 0,
        "cancelled": 0,
        "by_messenger": {},
        "first_after_seconds": None,
        "last_after_seconds": None,
    }
    assert first.body["announcements"] == second.body["announcements"]


def test_an_approval_that_the_rules_refuse_says_why(announcers: Api) -> None:
    outage = declared(announcers)
    own = approve(announcers, outage, token="marina's")
    assert (own.status, own.body["type"]) == (403, "urn:vipdesk:problem:own-announcement")
    announcers.post(f"/admin/outages/{outage['id']}/announcements", NEXT)
    stale = approve(announcers, outage, n=1)
    assert (stale.status, stale.body["type"]) == (409, "urn:vipdesk:problem:newer-announcement")
    assert approve(announcers, outage, n=7).status == 404
    _make_older(outage["id"], n=2, by=timedelta(hours=1, seconds=1))
    late = approve(announcers, outage, n=2)
    assert (late.status, late.body["type"]) == (409, "urn:vipdesk:problem:approval-too-late")


def test_after_the_end_only_a_reason_begins_it_again(announcers: Api) -> None:
    outage = declared(announcers, in_app=True)
    path = f"/admin/outages/{outage['id']}/announcements"
    assert announcers.post(path, {**NEXT, "state": "resolved"}).body["resolved_at"]
    refused = announcers.post(path, NEXT, Accept_Language="en")
    assert refused.status == 409
    assert "with a reason" in refused.body["detail"]
    again = announcers.post(path, {**NEXT, "reason": "The same cause again"})
    assert (again.status, again.body["resolved_at"]) == (201, None)
    assert again.body["announcements"][-1]["reason"] == "The same cause again"


def test_the_very_same_words_correct_nothing(announcers: Api) -> None:
    path = f"/admin/outages/{declared(announcers)['id']}/announcements"
    corrected = {"corrects": True, "text": OUTAGE["text"]}
    assert announcers.post(path, corrected).body["type"] == "urn:vipdesk:problem:already-announced"
    assert announcers.post(path, {**corrected, "text": NEXT["text"]}).status == 201


def test_going_back_without_a_reason_names_the_field(announcers: Api) -> None:
    outage = declared(announcers, state="monitoring")
    answer = announcers.post(f"/admin/outages/{outage['id']}/announcements", NEXT)
    assert answer.wrong_fields == ["reason"]


def test_what_is_not_there_is_404(announcers: Api) -> None:
    assert announcers.get("/admin/outages/nothing").status == 404
    assert announcers.post("/admin/outages/nothing/announcements", NEXT).status == 404


def _make_older(outage_id: str, n: int, by: timedelta) -> None:
    """Move an announcement into the past."""
    announcement = outages.announcement(outage_id, n)
    commit(outages.announcement_item(replace(announcement, at=datetime.now(UTC) - by)))


def test_what_ended_moments_ago_is_reopened_or_said_to_be_another(announcers: Api) -> None:
    outage = declared(announcers, in_app=True)
    announcers.post(f"/admin/outages/{outage['id']}/announcements", {**NEXT, "state": "resolved"})
    again = {**OUTAGE, "title": "Signing in again"}
    refused = announcers.post("/admin/outages", again, Accept_Language="en")
    assert (refused.status, refused.body["type"]) == (409, "urn:vipdesk:problem:reopen-instead")
    assert outage["id"] in refused.body["detail"]
    assert declared(announcers, **{**again, "anew": True})["id"] != outage["id"]


def test_only_a_manager_overrides_the_channel_and_says_why(announcers: Api) -> None:
    override = {"direct": False, "reason": "Everybody knows already"}
    refused = announcers.post("/admin/outages", {**OUTAGE, "override": override})
    assert (refused.status, refused.body["type"]) == (403, "urn:vipdesk:problem:only-managers-override")
    assert announcers.post("/admin/outages", {**OUTAGE, "override": {"direct": True}}).wrong_fields == [
        "override.reason"
    ]


def test_what_is_on_its_way_is_paused_and_called_off_and_nothing_else(announcers: Api) -> None:
    outage = declared(announcers)
    path = f"/admin/outages/{outage['id']}/fan-out"
    assert announcers.post(path, {"action": "pause"}).body["type"] == "urn:vipdesk:problem:nothing-on-its-way"
    approve(announcers, outage)
    assert announcers.post(path, {"action": "pause"}).body["paused"] is True
    assert announcers.post(path, {"action": "resume"}).body["paused"] is False
    assert announcers.post(path, {"action": "cancel"}).status == 200
    assert announcers.post(path, {"action": "resume"}).status == 409
    assert announcers.post(path, {"action": "explode"}).wrong_fields == ["action"]


def test_an_answer_to_all_needs_both_languages(announcers: Api) -> None:
    commit(settings.token_item("desk's", Token("desk", ("desk", "read"))))
    desk, outage = Api(announcers.app, "desk's"), declared(announcers)
    path = f"/admin/outages/{outage['id']}/reply"
    assert desk.post(path, {"text": {"ru": "Скоро"}}).wrong_fields == ["text.en"]
    assert desk.post(path, {"text": {"ru": "Скоро", "en": "Soon"}}).status == 202
    assert desk.post("/admin/outages/nothing/reply", {"text": {"ru": "Скоро", "en": "Soon"}}).status == 404


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"wordings": [{"kind": "outage", "state": "completed", "text": OUTAGE["text"]}]}, "wordings[0].state"),
        (
            {"wordings": [{"kind": "outage", "state": "resolved", "text": {"ru": "{who}", "en": "{title}"}}]},
            "wordings[0].text.ru",
        ),
        ({"quiet": {"red": ["25:00", "08:00"]}}, "quiet.red[0]"),
        ({"quiet": {"red": ["22:00"]}}, "quiet.red"),
        ({"whatsapp": {"templates": {"ru": "nowhere"}}}, "whatsapp.templates.ru"),
        ({"rehearsal": {"chat": "the group"}}, "rehearsal.chat"),
    ],
)
def test_settings_that_could_not_be_used_are_refused_by_field(document: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_announcements(document, [])
    assert [error.field for error in refused.value.errors] == [field]
