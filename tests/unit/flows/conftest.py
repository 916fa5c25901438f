"""The desk in one process: AWS in memory, the messenger sandbox over real HTTP, and a clock that tests move."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from chalicelib.desk.clients import Client, Conversation, Identity, Tier
from chalicelib.desk.tickets import Ticket
from chalicelib.store import clients, conversations, settings
from chalicelib.store.environment import environment
from chalicelib.store.settings import Document
from chalicelib.store.table import commit
from chalicelib.use_cases import dispatch, intake, minute_check
from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from tests.unit.conftest import SECRETS, boto

Json = dict[str, Any]

MANAGER, SUPPORT = 500_001, 500_002
SENDER = 600_003  # somebody who is in no test, and sends what others are said to have sent
START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # a Monday, 13:00 in Moscow


@dataclass
class World:
    """What a test sees and does. ``now`` moves only when a test moves it."""

    sandbox: RunningSandbox
    now: datetime = START
    updates: Iterator[int] = field(default_factory=lambda: count(1000))

    @property
    def bot(self) -> str:
        return str(self.sandbox.config.telegram.bot.id)

    @property
    def group(self) -> str:
        return str(self.sandbox.config.chats.desk.id)

    def person(self, user: int) -> Json:
        return {"id": user, "is_bot": False, "first_name": f"Person {user}", "language_code": "en"}

    def update(self, **what: Any) -> Json:
        return {"update_id": next(self.updates), **what}

    def private(self, user: int, message_id: int, text: str | None = "Hello", **more: Any) -> Json:
        """A client's message, as Telegram tells it."""
        chat = {"id": user, "type": "private", "first_name": "x"}
        message = {"message_id": message_id, "from": self.person(user), "chat": chat, "date": int(self.now.timestamp())}
        return self.update(message={**message, **({"text": text} if text is not None else {}), **more})

    def in_topic(self, staff: int, thread: str, message_id: int, text: str) -> Json:
        """What a member of the team writes in a topic."""
        root = {"message_id": int(thread), "date": 0, "chat": {"id": int(self.group), "type": "supergroup"}}
        return self.update(
            message={
                "message_id": message_id,
                "from": self.person(staff),
                "chat": {"id": int(self.group), "type": "supergroup", "is_forum": True},
                "date": int(self.now.timestamp()),
                "message_thread_id": int(thread),
                "is_topic_message": True,
                "reply_to_message": root,
                "text": text,
            }
        )

    def tap(self, user: int, chat: int | str, message_id: str, data: str) -> Json:
        message = {"message_id": int(message_id), "chat": {"id": int(chat), "type": "private"}, "date": 1}
        return self.update(
            callback_query={
                "id": f"tap{next(self.updates)}",
                "from": self.person(user),
                "message": message,
                "data": data,
            }
        )

    def receive(self, update: Json | bytes, secret: str = SECRETS["telegram_webhook_secret"]) -> intake.Answer:
        raw = update if isinstance(update, bytes) else json.dumps(update).encode()
        return intake.receive("telegram", raw, {"x-telegram-bot-api-secret-token": secret}, self.now)

    def media(self, kind: str, **more: Any) -> Json:
        """The field of a message that carries something of this kind, which Telegram has."""
        message_id = self.sandbox.post("/say", user=SENDER, media={"kind": kind, **more})["message_id"]
        chat = next(chat for chat in self.sandbox.get("/state")["chats"] if chat["id"] == SENDER)
        message = next(message for message in chat["messages"] if message["message_id"] == message_id)
        return {name: message[name] for name in (kind, "document", "location") if name in message}

    def nudged(self) -> list[str]:
        """Destinations of the nudges on the queue, which this takes off it."""
        sqs, url = boto("sqs"), environment().outbox_queue_url
        found: list[str] = []
        while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in batch:
                found.append(json.loads(message["Body"])["destination"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def drain(self, destination: str) -> dispatch.Wait | None:
        return dispatch.drain(destination, lambda: 60.0, lambda: self.now)

    def deliver(self) -> None:
        """Let the outbox work until nothing is nudged any more. A short wait passes at once."""
        while destinations := self.nudged():
            for destination in dict.fromkeys(destinations):
                for _ in range(20):
                    if (wait := self.drain(destination)) is None:
                        break
                    self.now += timedelta(seconds=wait.seconds + 0.001)

    def check(self) -> dict[str, int]:
        return minute_check.run(self.now, lambda: 60.0)

    def calls(self, method: str) -> list[Json]:
        return [call["body"] for call in self.sandbox.get("/calls") if call["method"] == method]

    def texts_to(self, chat: int | str) -> list[str]:
        return [call["text"] for call in self.calls("sendMessage") if str(call["chat_id"]) == str(chat)]

    def ticket(self, user: int) -> Ticket:
        ticket = conversations.head(self.identity(user)).ticket
        assert ticket is not None
        return ticket

    def client(self, user: int) -> Client:
        return clients.client_by_id(self.ticket(user).client_id)

    def thread(self, user: int) -> str:
        topic = self.client(user).topic
        assert topic is not None
        return topic.thread

    def identity(self, user: int) -> Identity:
        return Identity("telegram", self.bot, str(user))

    def register_vip(self, user: int, name: str = "Anna Volkova") -> Client:
        identity = self.identity(user)
        client = Client(
            id=f"vip{user}",
            name=name,
            created_at=self.now,
            tier=Tier.VIP,
            company="Acme",
            identities=(identity,),
            current=identity,
            language="en",
        )
        commit(
            clients.client_item(client), conversations.conversation_item(Conversation(identity, str(user), client.id))
        )
        return client


@pytest.fixture
def world(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with running_sandbox(demo_config()) as sandbox:
        sandbox.post("/limits", enforce=False)
        monkeypatch.setenv("TELEGRAM_API_URL", sandbox.api_url("telegram"))
        made = World(sandbox)
        boto("ssm").put_parameter(
            Name="/vipdesk/test/telegram_token",
            Value=sandbox.config.telegram.token,
            Overwrite=True,
            Type="SecureString",
        )
        desk = {"account": made.bot, "group": made.group, "language": "en", "emergency_chat": "-1"}
        staff = [
            {"id": "marina", "name": "Marina", "role": "manager", "telegram_user_id": MANAGER},
            {"id": "oleg", "name": "Oleg", "role": "support", "telegram_user_id": SUPPORT},
        ]
        settings.replace_document(Document("desk", desk, 1))
        settings.replace_document(Document("staff", {"members": staff}, 1))
        yield made
