"""What the sandbox knows of Viber: people, what was said, where callbacks go. Used by the endpoint and by people.py."""

import hashlib
import hmac
import time

import msgspec

from infra.local.sandbox.chats import Chat, changed
from infra.local.sandbox.deliveries import Deliveries, Patience
from infra.local.sandbox.limits import TokenBucket
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.viber import shown
from infra.local.sandbox.viber.config import Viber

MESSENGER = "viber"

PATIENCE = Patience(answer_within_seconds=5, delays_seconds=(5, 15, 30, 60), gives_up_after_seconds=3600)
"""https://developers.viber.com/docs/api/rest-bot-api/#re-try-logic says "for an hour"; when exactly, it does not."""

FIRST_TOKEN = 4_912_661_846_655_238_145  # of 64 bits, as Viber's are
SILENCE_PER_HOUR = 100


class Person(msgspec.Struct):
    """``may_be_greeted``: opened the chat and has not subscribed; one message will reach them. ``receipts`` is what
    becomes of our messages on their phone."""

    id: str
    name: str
    language: str = "ru"
    is_subscribed: bool = False
    may_be_greeted: bool = False
    receipts: list[str] = msgspec.field(default_factory=lambda: ["delivered", "seen"])


class Message(msgspec.Struct):
    token: int
    user: str
    at: int  # milliseconds
    is_from_bot: bool
    content: Json
    buttons: list[Json] = []
    receipts: list[str] = []


class World(msgspec.Struct):
    people: dict[str, Person] = {}
    messages: list[Message] = []
    last_token: int = FIRST_TOKEN
    webhook_url: str = ""
    event_types: list[str] | None = None


def now_ms() -> int:
    return int(time.time() * 1000)


class Bot:
    def __init__(self, config: Viber, shared: Shared) -> None:
        self.config = config
        self.world = shared.memory.of_side(MESSENGER, World)
        self.world.webhook_url = self.world.webhook_url or config.webhook_url
        self.deliveries = Deliveries(MESSENGER, shared, PATIENCE, self.world.webhook_url)
        self.files = shared.files
        self._shared = shared
        self._silence: dict[str, TokenBucket] = {}
        for client in config.clients:
            self.world.people.setdefault(client.user_id, Person(client.user_id, client.name))

    def set_webhook(self, url: str, event_types: list[str] | None) -> None:
        self.world.webhook_url, self.world.event_types = url, event_types
        self.deliveries.set_url(url)
        self._shared.memory.changed()

    def signed(self, event: str, token: int, **what: object) -> tuple[bytes, dict[str, str]]:
        """A callback's body and headers."""
        told = {"event": event, "timestamp": now_ms(), "chat_hostname": "SN-SANDBOX", "message_token": token, **what}
        body = msgspec.json.encode(told)
        signature = hmac.new(self.config.token.encode(), body, hashlib.sha256).hexdigest()
        return body, {"Content-Type": "application/json", "X-Viber-Content-Signature": signature}

    def tell(self, event: str, token: int | None = None, *about: str, **what: object) -> int | None:
        """Send a callback; its number, or None when the bot did not ask for such. Messages come always."""
        wanted = self.world.event_types
        if wanted is not None and event in OPTIONAL_EVENTS and event not in wanted:
            return None
        return self.deliveries.add(*self.signed(event, token or self.next_token(), **what), *about)

    def next_token(self) -> int:
        self.world.last_token += 1
        return self.world.last_token

    def said(self, message: Message) -> None:
        self.world.messages.append(message)
        if not message.is_from_bot:
            self._silence.pop(message.user, None)
        self.changed(self.world.people[message.user])

    def silence(self, person: Person) -> TokenBucket:
        """How much a person who does not answer is still written to."""
        return self._silence.setdefault(person.id, TokenBucket(SILENCE_PER_HOUR / 3600, SILENCE_PER_HOUR))

    def person_changed(self, person: Person) -> None:
        self.world.people[person.id] = person
        self.changed(person)

    def changed(self, person: Person) -> None:
        self._shared.memory.changed()
        self._shared.events.publish(changed(MESSENGER, self.chat_shown(person)))

    def user_json(self, person: Person) -> Json:
        return {
            "id": person.id,
            "name": person.name,
            "avatar": "https://media.viber.example/avatar.jpg",
            "country": "BY",
            "language": person.language,
            "api_version": 10,
        }

    def chat_shown(self, person: Person) -> Chat:
        return shown.chat(person, self.world.messages)


OPTIONAL_EVENTS = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")
