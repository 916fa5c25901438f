"""/admin/clients/{id}/join, /part, /invitations: a manager's word on who is who."""

from typing import Any

import pytest

from chalicelib.desk.clients import Tier
from tests.unit.admin.conftest import Api, Clients
from tests.unit.admin.test_settings import put

PERSON_2 = {"messenger": "telegram", "user": "2"}


@pytest.fixture
def two(people: Clients) -> None:
    """Person 1, a VIP, and Person 2, who writes."""
    people.registered(1, Tier.VIP)
    people.registered(2)
    people.writes(2)


def joined(api: Api) -> Any:
    return api.post("/admin/clients/c2/join", {"client": "c1", "ground": "a call"})


@pytest.mark.usefixtures("two")
class TestJoining:
    def test_answers_the_one_who_stays_with_both_histories(self, api: Api) -> None:
        api.patch("/admin/clients/c2", {"company": "Acme", "ground": "a letter"})
        answered = joined(api)
        assert (answered.status, answered.body["id"], answered.body["company"]) == (200, "c1", "Acme")
        assert [each["user"] for each in answered.body["identities"]] == ["1", "2"]
        assert answered.body["current"]["user"] == "2"
        grounds = [(change["client"], change["ground"]) for change in answered.body["history"]]
        assert grounds == [("c2", "a letter"), ("c1", "a call"), ("c2", "a call")]

    def test_the_other_is_kept_and_says_into_whom(self, api: Api) -> None:
        joined(api)
        assert api.get("/admin/clients/c2").body["joined_into"] == "c1"
        assert [each["id"] for each in api.get("/admin/clients").body["items"]] == ["c1"]
        assert api.get("/admin/tickets?client=c1").body["items"][0]["client"]["id"] == "c1"

    def test_the_other_cannot_be_changed(self, api: Api) -> None:
        joined(api)
        refused = api.patch("/admin/clients/c2", {"name": "X"})
        assert (refused.status, "joined_into" in refused.body["detail"]) == (409, True)

    def test_who_is_not_there_is_404(self, api: Api) -> None:
        assert api.post("/admin/clients/c2/join", {"client": "c9", "ground": "a call"}).status == 404

    @pytest.mark.parametrize("body", [{"client": "c1"}, {"ground": "a call"}, {"client": "c1", "ground": " "}])
    def test_the_other_and_the_ground_are_required(self, api: Api, body: Any) -> None:
        assert api.post("/admin/clients/c2/join", body).status == 400


@pytest.mark.usefixtures("two")
class TestParting:
    def test_answers_who_it_is_now(self, api: Api) -> None:
        joined(api)
        parted = api.post("/admin/clients/c1/part", {"identity": PERSON_2, "ground": "a mistake"})
        assert (parted.status, parted.body["id"], parted.body["joined_into"]) == (200, "c2", None)
        assert api.get("/admin/clients/c1").body["history"][-1]["fields"]["parted"] == ["c2", None]
        assert api.get("/admin/tickets?client=c2").body["items"]

    def test_an_identity_of_somebody_else_is_400(self, api: Api) -> None:
        refused = api.post("/admin/clients/c1/part", {"identity": PERSON_2, "ground": "a mistake"})
        assert (refused.status, refused.wrong_fields) == (400, ["identity"])

    def test_the_only_one_of_somebody_unregistered_is_409(self, api: Api) -> None:
        assert api.post("/admin/clients/c2/part", {"identity": PERSON_2, "ground": "a mistake"}).status == 409


@pytest.mark.usefixtures("two")
class TestInviting:
    def test_a_link_that_expires(self, api: Api) -> None:
        put(api, "desk", {"account": "700000001", "group": "-1001", "addresses": {"telegram": "vipdesk_bot"}})
        invited = api.post("/admin/clients/c1/invitations", {"messenger": "telegram"})
        assert (invited.status, invited.body["url"][:31]) == (201, "https://t.me/vipdesk_bot?start=")
        assert invited.body["expires_at"] > "2026"
        assert api.get("/admin/clients/c1").body["history"][-1]["fields"] == {"invited": [None, "telegram"]}

    def test_without_our_address_there_it_says_where_to_put_it(self, api: Api) -> None:
        refused = api.post("/admin/clients/c1/invitations", {"messenger": "max"})
        assert (refused.status, refused.wrong_fields) == (400, ["messenger"])
        assert "addresses.max" in refused.body["errors"][0]["message"]

    @pytest.mark.parametrize(
        "addresses", [{"telegram": "@vipdesk_bot"}, {"whatsapp": "+79001112233"}, {"vk": "a/b"}, {"icq": "5"}]
    )
    def test_an_address_that_makes_no_link_is_refused(self, api: Api, addresses: Any) -> None:
        refused = put(api, "desk", {"account": "1", "group": "-1", "addresses": addresses})
        assert refused.wrong_fields == [f"addresses.{next(iter(addresses))}"]
