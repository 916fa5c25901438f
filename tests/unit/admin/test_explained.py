"""The admin endpoint explains itself: why a deadline, which policy and why; and it gives the next ticket to one caller only."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.desk.clients import Tier
from chalicelib.store import settings
from chalicelib.store.settings import Document
from tests.unit.admin.conftest import Api, Clients

ANNA, BORIS = 1, 2


class TestNext:
    def test_each_call_gives_the_most_urgent_that_nobody_has(self, api: Api, people: Clients) -> None:
        people.writes(BORIS)
        people.registered(ANNA, Tier.VIP)
        people.writes(ANNA)
        got = [api.post("/admin/tickets/next", {"staff": staff}).body for staff in ("oleg", "marina")]
        assert [(each["client"]["name"], each["owner"]["staff"]) for each in got] == [
            (f"Person {ANNA}", "oleg"),
            (f"Person {BORIS}", "marina"),
        ]

    def test_when_nobody_waits_it_says_so(self, api: Api) -> None:
        answered = api.post("/admin/tickets/next", {"staff": "oleg"}, accept_language="en")
        assert (answered.status, answered.body["detail"]) == (409, "Nobody waits whom nobody has taken. Well done!")

    def test_it_is_somebodys_of_the_team(self, api: Api) -> None:
        assert api.post("/admin/tickets/next", {"staff": "nobody"}).wrong_fields == ["staff"]
        assert api.post("/admin/tickets/next", {}).wrong_fields == ["staff"]


class TestWhy:
    def test_what_a_deadline_rests_on_adds_up_and_is_told_in_both_languages(self, api: Api, people: Clients) -> None:
        people.registered(ANNA, Tier.VIP)
        ticket = people.writes(ANNA)
        answered = api.get(f"/admin/tickets/{ticket.id}/why").body
        assert (answered["ticket"], answered["tier"], answered["messenger"]) == (ticket.id, "vip", "telegram")
        first, resolve = answered["explained"]
        assert (first["cycle"]["metric"], resolve["cycle"]["metric"]) == ("first_reply", "resolve")
        assert (first["policy"], first["target"]) == ("VIP", {"minutes": 5, "calendar": "24x7"})
        assert first["started_by"]["type"] == "client_message"
        (span,) = first["spans"]
        assert (span["begins"], span["ends"]) == (first["counted_from"], first["cycle"]["due_at"])
        assert "5 minutes of the calendar “24x7”" in first["words"]["en"]
        assert "5 минут по календарю «24x7»" in first["words"]["ru"]

    def test_waiting_is_told_in_right_plurals(self, api: Api, people: Clients) -> None:
        people.now = datetime.now(UTC) - timedelta(minutes=10)
        ticket = people.writes(ANNA)
        for action in ("wait", "resume", "wait"):
            api.post(f"/admin/tickets/{ticket.id}/actions", {"action": action})
        resolve = api.get(f"/admin/tickets/{ticket.id}/why").body["explained"][-1]
        assert resolve["paused"]
        assert "(2 times)" in resolve["words"]["en"]
        assert "(2 раза)" in resolve["words"]["ru"]

    def test_of_no_ticket(self, api: Api) -> None:
        assert api.get("/admin/tickets/123/why").status == 404


class TestPolicy:
    def test_the_first_policy_of_the_list_that_fits(self, api: Api, people: Clients) -> None:
        people.registered(ANNA, Tier.OUR)
        found = api.get(f"/admin/clients/c{ANNA}/policy?messenger=vk").body
        assert (found["policy"], found["served_as"]) == ("Our clients", "our")
        assert found["targets"]["first_reply"] == {"minutes": 10, "calendar": "office"}
        assert [(each["policy"], each["fit"]) for each in found["considered"]] == [
            ("VIP", "other_tier"),
            ("Our clients", "chosen"),
            ("Everyone else", "not_reached"),
        ]
        assert "Policy 2, “Our clients”" in found["words"]["en"]
        assert "Правило 2, «Our clients»" in found["words"]["ru"]

    def test_a_policy_may_be_for_one_messenger_only(self, api: Api, people: Clients) -> None:
        people.registered(ANNA, Tier.OUR)
        policies = api.get("/admin/settings/policies").body
        settings.replace_document(
            Document("policies", [{**policies[1], "name": "Our, VK", "messenger": "vk"}, *policies], 1)
        )
        settings.forget()
        assert api.get(f"/admin/clients/c{ANNA}/policy?messenger=vk").body["policy"] == "Our, VK"
        elsewhere = api.get(f"/admin/clients/c{ANNA}/policy?messenger=max").body
        assert elsewhere["considered"][0]["fit"] == "other_messenger"

    def test_outside_the_dates_of_the_contract(self, api: Api, people: Clients) -> None:
        people.registered(ANNA, Tier.VIP)
        api.patch(f"/admin/clients/c{ANNA}", {"valid_until": str(date(2020, 1, 1))})
        found = api.get(f"/admin/clients/c{ANNA}/policy?messenger=telegram").body
        assert (found["tier"], found["served_as"], found["policy"]) == ("vip", "everyone", "Everyone else")
        assert "but not on this day" in found["words"]["en"]

    @pytest.mark.parametrize("query", ["", "?messenger=icq"])
    def test_the_messenger_has_to_be_one_of_ours(self, api: Api, people: Clients, query: str) -> None:
        people.registered(ANNA)
        assert api.get(f"/admin/clients/c{ANNA}/policy{query}").wrong_fields == ["messenger"]
