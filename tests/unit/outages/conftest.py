"""The way of an announcement in one process: AWS in memory with the topic's real filters, and the sandbox for Telegram."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.desk.announcements import Kind, Level, State
from chalicelib.desk.clients import Client, Conversation, Identity, Tier
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.messages import Author
from chalicelib.desk.outage_life import Declaration, Update
from chalicelib.desk.outages import Outage
from chalicelib.desk.tallies import Report, Tally, report
from chalicelib.store import clients, conversations, outages
from chalicelib.store import deliveries as plans
from chalicelib.store import settings as documents
from chalicelib.store.environment import environment
from chalicelib.store.settings import Document
from chalicelib.store.table import OutageItem, commit, decode
from chalicelib.use_cases import (
    announcing,
    counting,
    delivering,
    dispatch,
    emergency_channel,
    minute_check,
    outage_report,
    planning,
    rounds,
    settings,
)
from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from infra.template.topics import FILTERS
from tests.unit.conftest import ACCOUNT, QUEUES, TOPIC_ARN, boto

Json = dict[str, Any]

DELIVERIES = [name for name in QUEUES if name.endswith("_DELIVERIES_QUEUE_URL") and not name.startswith("VIP")]
MARINA, OLEG = Author("token:marina", "marina"), Author("token:oleg", "oleg")
EMERGENCY_CHAT = -1_001_000_000_002


@dataclass
class World:
    """Subscribers of the topic are queues here; ``work`` lets everybody do what is waiting. ``now`` is where the clock of
    deliverers and of the minute's check stands."""

    sandbox: RunningSandbox
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def bot(self) -> str:
        return str(self.sandbox.config.telegram.bot.id)

    def client(self, user: int, tier: Tier = Tier.EVERYONE, language: str = "en") -> Client:
        identity = Identity("telegram", self.bot, str(user))
        client = Client(
            f"c{user}", f"Person {user}", self.now, tier, language, identities=(identity,), current=identity
        )
        commit(
            clients.client_item(client),
            conversations.conversation_item(Conversation(identity, str(user), client.id, language)),
        )
        return client

    def also_in(self, client: Client, messenger: str, user: str) -> Client:
        """The client writes in this messenger too, and did so last."""
        identity = Identity(messenger, "acc", user)
        known = clients.client_by_id(client.id)
        after = replace(known, identities=(*known.identities, identity), current=identity)
        commit(clients.client_item(after), conversations.conversation_item(Conversation(identity, user, client.id)))
        return after

    def declare(self, **said: Any) -> Outage:
        """A serious outage that the product cannot show, unless said otherwise."""
        declaration = Declaration(
            **{
                "title": "Sign-in",
                "kind": Kind.OUTAGE,
                "level": Level.RED,
                "text": {"ru": "Вход не работает", "en": "Signing in does not work"},
                "in_app": False,
                **said,
            }
        )
        return announcing.declare(declaration, MARINA, settings.current(), self.now)

    def announce(self, outage: Outage, english: str, **changes: Any) -> Outage:
        update = Update({"ru": english, "en": english}, changes)
        return announcing.announce(outage.id, update, MARINA, settings.current(), self.now)

    def resolve(self, outage: Outage) -> Outage:
        return self.announce(outage, "It works again", state=State.RESOLVED)

    def approve(self, outage: Outage) -> None:
        announcing.approve(outage.id, outages.outage(outage.id).latest.n, OLEG, settings.current(), self.now)

    def check(self, after: timedelta = timedelta()) -> None:
        self.now += after
        minute_check.run(self.now, lambda: 60.0)

    def work(self) -> None:
        while any((self.hear(), self.deliver(), self.outbox())):
            pass

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def hear(self, copies: int = 1) -> int:
        """Let the emergency channel and the planner hear what the topic has for them."""
        heard = [json.loads(body["Message"]) for body in _taken("EmergencyChannel")]
        planned = planners_asked()
        for message in heard * copies:
            emergency_channel.post(message["outage_id"], message["n"], self.now)
        for message in planned * copies:
            self.plan(message)
        counters = counters_asked()
        for message in counters * copies:
            self.count(message)
        gone_round = [json.loads(body["Message"]) for body in _taken("OutageTickets")]
        for message in gone_round * copies:
            rounds.go_on(message["outage_id"], message["round"], lambda: 60.0, lambda: self.now)
        return len(heard) + len(planned) + len(counters) + len(gone_round)

    def plan(self, message: Json) -> None:
        about = message["outage_id"], message["n"]
        planning.plan(*about, lambda: 60.0, lambda: self.now, head_start_seconds=0, only=message["only"])

    def count(self, message: Json, seconds_left: float = 60.0) -> None:
        about = message["outage_id"], message["n"]
        counting.go_on(*about, lambda: seconds_left, lambda: self.now, only=message["only"])

    def deliver(self, copies: int = 1) -> int:
        """Let deliverers work, VIPs' first. What has to wait is put back."""
        done = 0
        for name in ("VIP_DELIVERIES_QUEUE_URL", *DELIVERIES):
            waiting = list(_taken(QUEUES[name]))
            for body in waiting * copies:
                seconds = delivering.deliver(
                    **body, time_left=lambda: 60.0, clock=lambda: self.now, sleep=self.pass_time
                )
                if seconds is not None:
                    boto("sqs").send_message(QueueUrl=_url(QUEUES[name]), MessageBody=json.dumps(body))
                else:
                    done += 1
        return done

    def outbox(self) -> int:
        nudged = {body["destination"] for body in _taken(QUEUES["OUTBOX_QUEUE_URL"])}
        for destination in nudged:
            dispatch.drain(destination, lambda: 60.0, lambda: self.now)
        return len(nudged)

    def calls(self) -> list[Json]:
        return [call["body"] for call in self.sandbox.get("/calls") if call["method"] == "sendMessage"]

    def told(self) -> list[int]:
        """Whom Telegram was asked to write to in private, in this order."""
        return [call["chat_id"] for call in self.calls() if call["chat_id"] > 0]

    def texts_to(self, chat: int) -> list[str]:
        return [call["text"] for call in self.calls() if call["chat_id"] == chat]

    def fault(self, **fault: Any) -> None:
        self.sandbox.post("/faults", messenger="telegram", **fault)


def planners_asked() -> list[Json]:
    """What the topic has for planners, taken away."""
    return [json.loads(body["Message"]) for body in _taken("Planner")]


def counters_asked() -> list[Json]:
    """What the topic has for counters, taken away."""
    return [json.loads(body["Message"]) for body in _taken("AudienceCounter")]


def report_of(outage_id: str, n: int) -> Report:
    """As it is given away; what was counted is what there is."""
    found = outage_report.of(outage_id).announcements[n - 1][1]
    assert found
    assert found == recounted(outage_id, n)
    return found


def deliveries_of(outage_id: str, n: int) -> list[Delivery]:
    """All of an announcement, as nobody in the product reads them."""
    here = OutageItem.pk.startswith(f"DELIVERIES#{outage_id}#{n:04d}#")
    return [decode(item, Delivery) for item in OutageItem.scan(here)]


def recounted(outage_id: str, n: int) -> Report:
    """What the report must say, whatever was counted."""
    found = [replace(delivery, counted="") for delivery in deliveries_of(outage_id, n)]
    everything = Tally(outage_id, n, 0).counting(found)
    planned = all(segment.finished for segment in plans.segments(outage_id, n))
    approved_at = outages.announcement(outage_id, n).approved_at
    assert approved_at
    return report([everything], approved_at, planned=planned)


def waiting_at(subscriber: str) -> int:
    return len(list(_taken(subscriber)))


def _url(queue: str) -> str:
    return f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{queue}"


def _taken(queue: str) -> Iterator[Json]:
    sqs = boto("sqs")
    while batch := sqs.receive_message(QueueUrl=_url(queue), MaxNumberOfMessages=10).get("Messages", []):
        for message in batch:
            sqs.delete_message(QueueUrl=_url(queue), ReceiptHandle=message["ReceiptHandle"])
            yield json.loads(message["Body"])


@pytest.fixture
def world(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name, wanted in FILTERS.items():
        boto("sqs").create_queue(QueueName=name)
        boto("sns").subscribe(
            TopicArn=TOPIC_ARN,
            Protocol="sqs",
            Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}",
            Attributes={"FilterPolicy": json.dumps(wanted)} if wanted else {},
        )
    assert environment().announcements_topic_arn == TOPIC_ARN
    with running_sandbox(demo_config()) as sandbox:
        sandbox.post("/limits", enforce=False)
        for messenger in ("telegram", "whatsapp", "vk", "viber", "max"):
            monkeypatch.setenv(f"{messenger.upper()}_API_URL", sandbox.api_url(messenger))
        made = World(sandbox)
        boto("ssm").put_parameter(
            Name="/vipdesk/test/telegram_token",
            Value=sandbox.config.telegram.token,
            Overwrite=True,
            Type="SecureString",
        )
        desk = {
            "account": made.bot,
            "group": str(sandbox.config.chats.desk.id),
            "language": "en",
            "emergency_chat": str(EMERGENCY_CHAT),
        }
        documents.replace_document(Document("desk", desk, 1))
        people = [{"name": "Marina", "token": "marina", "side": "us"}]
        documents.replace_document(Document("announcers", {"people": people, "most_per_side": {"us": 1}}, 1))
        documents.replace_document(Document("components", ["Sign-in", "Reports"], 1))
        yield made
