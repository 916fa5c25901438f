"""What people do in VK, as the sandbox's own endpoints ask for it: write, tap, change, react, allow and forbid messages."""

import asyncio
import json
import zlib

from infra.local.sandbox.problems import Fields, RefusedError
from infra.local.sandbox.sides import Act
from infra.local.sandbox.state import Json
from infra.local.sandbox.vk.community import Chat, Community, Message, Person
from infra.local.sandbox.vk.methods import LONGEST_TEXT
from infra.local.sandbox.vk.reactions import NUMBERS

TAP_WAIT_MS = 5_000
FIRST_NEW_PERSON_ID = 900_000_001

_PLACE = {"latitude": 55.7558, "longitude": 37.6173}
_POST = {"id": 15, "owner_id": -1, "from_id": -1, "date": 1_700_000_000, "text": "A post"}

# VK's attachments of each kind; ``owner_id`` and ``id`` are added.
ATTACHMENTS: dict[str, tuple[str, Json]] = {
    "photo": (
        "photo",
        {
            "album_id": -3,
            "date": 1_700_000_000,
            "has_tags": False,
            "access_key": "k1",
            "sizes": [{"type": "x", "width": 604, "height": 453, "url": "https://sun9-1.userapi.com/x.jpg"}],
        },
    ),
    "video": ("video", {"title": "Video", "duration": 12, "date": 1_700_000_000, "access_key": "k2"}),
    "audio": ("audio", {"artist": "Artist", "title": "Song", "duration": 180, "url": "https://cs1.vk.me/a.mp3"}),
    "voice": (
        "audio_message",
        {
            "duration": 7,
            "link_mp3": "https://psv4.vk.me/v.mp3",
            "link_ogg": "https://psv4.vk.me/v.ogg",
            "waveform": [0, 9],
        },
    ),
    "document": (
        "doc",
        {
            "title": "document.pdf",
            "size": 512_000,
            "ext": "pdf",
            "date": 1_700_000_000,
            "type": 1,
            "url": "https://vk.com/doc1_5",
        },
    ),
    "sticker": (
        "sticker",
        {
            "inner_type": "base_sticker_new",
            "sticker_id": 9_008,
            "product_id": 279,
            "images": [{"url": "https://vk.com/sticker/1-9008-512b", "width": 512, "height": 512}],
        },
    ),
    "link": ("link", {"url": "https://example.org/page", "title": "Page"}),
    "wall": ("wall", _POST),
}
KINDS = ("text", *ATTACHMENTS, "location")


class Acts:
    def __init__(self, community: Community) -> None:
        self._community = community

    def table(self) -> dict[str, Act]:
        return {
            "say": self.say,
            "tap": self.tap,
            "edit": self.edit,
            "react": self.react,
            "block": self.block,
            "clients": self.add_client,
            "confirm": self.confirm,
        }

    async def say(self, fields: Fields) -> Json:
        """A person writes to the community. ``raw``: fields of VK's message on top, for whatever is not a kind here."""
        kind = "photo" if fields.flag("photo") else fields.choice("kind", KINDS, default="text")
        text = fields.text("text", default=None if kind == "text" and "raw" not in fields else "")
        if len(text.encode("utf-16-le", errors="replace")) // 2 > LONGEST_TEXT:
            fields.wrong("text", f"must be at most {LONGEST_TEXT} characters")
        if kind == "text" and "text" in fields and not text.strip():
            fields.wrong("text", "must not be empty")
        reply_to, ref, raw = fields.optional_integer("reply_to"), fields.optional_text("ref"), fields.mapping("raw")
        person = self._writer(fields)
        fields.done()
        chat = self._community.world.chats[person.id]
        if reply_to is not None and reply_to not in chat.messages:
            raise RefusedError("there is no such message to reply to")
        person.allows_messages = True  # who writes to a community lets it answer
        more = {**_content(kind, person), **({"ref": ref} if ref else {}), **raw}
        message = self._community.post(chat, person.id, text, more=more, reply_to=reply_to)
        return {"update_id": self._community.announce(chat, message), "message_id": message.number}

    async def tap(self, fields: Fields) -> Json:
        """Press an inline button and wait a little for the answer."""
        wanted = fields.text("button")
        wait_ms = fields.integer("wait_ms", default=TAP_WAIT_MS, least=0)
        person = self._person(fields)
        _, message = self._message(fields, person)
        fields.done()
        action = _button(message, wanted)
        if action["type"] == "open_link":
            return {"url": action["link"]}
        tap, update_id = self._community.tapped(person, message, json.loads(action["payload"]))
        await asyncio.wait([tap.answer], timeout=wait_ms / 1000)
        text = tap.answer.result().get("text") if tap.answer.done() else None
        return {"update_id": update_id, "answered": tap.answer.done(), "text": text}

    async def edit(self, fields: Fields) -> Json:
        text = fields.text("text")
        person = self._person(fields)
        chat, message = self._message(fields, person)
        fields.done()
        if message.from_id != person.id:
            raise RefusedError("only one's own messages can be edited")
        return {"update_id": self._community.edited(chat, message, text)}

    async def react(self, fields: Fields) -> Json:
        """By VK's number, or by ``emoji``; without either the reaction is taken back."""
        reaction_id, emoji = fields.optional_integer("reaction_id", least=1, most=64), fields.optional_text("emoji")
        if emoji and emoji not in NUMBERS:
            fields.wrong("emoji", f"must be one of {' '.join(NUMBERS)}")
        person = self._person(fields)
        chat, message = self._message(fields, person)
        fields.done()
        return {"update_id": self._community.reacted(chat, message, person.id, reaction_id or NUMBERS.get(emoji or ""))}

    async def block(self, fields: Fields) -> Json:
        """Forbid the community to write, or allow it again."""
        person, blocked = self._person(fields), fields.flag("blocked", default=True)
        fields.done()
        return {"update_id": self._community.allow(person, allows=not blocked)}

    async def add_client(self, fields: Fields) -> Json:
        """Somebody new, or somebody known under a new name. They have not allowed messages yet."""
        fields.optional_text("language_code")
        name, user = fields.text("name"), fields.optional_integer("user", least=1)
        if "name" in fields and not name.strip():
            fields.wrong("name", "must not be empty")
        fields.done()
        known = self._community.world.people
        person = self._community.welcome(user or max([FIRST_NEW_PERSON_ID - 1, *known]) + 1, name)
        return {"id": person.id, "name": person.name, "blocked": not person.allows_messages}

    async def confirm(self, fields: Fields) -> Json:
        """VK asks the product for the confirmation string."""
        fields.done()
        return await self._community.confirm()

    def _writer(self, fields: Fields) -> Person:
        user_id, name = fields.integer("user", least=1), fields.optional_text("name")
        known = self._community.world.people.get(user_id)
        fields.optional_text("language_code")
        if not name and known is None:
            fields.fail("name", "is required for somebody new")
        return self._community.welcome(user_id, name or (known.name if known else ""))

    def _person(self, fields: Fields) -> Person:
        person = self._community.world.people.get(fields.integer("user"))
        if person is None:
            fields.fail("user", "nobody has this id")
        return person

    def _message(self, fields: Fields, person: Person) -> tuple[Chat, Message]:
        chat = self._community.world.chats[person.id]
        message = chat.messages.get(fields.integer("message_id"))
        if message is None:
            fields.fail("message_id", "there is no such message in this chat")
        return chat, message


def _content(kind: str, person: Person) -> Json:
    if kind == "location":
        return {"geo": {"type": "point", "coordinates": _PLACE, "place": {"title": "Moscow", **_PLACE}}}
    if kind not in ATTACHMENTS:
        return {}
    type_, thing = ATTACHMENTS[kind]
    return {"attachments": [{"type": type_, type_: {"owner_id": person.id, "id": zlib.crc32(type_.encode()), **thing}}]}


def _button(message: Message, wanted: str) -> Json:
    """The action of the button with this label or with what we put into it."""
    for action in (button["action"] for row in (message.keyboard or {}).get("buttons", []) for button in row):
        payload = json.loads(action.get("payload", "{}"))
        if wanted in (action["label"], payload.get("data") if isinstance(payload, dict) else None):
            return dict(action)
    raise RefusedError("the message has no such button")
