"""/admin/settings: whole documents, checked whole; nobody's edit is lost."""

from copy import deepcopy
from typing import Any

import pytest

from chalicelib.desk.setting_documents import _CHECKS
from chalicelib.store import settings as store
from chalicelib.store.settings import Token
from chalicelib.store.table import commit
from chalicelib.use_cases import settings
from tests.unit.admin.conftest import Answered, Api

MANAGER = {"id": "marina", "name": "Marina", "role": "manager", "telegram_user_id": 500_001}
WHAT_IF = {
    "targets": {"first_reply": {"minutes": 5, "calendar": "24x7"}},
    "ladder": [{"at": "0m", "notify": "manager"}],
    "events": [{"at": "2026-03-02T10:00:00Z", "type": "client_message"}],
    "until": "2026-03-02T10:05:00Z",
}
ANNOUNCER = {"name": "Marina", "token": "operator", "side": "us"}


def put(api: Api, name: str, document: Any, **headers: str) -> Answered:
    """Replace what is there now."""
    seen = {"If_Match": api.get(f"/admin/settings/{name}").headers["ETag"]}
    return api.put(f"/admin/settings/{name}", document, **(seen | headers))


def default(name: str) -> Any:
    """A fresh copy of what the document is while nobody has edited it."""
    return deepcopy(settings.DEFAULTS[name])


class TestDocuments:
    def test_each_of_them_can_be_saved_as_it_is(self, api: Api) -> None:
        for name in settings.DEFAULTS:
            found = api.get(f"/admin/settings/{name}")
            saved = put(api, name, found.body)
            assert (saved.status, saved.body) == (200, found.body), saved.body
            assert api.get(f"/admin/settings/{name}").headers["ETag"] == saved.headers["ETag"] != found.headers["ETag"]
        assert settings.current().team.members[0].name == "Marina"

    def test_there_are_rules_for_all_of_them(self) -> None:
        assert _CHECKS.keys() == settings.DEFAULTS.keys()

    def test_what_is_saved_is_used(self, api: Api) -> None:
        put(api, "desk", {"account": "1", "group": "-5", "language": "ru", "timezone": "Asia/Omsk"})
        assert (settings.current().desk.timezone, settings.current().desk.emergency_chat) == ("Asia/Omsk", "")

    def test_a_group_is_named_once(self, api: Api) -> None:
        desk = {"account": "1", "group": "-5", "groups": ["-6", "-5", "-6"]}
        answered = put(api, "desk", desk)
        assert answered.status == 400
        assert [error["field"] for error in answered.body["errors"]] == ["groups[1]", "groups[2]"]

    def test_who_saved_it_is_kept_with_every_version(self, api: Api) -> None:
        put(api, "components", ["checkout"])
        assert (store.document("components").changed_by, store.document("components").version) == ("operator", 1)

    def test_an_unknown_document_is_404_and_names_those_there_are(self, api: Api) -> None:
        answered = api.get("/admin/settings/colours")
        assert answered.status == 404
        assert "'colours'. There are: desk, staff, calendars" in answered.body["detail"]
        assert api.put("/admin/settings/colours", {}).status == 404

    @pytest.mark.usefixtures("api")
    def test_reading_is_not_writing(self) -> None:
        commit(store.token_item("reader", Token("reader", ("read",))))
        assert Api(token="reader").get("/admin/settings/desk").status == 200
        assert Api(token="reader").put("/admin/settings/desk", {}).status == 403


class TestVersions:
    def test_a_document_nobody_has_edited_needs_no_if_match(self, api: Api) -> None:
        assert api.get("/admin/settings/components").headers["ETag"] == '"0"'
        assert api.put("/admin/settings/components", ["checkout"]).headers["ETag"] == '"1"'

    def test_an_edited_one_does(self, api: Api) -> None:
        api.put("/admin/settings/components", ["checkout"])
        assert api.put("/admin/settings/components", ["billing"]).status == 428
        assert api.get("/admin/settings/components").body == ["checkout"]

    @pytest.mark.parametrize("seen", ['"0"', '"2"', "", '"x"', 'W/"0"', "1x"])
    def test_another_version_than_the_last_is_412(self, api: Api, seen: str) -> None:
        api.put("/admin/settings/components", ["checkout"])
        answered = api.put("/admin/settings/components", ["billing"], If_Match=seen)
        assert answered.status == 412

    @pytest.mark.parametrize("seen", ['"1"', 'W/"1"', "1", '"7", "1"', "*"])
    def test_the_last_version_is_taken(self, api: Api, seen: str) -> None:
        api.put("/admin/settings/components", ["checkout"])
        assert api.put("/admin/settings/components", ["billing"], If_Match=seen).headers["ETag"] == '"2"'


class TestMistakes:
    """Every bad field is named, and nothing of the document is used."""

    @pytest.mark.parametrize(
        ("name", "document", "wrong"),
        [
            (
                "desk",
                {
                    "account": "bot",
                    "group": 5,
                    "emergency_chat": "outages",
                    "language": "de",
                    "timezone": "Moscow",
                    "x": 1,
                },
                ["account", "emergency_chat", "group", "language", "timezone", "x"],
            ),
            ("desk", [], [""]),
            ("staff", {"members": [{**MANAGER, "role": "support"}]}, ["members"]),
            ("staff", {"members": []}, ["members"]),
            (
                "staff",
                {"members": [MANAGER, {**MANAGER, "name": "Oleg"}]},
                ["members[1].id", "members[1].telegram_user_id"],
            ),
            (
                "staff",
                {"members": [{"id": "a b", "name": "", "role": "king", "telegram_user_id": "5", "on_duty": 1}]},
                [f"members[0].{field}" for field in ("id", "name", "on_duty", "role", "telegram_user_id")],
            ),
            (
                "staff",
                {"members": [{**MANAGER, "absent_from": "2026-03-05", "absent_until": "2026-03-04"}]},
                ["members[0].absent_until"],
            ),
            (
                "staff",
                {"members": [{**MANAGER, "absent": "yes", "absent_from": 5}]},
                ["members[0].absent", "members[0].absent_from"],
            ),
            ("announcers", {"people": [ANNOUNCER, ANNOUNCER]}, ["people[1].name", "people[1].token"]),
            ("announcers", {"people": [ANNOUNCER], "most_per_side": {"us": 0}}, ["people"]),
            ("announcers", {"people": [ANNOUNCER], "most_per_side": {"customer": 1}}, ["people"]),
            ("announcers", {"people": "all", "most_per_side": {"them": 1}}, ["most_per_side.them", "people"]),
            ("components", ["checkout", "billing", "checkout"], ["[2]"]),
            ("components", ["", 5], ["[0]", "[1]"]),
            ("components", {"checkout": True}, [""]),
            ("policies", [], [""]),
            ("calendars", {"night": {"timezone": "Mars", "hours": {}}}, ["night.hours", "night.timezone", "office"]),
        ],
    )
    def test_they_are_named(self, api: Api, name: str, document: Any, wrong: list[str]) -> None:
        before = api.get(f"/admin/settings/{name}").body
        refused = put(api, name, document)
        assert (refused.status, sorted(set(refused.wrong_fields))) == (400, wrong)
        assert api.get(f"/admin/settings/{name}").body == before

    def test_a_policy_cannot_count_in_a_calendar_that_is_not_there(self, api: Api) -> None:
        policies = default("policies")
        policies[0]["targets"]["first_reply"]["calendar"] = "night"
        assert put(api, "policies", policies).wrong_fields == ["[0].targets.first_reply.calendar"]

    def test_a_calendar_that_policies_or_tickets_count_in_cannot_be_removed(self, api: Api) -> None:
        assert put(api, "calendars", {"24x7": "24x7"}).wrong_fields == ["office"]

    def test_a_calendar_can_be_changed_and_another_added(self, api: Api) -> None:
        calendars = default("calendars")
        calendars["office"]["timezone"] = "Asia/Omsk"
        calendars["night"] = {"timezone": "UTC", "hours": {"mon": [["20:00", "04:00"]]}}
        assert put(api, "calendars", calendars).status == 200
        assert settings.current().calendars["night"].timezone == "UTC"

    def test_a_calendar_too_short_for_a_target_in_use_is_refused(self, api: Api) -> None:
        calendars = default("calendars")
        calendars["office"]["hours"] = {"mon": [["09:00", "09:01"]]}
        refused = put(api, "calendars", calendars)
        assert refused.status == 400
        assert all(field.startswith("policies[") for field in refused.wrong_fields)

    def test_a_document_that_would_not_fit_is_refused(self, api: Api) -> None:
        calendars = default("calendars")
        calendars["office"]["days_off"] = ["2026-12-31"] * 15_000
        refused = put(api, "calendars", calendars)
        assert (refused.status, refused.wrong_fields) == (400, [""])
        assert "larger than" in refused.body["detail"] + str(refused.body["errors"])


class TestWhatIf:
    def test_it_answers_what_the_desk_would_have_said(self, api: Api) -> None:
        answered = api.post("/admin/service-levels/simulate", WHAT_IF)
        assert answered.status == 200
        assert answered.body["cycles"][0]["due_at"] == "2026-03-02T10:05:00Z"
        assert [step["step"] for step in answered.body["escalations"]] == ["0m"]

    def test_every_mistake_is_named(self, api: Api) -> None:
        wrong = {**WHAT_IF, "targets": {"speed": {}}, "until": "soon", "extra": 1}
        refused = api.post("/admin/service-levels/simulate", wrong)
        assert (refused.status, sorted(set(refused.wrong_fields))) == (400, ["extra", "targets.speed", "until"])
