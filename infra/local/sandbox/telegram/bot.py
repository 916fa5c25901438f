"""The sandbox's Telegram: one bot and everything it can see. Methods act on it; so do people (people.py).

Also the shapes: how people, chats and messages look in answers and updates.
"""

import asyncio
import time
from dataclasses import dataclass, field

from infra.local.sandbox.config import Config
from infra.local.sandbox.events import Events
from infra.local.sandbox.media import Files
from infra.local.sandbox.state import Chat, Json, Memory, Message, Person, Topic, World
from infra.local.sandbox.telegram.updates import Updates

TAP_ANSWERABLE_FOR_SECONDS = 150


@dataclass
class Tap:
    """A pressed button waiting for answerCallbackQuery."""

    pressed_at: float
    answer: asyncio.Future[Json] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Bot:
    def __init__(self, config: Config, memory: Memory, updates: Updates, events: Events, files: Files) -> None:
        self.config = config
        self.files = files
        self.memory = memory
        self.updates = updates
        self.events = events
        self.taps: dict[str, Tap] = {}

    @property
    def id(self) -> int:
        return self.config.telegram.bot.id

    @property
    def world(self) -> World:
        return self.memory.world

    # What changes the world, and tells the pages.

    def post(
        self,
        chat: Chat,
        sender_id: int,
        content: Json,
        *,
        thread_id: int | None = None,
        reply_to_id: int | None = None,
        reply_markup: Json | None = None,
        is_service: bool = False,
    ) -> Message:
        """Put a message into a chat. A service message of anybody, the bot included, also becomes an update."""
        message = Message(
            id=chat.next_message_id(),
            date=int(time.time()),
            sender_id=sender_id,
            content=content,
            thread_id=thread_id,
            reply_to_id=reply_to_id,
            reply_markup=reply_markup,
            is_service=is_service,
        )
        chat.messages[message.id] = message
        self.message_changed(chat, message)
        if is_service:
            self.announce(chat, message)
        return message

    def announce(self, chat: Chat, message: Message, *, edited: bool = False) -> int | None:
        """Tell the bot of a message. The update's id, or None when the bot did not ask for such updates."""
        kind = "channel_post" if chat.type == "channel" else "message"
        kind = f"edited_{kind}" if edited else kind
        return self.updates.add(kind, self.message_json(chat, message), lane=f"chat {chat.id}")

    def open_topic(self, chat: Chat, by: int, name: str, icon_color: int, icon_custom_emoji_id: str | None) -> Topic:
        content: Json = {"name": name, "icon_color": icon_color}
        if icon_custom_emoji_id:
            content["icon_custom_emoji_id"] = icon_custom_emoji_id
        topic = Topic(chat.last_message_id + 1, name, icon_color, icon_custom_emoji_id)
        chat.topics[topic.id] = topic
        self.topic_changed(chat, topic)
        self.post(chat, by, {"forum_topic_created": content}, thread_id=topic.id, is_service=True)
        return topic

    def delete_topic(self, chat: Chat, topic: Topic) -> None:
        """As in Telegram, nobody is told, and the topic's messages go with it."""
        for message in [message for message in chat.messages.values() if message.thread_id == topic.id]:
            self.delete(chat, message)
        topic.is_deleted = True
        self.topic_changed(chat, topic)

    def delete(self, chat: Chat, message: Message) -> None:
        del chat.messages[message.id]
        if message.id in chat.pinned_ids:
            chat.pinned_ids.remove(message.id)
            self.pins_changed(chat)
        self.memory.changed()
        self.events.publish({"type": "deleted", "chat_id": chat.id, "message_id": message.id})

    def tapped(self, query_id: str) -> Tap:
        """A button was pressed. Taps too old to be answered are forgotten on the way."""
        now = time.monotonic()
        fresh = {old: tap for old, tap in self.taps.items() if now - tap.pressed_at <= TAP_ANSWERABLE_FOR_SECONDS}
        self.taps = fresh | {query_id: Tap(now)}
        return self.taps[query_id]

    # What pages hear.

    def message_changed(self, chat: Chat, message: Message) -> None:
        self.memory.changed()
        self.events.publish({"type": "message", "chat_id": chat.id, "message": self.page_message(chat, message)})

    def topic_changed(self, chat: Chat, topic: Topic) -> None:
        self.memory.changed()
        self.events.publish({"type": "topic", "chat_id": chat.id, "topic": self.page_topic(topic)})

    def pins_changed(self, chat: Chat) -> None:
        self.memory.changed()
        self.events.publish({"type": "pins", "chat_id": chat.id, "pinned_ids": chat.pinned_ids})

    def people_changed(self, person: Person) -> None:
        self.memory.changed()
        self.events.publish({"type": "person", "person": self.page_person(person)})

    # Shapes: Telegram's.

    def user_json(self, person_id: int) -> Json:
        person = self.world.people[person_id]
        shape: Json = {"id": person.id, "is_bot": person.is_bot, "first_name": person.first_name}
        for name in ("last_name", "username", "language_code"):
            if value := getattr(person, name):
                shape[name] = value
        return shape

    def chat_json(self, chat: Chat) -> Json:
        if chat.type == "private":
            person = self.user_json(chat.id)
            names = {name: person[name] for name in ("first_name", "last_name", "username") if name in person}
            return {"id": chat.id, "type": "private"} | names
        return {"id": chat.id, "type": chat.type, "title": chat.title} | ({"is_forum": True} if chat.is_forum else {})

    def message_json(self, chat: Chat, message: Message, *, nested: bool = False) -> Json:
        """A Message. A nested one (a reply's original, a pinned one) does not carry its own reply."""
        shape: Json = {"message_id": message.id}
        if chat.type == "channel":
            shape["sender_chat"] = self.chat_json(chat)
        else:
            shape["from"] = self.user_json(message.sender_id)
        shape |= {"chat": self.chat_json(chat), "date": message.date}
        if message.edit_date:
            shape["edit_date"] = message.edit_date
        if thread_id := message.thread_id or self._reply_root(chat, message):
            shape["message_thread_id"] = thread_id
        if message.thread_id:
            shape["is_topic_message"] = True
        original = chat.messages.get(message.reply_to_id or message.thread_id or 0)
        if original and original is not message and not nested:
            shape["reply_to_message"] = self.message_json(chat, original, nested=True)
        shape |= message.content
        if "pinned_message" in shape:
            pinned = chat.messages.get(shape["pinned_message"])
            unavailable = {"chat": self.chat_json(chat), "message_id": shape["pinned_message"], "date": 0}
            shape["pinned_message"] = self.message_json(chat, pinned, nested=True) if pinned else unavailable
        if message.reply_markup and "inline_keyboard" in message.reply_markup:
            shape["reply_markup"] = message.reply_markup
        return shape

    def _reply_root(self, chat: Chat, message: Message) -> int | None:
        """In a group outside topics, a reply carries the first message of its chain as a thread: not a topic."""
        if chat.type != "supergroup" or not message.reply_to_id:
            return None
        root = message.reply_to_id
        while (original := chat.messages.get(root)) and original.reply_to_id:
            root = original.reply_to_id
        return root

    # Shapes: the page's and GET /state's.

    def page_message(self, chat: Chat, message: Message) -> Json:
        """Telegram's Message, flat: `reply_to_message_id` for the nested original, plus `reactions`, and `file_url`."""
        shape = self.message_json(chat, message, nested=True)
        if file := self.world.sent_files.get(_file_id(message.content)):
            shape["file_url"] = f"/media/{file.key}"
        if message.reply_to_id:
            shape["reply_to_message_id"] = message.reply_to_id
        shape["reactions"] = [{"emoji": emoji, "from_id": who} for who, emoji in message.reactions.items()]
        shape["is_service"] = message.is_service
        return shape

    def page_topic(self, topic: Topic) -> Json:
        return {
            "id": topic.id,
            "name": topic.name,
            "icon_color": topic.icon_color,
            "closed": topic.is_closed,
            "deleted": topic.is_deleted,
        }

    def page_person(self, person: Person) -> Json:
        return {
            "id": person.id,
            "name": person.name,
            "username": person.username,
            "language_code": person.language_code,
            "blocked": person.has_blocked_bot,
            "is_client": self.is_client(person),
        }

    def is_client(self, person: Person) -> bool:
        team = {member.telegram_user_id for member in self.config.staff} | {self.config.chats.manager.id}
        return not person.is_bot and person.id not in team and person.id in self.world.chats

    def page_chat(self, chat: Chat) -> Json:
        return {
            "id": chat.id,
            "type": chat.type,
            "title": chat.title or (self.world.people[chat.id].name if chat.type == "private" else ""),
            "is_forum": chat.is_forum,
            "pinned_ids": chat.pinned_ids,
            "topics": [self.page_topic(topic) for topic in chat.topics.values()],
            "messages": [self.page_message(chat, message) for message in chat.messages.values()],
        }


def _file_id(content: Json) -> str:
    """Telegram's id of the file that a message carries; of a photo, the largest size's."""
    carried = [field[-1] if isinstance(field, list) and field else field for field in content.values()]
    return next((str(field["file_id"]) for field in carried if isinstance(field, dict) and "file_id" in field), "")
