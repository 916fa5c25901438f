"""VK's callback events, parsed into what they mean for the desk. https://dev.vk.com/ru/api/community-events/json-schema

A message's key is its chat (``peer_id``) and its number there (``conversation_message_id``): ``id`` is 0 in group chats,
and reactions, taps and replies name messages by that number. Other events are keyed by VK's ``event_id``.
"""

import hashlib
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
from chalicelib.messengers import vk_attachments, vk_reactions
from chalicelib.messengers.adapter import NotUnderstood

Json = dict[str, Any]

FIRST_GROUP_CHAT = 2_000_000_000  # peers from here on are chats of many
START = "/start"  # what the desk takes for a person who opens the chat, as in Telegram

# Events of the community that are nobody's words to it. A type that is in neither table is new, and is kept raw.
_NOT_OURS: dict[str, str] = {
    "confirmation": "a handshake",
    "message_reply": "the echo of our own message",
    "message_read": "somebody read our message",
    "message_typing_state": "somebody is typing",
    **dict.fromkeys(
        (
            *("audio_new", "photo_new", "video_new", "poll_vote_new", "like_add", "like_remove"),
            *("wall_post_new", "wall_repost", "wall_schedule_post_new", "wall_schedule_post_delete"),
            *(f"wall_reply_{done}" for done in ("new", "edit", "delete", "restore")),
            *(f"board_post_{done}" for done in ("new", "edit", "delete", "restore")),
            *(f"{what}_comment_{done}" for what in ("photo", "video", "market") for done in ("new", "edit")),
            *(f"{what}_comment_{done}" for what in ("photo", "video", "market") for done in ("delete", "restore")),
        ),
        "something on the community's page",
    ),
    **dict.fromkeys(
        (
            *("group_join", "group_leave", "group_change_photo", "group_change_settings", "group_officers_edit"),
            *("user_block", "user_unblock"),
        ),
        "the community's own affairs",
    ),
    **dict.fromkeys(
        (
            *("lead_forms_new", "market_order_new", "market_order_edit", "vkpay_transaction", "app_payload"),
            *(f"donut_subscription_{done}" for done in ("create", "prolonged", "expired", "cancelled")),
            *("donut_subscription_price_changed", "donut_money_withdraw", "donut_money_withdraw_error"),
        ),
        "forms, sales and donations",
    ),
}


def parse(raw: bytes) -> list[Incoming]:
    """One call holds one event. Raises NotUnderstood with the event's id, so that it can be kept raw."""
    key = "unreadable"
    try:
        event = _whole(json.loads(raw))
        type_ = str(event["type"])
        key = str(event.get("event_id") or hashlib.sha256(raw).hexdigest())[:100]
        if read := _READERS.get(type_):
            return [read(event["object"], str(_number(event["group_id"])), key)]
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError, RecursionError) as error:
        raise NotUnderstood(f"{type(error).__name__}: {error}", key) from error
    if why := _NOT_OURS.get(type_):
        return [Ignored(why)]
    raise NotUnderstood(f"an event of an unknown type: {type_[:100]}", key)


def _message(given: Json, account: str, _event: str) -> Incoming:
    """Since 5.103 a new message comes beside ``client_info``; an edited one, and those of older versions, come bare."""
    message: Json = given.get("message", given)
    if message.get("out") or int(message["from_id"]) <= 0:
        return Ignored("not written by a person")
    if message.get("action"):
        return Ignored("service message")
    return _written(message, account)


def _written(message: Json, account: str) -> IncomingMessage:
    peer, parts = _number(message["peer_id"]), _parts(message)
    found = [vk_attachments.attached(one) for part in parts for one in part.get("attachments", ())]
    places = [_place(part["geo"]) for part in parts if part.get("geo")]
    kind, words = _said(message, [kind for kind, _ in found] + [place.kind for place in places])
    answered: Json = message.get("reply_message") or {}
    return IncomingMessage(
        external_id=f"{peer}/{_number(message['conversation_message_id'])}",
        account=account,
        chat=str(peer),
        private=peer < FIRST_GROUP_CHAT,
        sender=_sender(message["from_id"]),
        at=_time(message["date"]),
        kind=kind,
        text=words
        or "\n\n".join(filter(None, map(_words, parts)))
        or next((place.provider_id for place in places), ""),
        attachments=(*(attachment for _, attachment in found), *places),
        reply_to=str(_number(answered["conversation_message_id"])) if answered else None,
        forwarded=len(parts) > 1,
        invitation=str(message["ref"]) if message.get("ref") else None,
    )


def _parts(message: Json) -> list[Json]:
    """The message, what it forwards, and what that forwards, in the order in which they are read."""
    return [message, *(part for one in message.get("fwd_messages", ()) for part in _parts(one))]


def _said(message: Json, found: list[Kind]) -> tuple[Kind, str]:
    """The first thing that is more than words names the kind; else a pressed button of a keyboard does; else it is words.

    The second is what a button stands for, if it is not its label: the one that opens a chat is called differently in
    every language."""
    more = [kind for kind in found if kind is not Kind.TEXT]
    if more or not message.get("payload"):
        return more[0] if more else Kind.TEXT, ""
    return (Kind.TEXT, START) if _is_start(message["payload"]) else (Kind.BUTTON, "")


def _is_start(payload: Any) -> bool:
    """https://dev.vk.com/ru/api/bots/getting-started: the button is VK's own, and so is its payload."""
    opened = _decoded(payload)
    return isinstance(opened, dict) and opened.get("command") == "start"


def _words(part: Json) -> str:
    """What somebody says, and what they point at unless they say it themselves."""
    text = str(part.get("text", ""))
    pointed_at = filter(None, map(vk_attachments.reference, part.get("attachments", ())))
    return "\n".join(filter(None, (text, *(line for line in pointed_at if line.rsplit(" ", 1)[-1] not in text))))


def _place(geo: Json) -> Attachment:
    coordinates, title = geo.get("coordinates") or geo.get("place") or {}, (geo.get("place") or {}).get("title")
    where = f"{coordinates.get('latitude', '?')}, {coordinates.get('longitude', '?')}"
    return Attachment(Kind.LOCATION, where, f"{title}, {where}" if title else where)


def _edit(given: Json, account: str, event: str) -> Incoming:
    edited = _message(given, account, event)
    return IncomingEdit(edited, f"{edited.external_id}@{event}") if isinstance(edited, IncomingMessage) else edited


def _tap(tap: Json, account: str, _event: str) -> Incoming:
    """``key`` is the tap's own event id: vk_calls.answer_event wants it within a minute."""
    return IncomingTap(
        key=str(tap["event_id"])[:100],
        account=account,
        chat=str(_number(tap["peer_id"])),
        message_id=str(_number(tap.get("conversation_message_id") or 0)),
        sender=_sender(tap["user_id"]),
        data=_data(tap["payload"]),
    )


def _data(payload: Any) -> str:
    """What we put into the button."""
    given = _decoded(payload)
    if isinstance(given, dict) and "data" in given:
        return str(given["data"])
    return payload if isinstance(payload, str) else json.dumps(payload)


def _decoded(payload: Any) -> Any:
    """VK gives a payload back as JSON or, as its schema says, as JSON in a string; a foreign one may be anything."""
    try:
        return json.loads(payload) if isinstance(payload, str) else payload
    except ValueError:
        return payload


def _reaction(reaction: Json, account: str, event: str) -> Incoming:
    """A reaction is kept as a message of its own; taking it back is one with no text. VK does not say when it was."""
    peer, message = _number(reaction["peer_id"]), _number(reaction["cmid"])
    if int(reaction["reacted_id"]) <= 0:
        return Ignored("not written by a person")
    number = reaction.get("reaction_id")
    return IncomingMessage(
        external_id=f"{peer}/{message}/reaction/{_number(reaction['reacted_id'])}@{event}",
        account=account,
        chat=str(peer),
        private=peer < FIRST_GROUP_CHAT,
        sender=_sender(reaction["reacted_id"]),
        at=datetime.now(UTC),
        kind=Kind.REACTION,
        text=vk_reactions.EMOJI.get(number, f"#{_number(number)}") if number else "",
        reply_to=str(message),
    )


def _reachability(*, reachable: bool) -> Callable[[Json, str, str], Incoming]:
    """The person allowed or forbade messages from the community. VK does not say when."""

    def read(change: Json, account: str, event: str) -> Incoming:
        user = str(_number(change["user_id"]))
        return IncomingReachability(
            key=f"{user}/{'allow' if reachable else 'deny'}@{event}",
            account=account,
            chat=user,
            sender=_sender(user),
            at=datetime.now(UTC),
            reachable=reachable,
        )

    return read


_READERS: dict[str, Callable[[Json, str, str], Incoming]] = {
    "message_new": _message,
    "message_edit": _edit,
    "messages_edit": _edit,  # the schema lists both
    "message_event": _tap,
    "message_reaction_event": _reaction,
    "message_allow": _reachability(reachable=True),
    "message_deny": _reachability(reachable=False),
}


def stand_in(user: str) -> str:
    """For a name, until somebody asks ``vk_calls.name_of``: updates carry none."""
    return f"VK id {user}"


def _sender(user: Any) -> Sender:
    number = str(_number(user))
    return Sender(number, stand_in(number))


def _number(value: Any) -> int:
    """An id of VK's: 64 bits at most. Raises ValueError for anything else."""
    number = int(value)
    if abs(number) >= 2**63:
        raise ValueError("an id of more than 64 bits")
    return number


def _time(seconds: Any) -> datetime:
    """A time that can be reckoned with: unsigned 32 bits reach to 2106. Raises ValueError for anything else."""
    if not 0 <= int(seconds) < 2**32:
        raise ValueError("a time out of range")
    return datetime.fromtimestamp(int(seconds), UTC)


def _whole(value: Any) -> Any:
    """JSON can carry half an emoji (a lone surrogate), which no store takes: it becomes a question mark."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return value
