"""The admin endpoint as its callers see it: requests in, answers out, AWS in memory."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from chalice import Chalice
from chalice.test import Client as Caller

from app import app
from chalicelib.desk.clients import Client, Conversation, Identity, Tier
from chalicelib.desk.messages import IncomingMessage, Kind, Sender
from chalicelib.desk.tickets import Ticket
from chalicelib.store import clients, conversations, settings
from chalicelib.store.settings import Document, Token
from chalicelib.store.table import commit
from chalicelib.use_cases import client_messages
from chalicelib.use_cases import settings as settings_in_use

STAFF = [
    {"id": "marina", "name": "Marina", "role": "manager", "telegram_user_id": 500_001, "on_duty": False},
    {"id": "oleg", "name": "Oleg", "role": "support", "telegram_user_id": 500_002, "on_duty": False},
]
SCOPES = ("read", "desk", "announce", "approve", "settings", "erase")


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def wrong_fields(self) -> list[str]:
        """The fields a problem names."""
        return [error["field"] for error in self.body.get("errors", [])]


@dataclass(frozen=True)
class Api:
    """``token`` is sent with every request; None sends none."""

    app: Chalice = app
    token: str | None = "everything"

    def get(self, path: str, **headers: str) -> Answered:
        return self.send("GET", path, None, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answered:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answered:
        return self.send("PATCH", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Answered:
        return self.send("PUT", path, body, **headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        """``body``: bytes go as they are, anything else as JSON. Headers are written with underscores."""
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        with Caller(self.app) as caller:
            response = caller.http.request(method, path, headers=sent, body=raw)
        if response.headers.get("Content-Disposition"):
            return Answered(response.status_code, response.headers, response.body)
        text = response.body.decode()
        return Answered(
            response.status_code, response.headers, json.loads(text) if text.startswith(("{", "[")) else text
        )


@pytest.fixture
def api(aws: None) -> Api:
    """A desk whose team has a manager, Marina, and Oleg of the support; the caller may do everything."""
    commit(settings.token_item("everything", Token("operator", SCOPES)))
    desk = {"account": "700000001", "group": "-1001", "language": "en", "emergency_chat": "-1002"}
    settings.replace_document(Document("desk", desk, 1))
    settings.replace_document(Document("staff", {"members": STAFF}, 1))
    return Api()


@dataclass
class Clients:
    """Clients who write. ``now`` moves only when a test moves it; it begins a little in the past."""

    now: datetime
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def registered(self, user: int, tier: Tier = Tier.EVERYONE, name: str = "") -> Client:
        identity = Identity("telegram", "700000001", str(user))
        client = Client(f"c{user}", name or f"Person {user}", self.now, tier, "en", identities=(identity,))
        conversation = Conversation(identity, str(user), client.id, "en")
        commit(clients.client_item(client), conversations.conversation_item(conversation))
        return client

    def writes(self, user: int, text: str = "Hello, the report is empty") -> Ticket:
        message = IncomingMessage(
            external_id=str(next(self.numbers)),
            account="700000001",
            chat=str(user),
            private=True,
            sender=Sender(str(user), f"Person {user}", "en"),
            at=self.now,
            kind=Kind.TEXT,
            text=text,
        )
        client_messages.receive(message, "telegram", settings_in_use.current(), self.now)
        ticket = conversations.head(Identity("telegram", "700000001", str(user))).ticket
        assert ticket is not None
        return ticket


@pytest.fixture
def people(api: Api) -> Clients:
    return Clients(datetime.now(UTC) - timedelta(minutes=10))
