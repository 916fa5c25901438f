"""The emergency group as its people see it, for the tests of its dialogue."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from chalicelib.desk.messages import IncomingMessage, IncomingTap, Kind, Sender
from chalicelib.desk.outages import Outage
from chalicelib.store import outages
from chalicelib.store import settings as documents
from chalicelib.store.settings import Document
from chalicelib.use_cases import outage_dialogue, settings
from tests.unit.outages.conftest import EMERGENCY_CHAT, World

Json = dict[str, Any]

MARINA, TIMUR, STRANGER = 500_001, 500_004, 600_009


@dataclass
class Group:
    """The emergency group as its people see it: the message asked last, with its buttons."""

    world: World
    keys: Iterator[int] = field(default_factory=lambda: count(1))

    def say(self, text: str, user: int = MARINA, chat: int = EMERGENCY_CHAT) -> None:
        sender = Sender(str(user), f"User {user}", "en")
        written = IncomingMessage(
            f"m{next(self.keys)}", self.world.bot, str(chat), chat > 0, sender, self.world.now, Kind.TEXT, text
        )
        command = outage_dialogue.command_of(written, "telegram", settings.current())
        assert command, text
        outage_dialogue.receive(written, command, settings.current(), self.world.now)
        self.world.work()

    def tap(self, label: str, user: int = MARINA, message: Json | None = None) -> str:
        """Tap the button that begins so; the words that whoever taps sees."""
        shown = message or self.shown()
        data = next(b["callback_data"] for row in shown["buttons"] for b in row if b["text"].startswith(label))
        return self.tap_data(data, shown["message_id"], user)

    def tap_data(self, data: str, message_id: int, user: int = MARINA) -> str:
        sender = Sender(str(user), f"User {user}", "en")
        tapped = IncomingTap(f"t{next(self.keys)}", self.world.bot, str(EMERGENCY_CHAT), str(message_id), sender, data)
        answer = outage_dialogue.tapped(tapped, settings.current(), self.world.now)
        self.world.work()
        self.world.pass_time(1)
        return answer

    def shown(self) -> Json:
        """The newest message with buttons, as it is by now."""
        chat = next(chat for chat in self.world.sandbox.get("/state")["chats"] if chat["id"] == EMERGENCY_CHAT)
        message = [message for message in chat["messages"] if message.get("reply_markup")][-1]
        buttons = message["reply_markup"]["inline_keyboard"]
        return {"text": message["text"], "buttons": buttons, "message_id": message["message_id"]}

    def labels(self) -> list[str]:
        return [button["text"] for row in self.shown()["buttons"] for button in row]

    def preview(self, title: str = "Sign-in", app: str = "No") -> Json:
        self.say(f"/outage {title}")
        for label in ("🔴", app, "◻️ Sign-in", "➡️", "1 h"):
            self.tap(label)
        return self.shown()


@pytest.fixture
def group(world: World) -> Group:
    people = [
        {"name": "Marina", "token": "marina", "side": "us", "telegram_user_id": MARINA, "manager": True},
        {"name": "Timur", "side": "us", "telegram_user_id": TIMUR},
    ]
    documents.replace_document(Document("announcers", {"people": people, "most_per_side": {"us": 2}}, 2))
    documents.forget()
    return Group(world)


def declared() -> list[Outage]:
    return [outage for _, outage in outages.listed()]
