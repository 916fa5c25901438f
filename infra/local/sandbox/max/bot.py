"""What the sandbox knows of MAX: people, their dialogs, messages, where updates go. Used by the endpoint and by people.py.

Messages are kept in the form in which MAX gives them out.
"""

import asyncio
import time
from dataclasses import dataclass

import msgspec

from infra.local.sandbox.chats import Chat, changed
from infra.local.sandbox.deliveries import Deliveries, Patience
from infra.local.sandbox.max import shown
from infra.local.sandbox.max.config import Max
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json

MESSENGER = "max"

PATIENCE = Patience(
    answer_within_seconds=30,
    delays_seconds=tuple(60 * 2.5**n for n in range(10)),
    gives_up_after_seconds=8 * 3600,
    is_taken=lambda status, _: status == 200,
)
"""https://dev.max.ru/docs-api/methods/POST/subscriptions"""

FIRST_DIALOG = 200_000_000  # a dialog's id is not the person's
FIRST_SEQ = 116_000_000_000_000_000  # beyond 2^53, as MAX's are


class Person(msgspec.Struct):
    user_id: int
    name: str
    locale: str = "ru-RU"
    has_stopped: bool = False

    @property
    def chat_id(self) -> int:
        return FIRST_DIALOG + self.user_id


class Subscription(msgspec.Struct):
    url: str
    time: int
    update_types: list[str] | None = None
    secret: str | None = None


class Upload(msgspec.Struct):
    """A file by its token: MAX's type of it, and what finds it once it came."""

    type: str
    file: str | None = None


class World(msgspec.Struct):
    """``uploads``: by their tokens."""

    people: dict[int, Person] = {}
    uploads: dict[str, Upload] = {}
    messages: dict[str, Json] = {}
    last_seq: int = FIRST_SEQ
    subscription: Subscription | None = None


@dataclass(frozen=True)
class Tap:
    """A pressed button; ``answer`` is what the bot says to it."""

    message_id: str
    answer: asyncio.Future[Json]


def now_ms() -> int:
    return int(time.time() * 1000)


class Bot:
    def __init__(self, config: Max, shared: Shared) -> None:
        self.config = config
        self.world = shared.memory.of_side(MESSENGER, World)
        self.files = shared.files
        self._shared = shared
        if self.world.subscription is None and config.webhook_url:
            self.world.subscription = Subscription(config.webhook_url, now_ms(), None, config.webhook_secret)
        self.deliveries = Deliveries(
            MESSENGER, shared, PATIENCE, self.world.subscription.url if self.world.subscription else ""
        )
        self.taps: dict[str, Tap] = {}
        for client in config.clients:
            self.world.people.setdefault(client.user_id, Person(client.user_id, client.name))

    def subscribe(self, subscription: Subscription | None) -> None:
        self.world.subscription = subscription
        self.deliveries.set_url(subscription.url if subscription else "")

    def tell(self, update_type: str, *about: str, **what: object) -> int | None:
        """Send an update; its number, or None when the bot did not subscribe to such."""
        subscription = self.world.subscription
        if subscription and subscription.update_types and update_type not in subscription.update_types:
            return None
        body = msgspec.json.encode({"update_type": update_type, "timestamp": now_ms(), **what})
        headers = {"Content-Type": "application/json"}
        if subscription and subscription.secret:
            headers["X-Max-Bot-Api-Secret"] = subscription.secret
        return self.deliveries.add(body, headers, *about)

    def post(self, sender: Json, chat_id: int, text: str | None, attachments: list[Json], link: Json | None) -> Json:
        """A new message of a dialog."""
        world = self.world
        world.last_seq += 1
        message: Json = {
            "sender": sender,
            "recipient": {"chat_id": chat_id, "chat_type": "dialog", "user_id": self._other(sender, chat_id)},
            "timestamp": now_ms(),
            "body": {
                "mid": f"mid.{chat_id:016x}{world.last_seq:016x}",
                "seq": world.last_seq,
                "text": text,
                "attachments": attachments or None,
            },
        }
        if link:
            message["link"] = link
        world.messages[message["body"]["mid"]] = message
        self.changed(message)
        return message

    def _other(self, sender: Json, chat_id: int) -> int:
        return chat_id - FIRST_DIALOG if sender["is_bot"] else self.config.user_id

    def changed(self, message: Json) -> None:
        person = self.in_chat(message["recipient"]["chat_id"])
        if person:
            self.person_changed(person)

    def person_changed(self, person: Person) -> None:
        self._shared.memory.changed()
        self._shared.events.publish(changed(MESSENGER, self.chat_shown(person)))

    def me(self) -> Json:
        return user_json(self.config.user_id, self.config.name, is_bot=True)

    def person_json(self, person: Person) -> Json:
        return user_json(person.user_id, person.name)

    def in_chat(self, chat_id: int) -> Person | None:
        return self.world.people.get(chat_id - FIRST_DIALOG)

    def linked(self, kind: str, mid: str) -> Json:
        """A reply to a message, or a forward of it."""
        found = self.world.messages[mid]
        where = {"chat_id": found["recipient"]["chat_id"]} if kind == "forward" else {}
        return {"type": kind, "sender": found["sender"], "message": found["body"], **where}

    def chat_shown(self, person: Person) -> Chat:
        return shown.chat(person, self.world.messages.values())


def user_json(user_id: int, name: str, *, is_bot: bool = False) -> Json:
    first, _, last = name.partition(" ")
    return {
        "user_id": user_id,
        "first_name": first,
        "last_name": last or None,
        "username": None,
        "is_bot": is_bot,
        "last_activity_time": now_ms(),
        "name": name,
    }
