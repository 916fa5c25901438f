"""What people do in Telegram: write, press, edit, react, block. Each becomes the update the bot would get.

Called by acts.py for the page and for tests.
"""

import time
import uuid
from collections.abc import Callable

from infra.local.sandbox.media import Media, own_number
from infra.local.sandbox.problems import RefusedError
from infra.local.sandbox.state import Chat, Json, Message, Person, Topic
from infra.local.sandbox.telegram import files
from infra.local.sandbox.telegram.bot import Bot, Tap
from infra.local.sandbox.telegram.markup import found_entities
from infra.local.sandbox.telegram.updates import BUTTON_LIFETIME_SECONDS

FIRST_NEW_PERSON_ID = 900_000_001


def welcome(bot: Bot, name: str, language_code: str | None, person_id: int | None = None) -> Person:
    """Somebody writes to the bot, perhaps for the first time: a person as they call themselves now, and their chat."""
    if person_id is None:
        person_id = max([FIRST_NEW_PERSON_ID - 1, *bot.world.people]) + 1
    person = bot.world.people.setdefault(person_id, Person(person_id, "", language_code=language_code or "ru"))
    person.rename(name)
    person.language_code = language_code or person.language_code
    bot.world.chats.setdefault(person_id, Chat(person_id, "private"))
    bot.people_changed(person)
    return person


def content(bot: Bot, media: Media | None, text: str, entities: list[Json] | None, sender: Person) -> Json:
    """Telegram's fields of a message; for media the text is its caption. Without entities, Telegram marks what it finds."""
    marks = found_entities(text) if entities is None else entities
    if media is None:
        return {"text": text} | ({"entities": marks} if marks else {})
    if not media.is_file:
        return _TOLD[media.kind](media, sender)
    carried = files.remember(bot, media.kind, media)
    if not text or not files.SORTS[media.kind].is_captioned:
        return carried
    return carried | {"caption": text} | ({"caption_entities": marks} if marks else {})


def _place(media: Media, _: Person) -> Json:
    """A place; with a name, also a venue."""
    place = {"latitude": 55.7558, "longitude": 37.6173}
    venue = {"location": place, "title": media.name, "address": "1 Main Street"}
    return {"location": place} | ({"venue": venue} if media.name else {})


def _contact(media: Media, sender: Person) -> Json:
    """Somebody's by name; one's own, which Telegram vouches for, without one. Everybody has a number of their own."""
    if media.name:
        return {"contact": {"phone_number": "79007654321", "first_name": media.name}}
    number = own_number(sender.id)
    return {"contact": {"phone_number": number, "first_name": sender.first_name, "user_id": sender.id}}


def _poll(media: Media, _: Person) -> Json:
    options = [{"persistent_id": f"{n}", "text": text, "voter_count": 0} for n, text in enumerate(("Yes", "No"))]
    poll: Json = {"id": str(uuid.uuid4().int >> 65), "question": media.name or "Does it work?", "options": options}
    poll |= {"total_voter_count": 0, "type": "regular"}
    return {
        "poll": poll
        | dict.fromkeys(("is_closed", "allows_multiple_answers", "members_only"), False)
        | dict.fromkeys(("is_anonymous", "allows_revoting"), True)
    }


_TOLD: dict[str, Callable[[Media, Person], Json]] = {"location": _place, "contact": _contact, "poll": _poll}


def say(bot: Bot, chat: Chat, sender: Person, said: Json, *, thread_id: int | None, reply_to_id: int | None) -> Json:
    """Write into a chat. The answer of `POST /say`; `update_id` is None when the bot asked for no such updates."""
    if chat.type == "private" and sender.has_blocked_bot:
        raise RefusedError("this person has blocked the bot")
    if reply_to_id is not None and reply_to_id not in chat.messages:
        raise RefusedError("there is no such message to reply to")
    if thread_id is not None:
        _open_topic(chat, thread_id)
    message = bot.post(chat, sender.id, said, thread_id=thread_id, reply_to_id=reply_to_id)
    return {"update_id": bot.announce(chat, message), "message_id": message.id}


def press(bot: Bot, person: Person, chat: Chat, message: Message, data: str) -> tuple[str, int | None, Tap]:
    """Press an inline button: the callback query's id, the update's id, and the tap that an answer will come to."""
    query_id = str(uuid.uuid4().int >> 65)
    tap = bot.tapped(query_id)
    query = {
        "id": query_id,
        "from": bot.user_json(person.id),
        "message": bot.message_json(chat, message),
        "chat_instance": str(chat.id * 31),
        "data": data,
    }
    lane = f"taps {person.id}"
    update_id = bot.updates.add("callback_query", query, lane=lane, lifetime_seconds=BUTTON_LIFETIME_SECONDS)
    return query_id, update_id, tap


def button_of(message: Message, wanted: str) -> Json:
    """The button with this text or callback_data."""
    rows = (message.reply_markup or {}).get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        if wanted in (button.get("callback_data"), button["text"]):
            return dict(button)
    raise RefusedError("the message has no such button")


def edit(
    bot: Bot, chat: Chat, message: Message, editor_id: int, text: str, entities: list[Json] | None = None
) -> int | None:
    if message.sender_id != editor_id or message.is_service:
        raise RefusedError("only one's own messages can be edited")
    field, marks_field = ("text", "entities") if "text" in message.content else ("caption", "caption_entities")
    marks = found_entities(text) if entities is None else entities
    kept = {name: value for name, value in message.content.items() if name != marks_field}
    message.content = kept | {field: text} | ({marks_field: marks} if marks else {})
    message.edit_date = int(time.time())
    bot.message_changed(chat, message)
    return bot.announce(chat, message, edited=True)


def react(bot: Bot, chat: Chat, message: Message, person: Person, emoji: str | None) -> int | None:
    """Set or, with None, take back a reaction. The bot hears of it only if it asked for message_reaction."""
    old = message.reactions.pop(person.id, None)
    if emoji:
        message.reactions[person.id] = emoji
    bot.message_changed(chat, message)
    change: Json = {
        "chat": bot.chat_json(chat),
        "message_id": message.id,
        "user": bot.user_json(person.id),
        "date": int(time.time()),
        "old_reaction": [{"type": "emoji", "emoji": old}] if old else [],
        "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
    }
    return bot.updates.add("message_reaction", change, lane=f"reactions {chat.id}")


def block(bot: Bot, person: Person, *, is_blocked: bool) -> int | None:
    """Stop or restart the bot in one's private chat."""
    if person.id not in bot.world.chats:
        raise RefusedError("this person has no chat with the bot")
    if person.has_blocked_bot == is_blocked:
        return None
    person.has_blocked_bot = is_blocked
    bot.people_changed(person)
    me = bot.user_json(bot.id)
    before, after = ("member", "kicked") if is_blocked else ("kicked", "member")
    change: Json = {
        "chat": bot.chat_json(bot.world.chats[person.id]),
        "from": bot.user_json(person.id),
        "date": int(time.time()),
        "old_chat_member": _membership(before, me),
        "new_chat_member": _membership(after, me),
    }
    return bot.updates.add("my_chat_member", change, lane=f"membership {person.id}")


def delete_topic(bot: Bot, chat: Chat, thread_id: int) -> None:
    bot.delete_topic(chat, _open_topic(chat, thread_id))


def _open_topic(chat: Chat, thread_id: int) -> Topic:
    topic = chat.topics.get(thread_id)
    if topic is None or topic.is_deleted:
        raise RefusedError("there is no such topic")
    return topic


def _membership(status: str, user: Json) -> Json:
    return {"status": status, "user": user} | ({"until_date": 0} if status == "kicked" else {})
