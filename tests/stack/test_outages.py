"""A serious outage from the decision to its end, through the real topic, queues and functions."""

import itertools
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.desk.tallies import shard_of
from infra.local.running import RunningStack
from tests.stack.conftest import Desk, eventually, http
from tests.stack.people import Person
from tests.stack.voices import edited

Json = dict[str, Any]

_numbers = itertools.count(1)


class Announcer:
    """The operator, who announces, and the second person, who approves; each outage has a title of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.title = f"Outage {next(_numbers)} of {datetime.now(UTC):%H:%M:%S.%f}"
        self._id = ""

    def declare(self, **more: Any) -> Json:
        said = {"title": self.title, "kind": "outage", "level": "red", "in_app": False, "text": _words("It is down")}
        outage = self.call("POST", "/admin/outages", {**said, **more})
        self._id = outage["id"]
        return outage

    def announce(self, english: str, **more: Any) -> Json:
        return self.call("POST", f"/admin/outages/{self._id}/announcements", {"text": _words(english), **more})

    def approve(self, n: int) -> Json:
        path = f"/admin/outages/{self._id}/announcements/{n}/approve"
        return self.call("POST", path, token=self.desk.stack.approver_token)

    def report(self, n: int) -> Json:
        outage = self.call("GET", f"/admin/outages/{self._id}")
        found: Json = outage["announcements"][n - 1]["delivery"]
        return found

    def delivered(self, n: int) -> Json:
        """The report once everybody of the announcement's audience has been looked at and nobody waits."""

        def done() -> Json | None:
            report = self.report(n)
            return report if report["planned"] and not report["not_yet"] else None

        found = eventually(done, patience_seconds=60)
        assert found
        return found

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Json:
        headers = {"Authorization": f"Bearer {token or self.desk.stack.admin_token}"}
        status, answer = http(method, self.desk.stack.api_url + path, body, headers)
        assert status < 300, answer
        found: Json = json.loads(answer)
        return found

    def told(self) -> list[int]:
        """Who was written to in private about this outage, in this order."""
        return [call["chat_id"] for call in self.calls() if call["chat_id"] > 0]

    def in_the_channel(self) -> list[str]:
        channel = self.desk.stack.telegram["emergency_chat_id"]
        return [call["text"] for call in self.calls() if call["chat_id"] == channel]

    def calls(self) -> list[Json]:
        return [call for call in self.desk.calls("sendMessage") if self.title in call["text"]]

    def clients(self) -> dict[int, str]:
        """The tier of every client the desk knows in Telegram."""
        known = [(identity, body["tier"]) for body in self.audience() for identity in body["identities"]]
        return {int(identity["user"]): tier for identity, tier in known if identity["messenger"] == "telegram"}

    def reached_here(self) -> set[int]:
        """Who is no VIP and hears of it in Telegram: where somebody has written last, and can still be written to."""
        last = (body["current"] or body["identities"][-1] for body in self.audience() if body["tier"] != "vip")
        return {int(each["user"]) for each in last if each["messenger"] == "telegram"} - _out_of_reach(self.desk)

    def audience(self) -> list[Json]:
        """Every client who can be written to and may be, in whatever messenger; who was joined with another is that one."""
        bodies = [json.loads(item["body"]) for item in self.desk.items() if item["sk"] == "CLIENT"]
        return [body for body in bodies if body["identities"] and not body["joined"] and not body["opted_out"]]


@pytest.fixture
def announcer(desk: Desk) -> Announcer:
    """With a VIP and two others, who come after whomever the demo and other tests have."""
    made = Announcer(desk)
    people = [desk.stranger() for _ in range(2)]
    for user in people:
        desk.say(user, f"Hello from {user}")
    eventually(lambda: set(people) <= set(made.clients()))
    vip = desk.sandbox("/clients", name="Zoya Zimina")["id"]
    identity = {"messenger": "telegram", "user": vip}
    said = {"name": "Zoya Zimina", "tier": "vip", "identities": [identity], "ground": "letter no. 7"}
    made.call("POST", "/admin/clients", said)
    return made


def feed(stack: RunningStack) -> Json:
    found: Json = json.loads(http("GET", f"{stack.status_url}/status.json")[1])
    return found


def entry(announcer: Announcer) -> Json | None:
    found = feed(announcer.desk.stack)["outages"]
    return next((outage for outage in found if outage["title"] == announcer.title), None)


def test_a_serious_outage_reaches_every_client_once_and_its_end_the_same_people(announcer: Announcer) -> None:
    audience = announcer.audience()
    announcer.declare()
    eventually(announcer.in_the_channel)
    eventually(lambda: entry(announcer))
    assert feed(announcer.desk.stack)["level"] == "red"
    assert announcer.told() == []

    announcer.approve(1)
    announcer.approve(1)
    report = announcer.delivered(1)
    assert report["told"] + sum(report["failed"].values()) == len(audience)
    assert Counter(announcer.told()) == dict.fromkeys(announcer.told(), 1)
    assert report["first_after_seconds"] <= report["last_after_seconds"]

    told = announcer.told()
    newcomer = announcer.desk.stranger()
    announcer.desk.say(newcomer, f"Hello from {newcomer}")
    announcer.announce("It works again", state="resolved")
    eventually(lambda: (entry(announcer) or {}).get("resolved_at"))
    eventually(lambda: len(announcer.told()) >= 2 * len(told))
    assert sorted(announcer.told()[len(told) :]) == sorted(told)
    eventually(lambda: len(announcer.in_the_channel()) == 2)


def test_an_outage_of_two_components_reaches_the_clients_of_companies_that_use_them_once_where_they_can_be_reached(
    desk: Desk,
) -> None:
    rita, in_max, other = (Person(desk, messenger) for messenger in ("telegram", "max", "telegram"))
    join = {"client": in_max.client_id, "ground": "the same person"}
    desk.admin("POST", f"/admin/clients/{rita.client_id}/join", join)
    uses = {rita: ["Payments", "Mobile app"], other: ["Reports"]}
    for person in uses:
        desk.admin("PATCH", f"/admin/clients/{person.client_id}", {"company": f"Company {person.user}"})
    desk.settle("companies", [{"company": f"Company {each.user}", "components": uses[each]} for each in uses])
    desk.stack.renew("api", "planner")
    desk.sandbox("/block", messenger="max", user=in_max.user)  # where they have written last
    announcer = Announcer(desk)
    announcer.declare(components=uses[rita], anew=True)  # others may just have ended one of the same part
    announcer.approve(1)
    announcer.delivered(1)
    assert [person.told(announcer.title) for person in (rita, in_max, other)] == [1, 0, 0]


def test_vips_are_told_first(announcer: Announcer) -> None:
    tiers = announcer.clients()
    announcer.declare()
    announcer.approve(1)
    announcer.delivered(1)
    ranks = [tiers[user] != "vip" for user in announcer.told()]
    assert ranks == sorted(ranks)
    assert set(ranks) == {True, False}


def test_what_the_topic_or_the_queue_hands_over_twice_is_told_once(announcer: Announcer) -> None:
    outage = announcer.declare()
    announcer.approve(1)
    announcer.delivered(1)
    told = announcer.told()
    message = {"outage_id": outage["id"], "n": 1}
    stack = announcer.desk.stack
    topic = next(t["TopicArn"] for t in stack.aws("sns").list_topics()["Topics"] if "announcements" in t["TopicArn"])
    everybody = {name: {"DataType": "String", "StringValue": "true"} for name in ("emergency", "direct")}
    stack.aws("sns").publish(TopicArn=topic, Message=json.dumps(message), MessageAttributes=everybody)
    deliveries = [item["sk"] for item in announcer.desk.items("outages") if item["pk"].startswith("DELIVERIES#")]
    queue_url = stack.aws("sqs").get_queue_url(QueueName="vipdesk-local-telegram-deliveries")["QueueUrl"]
    for client_id in deliveries:
        body = json.dumps({**message, "client_id": client_id})
        stack.aws("sqs").send_message(QueueUrl=queue_url, MessageBody=body)
    last = Announcer(announcer.desk)  # whoever is told of this one comes after all of that
    last.declare()
    last.approve(1)
    last.delivered(1)
    assert announcer.told() == told
    assert len(announcer.in_the_channel()) == 1


def test_a_deliverer_killed_after_the_send_leaves_an_unknown_and_tells_nobody_twice(announcer: Announcer) -> None:
    stack = announcer.desk.stack
    outage = announcer.declare(level="yellow")  # into the channel now, so that the fault meets a client
    eventually(announcer.in_the_channel)
    announcer.announce("It is worse", level="red")
    eventually(lambda: len(announcer.in_the_channel()) == 2)
    # Several, since the team is shown how the fan-out comes along; each is slow, yet answered before we give up waiting.
    announcer.desk.sandbox("/faults", messenger="telegram", path="sendMessage", delay_ms=5_000, after=True, count=3)
    announcer.approve(2)
    eventually(lambda: _sending_to_vip(announcer.desk, outage["id"]))
    assert stack.kill("deliver-to-vips")
    cut_off = [each for each in _deliveries(announcer.desk, outage["id"]) if each["state"] in ("pending", "sending")]
    for each in cut_off:
        _comes_again(announcer.desk, each)
    eventually(lambda: announcer.report(2)["unknown"] == sum(each["state"] == "sending" for each in cut_off))
    eventually(lambda: announcer.reached_here() <= set(announcer.told()), 60)
    assert max(Counter(announcer.told()).values()) == 1


def test_a_newer_announcement_overtakes_the_one_that_is_on_its_way(announcer: Announcer) -> None:
    """Everybody else waits for the VIPs, who are slow to be told; by then there is news."""
    outage = announcer.declare(level="yellow")  # into the channel now, so that the fault meets a client
    eventually(announcer.in_the_channel)
    announcer.announce("It is worse", level="red")
    eventually(lambda: len(announcer.in_the_channel()) == 2)
    announcer.desk.sandbox("/faults", messenger="telegram", path="sendMessage", delay_ms=3_000, after=True, count=3)
    announcer.approve(2)
    assert eventually(lambda: _sending_to_vip(announcer.desk, outage["id"]))
    announcer.announce("The cause is found", state="identified")
    announcer.approve(3)
    announcer.delivered(3)
    others = announcer.reached_here()
    heard = [call for call in announcer.calls() if call["chat_id"] in others]
    assert sorted(call["chat_id"] for call in heard) == sorted(others)
    assert all("The cause is found" in call["text"] for call in heard)


def test_who_blocked_the_bot_is_reported_and_hears_nothing_of_the_end(announcer: Announcer) -> None:
    desk, blocking = announcer.desk, announcer.desk.stranger()
    desk.say(blocking, f"Hello from {blocking}")
    eventually(lambda: blocking in announcer.clients())
    desk.sandbox("/block", user=blocking)
    announcer.declare()
    announcer.approve(1)
    assert announcer.delivered(1)["failed"]["blocked"] >= 1
    told = announcer.told()
    assert blocking not in told
    desk.sandbox("/block", user=blocking, blocked=False)
    announcer.announce("It works again", state="resolved")
    eventually(lambda: len(announcer.told()) >= 2 * len(told))
    assert sorted(announcer.told()[len(told) :]) == sorted(told)


def _deliveries(desk: Desk, outage_id: str) -> list[Json]:
    found = [item for item in desk.items("outages") if item["pk"].startswith(f"DELIVERIES#{outage_id}#")]
    return [json.loads(item["body"]) for item in found]


def _sending_to_vip(desk: Desk, outage_id: str) -> str | None:
    """The VIP whom a deliverer is writing to just now."""
    found = (each for each in _deliveries(desk, outage_id) if each["state"] == "sending" and each["tier"] == "vip")
    return next((each["client_id"] for each in found), None)


def _comes_again(desk: Desk, cut_off: Json) -> None:
    """As the queue would hand it over in six minutes, when the lease of whoever was sending it is long over."""
    outage_id, n, client_id = (cut_off[name] for name in ("outage_id", "n", "client_id"))
    key = f"DELIVERIES#{outage_id}#{n:04d}#{shard_of(client_id):02d}", client_id
    if cut_off["state"] == "sending":
        over = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        edited(desk, "outages", *key, lambda delivery: delivery.update(lease_until=over))
    queue_url = desk.stack.aws("sqs").get_queue_url(QueueName="vipdesk-local-vip-deliveries")["QueueUrl"]
    body = json.dumps({"outage_id": outage_id, "n": n, "client_id": client_id})
    desk.stack.aws("sqs").send_message(QueueUrl=queue_url, MessageBody=body)


def _out_of_reach(desk: Desk) -> set[int]:
    bodies = [json.loads(item["body"]) for item in desk.items() if item["sk"] == "TICKETS"]
    known = [body["identity"] for body in bodies if not body["reachable"]]
    return {int(identity["user"]) for identity in known if identity["messenger"] == "telegram"}


def _words(english: str) -> Json:
    return {"ru": f"{english} (по-русски)", "en": english}
