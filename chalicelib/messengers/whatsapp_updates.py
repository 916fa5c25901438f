"""WhatsApp webhooks, parsed into what they mean for the desk: one may hold messages and statuses of several numbers.

A message's key is its own id; a status has the message's id and its name. People are known by their phone number or,
when they do not show it, by an id that only our business knows them by.
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from chalicelib.desk.messages import (
    Attachment,
    DeliveryState,
    Ignored,
    Incoming,
    IncomingEdit,
    IncomingMessage,
    IncomingRemoval,
    IncomingStatus,
    IncomingTap,
    Kind,
    Sender,
)
from chalicelib.desk.personal_links import in_prepared_words
from chalicelib.messengers import whatsapp_errors
from chalicelib.messengers.adapter import NotUnderstood
from chalicelib.messengers.whatsapp_calls import TAP_PREFIX

Json = dict[str, Any]

START = "/start"  # what the desk takes for a person who opens the chat, as in Telegram
LONGEST_ID_BYTES = 500  # it becomes part of a key; WhatsApp's are a fifth of that

_MALFORMED = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, OSError, RecursionError)


def parse(raw: bytes) -> list[Incoming]:
    """Raises NotUnderstood if any part has no shape we know, along with what the other parts tell."""
    understood: list[Incoming] = []
    odd: list[NotUnderstood] = []
    try:
        changes = [change for entry in json.loads(raw)["entry"] for change in entry["changes"]]
        parts = [part for change in changes for part in _parts(change)]
    except _MALFORMED as error:
        raise NotUnderstood(f"{type(error).__name__}: {error}", "unreadable") from error
    for read, part, value in parts:
        try:
            understood.append(read(part, value))
        except _MALFORMED as error:
            odd.append(NotUnderstood(f"{type(error).__name__}: {error}", _key_of(part)))
    if odd:
        raise NotUnderstood("; ".join(map(str, odd)), odd[0].key, tuple(understood))
    return understood


_Reader = Callable[[Json, Json], Incoming]


def _parts(change: Json) -> Iterator[tuple[_Reader, Json, Json]]:
    """Each thing that a change tells, with its reader and what they have in common: our number, the people's names."""
    field, value = change["field"], change["value"]
    if field != "messages":
        yield (
            (lambda _, __: Ignored(f"about {field}")),
            {},
            {},
        )  # echoes of what we sent by hand, calls, groups, account
        return
    for name, read in (("messages", _message), ("statuses", _status), ("errors", _error)):
        for part in value.get(name) or ():
            yield read, part, value


def _message(message: Json, value: Json) -> Incoming:
    if message.get("from") == re.sub(r"\D", "", value["metadata"]["display_phone_number"]):
        return Ignored("our own message")
    return _READERS.get(message["type"], _written)(message, value)


def _written(message: Json, value: Json) -> IncomingMessage:
    kind, content = message["type"], message.get(message["type"], {})
    group, context = message.get("group_id"), message.get("context") or {}
    sender, text = _sender(message, value), _TEXTS.get(kind, _any_words)(content)
    invitation = in_prepared_words(text) if kind == "text" else None
    return IncomingMessage(
        external_id=_id(message["id"]),
        account=_id(value["metadata"]["phone_number_id"]),
        chat=_id(group) if group else sender.user,
        private=not group,
        sender=sender,
        at=_time(message["timestamp"]),
        kind=_kind(kind, content),
        text=START if invitation else text,
        attachments=_attachments(_kind(kind, content), content) if kind in _MEDIA else (),
        reply_to=_replied_to(kind, content, context),
        forwarded=bool(context.get("forwarded") or context.get("frequently_forwarded")),
        invitation=invitation,
    )


def _edit(message: Json, value: Json) -> IncomingEdit:
    """Told of messages of numbers that are also used in the WhatsApp Business app."""
    edit = message["edit"]
    now = {**message, **edit["message"], "id": edit["original_message_id"]}
    return IncomingEdit(_written(now, value), _id(message["id"]))


def _removal(message: Json, value: Json) -> IncomingRemoval:
    sender, group = _sender(message, value), message.get("group_id")
    return IncomingRemoval(
        key=_id(message["id"]),
        account=_id(value["metadata"]["phone_number_id"]),
        chat=_id(group) if group else sender.user,
        sender=sender,
        external_id=_id(message["revoke"]["original_message_id"]),
        at=_time(message["timestamp"]),
    )


def _interactive(message: Json, value: Json) -> Incoming:
    """A choice among the buttons that we sent is a tap; among anybody else's, words like any other."""
    chosen = _chosen(message["interactive"]).get("id")
    written = _written(message, value)
    if not isinstance(chosen, str) or not chosen.startswith(TAP_PREFIX):
        return written
    return IncomingTap(
        key=written.external_id,
        account=written.account,
        chat=written.chat,
        message_id=written.reply_to or "",
        sender=written.sender,
        data=_text(chosen.removeprefix(TAP_PREFIX)),
    )


def _status(status: Json, value: Json) -> Incoming:
    state = _STATES.get(status["status"])
    if state is None:
        return Ignored(f"status {status['status']}")
    message_id, failed = _id(status["id"]), state is DeliveryState.FAILED
    # In a group everybody who got the message has a status of their own.
    of_whom = f"/{_id(status['recipient_id'])}" if status.get("group_id") else ""
    sent_as = status.get("biz_opaque_callback_data")
    return IncomingStatus(
        key=f"{message_id}/{status['status']}{of_whom}",
        account=_id(value["metadata"]["phone_number_id"]),
        provider_id=message_id,
        state=state,
        at=_time(status["timestamp"]),
        reason=whatsapp_errors.reason(_first(status.get("errors")).get("code")) if failed else None,
        sent_as=_text(sent_as) if sent_as else None,
    )


def _error(error: Json, _: Json) -> Ignored:
    return Ignored(f"account error {int(error['code'])}")


_READERS: dict[str, _Reader] = {
    "edit": _edit,
    "revoke": _removal,
    "interactive": _interactive,
    "request_welcome": lambda *_: Ignored("opened the chat, wrote nothing"),
}

_STATES = {
    "sent": DeliveryState.ACCEPTED,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}

_MEDIA = {
    "image": Kind.PHOTO,
    "video": Kind.VIDEO,
    "audio": Kind.AUDIO,
    "document": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
}
_KINDS = {
    **_MEDIA,
    "text": Kind.TEXT,
    "location": Kind.LOCATION,
    "contacts": Kind.CONTACT,
    "reaction": Kind.REACTION,
    "button": Kind.BUTTON,
    "interactive": Kind.BUTTON,
    "order": Kind.TEXT,
    "system": Kind.SYSTEM,
}
"""A type that is not here, such as ``unsupported`` itself or one of tomorrow, is unsupported."""


def _kind(kind: str, content: Any) -> Kind:
    return Kind.VOICE if kind == "audio" and content.get("voice") else _KINDS.get(kind, Kind.UNSUPPORTED)


def _attachments(kind: Kind, media: Json) -> tuple[Attachment, ...]:
    """The id is exchanged for the file within days, with the token; its size is told only then."""
    mime = media.get("mime_type")
    name = media.get("filename")
    where = media.get("id") or media.get("link")
    return (
        (Attachment(kind, _id(where), _text(name) if name else None, _text(mime) if mime else None),) if where else ()
    )


def _replied_to(kind: str, content: Any, context: Json) -> str | None:
    answered = content.get("message_id") if kind == "reaction" else context.get("id") or context.get("message_id")
    return _id(answered) if answered else None


# What is said, by type. Media and what a type of tomorrow brings: the words that are there.


def _any_words(content: Any) -> str:
    if not isinstance(content, dict):
        return ""
    return "\n".join(_text(content[name]) for name in ("title", "body", "text", "caption") if content.get(name))


def _place(location: Json) -> str:
    about = [_text(location[name]) for name in ("name", "address") if location.get(name)]
    at = ", ".join(_text(location[name]) for name in ("latitude", "longitude") if name in location)
    return "\n".join(filter(None, (*about, at)))


def _people(contacts: list[Json]) -> str:
    return "\n".join(_person(contact) for contact in contacts)


def _person(contact: Json) -> str:
    name = contact.get("name") or {}
    parts = (name.get("first_name"), name.get("last_name"))
    said = name.get("formatted_name") or " ".join(filter(None, parts)) or " ".join(map(_text, name.values()))
    phones = [phone.get("phone") or phone.get("wa_id") for phone in contact.get("phones") or ()]
    emails = [email.get("email") for email in contact.get("emails") or ()]
    return " ".join(_text(one) for one in (said, *phones, *emails) if one)


def _chosen(interactive: Json) -> Json:
    """The reply: under ``button_reply``, ``list_reply`` or the name of a kind of tomorrow."""
    found = interactive.get(interactive["type"])
    return found if isinstance(found, dict) else {}


def _choice(interactive: Json) -> str:
    """The title chosen; of a form, what was filled in."""
    reply = _chosen(interactive)
    return _text(reply.get("title") or reply.get("response_json") or reply.get("body"))


def _order(order: Json) -> str:
    items = [
        f"{_text(item['quantity'])} × {_text(item['product_retailer_id'])}, "
        f"{_text(item['item_price'])} {_text(item['currency'])}"
        for item in order["product_items"]
    ]
    return "\n".join(filter(None, (_text(order.get("text")), *items)))


_TEXTS: dict[str, Callable[[Any], str]] = {
    "text": lambda text: _text(text.get("body")),
    "location": _place,
    "contacts": _people,
    "reaction": lambda reaction: _text(reaction.get("emoji")),  # none: it was taken back
    "interactive": _choice,
    "order": _order,
}

# Values, as they are or not at all.


def _sender(message: Json, value: Json) -> Sender:
    phone, user_id = message.get("from"), message.get("from_user_id")
    contact = _contact(value.get("contacts") or [], phone, user_id)
    phone = phone or contact.get("wa_id")
    user = _id(phone or user_id or contact.get("user_id"))
    number = f"+{user}" if phone and user.isascii() and user.isdigit() else None
    profile = contact.get("profile") or {}
    name = _text(profile.get("name") or profile.get("username")).strip()
    return Sender(user, name or number or user, phone=number)


def _contact(contacts: list[Json], phone: object, user_id: object) -> Json:
    """Whose name goes with the message; a single one needs no matching, unless it is somebody else by their id."""
    for contact in contacts:
        if (phone and contact.get("wa_id") == phone) or (user_id and contact.get("user_id") == user_id):
            return contact
    alone = contacts[0] if len(contacts) == 1 else {}
    return {} if user_id and alone.get("user_id", user_id) != user_id else alone


def _id(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len((found := _text(value)).encode()) <= LONGEST_ID_BYTES:
        raise TypeError(f"no id: {type(value).__name__}")
    return found


def _text(value: Any) -> str:
    """Words or a number. Halves of a pair of surrogates, which cannot be stored, become question marks."""
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise TypeError(f"no text: {type(value).__name__}")
    return str(value).encode("utf-8", "replace").decode()


def _time(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _first(items: Any) -> Json:
    return items[0] if items else {}


def _key_of(part: Any) -> str:
    key = part.get("id") if isinstance(part, dict) else None
    return _text(key)[:100] if isinstance(key, str) else "unreadable"
