"""Finding what a call names: its chat, its topic, its message. Shared by all methods; raises in Telegram's words."""

import msgspec

from infra.local.sandbox.state import Chat, Json, Message
from infra.local.sandbox.telegram import markup
from infra.local.sandbox.telegram.bot import Bot
from infra.local.sandbox.telegram.errors import forbidden, refused, wrong
from infra.local.sandbox.telegram.membership import check_inside
from infra.local.sandbox.telegram.params import Params


class Target(msgspec.Struct):
    """Where a new message goes."""

    chat: Chat
    thread_id: int | None
    reply_to_id: int | None


def chat_of(bot: Bot, params: Params, name: str = "chat_id") -> Chat:
    given = params.text(name).strip()
    if not given:
        raise wrong(f"{name} is empty")
    chat_id = params.integer(name)
    if chat := bot.world.chats.get(chat_id):
        check_inside(chat)
        return chat
    if chat_id in bot.world.people:
        raise forbidden("bot can't initiate conversation with a user")
    raise wrong("chat not found")


def writable_chat(bot: Bot, params: Params) -> Chat:
    chat = chat_of(bot, params)
    if chat.type == "private" and bot.world.people[chat.id].has_blocked_bot:
        raise forbidden("bot was blocked by the user")
    return chat


def target_of(bot: Bot, params: Params) -> Target:
    """The chat, topic and original of a message to be sent. General has no thread id: 1 is refused, as in Telegram."""
    chat = writable_chat(bot, params)
    reply_to_id = _reply_to(chat, params)
    thread_id = params.integer("message_thread_id") or None
    if thread_id is None:
        thread_id = chat.messages[reply_to_id].thread_id if reply_to_id else None
    elif thread_id not in chat.topics or not chat.is_forum:
        raise wrong("message thread not found")
    if thread_id and chat.topics[thread_id].is_deleted:
        raise refused("message thread not found")
    return Target(chat, thread_id, reply_to_id)


def _reply_to(chat: Chat, params: Params) -> int | None:
    reply = params.json_object("reply_parameters", "reply parameters")
    if not reply:
        return None
    message_id = reply.get("message_id")
    if message_id in chat.messages:
        return int(message_id)
    if reply.get("allow_sending_without_reply"):
        return None
    raise refused("message to be replied not found")


def message_of(chat: Chat, params: Params, doing: str) -> Message:
    """`doing` as Telegram says it: "message to edit not found"."""
    message = chat.messages.get(params.integer("message_id", -1))
    if message is None:
        if not params.text("message_id"):
            raise wrong("message identifier is not specified")
        raise refused(f"message to {doing} not found")
    return message


def text_of(params: Params) -> Json:
    """Text and entities of a message, within Telegram's limit after the markup is taken out."""
    text, entities = markup.marked(
        params.text("text"), params.text("parse_mode"), params.json_list("entities", "MessageEntity")
    )
    if not text:
        raise wrong("message text is empty")
    if markup.utf16_length(text) > markup.TEXT_LIMIT:
        raise wrong("message is too long")
    return {"text": text} | ({"entities": entities} if entities else {})


def caption_of(params: Params) -> Json:
    text, entities = markup.marked(
        params.text("caption"), params.text("parse_mode"), params.json_list("caption_entities", "MessageEntity")
    )
    if markup.utf16_length(text) > markup.CAPTION_LIMIT:
        raise wrong("message caption is too long")
    return ({"caption": text} if text else {}) | ({"caption_entities": entities} if entities else {})
