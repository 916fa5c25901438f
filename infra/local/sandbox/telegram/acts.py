"""What people do in Telegram, as the sandbox's own endpoints ask for it: fields read, then done by people.py."""

import asyncio

from infra.local.sandbox.media import read_media
from infra.local.sandbox.problems import Fields
from infra.local.sandbox.sides import Act
from infra.local.sandbox.state import Chat, Json, Message, Person
from infra.local.sandbox.telegram import membership, people
from infra.local.sandbox.telegram.bot import Bot
from infra.local.sandbox.telegram.markup import CAPTION_LIMIT, TEXT_LIMIT, utf16_length

TAP_WAIT_MS = 5_000


class Acts:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def table(self) -> dict[str, Act]:
        return {
            "say": self.say,
            "tap": self.tap,
            "edit": self.edit,
            "react": self.react,
            "block": self.block,
            "clients": self.add_client,
            "topics/delete": self.delete_topic,
            "group": self.change_group,
        }

    async def say(self, fields: Fields) -> Json:
        """A client writes to the bot (`user`), or a member of the team writes in a room (`staff`)."""
        media = read_media(fields)
        text = fields.text("text", default="" if media else None)
        limit = CAPTION_LIMIT if media else TEXT_LIMIT
        if utf16_length(text) > limit:
            fields.wrong("text", f"must be at most {limit} characters")
        if media is None and "text" in fields and not text.strip():
            fields.wrong("text", "must not be empty")
        entities, reply_to_id = fields.optional_list("entities"), fields.optional_integer("reply_to")
        album = fields.optional_text("album")
        chat, sender, thread_id = self._as_staff(fields) if "staff" in fields else self._as_client(fields)
        said = people.content(self._bot, media, text, entities, sender)
        if album:
            said |= {"media_group_id": album}
        return people.say(self._bot, chat, sender, said, thread_id=thread_id, reply_to_id=reply_to_id)

    async def tap(self, fields: Fields) -> Json:
        """Press an inline button and wait a little for the bot's answer."""
        wanted = fields.text("button")
        wait_ms = fields.integer("wait_ms", default=TAP_WAIT_MS, least=0)
        person = self._person(fields)
        chat, message = self._message(fields, person)
        fields.done()
        button = people.button_of(message, wanted)
        if "callback_data" not in button:
            return {"url": button.get("url")}
        query_id, update_id, tap = people.press(self._bot, person, chat, message, button["callback_data"])
        await asyncio.wait([tap.answer], timeout=wait_ms / 1000)
        answer = tap.answer.result() if tap.answer.done() else {"text": None, "show_alert": False}
        return {"update_id": update_id, "callback_query_id": query_id, "answered": tap.answer.done()} | answer

    async def edit(self, fields: Fields) -> Json:
        text, entities = fields.text("text"), fields.optional_list("entities")
        person = self._person(fields)
        chat, message = self._message(fields, person)
        fields.done()
        return {"update_id": people.edit(self._bot, chat, message, person.id, text, entities)}

    async def react(self, fields: Fields) -> Json:
        emoji = fields.optional_text("emoji")
        person = self._person(fields)
        chat, message = self._message(fields, person)
        fields.done()
        return {"update_id": people.react(self._bot, chat, message, person, emoji)}

    async def block(self, fields: Fields) -> Json:
        person = self._person(fields)
        is_blocked = fields.flag("blocked", default=True)
        fields.done()
        return {"update_id": people.block(self._bot, person, is_blocked=is_blocked)}

    async def add_client(self, fields: Fields) -> Json:
        """Somebody new by name, or, with `user`, what has changed about somebody known: their name, their language."""
        known = self._person(fields) if "user" in fields else None
        name, language_code = (
            fields.text("name", default=known.name if known else None),
            fields.optional_text("language_code"),
        )
        if not name.strip() and "name" in fields:
            fields.wrong("name", "must not be empty")
        fields.done()
        return self._bot.page_person(people.welcome(self._bot, name, language_code, known.id if known else None))

    async def delete_topic(self, fields: Fields) -> Json:
        chat = self._chat(fields, default=self._bot.config.chats.desk.id)
        thread_id = fields.integer("topic")
        fields.done()
        people.delete_topic(self._bot, chat, thread_id)
        return {}

    async def change_group(self, fields: Fields) -> Json:
        """`bot`: its standing in the group, without the rights in `lacks`; `topics` on or off; `upgrade` to another id."""
        chat = self._chat(fields, default=self._bot.config.chats.desk.id)
        lacks = (fields.optional_text("lacks") or "").split()
        status = fields.choice("bot", membership.STATUSES, default=chat.bot_status)
        has_topics, is_upgraded = fields.flag("topics", default=chat.is_forum), fields.flag("upgrade")
        fields.done()
        by = self._bot.config.staff[0].telegram_user_id
        chat.is_forum, update_id = has_topics, None
        if (status, lacks) != (chat.bot_status, chat.bot_lacks):
            update_id = membership.set_status(self._bot, chat, by, status, lacks)
        if is_upgraded:
            chat = membership.upgrade(self._bot, chat, by)
        return {"update_id": update_id, "chat": chat.id}

    def _as_client(self, fields: Fields) -> tuple[Chat, Person, int | None]:
        user_id = fields.integer("user", least=1)
        name = fields.optional_text("name")
        language_code, username = fields.optional_text("language_code"), fields.optional_text("username")
        known = self._bot.world.people.get(user_id)
        name = name or (known.name if known else "")
        if not name:
            fields.wrong("name", "is required for somebody new")
        fields.done()
        person = people.welcome(self._bot, name, language_code, user_id)
        person.username = username or person.username
        return self._bot.world.chats[user_id], person, None

    def _as_staff(self, fields: Fields) -> tuple[Chat, Person, int | None]:
        person = self._person(fields)
        chat = self._chat(fields, default=self._bot.config.chats.desk.id)
        topic = fields.optional_integer("topic")
        fields.optional_text("name")
        if chat.type == "private" and chat.id != person.id:
            fields.wrong("chat", "is somebody else's private chat with the bot")
        fields.done()
        return chat, person, topic

    # Fields that name things of the world.

    def _person(self, fields: Fields) -> Person:
        """Whoever acts: `user` or, for the team, `staff`."""
        name = "staff" if "staff" in fields else "user"
        person = self._bot.world.people.get(fields.integer(name))
        if person is None:
            fields.fail(name, "nobody has this id")
        return person

    def _chat(self, fields: Fields, *, default: int) -> Chat:
        rooms = self._bot.config.chats
        named = {"desk": rooms.desk.id, "emergency": rooms.emergency.id, "manager": rooms.manager.id}
        given = fields.anything("chat")
        chat_id = named[given] if isinstance(given, str) and given in named else fields.integer("chat", default=default)
        chat = self._bot.world.chats.get(chat_id)
        if chat is None:
            fields.fail("chat", "there is no such chat")
        return chat

    def _message(self, fields: Fields, person: Person) -> tuple[Chat, Message]:
        """A message named by `chat` and `message_id`; without a chat, the forum for the team, the bot for a client."""
        chat = self._chat(fields, default=self._bot.config.chats.desk.id if "staff" in fields else person.id)
        message = chat.messages.get(fields.integer("message_id"))
        if message is None:
            fields.fail("message_id", "there is no such message in this chat")
        return chat, message
