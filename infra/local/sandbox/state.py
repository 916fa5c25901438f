"""What the sandbox remembers: people, chats, messages, topics, updates on their way. One JSON file."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from infra.local.sandbox.config import ChatType, Config
from infra.local.sandbox.media import Media

SAVE_DELAY_SECONDS = 0.5

Json = dict[str, Any]
SideWorld = TypeVar("SideWorld", bound=msgspec.Struct)


class Person(msgspec.Struct):
    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    has_blocked_bot: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name

    def rename(self, name: str) -> None:
        self.first_name, _, last = name.strip().partition(" ")
        self.last_name = last.strip() or None


class Topic(msgspec.Struct):
    """A topic of a forum; its id is the id of the service message that opened it, as in Telegram."""

    id: int
    name: str
    icon_color: int
    icon_custom_emoji_id: str | None = None
    is_closed: bool = False
    is_deleted: bool = False


class Message(msgspec.Struct):
    """`content` holds Telegram's own fields of this kind of message: text and entities, photo and caption, …"""

    id: int
    date: int
    sender_id: int
    content: Json
    thread_id: int | None = None
    reply_to_id: int | None = None
    edit_date: int | None = None
    reply_markup: Json | None = None
    is_service: bool = False
    reactions: dict[int, str] = {}


class TelegramFile(msgspec.Struct):
    """A file by an id that Telegram gave it. ``carried`` is the field of a message that carries it, ``key`` finds what is
    in it, and ``path`` is where it is served."""

    kind: str
    carried: Json
    key: str
    path: str
    size_bytes: int


class Chat(msgspec.Struct):
    """``bot_status`` and ``bot_lacks`` (rights) are our bot's; ``moved_to``: the group was upgraded and has this id now."""

    id: int
    type: ChatType
    title: str = ""
    is_forum: bool = False
    messages: dict[int, Message] = {}
    topics: dict[int, Topic] = {}
    pinned_ids: list[int] = []
    last_message_id: int = 0
    bot_status: str = "administrator"
    bot_lacks: list[str] = []
    moved_to: int | None = None

    def next_message_id(self) -> int:
        self.last_message_id += 1
        return self.last_message_id


class Update(msgspec.Struct):
    """An update not yet taken by the product. Updates of one `lane` are delivered in order."""

    id: int
    kind: str
    payload: Json
    lane: str
    expires_at: float

    def body(self) -> Json:
        return {"update_id": self.id, self.kind: self.payload}


class Webhook(msgspec.Struct):
    """`allowed_updates` None means Telegram's default: all but member changes and reactions."""

    url: str = ""
    secret_token: str | None = None
    max_connections: int = 40
    allowed_updates: list[str] | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None


class Delivery(msgspec.Struct):
    """A signed webhook call not yet taken by the product, of a messenger other than Telegram. ``about``: whose messages
    it tells of, and which, each as ``user:message_id``; none of them for other news."""

    id: int
    body: bytes
    headers: dict[str, str]
    expires_at: float
    about: list[str] = []


class World(msgspec.Struct):
    """Telegram's people and chats; of other messengers, `sides` holds what each remembers. `contents` are of all of them."""

    people: dict[int, Person] = {}
    chats: dict[int, Chat] = {}
    sent_files: dict[str, TelegramFile] = {}
    contents: dict[str, Media] = {}
    commands: list[Json] = []
    updates: list[Update] = []
    webhook: Webhook = msgspec.field(default_factory=Webhook)
    last_update_id: int = 0
    deliveries: dict[str, list[Delivery]] = {}
    sides: dict[str, Any] = {}


def seed(world: World, config: Config) -> None:
    """Add the people and chats of the config that are not there yet, and take over what it renamed."""
    bot = config.telegram.bot
    world.people[bot.id] = Person(bot.id, bot.first_name, username=bot.username, is_bot=True)
    for member in config.staff:
        _person(world, member.telegram_user_id, member.name, "ru")
        if member.has_started:
            world.chats.setdefault(member.telegram_user_id, Chat(member.telegram_user_id, "private"))
    for client in config.clients:
        person = _person(world, client.user_id, client.name, client.language_code)
        person.username = client.username or person.username
        world.chats.setdefault(client.user_id, Chat(client.user_id, "private"))
    desks = (config.chats.desk, *config.chats.more_desks)
    for room in (*desks, config.chats.emergency, config.chats.manager):
        if room.chat_type == "private" and room.id not in world.people:
            _person(world, room.id, room.title or "Manager", "ru")
        # The first message of a group is its creation, so that no topic ever gets the id 1: that is General's own.
        created = 0 if room.chat_type == "private" else 1
        chat = world.chats.setdefault(room.id, Chat(room.id, room.chat_type, last_message_id=created))
        chat.title, chat.type, chat.is_forum = room.title, room.chat_type, room in desks
    if not world.last_update_id:
        # Telegram starts anywhere; the time of the first start keeps two fresh sandboxes from repeating each other.
        world.last_update_id = int(time.time()) % 1_000_000_000
    if config.telegram.webhook_url and not world.webhook.url:
        world.webhook = Webhook(config.telegram.webhook_url, config.telegram.webhook_secret)


def _person(world: World, person_id: int, name: str, language_code: str) -> Person:
    person = world.people.setdefault(person_id, Person(person_id, "", language_code=language_code))
    person.rename(name)
    return person


class Memory:
    """The world and its file. `changed()` after every change: it is written soon after, whole, in one rename."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._save_soon: asyncio.TimerHandle | None = None
        self.world = World()
        if path and path.exists():
            self.world = msgspec.json.decode(path.read_bytes(), type=World)

    def of_side(self, name: str, kind: type[SideWorld]) -> SideWorld:
        """What the side `name` remembers, in a structure of its own; kept with the rest."""
        known = self.world.sides.get(name)
        world = known if isinstance(known, kind) else msgspec.convert(known or {}, kind, str_keys=True)
        self.world.sides[name] = world
        return world

    def changed(self) -> None:
        if self._path and self._save_soon is None:
            self._save_soon = asyncio.get_running_loop().call_later(SAVE_DELAY_SECONDS, self.save)

    def save(self) -> None:
        if self._save_soon:
            self._save_soon.cancel()
            self._save_soon = None
        if not self._path:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(self.world))
        os.replace(draft, self._path)  # noqa: PTH105 - named for what it is: an atomic swap
