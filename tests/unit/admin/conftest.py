"""The admin endpoint as its callers see it: requests in, answers out, AWS in memory."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from chalice import Chalice
from chalice.test import Client

from app import app
from chalicelib.store import settings
from chalicelib.store.settings import Document, Token
from chalicelib.store.table import commit

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
        with Client(self.app) as client:
            response = client.http.request(method, path, headers=sent, body=raw)
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
