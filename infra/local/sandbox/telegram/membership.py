"""What the team does with its group: promotes or demotes the bot, removes it, switches topics, has the group upgraded.

Called by acts.py; the lookups and topics ask it what the bot may still do.
"""

import time

from infra.local.sandbox.state import Chat, Json
from infra.local.sandbox.telegram.bot import Bot
from infra.local.sandbox.telegram.errors import ApiError, forbidden, refused

STATUSES = ("administrator", "member", "left", "kicked")
RIGHTS = (
    *("can_be_edited", "can_manage_chat", "can_change_info", "can_delete_messages", "can_invite_users"),
    *("can_pin_messages", "can_manage_topics", "can_restrict_members", "can_promote_members", "can_manage_video_chats"),
    *("is_anonymous", "can_post_stories", "can_edit_stories", "can_delete_stories"),
)
FIRST_UPGRADED_GROUP = -1_001_900_000_000


def check_inside(chat: Chat) -> None:
    """Raises what Telegram says when the bot is no longer there, or the group is elsewhere."""
    if chat.moved_to:
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        raise ApiError(400, words, parameters={"migrate_to_chat_id": chat.moved_to})
    if chat.bot_status == "kicked":
        raise forbidden("bot was kicked from the supergroup chat")
    if chat.bot_status == "left":
        raise forbidden("bot is not a member of the supergroup chat")


def check_right(chat: Chat, right: str, doing: str) -> None:
    """``doing`` as Telegram says it: "create a topic"."""
    if chat.type == "supergroup" and (chat.bot_status != "administrator" or right in chat.bot_lacks):
        raise refused(f"not enough rights to {doing}")


def bot_json(bot: Bot, chat: Chat) -> Json:
    """The bot as a ChatMember."""
    shape: Json = {"status": chat.bot_status, "user": bot.user_json(bot.id)}
    if chat.bot_status == "kicked":
        return shape | {"until_date": 0}
    if chat.bot_status != "administrator":
        return shape
    has = {right: right not in chat.bot_lacks for right in RIGHTS}
    return shape | has | {"can_be_edited": False, "is_anonymous": False}


def set_status(bot: Bot, chat: Chat, by: int, status: str, lacks: list[str]) -> int | None:
    """The update's id."""
    before = bot_json(bot, chat)
    chat.bot_status, chat.bot_lacks = status, lacks
    bot.memory.changed()
    change = {
        "chat": bot.chat_json(chat),
        "from": bot.user_json(by),
        "date": int(time.time()),
        "old_chat_member": before,
        "new_chat_member": bot_json(bot, chat),
    }
    return bot.updates.add("my_chat_member", change, lane=f"chat {chat.id}")


def upgrade(bot: Bot, chat: Chat, by: int) -> Chat:
    """The group becomes a supergroup with another id; each of the two chats says so."""
    new = Chat(FIRST_UPGRADED_GROUP - len(bot.world.chats), "supergroup", chat.title, is_forum=True, last_message_id=1)
    bot.world.chats[new.id] = new
    bot.post(chat, by, {"migrate_to_chat_id": new.id}, is_service=True)
    bot.post(new, by, {"migrate_from_chat_id": chat.id}, is_service=True)
    chat.moved_to = new.id
    return new
