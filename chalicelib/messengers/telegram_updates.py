"""Telegram updates, parsed into what they mean for the desk. https://core.telegram.org/bots/api#update

A message's key is its chat and ``message_id`` (which may be 0); ``update_id`` is random after a quiet week and keys nothing.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from chalicelib.desk.messages import (
    Attachment,
    Ignored,
    Incoming,
    IncomingEdit,
    IncomingMessage,
    IncomingReachability,
    IncomingTap,
    Kind,
    Sender,
)
from chalicelib.messengers.adapter import NotUnderstood

Json = dict[str, Any]

# The first field of a message that is present names its kind. Animations also carry ``document``, so they come first.
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("text", Kind.TEXT),
    ("animation", Kind.ANIMATION),
    ("photo", Kind.PHOTO),
    ("video", Kind.VIDEO),
    ("video_note", Kind.VIDEO),
    ("voice", Kind.VOICE),
    ("audio", Kind.AUDIO),
    ("document", Kind.DOCUMENT),
    ("sticker", Kind.STICKER),
    ("venue", Kind.LOCATION),
    ("location", Kind.LOCATION),
    ("contact", Kind.CONTACT),
    ("poll", Kind.POLL),
)

# What Telegram says about the chat itself, not anybody's words.
_SERVICE_FIELDS = frozenset(
    (
        *("new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo"),
        *("group_chat_created", "supergroup_chat_created", "migrate_to_chat_id", "migrate_from_chat_id"),
        *("forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"),
        *("general_forum_topic_hidden", "general_forum_topic_unhidden", "message_auto_delete_timer_changed"),
        *("video_chat_started", "video_chat_ended", "video_chat_scheduled", "video_chat_participants_invited"),
        "pinned_message",
    )
)


def parse(raw: bytes, account: str) -> list[Incoming]:
    """One update holds one thing. Raises NotUnderstood with the update's id, so that it can be kept raw."""
    key = "unreadable"
    try:
        update: Json = json.loads(raw)
        key = str(update["update_id"])
        for field, read in _READERS.items():
            if field in update:
                return [read(update[field], account)]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise NotUnderstood(f"{type(error).__name__}: {error}", key) from error
    raise NotUnderstood("no field we know", key)


def _message(message: Json, account: str) -> Incoming:
    if not _SERVICE_FIELDS.isdisjoint(message):
        return Ignored("service message")
    if message.get("from", {}).get("is_bot") or "from" not in message:
        return Ignored("not written by a person")
    return _written(message, account)


def _written(message: Json, account: str) -> IncomingMessage:
    chat, in_topic = message["chat"], bool(message.get("is_topic_message"))
    kind, media = _kind_of(message)
    answered: Json | None = message.get("reply_to_message")
    thread = str(message["message_thread_id"]) if in_topic else None
    # Inside a topic every message "replies" to the topic's root: that is not a person's reply.
    reply_to = str(answered["message_id"]) if answered else None
    return IncomingMessage(
        external_id=f"{int(chat['id'])}/{int(message['message_id'])}",
        account=account,
        chat=str(chat["id"]),
        private=chat["type"] == "private",
        sender=_sender(message["from"]),
        at=_time(message["date"]),
        kind=kind,
        text=_text(message.get("text", message.get("caption", ""))) or _spoken(kind, media),
        thread=thread,
        attachments=_attachments(kind, media),
        reply_to=reply_to if reply_to != thread else None,
    )


def _kind_of(message: Json) -> tuple[Kind, Any]:
    """The kind and what the field of that kind holds."""
    for field, kind in _KINDS:
        if field in message:
            return kind, message[field]
    return Kind.UNSUPPORTED, None


def _edit(message: Json, account: str) -> Incoming:
    edited = _message(message, account)
    if not isinstance(edited, IncomingMessage):
        return edited
    return IncomingEdit(edited, f"{edited.external_id}@{int(message['edit_date'])}")


def _tap(tap: Json, account: str) -> Incoming:
    message = tap["message"]
    return IncomingTap(
        key=str(tap["id"]),
        account=account,
        chat=str(message["chat"]["id"]),
        message_id=str(message["message_id"]),
        sender=_sender(tap["from"]),
        data=str(tap["data"]),
    )


def _reaction(reaction: Json, account: str) -> Incoming:
    """A reaction is kept as a message of its own; taking it back is one with no text."""
    chat, new = reaction["chat"], reaction["new_reaction"]
    if "user" not in reaction or reaction["user"].get("is_bot"):
        return Ignored("not written by a person")
    return IncomingMessage(
        external_id=f"{int(chat['id'])}/{int(reaction['message_id'])}/reaction/{reaction['user']['id']}@{reaction['date']}",
        account=account,
        chat=str(chat["id"]),
        private=chat["type"] == "private",
        sender=_sender(reaction["user"]),
        at=_time(reaction["date"]),
        kind=Kind.REACTION,
        text=" ".join(str(one.get("emoji", one["type"])) for one in new),
        reply_to=str(reaction["message_id"]),
    )


def _membership(change: Json, account: str) -> Incoming:
    """In a private chat ``kicked`` means that the person blocked the bot."""
    if change["chat"]["type"] != "private":
        return Ignored("our own membership in a group")
    return IncomingReachability(
        key=f"{change['chat']['id']}/membership@{change['date']}/{change['new_chat_member']['status']}",
        account=account,
        chat=str(change["chat"]["id"]),
        sender=_sender(change["from"]),
        at=_time(change["date"]),
        reachable=change["new_chat_member"]["status"] != "kicked",
    )


_READERS: dict[str, Callable[[Json, str], Incoming]] = {
    "message": _message,
    "edited_message": _edit,
    "callback_query": _tap,
    "message_reaction": _reaction,
    "my_chat_member": _membership,
}


def _sender(person: Json) -> Sender:
    name = " ".join(filter(None, (person.get("first_name"), person.get("last_name")))).strip()
    return Sender(str(int(person["id"])), name or f"id {person['id']}", person.get("language_code"))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text is {type(value).__name__}")
    return value


def _time(seconds: int) -> datetime:
    if int(seconds) <= 0:
        raise ValueError(f"time {seconds}")
    return datetime.fromtimestamp(int(seconds), UTC)


def _attachments(kind: Kind, media: Any) -> tuple[Attachment, ...]:
    if kind is Kind.PHOTO:
        media = media[-1]  # sizes of one picture, the largest last
    if not isinstance(media, dict) or "file_id" not in media:
        return ()
    return (Attachment(kind, media["file_id"], media.get("file_name"), media.get("mime_type"), media.get("file_size")),)


def _spoken(kind: Kind, media: Any) -> str:
    """What a message without text says: a contact's name and number, a place, a sticker's emoji, a poll's question."""
    if kind is Kind.CONTACT:
        return f"{media.get('first_name', '')} {media.get('last_name', '')} {media['phone_number']}".replace(
            "  ", " "
        ).strip()
    if kind is Kind.LOCATION:
        place = media.get("location", media)
        return f"{place['latitude']}, {place['longitude']}"
    return str(media.get("emoji", media.get("question", ""))) if isinstance(media, dict) else ""
