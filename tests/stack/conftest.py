"""The desk as a test uses it on the running stack: people who write, a team that answers, and what Telegram was told."""

import itertools
import json
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from infra.local.running import RunningStack

Json = dict[str, Any]
T = TypeVar("T")

PATIENCE_SECONDS = 30
MARINA, OLEG = 500_001, 500_002  # the demo's manager and support
ANNA = 600_001  # the demo's VIP

UNANSWERED = 100  # of the newest calls, some may still be waiting for their answer

_known_calls: defaultdict[str, list[Json]] = defaultdict(list)  # by the sandbox they were made to
_strangers = itertools.count(610_000)
_message_ids = itertools.count(1_000)


def eventually(what: Callable[[], T], patience_seconds: float = PATIENCE_SECONDS) -> T:
    """The first truthy answer of ``what``; fails with the last one when none comes in time."""
    until = time.monotonic() + patience_seconds
    while not (found := what()):
        if time.monotonic() > until:
            raise AssertionError(f"Still {found!r} after {patience_seconds} s")
        time.sleep(0.05)
    return found


def http(method: str, url: str, body: Any = None, headers: Json | None = None) -> tuple[int, bytes]:
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@dataclass(frozen=True)
class Desk:
    stack: RunningStack

    @property
    def group(self) -> int:
        return self.stack.telegram["desk_chat_id"]

    def sandbox(self, path: str, /, **body: Any) -> Json:
        status, answer = http("POST", self.stack.sandbox_url + path, body)
        assert status < 300, answer
        found: Json = json.loads(answer or b"{}")
        return found

    def seen(self, path: str) -> Any:
        """What the sandbox tells about itself: ``/calls``, ``/state``."""
        return json.loads(http("GET", self.stack.sandbox_url + path)[1])

    def stranger(self) -> int:
        """A client nobody has seen before."""
        return next(_strangers)

    def say(self, user: int, text: str, **more: Any) -> Json:
        return self.sandbox(
            "/say", messenger="telegram", user=user, name=f"Client {user}", text=text, language_code="en", **more
        )

    def write_in(self, topic: int, text: str, staff: int = OLEG) -> Json:
        return self.sandbox("/say", messenger="telegram", staff=staff, topic=topic, text=text)

    def tap(self, chat: int, message_id: int, button: str, staff: int = OLEG) -> str:
        """The words that whoever taps sees."""
        who = {"user": chat} if chat > 0 and chat not in (MARINA, OLEG) else {"staff": staff}
        answer = self.sandbox("/tap", messenger="telegram", chat=chat, message_id=message_id, button=button, **who)
        return str(answer["text"])

    def webhook(self, update: Json | bytes, secret: str | None = None) -> int:
        """Post an update as Telegram would; the status."""
        secret = secret or str(self.stack.webhook_secrets["telegram"])
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        return http("POST", f"{self.stack.api_url}/webhooks/telegram", update, headers)[0]

    def update(self, user: int, text: str, at: datetime | None = None) -> Json:
        """A client's message of its own time, for what ``/say`` cannot do: the past, and several at once."""
        person = {"id": user, "is_bot": False, "first_name": f"Client {user}", "language_code": "en"}
        number = next(_message_ids)
        message = {
            "message_id": number,
            "from": person,
            "chat": {"id": user, "type": "private", "first_name": person["first_name"]},
            "date": int((at or datetime.now(UTC)).timestamp()),
            "text": text,
        }
        return {"update_id": 900_000 + number, "message": message}

    def all_calls(self) -> list[Json]:
        """Every call so far, oldest first; only the newest are asked for again, since a question comes often."""
        known = _known_calls[self.stack.sandbox_url]
        del known[-UNANSWERED:]
        known += self.seen(f"/calls?since={known[-1]['n'] if known else 0}")
        return known

    def calls(self, method: str, **fields: Any) -> list[Json]:
        """What Telegram was told, and took, with these parameters."""
        return [
            call["body"]
            for call in self.all_calls()
            if call["method"] == method
            and call["status"] == 200
            and all(call["body"].get(name) == value for name, value in fields.items())
        ]

    def texts_to(self, chat: int, topic: int | None = None) -> list[str]:
        thread = {"message_thread_id": topic} if topic else {}
        return [call["text"] for call in self.calls("sendMessage", chat_id=chat, **thread)]

    def topic_with(self, text: str) -> int:
        """The topic in which the team sees ``text``."""

        def found() -> int | None:
            return next((call["message_thread_id"] for call in self.calls("sendMessage", text=text)), None)

        topic = eventually(found)
        assert topic is not None
        return topic

    def chat(self, chat_id: int) -> list[Json]:
        """The messages of a chat as its people see them, oldest first."""
        found: list[Json] = next(chat["messages"] for chat in self.seen("/state")["chats"] if chat["id"] == chat_id)
        return found

    def admin(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        """Ask the admin endpoint; fails unless it is a 2xx."""
        headers = {"Authorization": f"Bearer {token or self.stack.admin_token}"}
        status, answer = http(method, self.stack.api_url + path, body, headers)
        assert 200 <= status < 300, answer
        return json.loads(answer or b"null")

    def settle(self, name: str, document: Any) -> None:
        """Replace a settings document. Functions know of it within a minute."""
        url = f"{self.stack.api_url}/admin/settings/{name}"
        token = {"Authorization": f"Bearer {self.stack.admin_token}"}
        with urllib.request.urlopen(urllib.request.Request(url, headers=token), timeout=30) as now:
            headers = {**token, "If-Match": now.headers["ETag"]}
        assert http("PUT", url, document, headers)[0] == 200

    def card(self, topic: int) -> int:
        """The message that is pinned in a topic."""
        pins: list[int] = [call["message_id"] for call in self.calls("pinChatMessage")]
        return next(pin for pin in pins if self._thread_of(pin) == topic)

    def _thread_of(self, message_id: int) -> int | None:
        found = next((message for message in self.chat(self.group) if message["message_id"] == message_id), None)
        return found["message_thread_id"] if found else None

    def items(self, table: str = "desk") -> list[Json]:
        """Everything in a table, as plain JSON: tests may scan, the product may not."""
        pages = self.stack.aws("dynamodb").get_paginator("scan").paginate(TableName=f"vipdesk-local-{table}")
        return [
            {name: next(iter(value.values())) for name, value in item.items()}
            for page in pages
            for item in page["Items"]
        ]

    def of_conversation(self, user: Any, kind: str, messenger: str = "telegram") -> list[Json]:
        """What the store holds of somebody's conversation: ``TICKETS``, ``TICKET#``, ``MESSAGE#``."""
        chat = f"CHAT#{messenger}:{self.stack.accounts[messenger]}:{user}"
        found = self.stack.aws("dynamodb").query(
            TableName="vipdesk-local-desk",
            KeyConditionExpression="pk = :chat AND begins_with(sk, :kind)",
            ExpressionAttributeValues={":chat": {"S": chat}, ":kind": {"S": kind}},
            ConsistentRead=True,
        )
        return [json.loads(item["body"]["S"]) for item in found["Items"]]


@pytest.fixture(scope="module")
def calls_before(stack: RunningStack) -> int:
    """How many calls messengers had had before the tests of this module: those of others may break rules on purpose."""
    calls = json.loads(http("GET", f"{stack.sandbox_url}/calls")[1])
    return int(calls[-1]["n"]) if calls else 0


@pytest.fixture
def desk(stack: RunningStack) -> Iterator[Desk]:
    """Telegram's limits are off unless a test is about them: one group would have to serve all tests."""
    made = Desk(stack)
    made.sandbox("/limits", enforce=False)
    yield made
    http("DELETE", f"{stack.sandbox_url}/faults")
