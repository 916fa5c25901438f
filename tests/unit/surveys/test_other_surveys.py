"""NPS and CSI on the survey page: numbers, qualities with two grades each, and what is no answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.desk.clients import Client as Person
from chalicelib.desk.surveys import Invitation, Kind, Rating
from chalicelib.store import clients, outbound, secrets, settings, voice
from chalicelib.store.settings import Document
from chalicelib.store.table import commit
from chalicelib.use_cases import invitations
from tests.unit.conftest import boto
from tests.unit.surveys.conftest import IDENTITY, Survey

QUALITIES = [{"id": "speed", "ru": "Скорость", "en": "Speed"}, {"id": "tone", "ru": "Тон", "en": "Tone"}]


def asked(kind: Kind) -> Survey:
    now = datetime.now(UTC) - timedelta(hours=1)
    settings.replace_document(Document("surveys", {"csi": {"on": True, "qualities": QUALITIES}}, 1))
    commit(clients.client_item(Person("anna", "Anna", now, language="en", identities=(IDENTITY,), current=IDENTITY)))
    made = Invitation(f"of{kind}", "", "anna", IDENTITY, "en", now, now + timedelta(days=14), kind=kind)
    commit(voice.invitation_item(made))
    return Survey(made.id, "/survey/" + invitations.link(made.id).rpartition("/")[2])


@pytest.fixture
def nps(aws: None) -> Survey:
    return asked(Kind.NPS)


@pytest.fixture
def csi(aws: None) -> Survey:
    return asked(Kind.CSI)


class TestNps:
    def test_eleven_numbers_one_tap_and_an_open_question(self, nps: Survey) -> None:
        assert nps.get().html.count('name="score"') == 11
        page = nps.post(score=0).html
        assert nps.answer.score == 0
        assert "What is the main reason for it?" in page
        nps.post(comment="Too dear")
        assert (nps.answer.score, nps.answer.comment) == (0, "Too dear")
        assert any("0 из 10" in item.content.text for item in outbound.unfinished("topic:anna"))

    @pytest.mark.parametrize("score", ["11", "-1", "ten", "07", "9.5", ""])
    def test_what_is_no_number_is_refused(self, nps: Survey, score: str) -> None:
        page = nps.post(score=score, comment="kept")
        assert (page.status, nps.answer.version) == (400, 1)
        assert "from 0 to 10" in page.html
        assert "kept" in page.html or score == ""

    def test_a_suggested_nought_waits_too(self, nps: Survey) -> None:
        assert "Send: 0" in nps.get("?score=0").html
        assert nps.answer.score is None


class TestCsi:
    def test_qualities_have_two_grades_and_one_may_be_left_out(self, csi: Survey) -> None:
        page = csi.get().html
        assert "Speed" in page
        assert page.count('type="radio"') == 20
        assert len(page.encode()) < 15_000
        fields: dict[str, Any] = {"grade.speed": 4, "importance.speed": 5, "comment": "Faster!"}
        answered = csi.post(**fields)
        assert answered.status == 200
        assert csi.answer.ratings == (Rating("speed", 4, 5),)
        assert csi.answer.comment == "Faster!"
        assert answered.html.count(" checked") == 2

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"comment": "only words"},
            {"grade.speed": "4"},
            {"importance.speed": "4"},
            {"grade.speed": "6", "importance.speed": "5"},
            {"grade.speed": "x", "importance.speed": "5"},
            {"grade.none": "4", "importance.none": "5"},
            {"score": "5"},
        ],
    )
    def test_what_is_half_an_answer_is_refused_and_stays(self, csi: Survey, fields: dict[str, Any]) -> None:
        page = csi.post(**fields)
        assert (page.status, csi.answer.version) == (400, 1)
        assert "only words" in page.html or "comment" not in fields

    def test_it_can_be_changed_and_the_same_again_changes_nothing(self, csi: Survey) -> None:
        fields: dict[str, Any] = {"grade.speed": 4, "importance.speed": 5}
        csi.post(**fields)
        csi.post(**{**fields, "grade.speed": 1})
        assert csi.answer.ratings == (Rating("speed", 1, 5),)

    def test_without_qualities_it_has_ended(self, csi: Survey) -> None:
        fields: dict[str, Any] = {"grade.speed": 4, "importance.speed": 5}
        csi.post(**fields)
        settings.replace_document(Document("surveys", {"csi": {"on": False, "qualities": []}}, 2))
        settings.forget()
        assert (csi.get().status, csi.post(**fields).status) == (410, 410)
        assert csi.answer.ratings == (Rating("speed", 4, 5),)

    def test_seven_qualities_fit_a_page_of_fifteen_kilobytes(self, csi: Survey) -> None:
        many = [{"id": f"q{n}", "ru": "Качество " * 4, "en": f"A quality of some length {n}"} for n in range(7)]
        settings.replace_document(Document("surveys", {"csi": {"on": True, "qualities": many}}, 2))
        page = csi.get().html
        assert page.count("<fieldset>") == 7
        assert len(page.encode()) < 15_000


def test_a_link_signed_with_the_key_before_still_works(nps: Survey) -> None:
    keys: dict[str, Any] = {"Name": "/vipdesk/test/survey_key", "Type": "SecureString", "Overwrite": True}
    boto("ssm").put_parameter(**keys, Value="a-new-key survey-key")
    secrets.forget()
    assert nps.get().status == 200
    boto("ssm").put_parameter(**keys, Value="a-new-key")
    secrets.forget()
    assert nps.get().status == 404
