"""The emergency group of the demo, as its announcers see it on the running stack; and the same by a program."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.stack.conftest import MARINA, Desk, Json, eventually, http

TIMUR = 500_004  # the demo's second announcer


class Group:
    """What is announced here has a title of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.chat = desk, desk.stack.telegram["emergency_chat_id"]
        self.title = f"Payments {datetime.now(UTC):%H:%M:%S.%f}"

    def begin(self, command: str = "outage", then: str = "How bad") -> None:
        self.say(f"/{command} {self.title}", then)

    def preview(self, level: str = "🔴", command: str = "outage") -> None:
        """A command and four taps, up to the one that announces: it is about no part, and nobody knows how long it takes."""
        self.begin(command)
        for label, then in (
            (level, "banner is seen"),
            ("No, it", "What does it concern"),
            ("➡️", "How soon"),
            ("Nobody", "Shall we announce it?"),
        ):
            self.tap(label, then)

    def go(self) -> None:
        """Announce what is shown, and approve it as the second person."""
        message_id, go = self.button("📣")
        self.desk.tap(self.chat, message_id, go, MARINA)
        eventually(lambda: self.button("✅ Approve")[0] == message_id)
        self.tap("✅ Approve", "are on their way", TIMUR)

    def say(self, line: str, then: str, staff: int = MARINA) -> None:
        """Until ``then`` is answered."""
        before = len(self.desk.texts_to(self.chat))
        self.desk.sandbox("/say", staff=staff, chat=self.chat, text=line)
        eventually(lambda: any(then in text for text in self.desk.texts_to(self.chat)[before:]))

    def tap(self, label: str, then: str = "", staff: int = MARINA) -> str:
        """Tap the button that begins so, under the newest message about this; until ``then`` is read there. Returns what
        whoever taps sees."""
        words = self.desk.tap(self.chat, *self.button(label), staff)
        eventually(lambda: self._shown(then))
        return words

    def ask(self, button: tuple[int, str]) -> None:
        """Tap a button of whatever message; until what it asks is there in a message of its own."""
        before = self._messages()[-1]["message_id"]
        self.desk.tap(self.chat, *button, MARINA)
        eventually(lambda: self._messages()[-1]["message_id"] > before)

    def button(self, label: str) -> tuple[int, str]:
        """The message that has it, and its data."""
        message = eventually(lambda: self._with_button(label))
        assert message
        rows = message["reply_markup"]["inline_keyboard"]
        found = next(button["callback_data"] for row in rows for button in row if button["text"].startswith(label))
        return message["message_id"], found

    def outage(self) -> Json:
        listed = self.desk.admin("GET", "/admin/outages?limit=100")["items"]
        found = next(outage for outage in listed if outage["title"] == self.title)
        whole: Json = self.desk.admin("GET", f"/admin/outages/{found['id']}")
        return whole

    def delivered(self, n: int) -> Json:
        """The report once everybody has been looked at and nobody waits."""

        def done() -> Json | None:
            found = self.outage()["announcements"][n - 1]["delivery"]
            return found if found["planned"] and not found["not_yet"] else None

        found = eventually(done, 60)
        assert found
        return found

    def declare(self, **more: Any) -> None:
        said = {"title": self.title, "kind": "outage", "level": "red", "in_app": False, "text": words("It is down")}
        self.desk.admin("POST", "/admin/outages", {**said, **more})

    def announce(self, **more: Any) -> None:
        path = f"/admin/outages/{self.outage()['id']}/announcements"
        self.desk.admin("POST", path, {"text": words(f"News of {self.title}"), **more})

    def approve(self, n: int) -> None:
        path = f"/admin/outages/{self.outage()['id']}/announcements/{n}/approve"
        self.desk.admin("POST", path, token=self.desk.stack.approver_token)

    def steer(self, action: str) -> None:
        self.desk.admin("POST", f"/admin/outages/{self.outage()['id']}/fan-out", {"action": action})

    def calls(self) -> list[Json]:
        """What was sent to the group about this."""
        return [call for call in self.desk.calls("sendMessage", chat_id=self.chat) if self.title in call["text"]]

    def in_feed(self) -> Json | None:
        found = json.loads(http("GET", f"{self.desk.stack.status_url}/status.json")[1])["outages"]
        return next((outage for outage in found if outage["title"] == self.title), None)

    def _messages(self) -> list[Json]:
        return [message for message in self.desk.chat(self.chat) if self.title in message.get("text", "")]

    def _shown(self, words: str) -> bool:
        return any(words in message["text"] for message in self._messages())

    def _with_button(self, label: str) -> Json | None:
        for message in reversed(self._messages()):
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            if any(button["text"].startswith(label) for row in rows for button in row):
                return message
        return None


def words(english: str) -> Json:
    return {"ru": f"{english} (по-русски)", "en": english}


@pytest.fixture
def group(desk: Desk) -> Group:
    return Group(desk)


@pytest.fixture
def settle(desk: Desk) -> Iterator[Callable[[str, Json], None]]:
    """Settles a document at once; as it was afterwards."""
    before: dict[str, Json] = {}

    def settled(name: str, document: Json) -> None:
        before.setdefault(name, desk.admin("GET", f"/admin/settings/{name}"))
        desk.settle(name, document)
        desk.stack.renew("api", "planner", "emergency-channel", "deliver-to-vips", "deliver", "service-levels")

    yield settled
    for name, document in before.items():
        settled(name, document)


def refused(desk: Desk, path: str, body: Json | None, status: int, advice: str, token: str = "") -> None:
    """Through the admin endpoint, in words that say what to do."""
    headers = {"Authorization": f"Bearer {token or desk.stack.admin_token}", "Accept-Language": "en"}
    found, answer = http("POST", desk.stack.api_url + path, body, headers)
    assert (found, advice in answer.decode()) == (status, True), answer
