"""Updates as each messenger sends them, written for these tests, and signed so that the product believes them.

Every one carries words of its own, by which it is found again wherever it ended up.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_numbers = itertools.count(int(time.time()) % 1_000_000 * 1_000)


@dataclass(frozen=True)
class Sent:
    """``words`` stand somewhere in ``body``."""

    messenger: str
    words: str
    body: Json


def authentic(messenger: str, user: int = 0) -> Iterator[Sent]:
    """One update of every kind, by the ``user``-th person of that messenger."""
    for make in _KINDS[messenger]:
        number = next(_numbers)
        words = f"words-{messenger}-{number}"
        yield Sent(messenger, words, make(words, number, user))


def text(messenger: str, words: str, user: int, number: int | None = None, at: float | None = None) -> Json:
    """A plain message. ``number`` tells it from others, ``at`` is its time (seconds since the epoch)."""
    made: Json = _TEXTS[messenger](words, next(_numbers) if number is None else number, user, int(at or time.time()))
    return made


# Telegram


def _telegram_person(user: int) -> Json:
    return {"id": 690_000 + user, "is_bot": False, "first_name": f"Tess {user}", "language_code": "en"}


def _telegram(number: int, user: int, at: int, **content: Any) -> Json:
    person = _telegram_person(user)
    chat = {"id": person["id"], "type": "private", "first_name": person["first_name"]}
    return {"message_id": number, "from": person, "chat": chat, "date": at, **content}


def _telegram_message(content: Callable[[str], Json], field: str = "message") -> Callable[[str, int, int], Json]:
    def make(words: str, number: int, user: int) -> Json:
        edited = {"edit_date": int(time.time())} if field == "edited_message" else {}
        message = _telegram(number, user, int(time.time()), **content(words), **edited)
        return {"update_id": number, field: message}

    return make


def _telegram_file(field: str, **more: Any) -> Callable[[str], Json]:
    def content(words: str) -> Json:
        return {field: {"file_id": "AgAC-file", "file_unique_id": "u", **more}, "caption": words}

    return content


def _telegram_tap(words: str, number: int, user: int) -> Json:
    message = _telegram(1, user, int(time.time()), text="Question")
    return {
        "update_id": number,
        "callback_query": {
            "id": str(number),
            "from": _telegram_person(user),
            "message": message,
            "chat_instance": "1",
            "data": words,
        },
    }


def _telegram_reaction(_: str, number: int, user: int) -> Json:
    person = _telegram_person(user)
    return {
        "update_id": number,
        "message_reaction": {
            "chat": {"id": person["id"], "type": "private", "first_name": "Tess"},
            "message_id": 1,
            "user": person,
            "date": int(time.time()) + number % 1000,
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": "🔥"}],
        },
    }


def _telegram_membership(_: str, number: int, user: int) -> Json:
    bot = {"id": 700_000_001, "is_bot": True, "first_name": "Vipdesk"}
    person = _telegram_person(user)
    return {
        "update_id": number,
        "my_chat_member": {
            "chat": {"id": person["id"], "type": "private", "first_name": "Tess"},
            "from": person,
            "date": int(time.time()),
            "old_chat_member": {"user": bot, "status": "kicked", "until_date": 0},
            "new_chat_member": {"user": bot, "status": "member"},
        },
    }


# WhatsApp

_WHATSAPP_NUMBER = "106540352242922"


def _whatsapp(part: str, thing: Json, user: int) -> Json:
    phone = f"7900{user:07d}"
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": _WHATSAPP_NUMBER},
        "contacts": [{"profile": {"name": f"Wanda {user}"}, "wa_id": phone}],
        part: [thing],
    }
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [_whatsapp_change(value)]}]}


def _whatsapp_change(value: Json) -> Json:
    return {"field": "messages", "value": value}


def _whatsapp_said(number: int, user: int, at: int, kind: str, content: Any, **more: Any) -> Json:
    said = {"from": f"7900{user:07d}", "id": f"wamid.SOAK{number}", "timestamp": str(at), "type": kind, kind: content}
    return _whatsapp("messages", {**said, **more}, user)


def _whatsapp_message(kind: str, content: Callable[[str], Any]) -> Callable[[str, int, int], Json]:
    return lambda words, number, user: _whatsapp_said(number, user, int(time.time()), kind, content(words))


def _whatsapp_status(_: str, number: int, user: int) -> Json:
    status = {
        "id": f"wamid.OURS{number}",
        "status": "delivered",
        "timestamp": str(int(time.time())),
        "recipient_id": f"7900{user:07d}",
    }
    return _whatsapp("statuses", status, user)


# VK


def _vk(type_: str, thing: Json, number: int) -> Json:
    return {"type": type_, "event_id": f"soak{number:036d}", "v": "5.199", "object": thing, "group_id": 220_000_001}


def _vk_said(number: int, user: int, at: int, words: str, **more: Any) -> Json:
    peer = 690_000 + user
    message = {
        "id": number,
        "date": at,
        "peer_id": peer,
        "from_id": peer,
        "text": words,
        "conversation_message_id": number,
        "out": 0,
        "attachments": [],
        "fwd_messages": [],
        **more,
    }
    return _vk("message_new", {"message": message, "client_info": {"button_actions": ["text"]}}, number)


def _vk_message(**more: Any) -> Callable[[str, int, int], Json]:
    return lambda words, number, user: _vk_said(number, user, int(time.time()), words, **more)


def _vk_edit(words: str, number: int, user: int) -> Json:
    said = _vk_said(number, user, int(time.time()), words)
    return _vk("message_edit", said["object"]["message"], number)


def _vk_tap(words: str, number: int, user: int) -> Json:
    tap = {
        "user_id": 690_000 + user,
        "peer_id": 690_000 + user,
        "event_id": f"tap{number}",
        "payload": {"data": words},
        "conversation_message_id": 1,
    }
    return _vk("message_event", tap, number)


def _vk_reaction(_: str, number: int, user: int) -> Json:
    peer = 690_000 + user
    return _vk("message_reaction_event", {"reacted_id": peer, "peer_id": peer, "cmid": 1, "reaction_id": 1}, number)


def _vk_allow(_: str, number: int, user: int) -> Json:
    return _vk("message_allow", {"user_id": 690_000 + user, "key": ""}, number)


_VK_PHOTO = {
    "type": "photo",
    "photo": {
        "id": 1,
        "owner_id": 1,
        "date": 1,
        "sizes": [{"type": "x", "url": "https://sun9-1.userapi.example/x.jpg", "width": 604, "height": 400}],
    },
}
_VK_FILE = {
    "type": "doc",
    "doc": {"id": 1, "owner_id": 1, "title": "report.pdf", "size": 100, "ext": "pdf", "url": "https://vk.example/d"},
}


# Viber


def _viber_said(number: int, user: int, at: int, content: Json) -> Json:
    return {
        "event": "message",
        "timestamp": at * 1000,
        "message_token": 4_912_661_846_655_238_000 + number,
        "sender": {
            "id": f"soak{user:04d}==",
            "name": f"Vic {user}",
            "language": "en",
            "country": "RS",
            "api_version": 8,
        },
        "message": content,
        "silent": False,
    }


def _viber_message(content: Callable[[str], Json]) -> Callable[[str, int, int], Json]:
    return lambda words, number, user: _viber_said(number, user, int(time.time()), content(words))


def _viber_status(_: str, number: int, user: int) -> Json:
    token = 4_912_661_846_655_238_000 + number
    return {
        "event": "seen",
        "timestamp": int(time.time() * 1000),
        "message_token": token,
        "user_id": f"soak{user:04d}==",
    }


def _viber_subscribed(_: str, number: int, user: int) -> Json:
    person = {"id": f"soak{user:04d}==", "name": f"Vic {user}", "language": "en", "country": "RS", "api_version": 8}
    return {
        "event": "subscribed",
        "timestamp": int(time.time() * 1000),
        "user": person,
        "message_token": 4_912_661_846_655_238_000 + number,
    }


# MAX


def _max_person(user: int) -> Json:
    return {"user_id": 690_000 + user, "first_name": f"Max {user}", "is_bot": False, "last_activity_time": 1}


def _max_said(number: int, user: int, at: int, words: str, kind: str = "message_created", **more: Any) -> Json:
    person = _max_person(user)
    said = {"mid": f"mid.soak{number:024d}", "seq": 2**53 + number, "text": words, "attachments": None}
    message = {
        "sender": person,
        "recipient": {"chat_id": 880_000 + user, "chat_type": "dialog", "user_id": 800_000_001},
        "timestamp": at * 1000,
        "body": {**said, **more.pop("body", {})},
    }
    return {
        "update_type": kind,
        "timestamp": at * 1000,
        "message": {**message, **more},
        "user_locale": "en",
    }


def _max_message(kind: str = "message_created", **more: Any) -> Callable[[str, int, int], Json]:
    return lambda words, number, user: _max_said(number, user, int(time.time()), words, kind, **dict(more))


def _max_tap(words: str, number: int, user: int) -> Json:
    tap = {"callback_id": f"cb{number}", "user": _max_person(user), "timestamp": 1, "payload": words}
    message = _max_said(1, user, int(time.time()), "Question")["message"]
    return {
        "update_type": "message_callback",
        "timestamp": int(time.time() * 1000),
        "callback": tap,
        "message": message,
    }


def _max_started(_: str, number: int, user: int) -> Json:
    return {
        "update_type": "bot_started",
        "timestamp": int(time.time() * 1000) + number % 1000,
        "chat_id": 880_000 + user,
        "user": _max_person(user),
        "user_locale": "en",
    }


_MAX_IMAGE = {"type": "image", "payload": {"photo_id": 1, "token": "t", "url": "https://i.max.example/1"}}


_KINDS: dict[str, tuple[Callable[[str, int, int], Json], ...]] = {
    "telegram": (
        _telegram_message(lambda words: {"text": words}),
        _telegram_message(lambda words: {"text": words, "entities": [{"type": "bold", "offset": 0, "length": 5}]}),
        _telegram_message(lambda words: {"text": words, "reply_to_message": {"message_id": 1, "date": 1}}),
        _telegram_message(lambda words: {"photo": [{"file_id": "p", "file_unique_id": "u"}], "caption": words}),
        _telegram_message(_telegram_file("document", file_name="report.pdf", mime_type="application/pdf")),
        _telegram_message(_telegram_file("voice", duration=3)),
        _telegram_message(lambda words: {"contact": {"phone_number": "79001234567", "first_name": words}}),
        _telegram_message(lambda words: {"poll": {"id": "1", "question": words, "options": []}}),
        _telegram_message(lambda words: {"text": words}, "edited_message"),
        _telegram_tap,
        _telegram_reaction,
        _telegram_membership,
    ),
    "whatsapp": (
        _whatsapp_message("text", lambda words: {"body": words}),
        _whatsapp_message(
            "image", lambda words: {"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": words}
        ),
        _whatsapp_message(
            "document", lambda words: {"id": "2", "mime_type": "application/pdf", "filename": "a.pdf", "caption": words}
        ),
        _whatsapp_message("location", lambda words: {"latitude": 55.7, "longitude": 37.6, "name": words}),
        _whatsapp_message(
            "contacts", lambda words: [{"name": {"formatted_name": words}, "phones": [{"phone": "+79001234567"}]}]
        ),
        _whatsapp_message("button", lambda words: {"payload": "p", "text": words}),
        _whatsapp_message(
            "interactive", lambda words: {"type": "button_reply", "button_reply": {"id": "1", "title": words}}
        ),
        _whatsapp_message("reaction", lambda _: {"message_id": "wamid.1", "emoji": "🔥"}),
        _whatsapp_status,
    ),
    "vk": (
        _vk_message(),
        _vk_message(attachments=[_VK_PHOTO]),
        _vk_message(attachments=[_VK_FILE]),
        _vk_message(geo={"type": "point", "coordinates": {"latitude": 55.7, "longitude": 37.6}}),
        _vk_message(fwd_messages=[{"date": 1, "from_id": 1, "text": "forwarded", "attachments": []}]),
        _vk_message(reply_message={"date": 1, "from_id": 1, "text": "earlier", "conversation_message_id": 1}),
        _vk_edit,
        _vk_tap,
        _vk_reaction,
        _vk_allow,
    ),
    "viber": (
        _viber_message(lambda words: {"type": "text", "text": words}),
        _viber_message(lambda words: {"type": "picture", "text": words, "media": "https://dl.viber.example/p.jpg"}),
        _viber_message(lambda words: {"type": "file", "text": words, "media": "https://dl.viber.example/f", "size": 9}),
        _viber_message(lambda words: {"type": "contact", "contact": {"name": words, "phone_number": "+79001234567"}}),
        _viber_message(lambda words: {"type": "location", "text": words, "location": {"lat": 55.7, "lon": 37.6}}),
        _viber_status,
        _viber_subscribed,
    ),
    "max": (
        _max_message(),
        _max_message(body={"attachments": [_MAX_IMAGE]}),
        _max_message(body={"attachments": [{"type": "location", "latitude": 55.7, "longitude": 37.6}]}),
        _max_message(link={"type": "reply", "message": {"mid": "mid.1", "seq": 1, "text": "earlier"}}),
        _max_message("message_edited"),
        _max_tap,
        _max_started,
    ),
}

_TEXTS: dict[str, Callable[[str, int, int, int], Json]] = {
    "telegram": lambda words, number, user, at: {
        "update_id": number,
        "message": _telegram(number, user, at, text=words),
    },
    "whatsapp": lambda words, number, user, at: _whatsapp_said(number, user, at, "text", {"body": words}),
    "vk": lambda words, number, user, at: _vk_said(number, user, at, words),
    "viber": lambda words, number, user, at: _viber_said(number, user, at, {"type": "text", "text": words}),
    "max": lambda words, number, user, at: _max_said(number, user, at, words),
}

MESSENGERS = tuple(_KINDS)


def encoded(body: Any) -> bytes:
    """Half a character can only come escaped: no messenger sends what is not UTF-8."""
    written = json.dumps(body, ensure_ascii=False)
    try:
        return written.encode()
    except UnicodeEncodeError:
        return json.dumps(body).encode()
