"""A client who was asked how it went, and the page as their browser gets it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.test import Client

from app import app
from chalicelib.desk.clients import Client as Person
from chalicelib.desk.clients import Conversation, Identity
from chalicelib.desk.messages import Author, IncomingMessage, Kind, Sender
from chalicelib.desk.surveys import Invitation
from chalicelib.store import clients, conversations, outbound, settings, voice
from chalicelib.store.settings import Document
from chalicelib.store.table import commit
from chalicelib.use_cases import client_messages, console, invitations
from chalicelib.use_cases import settings as settings_in_use

IDENTITY = Identity("telegram", "700000001", "600001")


@dataclass(frozen=True)
class Shown:
    status: int
    headers: dict[str, str]
    html: str


@dataclass(frozen=True)
class Survey:
    invitation_id: str
    path: str

    @property
    def answer(self) -> Invitation:
        return voice.invitation(self.invitation_id)

    def get(self, query: str = "", method: str = "GET", **headers: str) -> Shown:
        return self._send(method, query, b"", headers)

    def post(self, query: str = "", raw: bytes | None = None, **fields: Any) -> Shown:
        body = raw if raw is not None else urlencode(fields, doseq=True).encode()
        return self._send("POST", query, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def _send(self, method: str, query: str, body: bytes, headers: dict[str, str]) -> Shown:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        with Client(app) as client:
            response = client.http.request(method, self.path + query, headers=sent, body=body)
        return Shown(response.status_code, response.headers, response.body.decode())

    def expire(self) -> None:
        """Its time is over."""
        found = self.answer
        commit(voice.invitation_item(replace(found, expires_at=datetime.now(UTC) - timedelta(seconds=1))))


@pytest.fixture
def survey(aws: None) -> Survey:
    """A ticket was closed a moment ago; the client reads English."""
    return asked("en")


def asked(language: str) -> Survey:
    staff = [{"id": "marina", "name": "Marina", "role": "manager", "telegram_user_id": 500_001}]
    settings.replace_document(Document("staff", {"members": staff}, 1))
    settings.replace_document(Document("desk", {"account": "700000001", "group": "-1001", "language": "en"}, 1))
    in_use, now = settings_in_use.current(), datetime.now(UTC) - timedelta(seconds=10)
    anna = Person("anna", "Anna", now, language=language, identities=(IDENTITY,), current=IDENTITY)
    conversation = Conversation(IDENTITY, IDENTITY.user, anna.id, language)
    commit(clients.client_item(anna), conversations.conversation_item(conversation))
    sender = Sender(IDENTITY.user, "Anna", language)
    message = IncomingMessage("1", "700000001", IDENTITY.user, True, sender, now, Kind.TEXT, "Help")
    client_messages.receive(message, "telegram", in_use, now)
    ticket = conversations.head(IDENTITY).ticket
    assert ticket is not None
    console.act("close", ticket.id, Author("token:x", "x"), in_use, now + timedelta(seconds=1))
    return Survey(*_invitation(ticket.id))


def _invitation(ticket_id: str) -> tuple[str, str]:
    question = next(item for item in outbound.of_ticket(ticket_id) if item.purpose == "survey")
    invitation_id = question.content.buttons[0][0].data.split(":")[1]
    return invitation_id, "/survey/" + invitations.link(invitation_id).rpartition("/")[2]
