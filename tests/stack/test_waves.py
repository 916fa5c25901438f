"""Asking about the company on the running stack: weeks are passed by writing the past into the tables."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from chalicelib.desk.clients import Tier
from chalicelib.desk.survey_settings import Nps, SurveySettings
from chalicelib.desk.surveys import Kind
from chalicelib.desk.waves import is_in, quarter_of
from tests.stack.conftest import Desk, Json, eventually, http
from tests.stack.people import Person
from tests.stack.test_voice import Voice

NEVER = {"begins": "03:00", "ends": "03:00"}  # is it quiet
CSI = {
    "on": True,
    "qualities": [{"id": "speed", "ru": "Скорость", "en": "Speed"}, {"id": "care", "ru": "Забота", "en": "Care"}],
}


@pytest.fixture
def settings_for_a_while(desk: Desk) -> Iterator[Callable[..., None]]:
    def settle(**surveys: object) -> None:
        desk.settle("surveys", surveys)
        desk.stack.renew("rhythm")

    yield settle
    desk.settle("surveys", {})


def test_a_wave_asks_whom_it_should_with_one_tap_and_a_second_question(
    desk: Desk, settings_for_a_while: Callable[..., None]
) -> None:
    vip, recent, busy, silent, one, other = (Voice(desk, "telegram") for _ in range(6))
    ids = {person: person.client_id for person in (vip, recent, busy, silent, one, other)}
    for person in (vip, recent, busy, silent):
        desk.admin("PATCH", f"/admin/clients/{ids[person]}", {"tier": "vip"})
    silent.says("stop")
    eventually(lambda: edited(desk, "desk", f"CLIENT#{ids[silent]}", "CLIENT")["opted_out"])
    for person in (vip, silent, one, other):
        was_asked(desk, ids[person], "csat", 8)
    for person in ids:
        was_closed(desk, person, 8)
    busy.says("Another thing")
    eventually(lambda: len(desk.of_conversation(busy.user, "TICKET#")) + (status(desk, busy) != "closed") > 1)
    drawn, _ = sorted((one, other), key=lambda person: place(ids[person]))
    settings_for_a_while(nps={"on": True, "sample_percent": place(ids[drawn]) + 1}, quiet=NEVER)
    begins_anew(desk, Kind.NPS)
    eventually(lambda: desk.stack.invoke("rhythm") and asked(desk, Kind.NPS) >= {ids[vip], ids[drawn]})
    assert asked(desk, Kind.NPS) & set(ids.values()) == {ids[vip], ids[drawn]}
    assert waiting(desk) & set(ids.values()) <= {ids[recent], ids[busy]}

    answers(vip, invitation(desk, ids[vip], Kind.NPS)["id"], 9)
    answers(drawn, invitation(desk, ids[drawn], Kind.NPS)["id"], 3)
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

    settings_for_a_while(csi=CSI, quiet=NEVER)
    begins_anew(desk, Kind.CSI)
    eventually(lambda: desk.stack.invoke("rhythm") and ids[vip] in asked(desk, Kind.CSI))
    rates(desk, vip)
    report = desk.admin("GET", "/admin/surveys?kind=csi")
    assert {quality["quality"] for quality in report["qualities"]} == {"speed", "care"}
    assert "/ 5" in report["arithmetic"]


def test_a_question_that_meets_whatsapps_closed_window_goes_once_more_by_its_template(
    desk: Desk, settings_for_a_while: Callable[..., None]
) -> None:
    settings_for_a_while(templates={"csat": "how_it_went"})
    desk.stack.renew("api")
    person = Person(desk, "whatsapp")
    ticket = str(eventually(lambda: ticket_of(desk, person)))
    desk.sandbox("/fail", messenger="whatsapp", code=131047)
    desk.admin("POST", f"/admin/tickets/{ticket}/actions", {"action": "close"})
    eventually(lambda: person.told("One tap: http"))
    [made] = [each for each in every_invitation(desk) if each["ticket_id"] == ticket]
    assert (made["attempt"], made["undelivered"]) == (2, False)
    token = re.search(r"/survey/([\w.-]+)", json.dumps(person.messages()))
    assert token is not None
    assert http("GET", f"{desk.stack.api_url}/survey/{token[1]}")[0] == 200


def answers(person: Voice, invitation_id: str, score: int) -> None:
    person.taps(f"nps:{invitation_id}:{score}")
    eventually(lambda: person.told("What is the main reason"))
    person.taps(f"survey_comment:{invitation_id}")
    eventually(lambda: person.told("in one message"))
    person.says(f"Because {person.user}")
    client = person.client_id
    eventually(lambda: invitation(person.desk, client, Kind.NPS)["comment"] == f"Because {person.user}")


def rates(desk: Desk, person: Voice) -> None:
    eventually(lambda: person.told("what matters to you"))
    token = re.findall(r"/survey/([\w.-]+)", json.dumps(person.messages()))[-1]
    page = http("GET", f"{desk.stack.api_url}/survey/{token}")[1].decode()
    assert "Speed" in page
    fields = {"grade.speed": 4, "importance.speed": 5, "grade.care": 5, "importance.care": 3}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert http("POST", f"{desk.stack.api_url}/survey/{token}", urlencode(fields).encode(), form)[0] == 200


def place(client_id: str) -> int:
    """From which share of the others this one is in the sample."""
    quarter = quarter_of(datetime.now(UTC))
    shares = (SurveySettings(nps=Nps(True, percent)) for percent in range(1, 101))
    return next(n for n, share in enumerate(shares) if is_in(Kind.NPS, quarter, client_id, Tier.EVERYONE, share))


def every_invitation(desk: Desk) -> list[Json]:
    return [json.loads(item["body"]) for item in desk.items("voice") if item["pk"].startswith("INVITATION#")]


def invitations(desk: Desk, client_id: str, kind: Kind) -> list[Json]:
    return [each for each in every_invitation(desk) if (each["client_id"], each["kind"]) == (client_id, kind)]


def invitation(desk: Desk, client_id: str, kind: Kind) -> Json:
    [found] = invitations(desk, client_id, kind)
    return found


def asked(desk: Desk, kind: Kind) -> set[str]:
    return {each["client_id"] for each in every_invitation(desk) if each["kind"] == kind}


def waiting(desk: Desk) -> set[str]:
    return {item["sk"] for item in desk.items("voice") if item["pk"].startswith("CANDIDATE#nps")}


def ticket_of(desk: Desk, person: Person) -> str | None:
    chat = f"CHAT#{person.messenger}:{desk.stack.accounts[person.messenger]}:{person.user}"
    found = (item["sk"] for item in desk.items() if item["pk"] == chat and item["sk"].startswith("TICKET#"))
    return next((each.removeprefix("TICKET#") for each in found), None)


def status(desk: Desk, person: Voice) -> str:
    return str(desk.admin("GET", f"/admin/tickets/{person.ticket}")["status"])


def begins_anew(desk: Desk, kind: Kind) -> None:
    """The wave of this quarter, which had been planned before these people were there."""
    key = {"pk": {"S": f"WAVE#{kind}"}, "sk": {"S": quarter_of(datetime.now(UTC))}}
    desk.stack.aws("dynamodb").delete_item(TableName="vipdesk-local-voice", Key=key)


def was_asked(desk: Desk, client_id: str, kind: str, days: int) -> None:
    def change(last: Json) -> None:
        last["at"][kind] = ago(days)

    edited(desk, "voice", f"PERSON#{client_id}", "ASKED", change)


def was_closed(desk: Desk, person: Voice, days: int) -> None:
    chat = f"CHAT#telegram:{desk.stack.accounts['telegram']}:{person.user}"
    edited(desk, "desk", chat, f"TICKET#{person.ticket}", lambda ticket: ticket.update(closed_at=ago(days)))


def ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat().replace("+00:00", "Z")


def edited(desk: Desk, table: str, pk: str, sk: str, change: Callable[[Json], None] = lambda _: None) -> Json:
    """The body of an item as it is now, after ``change``."""
    name, dynamodb = f"vipdesk-local-{table}", desk.stack.aws("dynamodb")
    item = dynamodb.get_item(TableName=name, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True)["Item"]
    body: Json = json.loads(item["body"]["S"])
    before = json.dumps(body)
    change(body)
    if json.dumps(body) != before:
        dynamodb.put_item(TableName=name, Item={**item, "body": {"S": json.dumps(body)}})
    return body
