"""Telegram updates, parsed into what they mean for the desk. https://core.telegram.org/bots/api#update

A message's key is its chat and ``message_id`` (which may be 0); ``update_id`` is random after a quiet week and keys nothing.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.desk.contacts import phone
from chalicelib.desk.messages import (
    Ignored,
    Incoming,
    IncomingEdit,
    IncomingGroupChange,
    IncomingGroupMove,
    IncomingMessage,
    IncomingReachability,
    IncomingTap,
    Kind,
    Sender,
)
from chalicelib.messengers import telegram_contents
from chalicelib.messengers.adapter import NotUnderstood
from chalicelib.messengers.telegram_contents import ODD, Contents

Json = dict[str, Any]


def parse(raw: bytes, account: str) -> list[Incoming]:
    """One update holds one thing. Raises NotUnderstood with the update's id, so that it can be kept raw."""
    key = "unreadable"
    try:
        update: Json = json.loads(raw)
        key = str(update["update_id"])
        for field, read in _READERS.items():
            if field in update:
                return [read(update[field], account)]
    except NotUnderstood as odd:
        raise NotUnderstood(str(odd), key, odd.understood) from odd
    except (*ODD, OverflowError) as error:
        raise NotUnderstood(f"{type(error).__name__}: {error}", key) from error
    for field, why in _IGNORED.items():
        if field in update:
            return [Ignored(why)]
    raise NotUnderstood("no field we know", key)


def _message(message: Json, account: str) -> Incoming:
    if "migrate_to_chat_id" in message:
        return IncomingGroupMove(str(int(message["chat"]["id"])), str(int(message["migrate_to_chat_id"])))
    return _known(*_written(message, account))


def _edit(message: Json, account: str) -> Incoming:
    edited, is_understood = _written(message, account)
    if not isinstance(edited, IncomingMessage):
        return edited
    # A live place moves every few seconds; where it stops comes without a period.
    moves = isinstance(place := message.get("location"), dict) and "live_period" in place
    edit = IncomingEdit(edited, f"{edited.external_id}@{int(message['edit_date'])}", is_step=moves)
    return _known(edit, is_understood)


def _known(event: Incoming, is_understood: bool) -> Incoming:
    if not is_understood:
        raise NotUnderstood("contents of no kind or shape we know", "", (event,))
    return event


def _written(message: Json, account: str) -> tuple[IncomingMessage | Ignored, bool]:
    """The message, and whether all of it was understood."""
    chat = message["chat"]
    sender = _writer(message)
    if sender is None:
        return Ignored("not written by a person"), True
    contents = telegram_contents.read(message, private=_is_private(chat))
    if contents is None:
        return Ignored("service message"), True
    return _said(message, chat, sender, contents, account), contents.is_understood


def _said(message: Json, chat: Json, sender: Sender, contents: Contents, account: str) -> IncomingMessage:
    thread = str(message["message_thread_id"]) if _is_in_topic(message) else None
    answered = message.get("reply_to_message")
    # Inside a topic every message "replies" to the topic's root: that is not a person's reply.
    reply_to = str(answered["message_id"]) if isinstance(answered, dict) and "message_id" in answered else None
    return IncomingMessage(
        external_id=f"{int(chat['id'])}/{int(message['message_id'])}",
        account=account,
        chat=str(chat["id"]),
        private=_is_private(chat),
        sender=replace(sender, phone=_own_number(message, sender)),
        at=_time(message["date"]),
        kind=contents.kind,
        text=contents.text,
        html=contents.html,
        thread=thread,
        attachments=contents.attachments,
        reply_to=reply_to if reply_to != thread else None,
        album=str(message["media_group_id"]) if "media_group_id" in message else None,
        forwarded="forward_origin" in message,
        invitation=_invitation(contents.text),
    )


def _own_number(message: Json, sender: Sender) -> str | None:
    """The sender's own number, if this is their own contact: Telegram gives the id of whom a number belongs to. What was
    forwarded, or put together by another bot, is no word of the sender's.
    https://core.telegram.org/bots/api#contact"""
    contact = message.get("contact")
    if not isinstance(contact, dict) or "forward_origin" in message or "via_bot" in message:
        return None
    if str(contact.get("user_id")) != sender.user:
        return None
    return phone(f"+{str(contact.get('phone_number')).lstrip('+')}")


def _invitation(text: str) -> str | None:
    """What a personal link carried: https://core.telegram.org/bots/features#deep-linking"""
    command, _, payload = text.partition(" ")
    return payload.strip() or None if command == "/start" else None


def _is_in_topic(message: Json) -> bool:
    """A chain of replies outside topics has a thread too."""
    return bool(message.get("is_topic_message")) and "message_thread_id" in message


def _tap(tap: Json, account: str) -> Incoming:
    if "message" not in tap or "data" not in tap:
        return Ignored("a tap on nothing of ours")  # an inline message, a game
    message = tap["message"]
    return IncomingTap(
        key=str(tap["id"]),
        account=account,
        chat=str(message["chat"]["id"]),
        message_id=str(message["message_id"]),
        sender=_sender(tap["from"]),
        data=str(tap["data"]),
        thread=str(message["message_thread_id"]) if _is_in_topic(message) else None,
    )


def _reaction(reaction: Json, account: str) -> Incoming:
    """A reaction is kept as a message of its own; taking it back is one with no text."""
    chat = reaction["chat"]
    if "user" not in reaction or reaction["user"].get("is_bot"):
        return Ignored("not written by a person")
    # Two changes within a second are two.
    new = [_EMOJI.get(one["type"]) or str(one.get("emoji", one["type"])) for one in reaction["new_reaction"]]
    change = f"{reaction['user']['id']}@{int(reaction['date'])}{'+' if new else ''}{'+'.join(new)}"
    return IncomingMessage(
        external_id=f"{int(chat['id'])}/{int(reaction['message_id'])}/reaction/{change}",
        account=account,
        chat=str(chat["id"]),
        private=_is_private(chat),
        sender=_sender(reaction["user"]),
        at=_time(reaction["date"]),
        kind=Kind.REACTION,
        text=" ".join(new),
        reply_to=str(reaction["message_id"]),
    )


_EMOJI = {"paid": "⭐", "custom_emoji": "✨"}  # what has no sign of its own


def _membership(change: Json, account: str) -> Incoming:
    """In a private chat ``kicked`` means that the person blocked the bot."""
    if not _is_private(change["chat"]):
        return IncomingGroupChange(str(int(change["chat"]["id"])), _trouble(change["chat"], change["new_chat_member"]))
    return IncomingReachability(
        key=f"{change['chat']['id']}/membership@{change['date']}/{change['new_chat_member']['status']}",
        account=account,
        chat=str(change["chat"]["id"]),
        sender=_sender(change["from"]),
        at=_time(change["date"]),
        reachable=change["new_chat_member"]["status"] != "kicked",
    )


def _trouble(group: Json, bot: Json) -> str | None:
    """Why the desk cannot work in a group where the bot stands so."""
    if bot["status"] in ("left", "kicked"):
        return "no_chat"
    if bot["status"] != "administrator" or not all(
        bot.get(right) for right in ("can_manage_topics", "can_pin_messages")
    ):
        return "no_rights"
    return None if group.get("is_forum") else "no_topics"


_READERS: dict[str, Callable[[Json, str], Incoming]] = {
    "message": _message,
    "edited_message": _edit,
    "callback_query": _tap,
    "message_reaction": _reaction,
    "my_chat_member": _membership,
}

# What Telegram can tell that is nobody's words to us.
_IGNORED: dict[str, str] = {
    **dict.fromkeys(("channel_post", "edited_channel_post"), "a channel's post"),
    **dict.fromkeys(
        ("business_connection", "business_message", "edited_business_message", "deleted_business_messages"),
        "of somebody's business account",
    ),
    "guest_message": "said to us where we are no member",
    "message_reaction_count": "reactions nobody's name is on",
    **dict.fromkeys(("inline_query", "chosen_inline_result"), "asked in another chat"),
    **dict.fromkeys(("shipping_query", "pre_checkout_query", "purchased_paid_media"), "about a purchase"),
    **dict.fromkeys(("poll", "poll_answer"), "about a poll"),
    **dict.fromkeys(("chat_member", "chat_join_request"), "somebody's membership in a group"),
    **dict.fromkeys(("chat_boost", "removed_chat_boost"), "a boost of a chat"),
    "managed_bot": "about another bot",
}


def _writer(message: Json) -> Sender | None:
    """The person who wrote it. A member of a group may write in the name of the group or of a channel: then a bot of
    Telegram's stands in ``from``, and the chat they speak for is all that is known of them."""
    if message.get("is_automatic_forward"):
        return None
    speaks_for = message.get("sender_chat")
    if isinstance(speaks_for, dict) and not _is_private(message["chat"]):
        name = message.get("author_signature") or speaks_for.get("title")
        return Sender(str(int(speaks_for["id"])), str(name or f"id {speaks_for['id']}"))
    person = message.get("from")
    return None if not isinstance(person, dict) or person.get("is_bot") else _sender(person)


def _is_private(chat: Json) -> bool:
    """A person's chat has the person's own id; those of groups and channels are below zero."""
    return int(chat["id"]) > 0


def _sender(person: Json) -> Sender:
    name = " ".join(str(name) for name in (person.get("first_name"), person.get("last_name")) if name).strip()
    language = person.get("language_code")
    return Sender(str(int(person["id"])), name or f"id {person['id']}", language if isinstance(language, str) else None)


def _time(seconds: int) -> datetime:
    if int(seconds) <= 0:
        raise ValueError(f"time {seconds}")
    return datetime.fromtimestamp(int(seconds), UTC)
