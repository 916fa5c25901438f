"""Hours of a busy desk in minutes, with everything going wrong that can: every message is there once, every answer reached its
client once, no topic is mixed up. ``make soak``; its figures are in docs/soak.md.

Messages come twice and out of order; messengers refuse, fail, keep silent and break off; workers are killed at random.
"""

import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalicelib.store import outbound
from infra.local.admin import Admin
from infra.local.ports import Ports
from infra.local.running import RunningStack
from infra.local.seed import FURTHER_GROUPS
from infra.local.stack import LocalStack
from tests.signing import signed, with_secret
from tests.soak.updates import MESSENGERS, Json, encoded, text
from tests.stack.conftest import OLEG, Desk, eventually, http

CLIENTS = int(os.environ.get("SOAK_CLIENTS", "200"))
MESSAGES = int(os.environ.get("SOAK_MESSAGES", "5000"))
ANSWERS = MESSAGES // 10
TWICE = LATE = 0.1  # the share of messages that come again, and that come after later ones
GROUPS, SPEED = 4, 60  # how many forums share the clients; how many times faster than real all limits run
KILLED_EVERY_SECONDS, FAULT_EVERY_SECONDS = 15.0, 1.0
PATIENCE_SECONDS = 1800

SENDS = {
    "telegram": ("/sendMessage", "/createForumTopic", "/setMessageReaction"),
    "whatsapp": ("/messages",),
    "vk": ("messages.send",),
    "viber": ("/pa/send_message",),
    "max": ("/messages",),
}
LIMITED = {"status": 429, "headers": {"Retry-After": "1"}, "body": {"ok": False, "parameters": {"retry_after": 1}}}
FAULTS: tuple[Json, ...] = (
    *({"status": 500, "body": {}}, {"status": 503, "body": {}}),
    *(LIMITED, LIMITED),
    *({"drop": True}, {"drop": True}),  # carried out, but the answer breaks off
    *({"drop": True, "after": False}, {"drop": True, "after": False}),  # broken off before it got there
    {"delay_ms": 7_000},  # longer than we wait, and carried out all the same
)


@dataclass(frozen=True)
class Person:
    messenger: str
    user: int

    @property
    def words(self) -> str:
        return f"soak-{self.messenger}-{self.user}"


@dataclass
class Tally:
    """What the soak did, and how it went."""

    brought: Counter[str] = field(default_factory=Counter)
    faults: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Limits are enforced, and both sides of them run at the same speed."""
    made = LocalStack(tmp_path_factory.mktemp("soak"), Ports.free(), limits_speed=SPEED, groups=GROUPS)
    with made as stack:
        found = Desk(stack)
        found.sandbox("/limits", enforce=True, speed=SPEED)
        admin = Admin(stack.api_url, stack.admin_token)
        settings, etag = admin.read("/admin/settings/desk")
        groups = [str(group) for group in FURTHER_GROUPS[: GROUPS - 1]]
        admin.call("PUT", "/admin/settings/desk", {**settings, "groups": groups}, etag)
        yield found


def test_everything_arrives_once_whatever_goes_wrong(desk: Desk) -> None:
    people = [Person(messenger, user) for user in range(CLIENTS // len(MESSENGERS)) for messenger in MESSENGERS]
    chance, tally = random.Random(7), Tally()
    for person in people:
        greet(desk, person)
    topics = eventually(lambda: topics_of(desk, people), PATIENCE_SECONDS) or {}
    with going_wrong(desk.stack, chance, tally):
        with timed(tally, "messages and answers"):
            messages = bring_messages(desk, people, chance, tally)
            answers = bring_answers(desk, topics, chance)
        with timed(tally, "until all was sent"):
            wait_until_quiet(desk)
    found = Findings(desk)
    report(tally, found, desk)
    assert found.missing_messages(messages) == []
    assert found.twice_kept(messages) == []
    assert found.in_a_wrong_topic(messages, topics) == []
    assert found.never_shown(messages) == []
    assert found.unexplained_repeats(messages, answers) == 0
    assert found.never_answered(answers) == []


# What people do


def greet(desk: Desk, person: Person) -> None:
    """Everybody writes first through their messenger, so that it knows them."""
    who = {"viber": f"soak{person.user:04d}==", "whatsapp": f"7900{person.user:07d}"}
    user = who.get(person.messenger, 690_000 + person.user)
    desk.sandbox("/say", messenger=person.messenger, user=user, name=person.words, text=f"{person.words} hello")


def bring_messages(desk: Desk, people: list[Person], chance: random.Random, tally: Tally) -> dict[str, Person]:
    """Each person's messages in turn, but for those that come late, and some twice; whoever is not heard says it again."""
    secrets = {name: str(value) for name, value in desk.stack.webhook_secrets.items()}
    written: dict[str, Person] = {}
    queue: list[tuple[float, Person, str, Json]] = []
    started = time.time()
    for n in range(MESSAGES - len(people)):
        person = people[n % len(people)]
        words = f"{person.words} message {n:05d}."
        body = text(person.messenger, words, person.user, at=started + n / 100)
        written[words] = person
        for _ in range(2 if chance.random() < TWICE else 1):
            place = n + (chance.uniform(len(people), 3 * len(people)) if chance.random() < LATE else 0)
            queue.append((place, person, words, with_secret(person.messenger, body, secrets)))

    def bring(one: tuple[float, Person, str, Json]) -> None:
        _, person, _, body = one
        raw = encoded(body)
        url = f"{desk.stack.api_url}/webhooks/{person.messenger}"
        for _ in range(50):
            status, _ = http("POST", url, raw, signed(person.messenger, raw, secrets))
            tally.brought[f"{status // 100}xx"] += 1
            if status == 200:
                return
        raise AssertionError(f"nobody takes {raw!r}")

    with ThreadPoolExecutor(8) as messengers:
        list(messengers.map(bring, sorted(queue, key=lambda each: each[0])))
    return written


def bring_answers(desk: Desk, topics: dict[Person, tuple[int, int]], chance: random.Random) -> dict[str, Person]:
    """Oleg answers in the topics."""
    written = {}
    for n in range(ANSWERS):
        person = chance.choice(list(topics))
        words, (group, topic) = f"answer {n:05d} to {person.words}.", topics[person]
        desk.sandbox("/say", messenger="telegram", staff=OLEG, chat=group, topic=topic, text=words)
        written[words] = person
    return written


# What goes wrong


@contextmanager
def going_wrong(stack: RunningStack, chance: random.Random, tally: Tally) -> Iterator[None]:
    over = threading.Event()

    def fail() -> None:
        while not over.wait(FAULT_EVERY_SECONDS):
            messenger = chance.choice(MESSENGERS)
            path = chance.choice(SENDS[messenger])
            http("DELETE", f"{stack.sandbox_url}/faults")  # what met nobody must not pile up
            http("POST", f"{stack.sandbox_url}/faults", {"messenger": messenger, "path": path, **chance.choice(FAULTS)})
            tally.faults += 1

    def kill() -> None:
        while not over.wait(KILLED_EVERY_SECONDS):
            function = chance.choice(("outbox", "outbox", "api"))
            tally.kills[function] += stack.kill(function)

    threads = [threading.Thread(target=fail), threading.Thread(target=kill)]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()
    http("DELETE", f"{stack.sandbox_url}/faults")


@contextmanager
def timed(tally: Tally, what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    tally.seconds[what] = round(time.monotonic() - started, 1)


def wait_until_quiet(desk: Desk) -> None:
    """Until nothing is unfinished; what a crash left behind is found by the minute's own check."""
    dynamodb, until = desk.stack.aws("dynamodb"), time.monotonic() + PATIENCE_SECONDS

    def unfinished() -> int:
        shards = ({":shard": {"S": f"OUTBOUND#{shard}"}} for shard in range(outbound.SHARDS))
        asked = {"TableName": "vipdesk-local-desk", "IndexName": "due", "Select": "COUNT"}
        condition = {"KeyConditionExpression": "due_shard = :shard"}
        return sum(dynamodb.query(**asked, **condition, ExpressionAttributeValues=shard)["Count"] for shard in shards)

    while left := unfinished():
        assert time.monotonic() < until, f"{left} still unfinished"
        time.sleep(2)


# What is found afterwards


class Findings:
    def __init__(self, desk: Desk) -> None:
        self.items = desk.items()
        self.calls = [call for call in desk.seen("/calls") if call["status"] == 200]
        bodies = [json.loads(item["body"]) for item in self.items if item["sk"].startswith("MESSAGE#")]
        self.kept = Counter(body["text"] for body in bodies)
        self.outbound = [json.loads(item["body"]) for item in self.items if item["pk"].startswith("OUT#")]
        self.unknowns = sum(each["unknowns"] for each in self.outbound)
        self.failed = Counter(each["reason"] for each in self.outbound if each["state"] in ("failed", "unreachable"))

    def missing_messages(self, written: dict[str, Person]) -> list[str]:
        return [words for words in written if not self.kept[words]]

    def twice_kept(self, written: dict[str, Person]) -> list[str]:
        return [words for words in written if self.kept[words] > 1]

    def never_shown(self, written: dict[str, Person]) -> list[str]:
        shown = self._texts_in_groups()
        return [words for words in written if words not in shown]

    def in_a_wrong_topic(self, written: dict[str, Person], topics: dict[Person, tuple[int, int]]) -> list[str]:
        """Each topic must only show what its own client said."""
        of_topic = {place: person.words for person, place in topics.items()}
        return [
            line
            for place, body in self._in_topics()
            for line in body.splitlines()
            if line in written and written[line].words != of_topic.get(place)
        ]

    def never_answered(self, written: dict[str, Person]) -> list[str]:
        arrived = json.dumps([call["body"] for call in self.calls], ensure_ascii=False)
        return [words for words in written if words not in arrived]

    def unexplained_repeats(self, messages: dict[str, Person], answers: dict[str, Person]) -> int:
        """How many more times things were shown or sent than nobody could tell whether they had been."""
        shown = Counter(line for _, body in self._in_topics() for line in body.splitlines() if line in messages)
        to_clients = Counter(
            words
            for call in self.calls
            for words in answers
            if call["method"] in ("sendMessage", "messages", "messages.send", "send_message", "POST /messages")
            and words in json.dumps(call["body"], ensure_ascii=False)
        )
        repeats = shown.total() - len(shown) + to_clients.total() - len(to_clients)
        return int(max(0, repeats - self.unknowns))

    def _in_topics(self) -> Iterator[tuple[tuple[int, int], str]]:
        for call in self.calls:
            body = call["body"]
            if call["messenger"] == "telegram" and call["method"] == "sendMessage" and body.get("message_thread_id"):
                yield (body["chat_id"], body["message_thread_id"]), str(body["text"])

    def _texts_in_groups(self) -> str:
        return "\n".join(text for _, text in self._in_topics())


def topics_of(desk: Desk, people: list[Person]) -> dict[Person, tuple[int, int]] | None:
    """The group and the topic in which the team sees each; None as long as there is somebody without one."""
    by_words = {f"{person.words} hello": person for person in people}
    shown = ((call, line) for call in desk.calls("sendMessage") for line in call["text"].splitlines())
    found = {
        by_words[line]: (call["chat_id"], call["message_thread_id"])
        for call, line in shown
        if line in by_words and call.get("message_thread_id")
    }
    return found if len(found) == len(people) else None


def report(tally: Tally, found: Findings, desk: Desk) -> None:
    """For docs/soak.md."""
    calls = desk.seen("/calls")
    figures: dict[str, Any] = {
        "clients": CLIENTS,
        "messages": MESSAGES,
        "answers": ANSWERS,
        "webhook calls by answer": dict(tally.brought),
        "faults": tally.faults,
        "workers killed": dict(tally.kills),
        "seconds": tally.seconds,
        "unknowns": found.unknowns,
        "failed": dict(found.failed),
        "calls to messengers": len(calls),
        "of them refused for a limit": sum(call["status"] == 429 for call in calls),
        "of them against a rule": sum(bool(call["violations"]) for call in calls),
    }
    Path("out").mkdir(exist_ok=True)
    Path("out/soak.json").write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps(figures, indent=2, ensure_ascii=False))
