"""/admin/clients: a manager registers and changes people; who did it, when and on what ground is kept."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.desk.clients import Identity, Tier, Topic
from chalicelib.store import clients, conversations, outbound, settings
from chalicelib.store.settings import Document
from chalicelib.store.table import Lost, commit
from tests.unit.admin.conftest import Answered, Api, Clients

ANNA = {
    "name": "Anna Volkova",
    "tier": "vip",
    "company": "Romashka",
    "project": "Portal",
    "position": "Director",
    "phones": ["8 (916) 123-45-67"],
    "emails": ["Anna@Romashka.RU"],
    "valid_from": "2026-01-01",
    "valid_until": "2199-12-31",
    "identities": [{"messenger": "telegram", "user": "600001"}],
    "ground": "Annex 2 to contract 17",
}


@pytest.fixture
def anna(api: Api) -> Answered:
    return api.post("/admin/clients", ANNA)


class TestRegistering:
    def test_a_vip_of_the_annex(self, api: Api, anna: Answered) -> None:
        assert anna.status == 201
        assert anna.headers["Location"] == f"clients/{anna.body['id']}"
        kept = api.get(f"/admin/clients/{anna.body['id']}").body
        assert kept == anna.body
        assert (kept["phones"], kept["emails"]) == (["+79161234567"], ["anna@romashka.ru"])
        assert kept["identities"] == [{"messenger": "telegram", "account": "700000001", "user": "600001"}]
        assert (kept["tier"], kept["served_as"]) == ("vip", "vip")

    def test_who_did_it_and_on_what_ground_is_kept(self, anna: Answered) -> None:
        (registered,) = anna.body["history"]
        assert registered["by"] == {"id": "token:operator", "name": "operator"}
        assert registered["ground"] == "Annex 2 to contract 17"
        assert registered["fields"]["name"] == [None, "Anna Volkova"]

    def test_they_are_recognised_when_they_write(self, anna: Answered, people: Clients) -> None:
        ticket = people.writes(600_001)
        assert (ticket.client_id, ticket.tier) == (anna.body["id"], Tier.VIP)

    def test_a_name_is_enough(self, api: Api) -> None:
        created = api.post("/admin/clients", {"name": "Boris"}).body
        assert (created["tier"], created["language"], created["phones"]) == ("everyone", "en", [])

    def test_a_number_written_twice_in_two_ways_is_one(self, api: Api) -> None:
        body = {"name": "Boris", "phones": ["8 916 000-00-01", "+79160000001"], "emails": ["a@b.ru", "A@B.ru"]}
        created = api.post("/admin/clients", body).body
        assert (created["phones"], created["emails"]) == (["+79160000001"], ["a@b.ru"])

    def test_a_telegram_id_may_be_a_number(self, api: Api) -> None:
        body = {"name": "Boris", "identities": [{"messenger": "telegram", "user": 600_002, "account": "700000001"}]}
        assert api.post("/admin/clients", body).body["identities"][0]["user"] == "600002"

    def test_of_each_messenger_the_account_is_ours_there(self, api: Api) -> None:
        document = api.get("/admin/settings/desk").body
        settings.replace_document(Document("desk", {**document, "accounts": {"vk": "220"}}, 2))
        identities = [{"messenger": messenger, "user": "600002"} for messenger in ("telegram", "vk")]
        made = api.post("/admin/clients", {"name": "Boris", "identities": identities}).body["identities"]
        assert [identity["account"] for identity in made] == ["700000001", "220"]

    def test_before_its_dates_a_vip_is_served_like_everyone(self, api: Api) -> None:
        body = {"name": "Boris", "tier": "vip", "valid_from": "2190-01-01"}
        assert api.post("/admin/clients", body).body["served_as"] == "everyone"

    @pytest.mark.parametrize(
        ("mark", "field"),
        [
            ({"phones": ["+7 999 000-00-01", "+7 916 123-45-67"]}, "phones[1]"),
            ({"emails": ["ANNA@romashka.ru"]}, "emails[0]"),
            ({"identities": [{"messenger": "telegram", "user": "600001"}]}, "identities[0]"),
        ],
    )
    def test_what_is_anothers_already_is_409(self, api: Api, anna: Answered, mark: Any, field: str) -> None:
        refused = api.post("/admin/clients", {"name": "Somebody else", **mark})
        assert (refused.status, refused.wrong_fields) == (409, [field])
        assert anna.body["id"] in refused.body["errors"][0]["message"]
        assert len(api.get("/admin/clients").body["items"]) == 1

    def test_every_bad_field_is_named(self, api: Api) -> None:
        body = {
            "tier": "queen",
            "company": 5,
            "position": "x" * 201,
            "note": "x" * 1001,
            "phones": ["+7 916 123-45-67", "five", 5],
            "emails": ["anna@", "a" * 300],
            "valid_from": "yesterday",
            "language": "de",
            "identities": [{"messenger": "icq", "user": ""}, {"user": "a b", "age": 5}],
            "nickname": "x",
        }
        refused = api.post("/admin/clients", body)
        assert refused.status == 400
        assert sorted(refused.wrong_fields) == [
            "company", "emails[0]", "emails[1]", "identities[0].messenger", "identities[0].user", "identities[1].age",
            "identities[1].messenger", "identities[1].user", "language", "name", "nickname", "note", "phones[1]",
            "phones[2]", "position", "tier", "valid_from",
        ]  # fmt: skip

    def test_validity_that_ends_before_it_begins(self, api: Api) -> None:
        body = {"name": "Boris", "valid_from": "2026-02-01", "valid_until": "2026-01-31"}
        assert api.post("/admin/clients", body).wrong_fields == ["valid_until"]

    def test_a_messenger_that_is_not_connected_yet(self, api: Api) -> None:
        body = {"name": "Boris", "identities": [{"messenger": "icq", "user": "x"}]}
        assert api.post("/admin/clients", body).wrong_fields == ["identities[0].messenger"]


class TestChanging:
    def change(self, api: Api, client_id: str, **fields: Any) -> Answered:
        return api.patch(f"/admin/clients/{client_id}", fields)

    def test_only_what_is_given_changes_and_the_change_is_recorded(self, api: Api, anna: Answered) -> None:
        changed = self.change(api, anna.body["id"], position="CEO", valid_until=None, ground="Letter of 3 March").body
        assert (changed["position"], changed["valid_until"], changed["company"]) == ("CEO", None, "Romashka")
        assert changed["history"][1]["ground"] == "Letter of 3 March"
        assert changed["history"][1]["fields"] == {
            "position": ["Director", "CEO"],
            "valid_until": ["2199-12-31", None],
        }

    def test_the_same_again_records_nothing(self, api: Api, anna: Answered) -> None:
        assert self.change(api, anna.body["id"], position="Director", phones=["+79161234567"]).body == anna.body

    def test_their_clock_is_told_by_us_by_their_number_or_by_the_desks(self, api: Api, anna: Answered) -> None:
        mine = self.change(api, anna.body["id"], timezone="Asia/Tokyo").body
        assert (mine["timezone"], mine["timezones"], mine["timezones_by"]) == ("Asia/Tokyo", ["Asia/Tokyo"], "team")
        theirs = self.change(api, anna.body["id"], timezone=None, phones=["+7 423 212-34-56"]).body
        assert (theirs["timezones"], theirs["timezones_by"]) == (["Asia/Vladivostok"], "phone")
        desks = self.change(api, anna.body["id"], phones=[]).body
        assert (desks["timezone"], desks["timezones"], desks["timezones_by"]) == (None, ["Europe/Moscow"], "desk")
        assert self.change(api, anna.body["id"], timezone="Mars/Olympus").wrong_fields == ["timezone"]

    def test_phones_and_emails_lead_to_whoever_has_them_now(self, api: Api, anna: Answered) -> None:
        self.change(api, anna.body["id"], phones=["+7 916 000-00-01"], emails=[])
        assert api.get("/admin/clients?phone=%2B79161234567").body["items"] == []
        assert api.get("/admin/clients?email=anna@romashka.ru").body["items"] == []
        assert [c["name"] for c in api.get("/admin/clients?phone=8-916-000-00-01").body["items"]] == ["Anna Volkova"]
        freed = api.post(
            "/admin/clients", {"name": "Boris", "phones": ["+79161234567"], "emails": ["anna@romashka.ru"]}
        )
        assert freed.status == 201
        assert self.change(api, anna.body["id"], phones=["+79161234567"]).status == 409

    def test_an_identity_is_added_and_never_taken_away(self, api: Api, anna: Answered, people: Clients) -> None:
        changed = self.change(api, anna.body["id"], identities=[{"messenger": "telegram", "user": "600009"}]).body
        assert [identity["user"] for identity in changed["identities"]] == ["600001", "600009"]
        assert people.writes(600_009).client_id == anna.body["id"]

    def test_who_wrote_as_a_stranger_becomes_a_vip_in_the_middle_of_a_ticket(self, api: Api, people: Clients) -> None:
        ticket = people.writes(600_005)
        due = api.get(f"/admin/tickets/{ticket.id}").body["next_due"]["at"]
        client = clients.client_by_id(ticket.client_id)
        commit(clients.client_item(replace(client, topic=Topic("-1001", "7", "8"))))
        self.change(api, ticket.client_id, tier="vip", name="Vera Vip")
        served = api.get("/admin/tickets?tier=vip").body["items"]
        assert [(item["id"], item["client"]["name"]) for item in served] == [(ticket.id, "Vera Vip")]
        assert served[0]["next_due"]["at"] < due
        cards = [item for item in outbound.of_ticket(ticket.id) if item.content.verb == "card"]
        drawn = list(outbound.unfinished(f"topic:{ticket.client_id}"))
        assert len([item for item in drawn if item.content.verb == "card"]) == len(cards) + 1

    def test_the_card_is_left_alone_where_there_is_no_topic_yet(self, api: Api, anna: Answered) -> None:
        to_open = outbound.unfinished(f"topic:{anna.body['id']}")
        self.change(api, anna.body["id"], note="Likes tea")
        assert outbound.unfinished(f"topic:{anna.body['id']}") == to_open

    def test_an_unknown_client_is_404(self, api: Api) -> None:
        assert self.change(api, "nobody", name="x").status == 404
        assert api.get("/admin/clients/nobody").status == 404

    def test_a_lost_race_leaves_nothing_behind(self, api: Api, anna: Answered) -> None:
        """The store refuses a number that was taken between the look and the write."""
        kept = clients.client_by_id(anna.body["id"])
        other = clients.client_by_id(api.post("/admin/clients", {"name": "Boris"}).body["id"])
        grabbed = replace(other, phones=kept.phones)
        written, gone = clients.contact_items(other, grabbed)
        with pytest.raises(Lost):
            commit(clients.client_item(grabbed), *written, gone=gone)
        assert clients.client_by_id(other.id).phones == ()
        assert clients.whose(kept.phones) == {kept.phones[0]: kept.id}


def test_clients_are_listed_vips_first_each_tier_by_name(api: Api, people: Clients) -> None:
    for name, tier in (("Zoe", "vip"), ("Борис", "everyone"), ("Adam", "vip"), ("Mary", "our")):
        api.post("/admin/clients", {"name": name, "tier": tier})
    people.now += timedelta(seconds=1)
    assert [c["name"] for c in api.get("/admin/clients").body["items"]] == ["Adam", "Zoe", "Mary", "Борис"]
    two = api.get("/admin/clients?limit=2").body
    assert [c["name"] for c in two["items"]] == ["Adam", "Zoe"]
    assert [c["name"] for c in api.get(f"/admin/clients?next={two['next']}").body["items"]] == ["Mary", "Борис"]
    first = api.get("/admin/clients?tier=vip&limit=1").body
    assert [c["name"] for c in first["items"]] == ["Adam"]
    assert [c["name"] for c in api.get(f"/admin/clients?tier=vip&next={first['next']}").body["items"]] == ["Zoe"]
    assert api.get("/admin/clients?phone=five").wrong_fields == ["phone"]


def test_an_identity_known_to_the_desk_is_found_by_its_key(api: Api, anna: Answered) -> None:
    identity = Identity("telegram", "700000001", "600001")
    found = conversations.of_identities([identity, Identity("telegram", "700000001", "1")])
    assert {key: head.client_id for key, head in found.items()} == {identity.key: anna.body["id"]}
