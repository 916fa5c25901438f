"""The community's chats: what is said in them, and the events that VK calls the product with."""

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field

import msgspec

from infra.local.sandbox.chats import changed
from infra.local.sandbox.deliveries import Deliveries, Patience
from infra.local.sandbox.problems import RefusedError
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.vk import shown
from infra.local.sandbox.vk.config import Vk

NAME = "vk"
VERSION = "5.199"
TAP_ANSWERABLE_FOR_SECONDS = 60
FIRST_GROUP_CHAT = 2_000_000_000

EVENTS = (
    *("message_new", "message_reply", "message_edit", "message_allow", "message_deny", "message_event"),
    *("message_typing_state", "message_read", "message_reaction_event"),
)
"""Those of messages: a community has more, which the sandbox never tells."""

# VK waits for "ok", counts its repeats, and understands an address that asks for time. It publishes no delays.
PATIENCE = Patience(
    answer_within_seconds=4,
    delays_seconds=(1, 5, 15, 60, 300, 900),
    gives_up_after_seconds=24 * 3600,
    is_taken=lambda status, said: (status == 200 and said.strip() == b"ok") or status == 410,
    honours_retry_after=True,
    repeat_header="X-Retry-Counter",
)


class Person(msgspec.Struct):
    id: int
    name: str
    allows_messages: bool = False

    def json(self) -> Json:
        first, _, last = self.name.partition(" ")
        return {"id": self.id, "first_name": first, "last_name": last, "can_access_closed": True, "is_closed": False}


class Message(msgspec.Struct):
    """``number`` counts within the chat (conversation_message_id), ``id`` within the community."""

    number: int
    id: int
    date: int
    from_id: int
    text: str
    more: Json = {}
    keyboard: Json | None = None
    reply_to: int | None = None
    random_id: int = 0
    update_time: int | None = None
    reactions: dict[int, int] = {}


class Chat(msgspec.Struct):
    """Of the community with one person, whose id is the peer's."""

    peer_id: int
    messages: dict[int, Message] = {}


class Server(msgspec.Struct):
    """A callback server: where events go, what secret they carry, which of them were asked for."""

    id: int
    url: str
    title: str
    secret_key: str
    status: str = "wait"
    api_version: str = VERSION
    events: list[str] = []

    def json(self) -> Json:
        about = {"id": self.id, "title": self.title, "creator_id": 1, "url": self.url}
        return {**about, "secret_key": self.secret_key, "status": self.status}


class UploadServer(msgspec.Struct):
    """An address that was given for one file; ``file`` finds it once it came. ``type``: photo, doc or audio_message."""

    type: str
    peer_id: int
    file: str | None = None


class World(msgspec.Struct):
    """``saved`` are the attachments that messages of ours can name."""

    people: dict[int, Person] = {}
    chats: dict[int, Chat] = {}
    last_message_id: int = 0
    servers: dict[int, Server] = {}
    server_id: int = 0  # of the one that was confirmed last
    uploads: dict[str, UploadServer] = {}
    saved: dict[str, Json] = {}


@dataclass
class Tap:
    """A pressed button waiting for messages.sendMessageEventAnswer."""

    user_id: int
    peer_id: int
    pressed_at: float
    answer: asyncio.Future[Json] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Community:
    def __init__(self, config: Vk, shared: Shared) -> None:
        self.config = config
        self.world = shared.memory.of_side(NAME, World)
        if config.webhook_url and not self.world.servers:
            known = Server(1, config.webhook_url, "sandbox", config.secret, "ok", VERSION, list(EVENTS))
            self.world.servers, self.world.server_id = {known.id: known}, known.id
        self.deliveries = Deliveries(NAME, shared, PATIENCE, self.server.url if self.server else "")
        self.taps: dict[str, Tap] = {}
        self._confirming: set[asyncio.Task[None]] = set()
        self.files = shared.files
        self._shared = shared
        for client in config.clients:
            if client.user_id not in self.world.people:
                self.welcome(client.user_id, client.name).allows_messages = True

    @property
    def server(self) -> Server | None:
        return self.world.servers.get(self.world.server_id)

    def welcome(self, user_id: int, name: str) -> Person:
        """Somebody, perhaps for the first time, by the name they have now."""
        person = self.world.people.setdefault(user_id, Person(user_id, name))
        person.name = name
        self._changed(self.world.chats.setdefault(user_id, Chat(user_id)))
        return person

    def _changed(self, chat: Chat) -> None:
        self._shared.memory.changed()
        self._shared.events.publish(changed(NAME, shown.chat(self.world.people[chat.peer_id], chat)))

    def post(self, chat: Chat, from_id: int, text: str, **more: object) -> Message:
        """Put a message into a chat and tell the product: a person's as message_new, our own as its echo."""
        self.world.last_message_id += 1
        number = max(chat.messages, default=0) + 1
        said: Json = {"number": number, "id": self.world.last_message_id, "date": int(time.time())}
        message = msgspec.convert({**said, "from_id": from_id, "text": text, **more}, Message)
        chat.messages[number] = message
        self._changed(chat)
        return message

    def announce(self, chat: Chat, message: Message) -> int | None:
        """The event of a new message. Its number, which `resend` wants."""
        if message.from_id < 0:
            return self.tell("message_reply", self.message_json(chat, message))
        able = {"button_actions": ["text", "callback", "open_link"], "keyboard": True, "inline_keyboard": True}
        client_info = {**able, "carousel": True, "lang_id": 0}
        told = {"message": self.message_json(chat, message), "client_info": client_info}
        return self.tell("message_new", told, f"{chat.peer_id}:{message.number}")

    def tell(self, type_: str, given: Json, *about: str) -> int | None:
        """The event's number; None when nobody asked for such."""
        if self.server and type_ not in self.server.events:
            return None
        body = json.dumps(self.event(type_, given), ensure_ascii=False).encode()
        return self.deliveries.add(body, {"Content-Type": "application/json"}, *about)

    def event(self, type_: str, given: Json | None = None) -> Json:
        about = {"type": type_, "group_id": self.config.group_id, "event_id": secrets.token_hex(20), "v": VERSION}
        secret = {"secret": self.server.secret_key if self.server else self.config.secret}
        return {**about, **secret, **({"object": given} if given is not None else {})}

    def edited(self, chat: Chat, message: Message, text: str) -> int | None:
        """Change a message's words and tell the product, whoever wrote it."""
        message.text, message.update_time = text, int(time.time())
        self._changed(chat)
        return self.tell("message_edit", self.message_json(chat, message))

    def reacted(self, chat: Chat, message: Message, who: int, reaction_id: int | None) -> int | None:
        """Set a reaction or, without a number, take it back."""
        if reaction_id:
            message.reactions[who] = reaction_id
        else:
            message.reactions.pop(who, None)
        self._changed(chat)
        about = {"reacted_id": who, "peer_id": chat.peer_id, "cmid": message.number}
        return self.tell("message_reaction_event", {**about, **({"reaction_id": reaction_id} if reaction_id else {})})

    def tapped(self, person: Person, message: Message, payload: object) -> tuple[Tap, int | None]:
        """A callback button was pressed. Taps too old to be answered are forgotten on the way."""
        now = time.monotonic()
        self.taps = {key: tap for key, tap in self.taps.items() if now - tap.pressed_at <= TAP_ANSWERABLE_FOR_SECONDS}
        event_id, tap = secrets.token_hex(6), Tap(person.id, person.id, now)
        self.taps[event_id] = tap
        about = {"user_id": person.id, "peer_id": person.id, "event_id": event_id, "payload": payload}
        return tap, self.tell("message_event", {**about, "conversation_message_id": message.number})

    def allow(self, person: Person, *, allows: bool) -> int | None:
        person.allows_messages = allows
        self._changed(self.world.chats[person.id])
        about: Json = {"user_id": person.id}
        return self.tell("message_allow", {**about, "key": ""}) if allows else self.tell("message_deny", about)

    def ask_to_confirm(self, server: Server) -> None:
        server.status = "wait"
        task = asyncio.create_task(self._confirm(server))
        self._confirming.add(task)
        task.add_done_callback(self._confirming.discard)

    async def confirm(self) -> Json:
        """Ask the product for the confirmation string, as VK does when a callback server is added."""
        if self.server is None:
            raise RefusedError("the community has no callback server yet")
        status, answer = await self._asked(self.server)
        return {"status": status, "answer": answer, "confirmed": self._is_ours(status, answer)}

    async def _confirm(self, server: Server) -> None:
        if not self._is_ours(*await self._asked(server)):
            server.status = "failed"
        else:
            server.status = "ok"
            self.world.server_id = server.id
            self.deliveries.set_url(server.url)
        self._shared.memory.changed()

    async def _asked(self, server: Server) -> tuple[int | None, str]:
        event = self.event("confirmation") | {"secret": server.secret_key}
        headers = {"Content-Type": "application/json"}
        status, said, _ = await self.deliveries.post(json.dumps(event).encode(), headers, server.url)
        return status, said.decode(errors="replace")

    def _is_ours(self, status: int | None, answer: str) -> bool:
        return status == 200 and answer == self.config.confirmation

    def message_json(self, chat: Chat, message: Message) -> Json:
        shape: Json = {
            "id": message.id,
            "conversation_message_id": message.number,
            "date": message.date,
            "from_id": message.from_id,
            "peer_id": chat.peer_id,
            "out": int(message.from_id < 0),
            "text": message.text,
            "version": 10_000_000 + message.id,
            "attachments": [],
            "fwd_messages": [],
            "important": False,
            "is_hidden": False,
            **message.more,
        }
        if message.from_id < 0:
            shape["random_id"] = message.random_id
        if message.update_time:
            shape["update_time"] = message.update_time
        if message.keyboard:
            shape["keyboard"] = message.keyboard
        if original := chat.messages.get(message.reply_to or 0):
            shape["reply_message"] = self.quoted(chat, original)
        return shape

    def quoted(self, chat: Chat, message: Message) -> Json:
        """As another message shows it that answers or forwards it."""
        known = ("id", "conversation_message_id", "date", "from_id", "peer_id", "text", "attachments")
        whole = self.message_json(chat, message)
        return {name: whole[name] for name in known}

    def conversation(self, chat: Chat) -> Json:
        """In VK's own form, for tests: its messages, plus who reacted how."""
        messages = [
            {**self.message_json(chat, message), "reactions_by": {str(who): n for who, n in message.reactions.items()}}
            for message in chat.messages.values()
        ]
        return {"peer_id": chat.peer_id, "messages": messages}
