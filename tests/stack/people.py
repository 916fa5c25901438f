"""A client in one of the five messengers, as tests of the running stack use them."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from tests.stack.conftest import Desk, Json, eventually

MESSENGERS = ("telegram", "whatsapp", "vk", "viber", "max")
TELL_LANGUAGES = ("telegram", "max", "viber")


class Person:
    """Somebody nobody has seen before, who has just written; ``topic`` is where the team sees it."""

    language = "en"

    def __init__(self, desk: Desk, messenger: str) -> None:
        self.desk, self.messenger = desk, messenger
        number = desk.stranger()
        self.user: Any = {"whatsapp": f"7900{number}", "viber": f"viber-{number}=="}.get(messenger, number)
        self.says(f"Question {number} in {messenger}")
        self.topic = desk.topic_with(f"Question {number} in {messenger}")

    def says(self, text: str) -> None:
        language = {"language_code": self.language} if self.messenger in TELL_LANGUAGES else {}
        who = {"messenger": self.messenger, "user": self.user, "name": f"Client {self.user}", **language}
        self.desk.sandbox("/say", **who, text=text)

    @property
    def chat(self) -> str:
        """The partition of their conversation."""
        return f"CHAT#{self.messenger}:{self.desk.stack.accounts[self.messenger]}:{self.user}"

    @property
    def client_id(self) -> str:
        return str(eventually(self._tickets)[-1]["client_id"])

    @property
    def newest_ticket(self) -> str:
        """Its id."""
        return str(eventually(self._tickets)[-1]["id"])

    def _tickets(self) -> list[Json]:
        found = self.desk.of_conversation(self.user, "TICKET#", self.messenger)
        return sorted(found, key=lambda ticket: str(ticket["id"]))

    def taps(self, data: str, at_once: int = 1) -> Any:
        """The button with this data under the newest message that has it; ``at_once`` is how often. What they are told then."""
        shown = self.shown(data)
        button = re.findall(rf"[\w.:/-]*{re.escape(data)}", json.dumps(shown))[0]
        message_id = shown.get("message_id", shown.get("id"))
        where = {"chat": self.user} if self.messenger == "telegram" else {}
        fields = {"user": self.user, "message_id": message_id, "button": button, **where}
        if self.messenger == "viber" and at_once > 1:  # its keyboard is gone after a tap, which is a text
            tap: Callable[[], Any] = partial(self.says, button)
        else:
            tap = partial(self.desk.sandbox, "/tap", messenger=self.messenger, **fields)
        with ThreadPoolExecutor(at_once) as fingers:
            words = list(fingers.map(lambda _: tap(), range(at_once)))
        eventually(self._is_heard)
        return words[-1]

    def _is_heard(self) -> bool:
        """Whether the desk has taken whatever there was."""
        seen = self.desk.seen("/state")
        return not {"telegram": seen, **seen["messengers"]}[self.messenger]["webhook"]["pending"]

    def told(self, words: str) -> int:
        """How many messages of theirs say so."""
        return sum(words in json.dumps(message, ensure_ascii=False) for message in self.messages())

    def shown(self, data: str) -> Json:
        return eventually(lambda: next((each for each in reversed(self.messages()) if data in json.dumps(each)), {}))

    def messages(self) -> list[Json]:
        if self.messenger == "telegram":
            return self.desk.chat(self.user)
        if self.messenger == "viber":  # its keyboard is no part of a message that is shown
            return [call for call in self.desk.calls("send_message") if call["receiver"] == self.user]
        chats = self.desk.seen("/state")["messengers"][self.messenger]["chats"]
        found = (chat for chat in chats if str(self.user) in json.dumps(chat))
        return [message for chat in found for message in chat["messages"]]
