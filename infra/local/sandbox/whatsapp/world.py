"""What the sandbox's WhatsApp remembers: the people and what was said with each. Kept with the rest of the sandbox."""

import hashlib
import time
import uuid

import msgspec

from infra.local.sandbox.problems import RefusedError
from infra.local.sandbox.state import Json

WINDOW_SECONDS = 24 * 3600


class Said(msgspec.Struct):
    """A message. `content` is what the type's own field holds; `statuses` are those of ours, in order, and `trouble` is why
    it failed."""

    id: str
    at: int
    is_ours: bool
    type: str
    content: Json | list[Json]
    reply_to: str | None = None
    statuses: list[str] = []
    trouble: str | None = None


class Person(msgspec.Struct):
    """`phone` None: they do not show it. `user_id` is how only our business knows them."""

    name: str
    phone: str | None
    user_id: str
    wrote_at: float = 0.0
    is_blocking: bool = False
    said: list[Said] = []

    @property
    def key(self) -> str:
        return self.phone or self.user_id

    def may_get_free_text(self) -> bool:
        return time.time() - self.wrote_at < WINDOW_SECONDS

    def message(self, message_id: str) -> Said:
        found = next((said for said in self.said if said.id == message_id), None)
        if found is None:
            raise RefusedError("there is no such message in this chat")
        return found


class World(msgspec.Struct):
    people: dict[str, Person] = {}
    webhook_url: str = ""  # the account's override
    app_subscribed: bool = False
    app_callback: Json | None = None  # the app's own subscription
    media: dict[str, Json] = {}

    def person(self, address: str) -> Person | None:
        """By phone or by the business-scoped id."""
        everybody = self.people.values()
        return self.people.get(address) or next((one for one in everybody if one.user_id == address), None)

    def welcome(self, address: str, name: str) -> Person:
        person = self.person(address)
        if person is None:
            phone = address if address.isdecimal() else None
            person = self.people[address] = Person(name or address, phone, user_id_of(address))
        person.name = name or person.name
        return person


def user_id_of(address: str) -> str:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids"""
    if not address.isdecimal():
        return address
    return f"RU.{int(hashlib.sha256(address.encode()).hexdigest(), 16) % 10**17:017d}"


def new_phone() -> str:
    """Of somebody who has not been here yet."""
    return f"7999{uuid.uuid4().int % 10**7:07d}"


def new_message_id() -> str:
    return f"wamid.{uuid.uuid4().hex.upper()}"
