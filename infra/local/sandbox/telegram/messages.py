"""Bot API methods about messages: send, copy, forward, edit, delete, pin, react."""

import time
from typing import Any

from infra.local.sandbox.state import Chat, Json, Message
from infra.local.sandbox.telegram.bot import Bot
from infra.local.sandbox.telegram.errors import refused, wrong
from infra.local.sandbox.telegram.keyboards import reply_markup
from infra.local.sandbox.telegram.lookups import (
    Target,
    caption_of,
    chat_of,
    message_of,
    target_of,
    text_of,
    writable_chat,
)
from infra.local.sandbox.telegram.membership import check_right
from infra.local.sandbox.telegram.params import Params

DELETABLE_FOR_SECONDS = 48 * 3600

# https://core.telegram.org/bots/api#reactiontypeemoji
_EMOJI = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 "
    "🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 "
    "🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
)
REACTION_EMOJI = frozenset(_EMOJI.split())

UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def send_message(bot: Bot, params: Params) -> Json:
    target = target_of(bot, params)
    return sent(bot, target, text_of(params), reply_markup(params))


def copy_message(bot: Bot, params: Params) -> Json:
    target = target_of(bot, params)
    original = message_of(chat_of(bot, params, "from_chat_id"), params, "copy")
    if original.is_service:
        raise wrong("message can't be copied")
    content = {name: value for name, value in original.content.items() if name != "forward_origin"}
    if "caption" in params and "text" not in content:
        content = {name: value for name, value in content.items() if not name.startswith("caption")}
        content |= caption_of(params)
    return {"message_id": sent(bot, target, content, reply_markup(params))["message_id"]}


def forward_message(bot: Bot, params: Params) -> Json:
    target = target_of(bot, params)
    original = message_of(chat_of(bot, params, "from_chat_id"), params, "forward")
    if original.is_service:
        raise wrong("message can't be forwarded")
    origin = {"type": "user", "sender_user": bot.user_json(original.sender_id), "date": original.date}
    return sent(bot, target, {"forward_origin": origin} | original.content, None)


def edit_message_text(bot: Bot, params: Params) -> Json:
    chat, message = _editable(bot, params)
    if "text" not in message.content:
        raise wrong("there is no text in the message to edit")
    content, markup = text_of(params), reply_markup(params, inline_only=True)
    if content == message.content and markup == message.reply_markup:
        raise refused(UNCHANGED)
    message.content = content
    return _edited(bot, chat, message, markup)


def edit_message_caption(bot: Bot, params: Params) -> Json:
    chat, message = _editable(bot, params)
    if "text" in message.content or message.content.keys() & {"sticker", "video_note"}:
        raise wrong("there is no caption in the message to edit")
    without = {name: value for name, value in message.content.items() if name not in ("caption", "caption_entities")}
    content, markup = without | caption_of(params), reply_markup(params, inline_only=True)
    if content == message.content and markup == message.reply_markup:
        raise refused(UNCHANGED)
    message.content = content
    return _edited(bot, chat, message, markup)


def edit_message_reply_markup(bot: Bot, params: Params) -> Json:
    chat, message = _editable(bot, params)
    markup = reply_markup(params, inline_only=True)
    if markup == message.reply_markup:
        raise refused(UNCHANGED)
    return _edited(bot, chat, message, markup)


def delete_message(bot: Bot, params: Params) -> bool:
    chat = chat_of(bot, params)
    message = message_of(chat, params, "delete")
    if time.time() - message.date > DELETABLE_FOR_SECONDS or message.id in chat.topics:
        raise refused("message can't be deleted for everyone")
    bot.delete(chat, message)
    return True


def pin_chat_message(bot: Bot, params: Params) -> bool:
    """Pinning leaves a service message, and Telegram sends it to the bot too, though the bot did it itself."""
    chat = writable_chat(bot, params)
    check_right(chat, "can_pin_messages", "manage pinned messages in the chat")
    message = message_of(chat, params, "pin")
    if message.id in chat.pinned_ids:
        return True
    chat.pinned_ids.append(message.id)
    bot.pins_changed(chat)
    bot.post(chat, bot.id, {"pinned_message": message.id}, thread_id=message.thread_id, is_service=True)
    return True


def unpin_chat_message(bot: Bot, params: Params) -> bool:
    chat = chat_of(bot, params)
    if "message_id" in params:
        message_id = message_of(chat, params, "unpin").id
    elif chat.pinned_ids:
        message_id = chat.pinned_ids[-1]
    else:
        raise refused("message to unpin not found")
    if message_id in chat.pinned_ids:
        chat.pinned_ids.remove(message_id)
        bot.pins_changed(chat)
    return True


def set_message_reaction(bot: Bot, params: Params) -> bool:
    chat = writable_chat(bot, params)
    message = message_of(chat, params, "react")
    reactions = params.json_list("reaction", "ReactionType") or []
    if len(reactions) > 1:
        raise wrong("REACTIONS_TOO_MANY")
    if message.is_service:
        raise wrong("REACTION_INVALID")
    if not reactions:
        message.reactions.pop(bot.id, None)
    else:
        message.reactions[bot.id] = _reaction_emoji(reactions[0])
    bot.message_changed(chat, message)
    return True


def _reaction_emoji(reaction: Any) -> str:
    if not isinstance(reaction, dict) or reaction.get("type") != "emoji":
        raise wrong("REACTION_INVALID")
    emoji = str(reaction.get("emoji", "")).replace("\N{VARIATION SELECTOR-16}", "")
    if emoji not in REACTION_EMOJI:
        raise wrong("REACTION_INVALID")
    return emoji


def sent(bot: Bot, target: Target, content: Json, markup: Json | None) -> Json:
    message = bot.post(
        target.chat,
        bot.id,
        content,
        thread_id=target.thread_id,
        reply_to_id=target.reply_to_id,
        reply_markup=markup,
    )
    return bot.message_json(target.chat, message)


def _editable(bot: Bot, params: Params) -> tuple[Chat, Message]:
    chat = writable_chat(bot, params)
    message = message_of(chat, params, "edit")
    if message.sender_id != bot.id or message.is_service:
        raise wrong("message can't be edited")
    return chat, message


def _edited(bot: Bot, chat: Chat, message: Message, markup: Json | None) -> Json:
    message.reply_markup = markup
    message.edit_date = int(time.time())
    bot.message_changed(chat, message)
    return bot.message_json(chat, message)
