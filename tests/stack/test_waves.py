"""Asking about the company on the running stack: weeks are passed by writing the past into the tables."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

import pytest

from chalicelib.desk.clients import Tier
from chalicelib.desk.survey_settings import Nps, SurveySettings
from chalicelib.desk.surveys import Kind
from chalicelib.desk.waves import WAVES, is_in, quarter_of
from tests.stack.asking import link
from tests.stack.conftest import Desk, Json, eventually, http
from tests.stack.people import MESSENGERS, Person
from tests.stack.voices import (
    NEVER,
    Settle,
    Voice,
    ago,
    asked,
    begins_anew,
    edited,
    every_invitation,
    invitation,
    invitations,
    posted,
    tokens_in,
    was_asked,
    was_closed,
)
from tests.stack.voices import settings_for_a_while as settings_for_a_while

NPS = {"on": True, "sample_percent": 0}
CSI = {
    "on": True,
    "qualities": [{"id": "speed", "ru": "Скорость", "en": "Speed"}, {"id": "care", "ru": "Забота", "en": "Care"}],
}
HAVE_ELEVEN_BUTTONS = ("telegram", "viber", "max")


def test_a_wave_asks_whom_it_should_with_one_tap_and_a_second_question(
    desk: Desk, settings_for_a_while: Settle
) -> None:
    vip, recent, busy, silent, one = (Voice(desk, "telegram") for _ in range(5))
    more = (Voice(desk, "telegram") for _ in count())
    other = next(each for each in more if place(each.client_id) != place(one.client_id))
    ids = {person: person.client_id for person in (vip, recent, busy, silent, one, other)}
    for person in (vip, recent, busy, silent):
        desk.admin("PATCH", f"/admin/clients/{ids[person]}", {"tier": "vip"})
    silent.says("stop")
    eventually(lambda: edited(desk, "desk", f"CLIENT#{ids[silent]}", "CLIENT")["opted_out"])
    for person in (vip, silent, one, other):
        was_asked(desk, ids[person], "csat", 8)
    for person in ids:
        was_closed(person, 8)
    busy.says("Another thing")
    eventually(lambda: busy.status_of(busy.newest_ticket) != "closed")
    drawn, _ = sorted((one, other), key=lambda person: place(ids[person]))
    settings_for_a_while("rhythm", nps={"on": True, "sample_percent": place(ids[drawn]) + 1}, quiet=NEVER)
    begins_anew(desk, Kind.NPS)
    eventually(lambda: desk.stack.invoke("rhythm") and asked(desk, Kind.NPS) >= {ids[vip], ids[drawn]})
    assert asked(desk, Kind.NPS) & set(ids.values()) == {ids[vip], ids[drawn]}
    assert waiting(desk) & set(ids.values()) <= {ids[recent], ids[busy]}

    says_why_after_one_tap(vip, invitation(desk, ids[vip], Kind.NPS)["id"], 9)
    says_why_after_one_tap(drawn, invitation(desk, ids[drawn], Kind.NPS)["id"], 3)
    report = desk.admin("GET", "/admin/surveys?kind=nps&order=latest&limit=100")
    found = {item["client"]: (item["score"], item["comment"]) for item in report["items"]}
    assert found[ids[vip]] == (9, f"Because {vip.user}")
    assert report["interval"]["low"] <= report["index"] <= report["interval"]["high"]
    assert "answers" in report["words"]["en"]

    begins_anew(desk, Kind.NPS)
    was_asked(desk, ids[vip], "nps", 89)
    was_asked(desk, ids[vip], "csat", 8)
    desk.stack.invoke("rhythm")
    assert len(invitations(desk, ids[vip], Kind.NPS)) == 1


def test_in_every_messenger_one_tap_grades_the_company_and_one_page_its_qualities(
    desk: Desk, settings_for_a_while: Settle
) -> None:
    began = ago()
    ids = {(vip := vip_of_old(desk, messenger)): vip.client_id for messenger in MESSENGERS}
    settings_for_a_while("rhythm", "api", nps=NPS, csi={**CSI, "on": False}, quiet=NEVER)
    begins_anew(desk, Kind.NPS)
    eventually(lambda: desk.stack.invoke("rhythm") and asked(desk, Kind.NPS) >= set(ids.values()))
    for person, client_id in ids.items():
        made = invitation(desk, client_id, Kind.NPS)["id"]
        if person.messenger in HAVE_ELEVEN_BUTTONS:
            says_why_after_one_tap(person, made, 9)
            person.taps(f"survey_change:{made}")
            assert one_answer_of_two(desk, made, partial(person.taps, f"nps:{made}:10", at_once=2))["score"] == 10
        else:
            assert link(desk, made).endswith(tokens_in(person, "from 0 to 10")[-1])
        assert one_answer_of_two(desk, made, partial(posted_twice, desk, made))["score"] == 0
        assert desk.admin("GET", f"/admin/tickets/{person.ticket}")["status"] == "closed"
        was_asked(desk, client_id, "nps", 8)
    report = desk.admin("GET", f"/admin/surveys?kind=nps&from={began}")
    assert (report["count"], report["index"]) == (5, -100)
    assert report["response_rate"] == round(500 / report["invited"], 1)

    settings_for_a_while("rhythm", csi=CSI, quiet=NEVER)
    begins_anew(desk, Kind.CSI)
    eventually(lambda: desk.stack.invoke("rhythm") and asked(desk, Kind.CSI) >= set(ids.values()))
    for person, client_id in ids.items():
        made = invitation(desk, client_id, Kind.CSI)["id"]
        assert link(desk, made).endswith(tokens_in(person, "what matters to you")[-1])
        assert "Speed" in http("GET", link(desk, made))[1].decode()
        grades = {"grade.speed": 4, "importance.speed": 5, "grade.care": 5, "importance.care": 3}
        assert posted(desk, made, **grades) == 200
    report = desk.admin("GET", f"/admin/surveys?kind=csi&from={began}")
    assert (report["count"], report["index"]) == (5, 87.5)
    assert report["arithmetic"] == "0.375 × 5.00 / 5 + 0.625 × 4.00 / 5 = 87.5 %"


def test_nobody_is_asked_in_their_own_night(desk: Desk, settings_for_a_while: Settle) -> None:
    by_day, by_night = (vip_of_old(desk, "telegram") for _ in range(2))
    ids = {person: person.client_id for person in (by_day, by_night)}
    for person, hour in ((by_day, 14), (by_night, 2)):
        desk.admin("PATCH", f"/admin/clients/{ids[person]}", {"timezone": zone_where_it_is(hour)})
    settings_for_a_while("rhythm", nps=NPS, csi=CSI)
    begins_anew(desk, *WAVES)
    eventually(lambda: desk.stack.invoke("rhythm") and invitations(desk, ids[by_day], *WAVES))
    morning = datetime.now(UTC) + timedelta(hours=7)
    eventually(lambda: desk.stack.invoke("rhythm") and all(look(desk, each, ids[by_night]) > morning for each in WAVES))
    assert invitations(desk, ids[by_night], *WAVES) == []

    desk.admin("PATCH", f"/admin/clients/{ids[by_night]}", {"timezone": zone_where_it_is(10)})
    for kind in WAVES:
        assert look(desk, kind, ids[by_night]) < morning + timedelta(hours=1)
        comes_to(desk, kind, ids[by_night])
    desk.stack.invoke("rhythm")
    assert len(invitations(desk, ids[by_night], *WAVES)) == 1  # the other is never within a week of it


@pytest.mark.parametrize("is_known", [True, False])
def test_what_whatsapp_takes_no_more_goes_by_its_template(
    desk: Desk, settings_for_a_while: Settle, is_known: bool
) -> None:
    """Whether its window has closed by our reckoning, or only by WhatsApp's: then it goes once more."""
    settings_for_a_while("api", templates={"csat": "how_it_went"})
    person = Person(desk, "whatsapp")
    ticket = person.newest_ticket
    if is_known:
        long_ago = ago(hours=25)
        edited(desk, "desk", person.chat, f"TICKET#{ticket}", lambda each: each.update(heard_at=long_ago))
    else:
        desk.sandbox("/fail", messenger="whatsapp", code=131047)
    desk.admin("POST", f"/admin/tickets/{ticket}/actions", {"action": "close"})
    [token] = tokens_in(person, "One tap: http")
    [made] = [each for each in every_invitation(desk) if each["ticket_id"] == ticket]
    assert (made["attempt"], made["undelivered"]) == (1 if is_known else 2, False)
    assert http("GET", f"{desk.stack.api_url}/survey/{token}")[0] == 200


def vip_of_old(desk: Desk, messenger: str) -> Voice:
    """Whose last question is long closed."""
    vip = Voice(desk, messenger)
    desk.admin("PATCH", f"/admin/clients/{vip.client_id}", {"tier": "vip"})
    was_asked(desk, vip.client_id, "csat", 8)
    was_closed(vip, 8)
    return vip


def look(desk: Desk, kind: Kind, client_id: str) -> datetime:
    """When it is to be looked whether to ask them."""
    return datetime.fromisoformat(edited(desk, "voice", *candidate(kind, client_id))["look_at"])


def comes_to(desk: Desk, kind: Kind, client_id: str) -> None:
    """That moment has come."""
    now = ago(seconds=1)
    place = f"{now}#{kind}#{client_id}"
    edited(desk, "voice", *candidate(kind, client_id), lambda stored: stored.update(look_at=now), listed_order=place)


def candidate(kind: Kind, client_id: str) -> tuple[str, str]:
    return f"CANDIDATE#{kind}#{quarter_of(datetime.now(UTC))}", client_id


def says_why_after_one_tap(person: Voice, made: str, score: int) -> None:
    person.taps(f"nps:{made}:{score}")
    eventually(lambda: person.told("What is the main reason"))
    assert answer(person.desk, made)["score"] == score
    person.says(f"Because {person.user}")
    eventually(lambda: answer(person.desk, made)["comment"] == f"Because {person.user}")


def one_answer_of_two(desk: Desk, made: str, answers: Callable[[], object]) -> Json:
    """What is kept of two that come at once."""
    before = answer(desk, made)["version"]
    answers()
    after = eventually(lambda: found if (found := answer(desk, made))["version"] > before else {})
    assert after["version"] == before + 1
    return after


def posted_twice(desk: Desk, made: str) -> None:
    with ThreadPoolExecutor(2) as hands:
        assert list(hands.map(lambda _: posted(desk, made, score=0), range(2))) == [200, 200]


def answer(desk: Desk, made: str) -> Json:
    return edited(desk, "voice", f"INVITATION#{made}", "INVITATION")


def zone_where_it_is(hour: int) -> str:
    ahead = (hour - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"  # their signs are those of POSIX: west of Greenwich is plus


def place(client_id: str) -> int:
    """From which share of the others this one is in the sample."""
    quarter = quarter_of(datetime.now(UTC))
    shares = (SurveySettings(nps=Nps(True, percent)) for percent in range(1, 101))
    return next(n for n, share in enumerate(shares) if is_in(Kind.NPS, quarter, client_id, Tier.EVERYONE, share))


def waiting(desk: Desk) -> set[str]:
    return {item["sk"] for item in desk.items("voice") if item["pk"].startswith("CANDIDATE#nps")}
