"""What people do in VK, as the sandbox's own endpoints ask for it: write, tap, change, react, allow and forbid messages."""

import asyncio
import json

from infra.local.sandbox.media import Media, read_media
from infra.local.sandbox.problems import Fields, RefusedError
from infra.local.sandbox.sides import Act
from infra.local.sandbox.state import Json
from infra.local.sandbox.vk import attachments
from infra.local.sandbox.vk.community import Chat, Community, Message, Person
from infra.local.sandbox.vk.methods import LONGEST_TEXT
from infra.local.sandbox.vk.reactions import NUMBERS

TAP_WAIT_MS = 5_000
FIRST_NEW_PERSON_ID = 900_000_001


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
        media = read_media(fields, attachments.KINDS)
        forward = fields.optional_integer("forward")
        is_empty = media is None and forward is None and "raw" not in fields
        text = fields.text("text", default=None if is_empty else "")
        if len(text.encode("utf-16-le", errors="replace")) // 2 > LONGEST_TEXT:
            fields.wrong("text", f"must be at most {LONGEST_TEXT} characters")
        if is_empty and "text" in fields and not text.strip():
            fields.wrong("text", "must not be empty")
        reply_to, ref, raw = fields.optional_integer("reply_to"), fields.optional_text("ref"), fields.mapping("raw")
        person = self._writer(fields)
        fields.done()
        community, chat = self._community, self._community.world.chats[person.id]
        for number in (reply_to, forward):
            if number is not None and number not in chat.messages:
                raise RefusedError("there is no such message in this chat")
        person.allows_messages = True  # who writes to a community lets it answer
        address = self._address(media)
        more = attachments.content(media, person.id, community.world.last_message_id + 1, address)
        if forward is not None:
            more["fwd_messages"] = [community.quoted(chat, chat.messages[forward])]
        more |= {**({"ref": ref} if ref else {}), **raw}
        message = community.post(chat, person.id, text, more=more, reply_to=reply_to)
        return {"update_id": community.announce(chat, message), "message_id": message.number}

    def _address(self, media: Media | None) -> str:
        """Where the product gets the file: a document's leads on, as VK's do."""
        if media is None or not media.is_file:
            return ""
        files = self._community.files
        key = files.keep(media)
        return f"{files.origin}/vk/doc/{key}" if media.kind == "document" else files.address(key)

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


def _button(message: Message, wanted: str) -> Json:
    """The action of the button with this label or with what we put into it."""
    for action in (button["action"] for row in (message.keyboard or {}).get("buttons", []) for button in row):
        payload = json.loads(action.get("payload", "{}"))
        if wanted in (action["label"], payload.get("data") if isinstance(payload, dict) else None):
            return dict(action)
    raise RefusedError("the message has no such button")
