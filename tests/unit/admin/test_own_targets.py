"""Targets of a client's own, where the contract says so: they count before their tier's, and everybody can see why."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.desk.clients import Tier
from chalicelib.desk.policies import Metric
from chalicelib.desk.tickets import Ticket
from chalicelib.store import clients, conversations
from chalicelib.use_cases import registry
from chalicelib.use_cases.settings import current
from tests.unit.admin.conftest import Answered, Api, Clients

VERA = 600_008


@pytest.fixture
def vera(people: Clients) -> str:
    return people.registered(VERA, Tier.VIP, "Vera").id


def promised(api: Api, client: str, **minutes: Any) -> Answered:
    return api.patch(f"/admin/clients/{client}", {"targets": minutes, "ground": "Annex 4"})


def due_after(ticket: Ticket, people: Clients) -> timedelta:
    assert ticket.next_due is not None
    return ticket.next_due.at - people.now


def again(ticket: Ticket) -> Ticket:
    return conversations.ticket_by_id(ticket.id)


def test_they_count_before_the_tiers(api: Api, people: Clients, vera: str) -> None:
    assert promised(api, vera, first_reply=2).body["targets"] == {"first_reply": 2}
    ticket = people.writes(VERA)
    assert due_after(ticket, people) == timedelta(minutes=2)
    first = api.get(f"/admin/tickets/{ticket.id}/why").body["explained"][0]
    assert first["target"] == {"minutes": 2, "calendar": "24x7"}
    assert "own targets" in first["policy"]


def test_which_policy_and_why_tells_of_them(api: Api, vera: str) -> None:
    promised(api, vera, first_reply=2, resolve=60)
    found = api.get(f"/admin/clients/{vera}/policy?messenger=telegram").body
    assert found["own_targets"] == {"first_reply": 2, "resolve": 60}
    assert [found["targets"][metric]["minutes"] for metric in ("first_reply", "next_reply", "resolve")] == [2, 10, 60]
    assert "instead: the first reply – 2 minutes, the solution – 60 minutes" in found["words"]["en"]
    assert "первый ответ – 2 минуты, решение – 60 минут" in found["words"]["ru"]


def test_a_ticket_that_is_open_gets_what_is_tighter_and_keeps_what_is(api: Api, people: Clients, vera: str) -> None:
    people.now = datetime.now(UTC)
    ticket = people.writes(VERA)
    promised(api, vera, first_reply=60)
    assert due_after(again(ticket), people) == timedelta(minutes=5)
    promised(api, vera, first_reply=3)
    assert due_after(again(ticket), people) == timedelta(minutes=3)
    assert [change.action for change in again(ticket).history] == ["own_targets", "own_targets"]


def test_what_follows_an_edit_of_the_policies_keeps_them(api: Api, people: Clients, vera: str) -> None:
    promised(api, vera, next_reply=3)
    ticket = people.writes(VERA)
    now_is = api.get("/admin/settings/policies")
    edited = [
        {**each, "targets": {**each["targets"], "update": {"minutes": 77, "calendar": "24x7"}}} for each in now_is.body
    ]
    assert api.put("/admin/settings/policies", edited, If_Match=now_is.headers["ETag"]).status == 200
    people.now = datetime.now(UTC)
    people.writes(VERA, "And one more thing")
    (followed,) = [event.targets for event in again(ticket).events if event.targets]
    assert (followed[Metric.NEXT_REPLY].minutes, followed[Metric.UPDATE].minutes) == (3, 77)


def test_without_them_and_outside_the_term_the_tiers_count(api: Api, people: Clients, vera: str) -> None:
    promised(api, vera, first_reply=2)
    api.patch(f"/admin/clients/{vera}", {"valid_until": "2020-01-01"})
    assert people.writes(VERA).policy.targets[Metric.FIRST_REPLY].minutes == 30
    api.patch(f"/admin/clients/{vera}", {"valid_until": None, "targets": {}})
    found = api.get(f"/admin/clients/{vera}/policy?messenger=telegram").body
    assert (found["own_targets"], found["targets"]["first_reply"]["minutes"]) == ({}, 5)


def test_every_wrong_one_is_named(api: Api, vera: str) -> None:
    wrong = promised(api, vera, first_reply=0, resolve="soon", handoff=5, update=True)
    assert (wrong.status, sorted(wrong.wrong_fields)) == (
        400,
        ["targets.first_reply", "targets.handoff", "targets.resolve", "targets.update"],
    )


def test_a_list_brings_them_and_gives_them_back(api: Api) -> None:
    raw = "ФИО;Телефон;Первый ответ, мин;Решение, мин\nВера;+79160000001;3;90\nИра;+79160000002;скоро;\n".encode()
    done = api.post("/admin/vips/import", raw, Content_Type="text/csv").body
    assert [(row["row"], row["errors"][0]["field"]) for row in done["rejected"]] == [(3, "first_reply")]
    vera = clients.client_by_id(done["added"][0]["id"])
    assert vera.targets == {"first_reply": 3, "resolve": 90}
    one = "name;phone;First reply;Resolution\nВера;+79160000001;4;\n".encode()
    changed = api.post("/admin/vips/import", one, Content_Type="text/csv").body["changed"]
    assert changed[0]["fields"]["targets"] == [{"first_reply": 3, "resolve": 90}, {"first_reply": 4, "resolve": 90}]
    file = api.get("/admin/vips/export?format=csv", Accept="text/csv").body
    assert [
        file.decode("utf-8-sig").splitlines()[0].count(title) for title in ("First reply, min", "Resolution, min")
    ] == [1, 1]
    again = api.post("/admin/vips/import?dry_run=true", file, Content_Type="text/csv").body
    assert (again["added"], again["changed"], again["rejected"]) == ([], [], [])


def test_they_are_kept_when_the_list_is_changed_by_hand(api: Api, vera: str, people: Clients) -> None:
    promised(api, vera, update=30)
    by = clients.changes_of(vera)[0].by
    registry.change(vera, {"valid_until": date(2030, 1, 1)}, (), "", by, current(), people.now)
    assert clients.client_by_id(vera).targets == {"update": 30}
