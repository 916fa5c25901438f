"""A client in one of the five messengers, as tests of the running stack use them."""

import json
import re
from typing import Any

from tests.stack.conftest import Desk, Json, eventually

MESSENGERS = ("telegram", "whatsapp", "vk", "viber", "max")
TELL_LANGUAGES = ("telegram", "max", "viber")


class Person:
    """Somebody nobody has seen before, who has just written; ``topic`` is where the team sees it."""

    def __init__(self, desk: Desk, messenger: str) -> None:
        self.desk, self.messenger = desk, messenger
        number = desk.stranger()
        self.user: Any = {"whatsapp": f"7900{number}", "viber": f"viber-{number}=="}.get(messenger, number)
        self.says(f"Question {number} in {messenger}")
        self.topic = desk.topic_with(f"Question {number} in {messenger}")

    @property
    def client_id(self) -> str:
        found = (json.loads(item["body"]) for item in self.desk.items() if item["sk"] == "CLIENT")
        return str(next(client["id"] for client in found if self._is_one_of(client["identities"])))

    def _is_one_of(self, identities: list[Json]) -> bool:
        return any((each["messenger"], each["user"]) == (self.messenger, str(self.user)) for each in identities)

    def says(self, text: str) -> None:
        language = {"language_code": "en"} if self.messenger in TELL_LANGUAGES else {}
        who = {"messenger": self.messenger, "user": self.user, "name": f"Client {self.user}", **language}
        self.desk.sandbox("/say", **who, text=text)

    def taps(self, data: str) -> Json:
        """The button with this data under the newest message that has it."""
        shown = self.shown(data)
        button = re.findall(rf"[\w.:/-]*{re.escape(data)}", json.dumps(shown))[0]
        message_id = shown.get("message_id", shown.get("id"))
        where = {"chat": self.user} if self.messenger == "telegram" else {}
        fields = {"user": self.user, "message_id": message_id, "button": button, **where}
        return self.desk.sandbox("/tap", messenger=self.messenger, **fields)

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
