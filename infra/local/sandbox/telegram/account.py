"""Bot API methods about the bot itself: who it is, its webhook, its chats and their members, answers to buttons."""

import re
import time
from typing import Any
from urllib.parse import urlsplit

from infra.local.sandbox.state import Json, Webhook
from infra.local.sandbox.telegram import membership
from infra.local.sandbox.telegram.bot import TAP_ANSWERABLE_FOR_SECONDS, Bot
from infra.local.sandbox.telegram.errors import ApiError, refused, wrong
from infra.local.sandbox.telegram.lookups import chat_of
from infra.local.sandbox.telegram.markup import utf16_length
from infra.local.sandbox.telegram.params import Params

LOOPBACK = ("127.0.0.1", "localhost", "::1")
TAP_TEXT_LIMIT = 200


def get_me(bot: Bot, _: Params) -> Json:
    return bot.user_json(bot.id) | {
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def set_webhook(bot: Bot, params: Params) -> bool:
    """Telegram wants HTTPS; a local stack has none, so plain HTTP is let through to this machine only."""
    url = params.text("url").strip()
    if not url:
        return await delete_webhook(bot, params)
    address = urlsplit(url)
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in LOOPBACK):
        raise wrong("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise wrong("secret token contains unallowed characters")
    allowed = params.json_list("allowed_updates", "update types")
    if allowed is None:
        allowed = bot.updates.webhook.allowed_updates
    connections = min(max(params.integer("max_connections", 40), 1), 100)
    webhook = Webhook(url, secret or None, connections, allowed or None)
    await bot.updates.set_webhook(webhook, drop_pending=params.flag("drop_pending_updates"))
    return True


async def delete_webhook(bot: Bot, params: Params) -> bool:
    """The kinds of updates asked for stay as they were, as in Telegram."""
    kept = Webhook(allowed_updates=bot.updates.webhook.allowed_updates)
    await bot.updates.set_webhook(kept, drop_pending=params.flag("drop_pending_updates"))
    return True


def get_webhook_info(bot: Bot, _: Params) -> Json:
    webhook = bot.updates.webhook
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates.pending),
    }
    if webhook.url:
        info |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
    for name in ("last_error_date", "last_error_message", "allowed_updates"):
        if value := getattr(webhook, name):
            info[name] = value
    return info


async def get_updates(bot: Bot, params: Params) -> list[Json]:
    if bot.updates.webhook.url:
        raise ApiError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
            is_violation=True,
        )
    allowed = params.json_list("allowed_updates", "update types")
    if allowed is not None:
        bot.updates.webhook.allowed_updates = allowed or None
    limit = min(max(params.integer("limit", 100), 1), 100)
    updates = await bot.updates.take(params.integer("offset"), limit, min(params.integer("timeout"), 50))
    if updates is None:
        other = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
        raise ApiError(409, other)
    return [update.body() for update in updates]


def get_chat(bot: Bot, params: Params) -> Json:
    chat = chat_of(bot, params)
    shape = bot.chat_json(chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
        ),
    }
    if chat.pinned_ids and (pinned := chat.messages.get(chat.pinned_ids[-1])):
        shape["pinned_message"] = bot.message_json(chat, pinned, nested=True)
    return shape


def get_chat_member(bot: Bot, params: Params) -> Json:
    chat = chat_of(bot, params)
    user_id = params.integer("user_id")
    if user_id not in bot.world.people:
        raise wrong("member not found")
    user = bot.user_json(user_id)
    if user_id == bot.id:
        return membership.bot_json(bot, chat)
    role = next((member.role for member in bot.config.staff if member.telegram_user_id == user_id), None)
    if chat.type == "private":
        status = "member"
    elif role is None:
        status = "left"
    elif user_id == bot.config.staff[0].telegram_user_id:
        return {"status": "creator", "user": user, "is_anonymous": False}
    else:
        status = "member"
    return {"status": status, "user": user}


def set_my_commands(bot: Bot, params: Params) -> bool:
    commands: list[Any] = params.json_list("commands", "BotCommand") or []
    for command in commands:
        if not isinstance(command, dict) or not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", ""))):
            raise wrong("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise wrong("BOT_COMMAND_DESCRIPTION_INVALID")
    if not params.text("scope") and not params.text("language_code"):
        bot.world.commands = commands
        bot.memory.changed()
    return True


def answer_callback_query(bot: Bot, params: Params) -> bool:
    tap = bot.taps.get(params.text("callback_query_id"))
    if tap is None or time.monotonic() - tap.pressed_at > TAP_ANSWERABLE_FOR_SECONDS:
        raise refused("query is too old and response timeout expired or query ID is invalid")
    text = params.text("text")
    if utf16_length(text) > TAP_TEXT_LIMIT:
        raise wrong("MESSAGE_TOO_LONG")
    if not tap.answer.done():
        tap.answer.set_result({"text": text or None, "show_alert": params.flag("show_alert")})
    return True
