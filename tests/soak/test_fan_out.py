"""An announcement to ten thousand people of five messengers, with everything going wrong that can: told, failed, unknown and
opted out are all, and nobody hears it twice. ``make soak``; ``SOAK_RECIPIENTS``, ``SOAK_KILLS`` and ``SOAK_LATE`` make it less.
Figures are in docs/soak.md.

One in twenty has shut us out, one send in fifty is answered too late, the messengers refuse for limits, workers are killed.
"""

import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.json import decode as decode_json

from chalicelib.desk import tallies
from chalicelib.desk.clients import Client, Conversation, Identity, Tier
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.identifiers import new_id
from chalicelib.desk.policies import DEFAULT_POLICIES
from chalicelib.desk.tallies import Tally
from chalicelib.desk.tickets import Ticket
from chalicelib.store import clients, conversations
from chalicelib.store.table import Item
from infra.local.ports import Ports
from infra.local.running import RunningStack
from infra.local.stack import LocalStack
from tests.soak.test_soak import LIMITED, SENDS
from tests.soak.updates import MESSENGERS, Json
from tests.stack.conftest import Desk, eventually, http

RECIPIENTS = int(os.environ.get("SOAK_RECIPIENTS", "10000"))
EACH = RECIPIENTS // len(MESSENGERS)
SHUT_EVERY, OPTED_OUT_EVERY, VIP_EVERY, MISFORTUNE_EVERY = 20, 50, 25, 40
KILLS, LATE_SECONDS = int(os.environ.get("SOAK_KILLS", "6")), 7
LATE_OF_FIVE = int(os.environ.get("SOAK_LATE", "4"))  # of five misfortunes; the others are refusals for a limit
PATIENCE_SECONDS = 1500
TALKING = 5  # with the team, before and beside it


@dataclass
class Misfortunes:
    late: int = 0
    limited: int = 0
    killed: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    answers: dict[str, list[float]] = field(default_factory=dict)

    @property
    def ordered(self) -> int:
        return self.late + self.limited


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """At the messengers' real limits, on both sides."""
    with LocalStack(tmp_path_factory.mktemp("fan-out"), Ports.free(), limits_speed=1) as stack:
        found = Desk(stack)
        found.sandbox("/limits", enforce=True, speed=1)
        yield found


def test_ten_thousand_hear_it_once_whatever_goes_wrong(desk: Desk) -> None:
    users = {messenger: gather(desk, messenger) for messenger in MESSENGERS}
    register(desk.stack, users)
    misfortunes, talking = Misfortunes(), [opened(desk) for _ in range(TALKING)]
    misfortunes.answers = {"alone": [answered(desk, client, "alone") for client in talking]}
    with going_wrong(desk, misfortunes):
        outage = announce(desk)
        eventually(lambda: misfortunes.ordered >= RECIPIENTS // MISFORTUNE_EVERY, PATIENCE_SECONDS)
        misfortunes.answers["beside it"] = [answered(desk, client, "beside it") for client in talking]
        report = eventually(lambda: finished(desk, outage), PATIENCE_SECONDS)
    assert report
    show(desk, report, misfortunes, outage["title"])
    counted = recounted(desk, outage)
    assert {key: report[key] for key in counted} == counted
    everybody = RECIPIENTS + demo_clients(desk)
    accounted = report["told"] + sum(report["failed"].values()) + report["unknown"] + report["opted_out"]
    assert accounted == everybody
    assert report["not_yet"] == report["overtaken"] == 0
    assert twice(desk, outage["title"]) == []
    refused_by_vk = report["failed"].get("not_allowed", 0)  # with an error, but HTTP's 200
    assert arrived_in(desk, outage["title"], "vk") <= report["by_messenger"]["vk"] + refused_by_vk
    assert arrived_in(desk, outage["title"], "max") <= report["by_messenger"]["max"]
    assert report["unknown"] <= misfortunes.killed + misfortunes.late  # a worker has one of them in the air at a time


def opened(desk: Desk) -> int:
    """Somebody who has written, and whose topic is there."""
    client = desk.stranger()
    desk.say(client, f"Hello from {client}")
    eventually(lambda: desk.calls("sendMessage", text=f"Hello from {client}"), PATIENCE_SECONDS)
    return client


def answered(desk: Desk, client: int, words: str) -> float:
    """Seconds from the team's answer until Telegram has it."""
    desk.write_in(desk.topic_with(f"Hello from {client}"), words)
    asked = time.time()
    (call,) = eventually(lambda: [each for each in desk.all_calls() if told(each, client, words)], PATIENCE_SECONDS)
    return round(datetime.fromisoformat(call["at"]).timestamp() - asked, 2)


def told(call: Json, client: int, words: str) -> bool:
    body = call["body"]
    return call["status"] == 200 and (body.get("chat_id"), body.get("text")) == (client, words)


def gather(desk: Desk, messenger: str) -> list[str]:
    found: list[str] = desk.sandbox("/crowd", messenger=messenger, first=800_001, count=EACH, shut_every=SHUT_EVERY)[
        "users"
    ]
    return found


def register(stack: RunningStack, users: dict[str, list[str]]) -> None:
    """As if each had written once: the client, the conversation, and for WhatsApp the ticket that keeps its window open."""
    now, items = datetime.now(UTC), list[Item]()
    for messenger, of_messenger in users.items():
        account = stack.accounts[messenger]
        for n, user in enumerate(of_messenger, 1):
            identity = Identity(messenger, account, user)
            client = Client(
                f"{messenger}{n}",
                f"Person {n} of {messenger}",
                now,
                Tier.VIP if n % VIP_EVERY == 0 else Tier.EVERYONE,
                "en",
                identities=(identity,),
                current=identity,
                opted_out=n % OPTED_OUT_EVERY == 7,
            )
            items.append(clients.client_item(client))
            chat = str(200_000_000 + int(user)) if messenger == "max" else user
            items.append(conversations.conversation_item(Conversation(identity, chat, client.id, "en")))
            if messenger == "whatsapp":
                policy = DEFAULT_POLICIES[-1]
                ticket = Ticket(new_id(now), client.id, client.name, client.tier, identity, now, policy, heard_at=now)
                items += conversations.ticket_items(ticket)
    dynamodb = stack.aws("dynamodb")
    for start in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item.serialize()}} for item in items[start : start + 25]]
        dynamodb.batch_write_item(RequestItems={"vipdesk-local-desk": puts})


def announce(desk: Desk) -> Json:
    title = f"Everything {time.time():.0f}"
    words = {"ru": "Не работает", "en": "It does not work"}
    said = {"title": title, "kind": "outage", "level": "red", "in_app": False, "text": words}
    outage: Json = desk.admin("POST", "/admin/outages", said)
    path = f"/admin/outages/{outage['id']}/announcements/1/approve"
    desk.admin("POST", path, token=desk.stack.approver_token)
    return outage


def finished(desk: Desk, outage: Json) -> Json | None:
    time.sleep(5)
    report: Json = desk.admin("GET", f"/admin/outages/{outage['id']}")["announcements"][0]["delivery"]
    return report if report["planned"] and not report["not_yet"] else None


def recounted(desk: Desk, outage: Json) -> Json:
    """Of the deliveries themselves, what the report says by its counts."""
    bodies = [item["body"] for item in desk.items("outages") if item["pk"].startswith(f"DELIVERIES#{outage['id']}#")]
    found = [replace(decode_json(body, type=Delivery), counted="") for body in bodies]
    report = tallies.report([Tally(outage["id"], 1, 0).counting(found)], datetime.now(UTC), planned=True)
    return {key: getattr(report, key) for key in ("told", "failed", "unknown", "opted_out", "not_yet", "by_messenger")}


@contextmanager
def going_wrong(desk: Desk, done: Misfortunes) -> Iterator[None]:
    """Time-outs and refusals beside the sends, as many as were sent since; a kill now and then, while there is work."""
    over, chance, started = threading.Event(), random.Random(11), time.monotonic()
    late: Json = {"delay_ms": LATE_SECONDS * 1000}
    faults = [late] * LATE_OF_FIVE + [LIMITED] * (5 - LATE_OF_FIVE)

    def fail() -> None:
        while not over.wait(0.5) and done.ordered < RECIPIENTS // MISFORTUNE_EVERY:
            messenger, fault = chance.choice(MESSENGERS), chance.choice(faults)
            where = {"messenger": messenger, "path": SENDS[messenger][0]}
            http("POST", f"{desk.stack.sandbox_url}/faults", {**where, **fault})
            done.late, done.limited = done.late + ("delay_ms" in fault), done.limited + ("status" in fault)

    def kill() -> None:
        while not over.wait(8) and done.killed < KILLS:
            done.killed += desk.stack.kill(chance.choice(("deliver", "deliver", "deliver-to-vips", "planner")))

    threads = [threading.Thread(target=fail), threading.Thread(target=kill)]
    for thread in threads:
        thread.start()
    yield
    done.seconds["until all were told"] = round(time.monotonic() - started, 1)
    over.set()
    for thread in threads:
        thread.join()
    http("DELETE", f"{desk.stack.sandbox_url}/faults")


def demo_clients(desk: Desk) -> int:
    """Who was there before."""
    bodies = [json.loads(item["body"]) for item in desk.items() if item["sk"] == "CLIENT"]
    return len(bodies) - RECIPIENTS


def arrived(desk: Desk, title: str) -> list[Json]:
    """The calls by which a messenger put it into somebody's chat: late ones were carried out too."""
    calls = [call for call in desk.seen("/calls") if title in json.dumps(call["body"], ensure_ascii=False)]
    return [call for call in calls if call["status"] == 200]


def twice(desk: Desk, title: str) -> list[str]:
    """Who got it more than once. VK is told by a number of ours which call repeats another, and shows one; MAX has the
    person in the address, which is not kept, so that of MAX only the sum is compared."""
    names = ("chat_id", "to", "user_id", "receiver")
    counted = Counter[str]()
    for call in arrived(desk, title):
        body, messenger = call["body"], call["messenger"]
        who = next((str(body[name]) for name in names if name in body), None)
        if who and messenger not in ("vk", "max") and who not in map(str, desk.stack.telegram.values()):
            counted[f"{messenger} {who}"] += 1
    return [who for who, n in counted.items() if n > 1]


def arrived_in(desk: Desk, title: str, messenger: str) -> int:
    """How many people it reached there: of the calls with the same number VK shows one."""
    calls = [call["body"] for call in arrived(desk, title) if call["messenger"] == messenger]
    return len({body["random_id"] for body in calls}) if messenger == "vk" else len(calls)


def paces(desk: Desk, title: str) -> Json:
    """How many a second each messenger took, from the first to the last."""
    times = {messenger: list[datetime]() for messenger in MESSENGERS}
    for call in arrived(desk, title):
        times[call["messenger"]].append(datetime.fromisoformat(call["at"]))
    return {
        messenger: round(len(at) / max((max(at) - min(at)).total_seconds(), 1), 2)
        for messenger, at in times.items()
        if at
    }


def show(desk: Desk, report: Json, misfortunes: Misfortunes, title: str) -> None:
    """For docs/soak.md."""
    calls = desk.seen("/calls")
    figures: dict[str, Any] = {
        "recipients": RECIPIENTS,
        "report": report,
        "late": misfortunes.late,
        "limited": misfortunes.limited,
        "killed": misfortunes.killed,
        "a second": paces(desk, title),
        "twice": len(twice(desk, title)),
        "refused for a limit": sum(call["status"] == 429 for call in calls),
        "seconds": misfortunes.seconds,
        "seconds of an answer": misfortunes.answers,
    }
    Path("out").mkdir(exist_ok=True)
    Path("out/fan-out.json").write_text(json.dumps(figures, indent=2))
    print(json.dumps(figures, indent=2))
