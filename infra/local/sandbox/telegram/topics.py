"""Bot API methods about topics of the forum. Each leaves a service message, which also comes back as an update."""

from infra.local.sandbox.state import Chat, Json, Topic
from infra.local.sandbox.telegram.bot import Bot
from infra.local.sandbox.telegram.errors import refused, wrong
from infra.local.sandbox.telegram.lookups import chat_of
from infra.local.sandbox.telegram.membership import check_right
from infra.local.sandbox.telegram.params import Params

NAME_LIMIT = 128
ICON_COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


def create_forum_topic(bot: Bot, params: Params) -> Json:
    chat = _forum(bot, params)
    check_right(chat, "can_manage_topics", "create a topic")
    name = _name(params)
    if not name:
        raise wrong("TOPIC_TITLE_EMPTY")
    color = params.integer("icon_color", ICON_COLORS[len(chat.topics) % len(ICON_COLORS)])
    if color not in ICON_COLORS:
        raise wrong("invalid icon color specified")
    topic = bot.open_topic(chat, bot.id, name, color, params.text("icon_custom_emoji_id") or None)
    shape: Json = {"message_thread_id": topic.id, "name": topic.name, "icon_color": topic.icon_color}
    return shape | ({"icon_custom_emoji_id": topic.icon_custom_emoji_id} if topic.icon_custom_emoji_id else {})


def edit_forum_topic(bot: Bot, params: Params) -> bool:
    chat = _forum(bot, params)
    topic = _topic(chat, params)
    name = _name(params) or topic.name
    icon = (
        params.text("icon_custom_emoji_id") or None if "icon_custom_emoji_id" in params else topic.icon_custom_emoji_id
    )
    if (name, icon) == (topic.name, topic.icon_custom_emoji_id):
        raise refused("TOPIC_NOT_MODIFIED")
    changed: Json = {}
    if name != topic.name:
        changed["name"] = name
    if icon != topic.icon_custom_emoji_id:
        changed["icon_custom_emoji_id"] = icon or ""
    topic.name, topic.icon_custom_emoji_id = name, icon
    return _changed(bot, chat, topic, {"forum_topic_edited": changed})


def close_forum_topic(bot: Bot, params: Params) -> bool:
    return _set_closed(bot, params, is_closed=True)


def reopen_forum_topic(bot: Bot, params: Params) -> bool:
    return _set_closed(bot, params, is_closed=False)


def delete_forum_topic(bot: Bot, params: Params) -> bool:
    chat = _forum(bot, params)
    bot.delete_topic(chat, _topic(chat, params))
    return True


def _set_closed(bot: Bot, params: Params, *, is_closed: bool) -> bool:
    chat = _forum(bot, params)
    topic = _topic(chat, params)
    if topic.is_closed == is_closed:
        raise refused("TOPIC_NOT_MODIFIED")
    topic.is_closed = is_closed
    return _changed(bot, chat, topic, {"forum_topic_closed" if is_closed else "forum_topic_reopened": {}})


def _changed(bot: Bot, chat: Chat, topic: Topic, content: Json) -> bool:
    bot.topic_changed(chat, topic)
    bot.post(chat, bot.id, content, thread_id=topic.id, is_service=True)
    return True


def _forum(bot: Bot, params: Params) -> Chat:
    chat = chat_of(bot, params)
    if not chat.is_forum:
        raise wrong("the chat is not a forum")
    return chat


def _topic(chat: Chat, params: Params) -> Topic:
    topic = chat.topics.get(params.integer("message_thread_id"))
    if topic is None:
        raise wrong("TOPIC_ID_INVALID")
    if topic.is_deleted:
        raise refused("TOPIC_ID_INVALID")
    return topic


def _name(params: Params) -> str:
    """Telegram cuts a long name and says nothing; the sandbox notes it."""
    name = " ".join(params.text("name").split())
    if len(name) > NAME_LIMIT:
        params.notes.append(f"name: longer than {NAME_LIMIT} characters, cut")
    return name[:NAME_LIMIT]
