"""/admin/tickets: what waits comes the most urgent first, one ticket is shown whole, and the buttons' actions are there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.desk import ticket_deadlines, ticket_life
from chalicelib.desk.clients import Tier, Topic
from chalicelib.store import clients, conversations, messages, outbound
from chalicelib.store.table import commit
from chalicelib.use_cases import lists, settings
from tests.unit.admin.conftest import Api, Clients

ANNA, BORIS, VERA, GLEB = 1, 2, 3, 4


def names(listed: Any) -> list[str]:
    return [item["client"]["name"] for item in listed["items"]]


@pytest.fixture
def queue(people: Clients) -> Clients:
    """Four clients wait: they wrote in the order of their numbers, but are served by tier."""
    for user, tier in ((ANNA, Tier.EVERYONE), (BORIS, Tier.OUR), (VERA, Tier.VIP), (GLEB, Tier.VIP)):
        people.registered(user, tier)
        people.writes(user)
        people.now += timedelta(seconds=1)
    return people


@pytest.mark.usefixtures("queue")
class TestListing:
    def test_vips_come_first_then_our_clients_then_everyone_by_their_deadlines(self, api: Api) -> None:
        listed = api.get("/admin/tickets").body
        assert names(listed) == ["Person 3", "Person 4", "Person 2", "Person 1"]
        assert listed["next"] is None

    def test_unfinished_tickets_are_open_or_waiting_for_the_client(self, api: Api) -> None:
        first = api.get("/admin/tickets?tier=vip").body["items"][0]
        api.post(f"/admin/tickets/{first['id']}/actions", {"action": "wait"})
        assert names(api.get("/admin/tickets?tier=vip").body) == ["Person 3", "Person 4"]
        assert names(api.get("/admin/tickets?status=open&tier=vip").body) == ["Person 4"]
        assert names(api.get("/admin/tickets?status=waiting").body) == ["Person 3"]

    def test_a_ticket_has_the_shape_that_others_rely_on(self, api: Api) -> None:
        ticket = api.get("/admin/tickets?tier=our").body["items"][0]
        assert list(ticket) == [
            "id", "client", "messenger", "status", "owner", "opened_at", "closed_at", "next_due", "cycles",
            "complaint", "praise", "hand_off", "themes", "outage", "company", "asked", "topic",
        ]  # fmt: skip
        assert ticket["client"] == {"id": "c2", "name": "Person 2", "tier": "our"}
        assert (ticket["messenger"], ticket["status"], ticket["owner"]) == ("telegram", "open", None)
        assert ticket["next_due"]["metric"] == "first_reply"
        assert {cycle["metric"] for cycle in ticket["cycles"]} == {"first_reply", "resolve"}
        assert list(ticket["cycles"][0]) == [
            "metric", "cycle", "started_at", "due_at", "ended_at", "ended_by", "verdict", "business_minutes",
        ]  # fmt: skip

    def test_each_shows_what_was_asked_for_whose_company_and_where(self, api: Api, people: Clients) -> None:
        people.writes(BORIS, "And another thing")
        client = clients.client_by_id("c2")
        commit(clients.client_item(replace(client, company="Acme", topic=Topic("-100123", "7"))))
        (listed,) = api.get("/admin/tickets?tier=our").body["items"]
        assert listed["asked"] == {"kind": "text", "text": "Hello, the report is empty"}
        assert (listed["company"], listed["topic"]) == ("Acme", "https://t.me/c/123/7")

    def test_what_the_client_took_back_is_not_shown(self, api: Api) -> None:
        (ticket,) = (each for _, each in conversations.open_of_tier(Tier.OUR))
        (message,) = messages.of_ticket(ticket.id)
        commit(messages.message_item(replace(message, removed_at=message.at)))
        assert api.get("/admin/tickets?tier=our").body["items"][0]["asked"] is None

    def test_unfinished_is_also_what_owes_a_call_back(self, api: Api) -> None:
        (vera, gleb) = (each for _, each in conversations.open_of_tier(Tier.VIP))
        for ticket in (vera, gleb):
            api.post(f"/admin/tickets/{ticket.id}/actions", {"action": "close"})
        now = datetime.now(UTC)
        closed = ticket_life.graded_low(conversations.ticket_by_id(vera.id), now, vera.client_name)
        commit(*conversations.ticket_items(ticket_deadlines.reckon(closed, settings.current().calendars, now)))
        (owed,) = api.get("/admin/tickets?status=unfinished&tier=vip").body["items"]
        assert (owed["id"], owed["status"], owed["next_due"]["metric"]) == (vera.id, "closed", "callback")
        assert names(api.get("/admin/tickets").body) == ["Person 2", "Person 1", "Person 3", "Person 4"]
        assert names(api.get("/admin/tickets?status=closed").body) == ["Person 3", "Person 4"]
        api.post(f"/admin/tickets/{vera.id}/actions", {"action": "callback_done"})
        assert names(api.get("/admin/tickets?status=unfinished&tier=vip").body) == []
        assert names(api.get("/admin/tickets?status=closed").body) == ["Person 4", "Person 3"]

    def test_pages_follow_one_another_without_gaps(self, api: Api) -> None:
        seen, path = [], "/admin/tickets?limit=1"
        while path:
            page = api.get(path).body
            assert len(page["items"]) <= 1
            seen += names(page)
            path = f"/admin/tickets?limit=1&next={page['next']}" if page["next"] else ""
        assert seen == ["Person 3", "Person 4", "Person 2", "Person 1"]

    def test_a_rare_match_costs_short_pages_not_a_long_wait(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lists, "MOST_READ", 2)
        page = api.get("/admin/tickets?owner=oleg").body
        assert page["items"] == []
        assert api.get(f"/admin/tickets?owner=oleg&next={page['next']}").body == {"items": [], "next": None}

    @pytest.mark.parametrize("cursor", ["x", "W10.x", "bm90aGluZw"])
    def test_a_made_up_next_is_refused(self, api: Api, cursor: str) -> None:
        answered = api.get(f"/admin/tickets?next={cursor}")
        assert (answered.status, answered.wrong_fields) == (400, ["next"])

    def test_filters(self, api: Api) -> None:
        ticket = api.get("/admin/tickets?tier=our").body["items"][0]
        api.post(f"/admin/tickets/{ticket['id']}/actions", {"action": "take", "staff": "oleg"})
        assert names(api.get("/admin/tickets?owner=oleg").body) == ["Person 2"]
        assert names(api.get("/admin/tickets?owner=none").body) == ["Person 3", "Person 4", "Person 1"]
        assert names(api.get("/admin/tickets?client=c1").body) == ["Person 1"]
        assert names(api.get("/admin/tickets?client=c1&status=closed").body) == []
        assert names(api.get("/admin/tickets?outage=o1").body) == []

    def test_every_wrong_filter_is_named(self, api: Api) -> None:
        answered = api.get("/admin/tickets?status=lost&tier=queen&limit=0&sort=name")
        assert answered.status == 400
        assert sorted(answered.wrong_fields) == ["limit", "sort", "status", "tier"]

    def test_closed_ones_come_last_the_latest_first(self, api: Api) -> None:
        for client in ("c3", "c1"):
            ticket = api.get(f"/admin/tickets?client={client}").body["items"][0]
            api.post(f"/admin/tickets/{ticket['id']}/actions", {"action": "close"})
        assert names(api.get("/admin/tickets").body) == ["Person 4", "Person 2", "Person 1", "Person 3"]
        assert names(api.get("/admin/tickets?status=closed").body) == ["Person 1", "Person 3"]
        assert names(api.get("/admin/tickets?status=closed&limit=1").body) == ["Person 1"]


def test_a_clients_tickets_come_the_newest_first(api: Api, people: Clients) -> None:
    people.now -= timedelta(days=10)
    people.registered(ANNA)
    old = people.writes(ANNA)
    api.post(f"/admin/tickets/{old.id}/actions", {"action": "close"})
    people.now += timedelta(days=20)  # beyond the reopen window, counted from the real closing
    new = people.writes(ANNA)
    listed = api.get("/admin/tickets?client=c1&limit=1").body
    assert [item["id"] for item in listed["items"]] == [new.id]
    again = api.get(f"/admin/tickets?client=c1&limit=1&next={listed['next']}").body
    assert ([item["id"] for item in again["items"]], again["next"]) == ([old.id], None)


class TestOneTicket:
    def test_it_is_shown_whole(self, api: Api, people: Clients) -> None:
        ticket = people.writes(ANNA, "It is broken 🙁")
        api.post(f"/admin/tickets/{ticket.id}/actions", {"action": "reply", "text": "Looking", "staff": "oleg"})
        api.post(f"/admin/tickets/{ticket.id}/actions", {"action": "take", "staff": "oleg"})
        whole = api.get(f"/admin/tickets/{ticket.id}").body
        said = [(message["direction"], message["kind"], message["text"]) for message in whole["messages"]]
        assert said == [("in", "text", "It is broken 🙁"), ("out", "text", "Looking")]
        assert whole["messages"][1]["delivery"] == {"state": "pending", "reason": None}
        assert whole["owner"] == {"role": "support", "staff": "oleg"}
        assert [(change["action"], change["by"]["id"]) for change in whole["history"]] == [("take", "oleg")]
        assert {"topic", "relay", "reply"} <= {item["purpose"] for item in whole["outbound"]}

    def test_an_unknown_one_is_404(self, api: Api) -> None:
        answered = api.get("/admin/tickets/nosuchticket")
        assert answered.status == 404
        assert "nosuchticket" in answered.body["detail"]


class TestActions:
    def act(self, api: Api, ticket_id: str, action: str, **fields: Any) -> Any:
        return api.post(f"/admin/tickets/{ticket_id}/actions", {"action": action, **fields})

    def test_a_reply_goes_to_the_client_and_is_shown_in_the_topic(self, api: Api, people: Clients) -> None:
        ticket = people.writes(ANNA)
        answered = self.act(api, ticket.id, "reply", text="Fixed, try again")
        assert answered.status == 200
        left = {(item.purpose, item.content.text) for item in outbound.of_ticket(ticket.id)}
        assert ("reply", "Fixed, try again") in left
        assert ("notice", "💬 operator has answered:\nFixed, try again") in left

    def test_a_note_stays_with_the_team(self, api: Api, people: Clients) -> None:
        ticket = people.writes(ANNA)
        assert self.act(api, ticket.id, "note", text="A new customer", staff="oleg").status == 200
        kept = messages.of_ticket(ticket.id)[-1]
        assert (kept.direction, kept.text) == ("note", "A new customer")
        left = [item for item in outbound.of_ticket(ticket.id) if "A new customer" in item.content.text]
        assert [item.destination for item in left] == [f"topic:{ticket.client_id}"]
        assert "Oleg (operator)" in left[0].content.text

    def test_closing_asks_the_client_how_it_went_and_reopening_goes_on(self, api: Api, people: Clients) -> None:
        ticket = people.writes(ANNA)
        closed = self.act(api, ticket.id, "close").body
        assert closed["status"] == "closed"
        assert closed["closed_at"]
        assert {cycle["ended_by"] for cycle in closed["cycles"]} == {"closed"}
        assert "survey" in {item.purpose for item in outbound.of_ticket(ticket.id)}
        assert self.act(api, ticket.id, "reopen").body["status"] == "open"

    def test_what_the_state_does_not_allow_is_409_in_words(self, api: Api, people: Clients) -> None:
        ticket = people.writes(ANNA)
        refused = self.act(api, ticket.id, "resume")
        assert (refused.status, refused.body["detail"]) == (409, "It is not waiting for the client")

    def test_waiting_and_resuming(self, api: Api, people: Clients) -> None:
        ticket = people.writes(ANNA)
        assert self.act(api, ticket.id, "wait").body["status"] == "waiting"
        assert self.act(api, ticket.id, "resume", staff="marina").body["status"] == "open"

    def test_acknowledging_names_the_metric(self, api: Api, people: Clients) -> None:
        ticket = people.writes(ANNA)
        assert self.act(api, ticket.id, "acknowledge").wrong_fields == ["metric"]
        assert self.act(api, ticket.id, "acknowledge", metric="first_reply").status == 200
        assert self.act(api, ticket.id, "callback_done").status == 409  # nobody waits for a call

    def test_a_complaint_is_marked_by_whom_and_when_and_the_mark_is_taken_off(self, api: Api, people: Clients) -> None:
        ticket = people.writes(ANNA)
        marked = self.act(api, ticket.id, "complaint", staff="marina").body
        assert (marked["complaint"]["by"]["id"], marked["praise"]) == ("marina", None)
        assert self.act(api, ticket.id, "complaint").body["complaint"] == marked["complaint"]
        assert self.act(api, ticket.id, "praise_off").body["complaint"] == marked["complaint"]
        assert self.act(api, ticket.id, "complaint_off").body["complaint"] is None
        history = api.get(f"/admin/tickets/{ticket.id}").body["history"]
        assert [change["action"] for change in history] == ["complaint", "complaint_off"]

    def test_a_promise_is_told_to_the_client_and_the_update_is_due_then(self, api: Api, people: Clients) -> None:
        ticket = people.writes(ANNA)
        until = (datetime.now(UTC) + timedelta(hours=3)).replace(microsecond=0)
        done = self.act(api, ticket.id, "promise", until=until.isoformat(), text="We found it.", staff="oleg")
        assert done.status == 200
        (said,) = [each for each in messages.of_ticket(ticket.id) if each.direction == "out"]
        assert said.text.startswith("We found it.\n\n")
        (promise,) = [event for event in conversations.ticket_by_id(ticket.id).events if event.type == "promise"]
        assert promise.until == until

    @pytest.mark.parametrize("hours", [-1, 24 * 31])
    def test_what_cannot_be_promised_is_named(self, api: Api, people: Clients, hours: int) -> None:
        until = datetime.now(UTC) + timedelta(hours=hours)
        assert self.act(api, people.writes(ANNA).id, "promise", until=until.isoformat()).wrong_fields == ["until"]

    @pytest.mark.parametrize("action", ["hand_off", "accept", "dance", 5])
    def test_an_action_that_is_not_there_names_those_that_are(self, api: Api, action: Any) -> None:
        refused = self.act(api, "any", action)
        assert (refused.status, refused.wrong_fields) == (400, ["action"])
        assert "reply, note, take, wait" in refused.body["errors"][0]["message"]

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"action": "reply"}, ["text"]),
            ({"action": "reply", "text": "Hi", "template": {"name": "ready", "language": "ru"}}, ["text"]),
            (
                {"action": "reply", "template": {"name": "ready", "parameters": [5]}},
                ["template.language", "template.parameters[0]"],
            ),
            ({"action": "reply", "text": " "}, ["text"]),
            ({"action": "reply", "text": "x" * 4097, "staff": 5, "loud": True}, ["loud", "staff", "text"]),
            ({"action": "take"}, ["staff"]),
            ({"action": "close", "staff": "nobody"}, ["staff"]),
            ({}, ["action"]),
        ],
    )
    def test_wrong_fields(self, api: Api, people: Clients, fields: dict[str, Any], wrong: list[str]) -> None:
        ticket = people.writes(ANNA)
        refused = api.post(f"/admin/tickets/{ticket.id}/actions", fields)
        assert (refused.status, sorted(refused.wrong_fields)) == (400, wrong)

    def test_the_longest_reply_goes_out(self, api: Api, people: Clients) -> None:
        ticket = people.writes(ANNA)
        assert self.act(api, ticket.id, "reply", text="я" * 4096).status == 200
        assert [message.text for message in messages.of_ticket(ticket.id)][-1] == "я" * 4096
        assert max(len(item.content.text) for item in outbound.of_ticket(ticket.id)) == 4096

    def test_an_unknown_ticket_is_404(self, api: Api) -> None:
        assert self.act(api, "nosuch", "close").status == 404
