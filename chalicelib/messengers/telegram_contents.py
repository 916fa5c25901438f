"""What a Telegram message says: one row for every content that a message can have. Used by telegram_updates.py.

https://core.telegram.org/bots/api#message
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from chalicelib.desk.messages import Attachment, Kind
from chalicelib.messengers import telegram_rich
from chalicelib.messengers.telegram_markup import marked_up

Json = dict[str, Any]
T = TypeVar("T")

# What reading something of an odd shape raises.
ODD = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True)
class Contents:
    """``is_understood`` is False when something is in the message that this module does not know, or whose shape is odd:
    what could be read is here all the same."""

    kind: Kind
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    is_understood: bool = True


Files = Iterator[Attachment]


@dataclass(frozen=True)
class _Content:
    """How one field of a message is read. ``says`` is for what has no caption, or beside it; it may name what it is about
    by signs, which are the same in every language. ``like_its_files``: if it has some, they name the kind.
    ``by_telegram``: in a group it is nobody's words."""

    kind: Kind
    says: Callable[[Any], str] = lambda _: ""
    files: Callable[[Kind, Any], Files] = lambda *_: iter(())
    like_its_files: bool = False
    by_telegram: bool = False


def read(message: Json, *, private: bool) -> Contents | None:
    """None: it is about the chat itself, and nobody's words."""
    field = next((name for name in CONTENTS if name in message), None)
    if field is None:
        return None if not SERVICE.isdisjoint(message) else _captioned(message, Kind.UNSUPPORTED, "", (), False)
    content, value = CONTENTS[field], message[field]
    if content.by_telegram and not private:
        return None
    none: tuple[Attachment, ...] = ()
    said, is_said = _tried(lambda: content.says(value), "")
    files, is_read = _tried(lambda: tuple(content.files(content.kind, value)), none)
    kind = files[0].kind if files and content.like_its_files else content.kind
    return _captioned(message, kind, said, files, is_said and is_read)


def _tried(reading: Callable[[], T], otherwise: T) -> tuple[T, bool]:
    """One part of an odd shape takes nothing from the others."""
    try:
        return reading(), True
    except ODD:
        return otherwise, False


def _captioned(message: Json, kind: Kind, said: str, files: tuple[Attachment, ...], is_understood: bool) -> Contents:
    """With the words that people wrote: the text or the caption, and their formatting."""
    words, entities = message.get("caption", ""), message.get("caption_entities")
    if "text" in message:
        words, entities = message["text"], message.get("entities")
    if not isinstance(words, str):
        words, kind, is_understood = "", Kind.UNSUPPORTED, False
    text = "\n".join(filter(None, (words, said)))
    if kind is Kind.TEXT and not text:
        kind = Kind.UNSUPPORTED
    return Contents(kind, text, marked_up(words, entities) if text == words else "", files, is_understood)


# Files.


def _file(kind: Kind, media: Json, mime: str | None = None) -> Attachment:
    """``mime`` is what Telegram makes every file of the sort, where it does not say."""
    size = media.get("file_size")
    return Attachment(
        kind,
        str(media["file_id"]),
        str(media["file_name"]) if media.get("file_name") else None,
        str(media["mime_type"]) if media.get("mime_type") else mime,
        size if isinstance(size, int) else None,
    )


def _one(mime: str | None = None) -> Callable[[Kind, Json], Files]:
    return lambda kind, media: iter((_file(kind, media, mime),))


def _photo(kind: Kind, sizes: list[Json]) -> Files:
    """Sizes of one picture, the largest last."""
    if sizes:
        yield _file(kind, sizes[-1], "image/jpeg")


def _live_photo(kind: Kind, live: Json) -> Files:
    """A photo that moves: the photo where there is one, else what moves."""
    return _photo(kind, live["photo"]) if live.get("photo") else iter((_file(Kind.VIDEO, live),))


def _sticker(kind: Kind, sticker: Json) -> Files:
    mime = "video/webm" if sticker.get("is_video") else "image/webp"
    yield _file(kind, sticker, "application/x-tgsticker" if sticker.get("is_animated") else mime)


def _paid(_: Kind, paid: Json) -> Files:
    for one in paid["paid_media"]:
        for field in ("photo", "video", "live_photo"):
            if field in one:
                yield from CONTENTS[field].files(CONTENTS[field].kind, one[field])


def _rich(_: Kind, message: Json) -> Files:
    for field, media in telegram_rich.files(message):
        yield from CONTENTS[field].files(CONTENTS[field].kind, media)


# Words.


def _contact(contact: Json) -> str:
    return _listed(contact.get("first_name"), contact.get("last_name"), contact["phone_number"])


def _place(place: Json) -> str:
    return f"{place['latitude']}, {place['longitude']}"


def _venue(venue: Json) -> str:
    return _lines(venue.get("title"), venue.get("address"), _place(venue["location"]))


def _poll(poll: Json) -> str:
    return _lines(poll["question"], poll.get("description"), *(f"– {one['text']}" for one in poll.get("options", ())))


def _checklist(checklist: Json) -> str:
    return _lines(checklist["title"], _tasks(checklist["tasks"]))


def _tasks(tasks: list[Json]) -> str:
    return _lines(*(f"{'☑' if one.get('completion_date') else '☐'} {one['text']}" for one in tasks))


def _tasks_done(change: Json) -> str:
    """The tasks by their names, where Telegram gives the list."""
    listed = (change.get("checklist_message") or {}).get("checklist", {}).get("tasks", ())
    names = {one["id"]: one["text"] for one in listed}
    return _lines(
        *(f"☑ {names.get(task, task)}" for task in change.get("marked_as_done_task_ids", ())),
        *(f"☐ {names.get(task, task)}" for task in change.get("marked_as_not_done_task_ids", ())),
    )


def _story(story: Json) -> str:
    chat = story["chat"]
    return f"https://t.me/{chat['username']}/s/{story['id']}" if chat.get("username") else _chat(chat)


def _chat(chat: Json) -> str:
    return _listed(
        chat.get("title"),
        chat.get("first_name"),
        chat.get("last_name"),
        chat.get("username") and f"@{chat['username']}",
    )


def _prize(giveaway: Json) -> str:
    stars = giveaway.get("prize_star_count")
    return _listed(
        "🎁", giveaway.get("prize_description"), f"{stars} ⭐" if stars else "", f"× {giveaway['winner_count']}"
    )


def _gift(gift: Json) -> str:
    return _listed("🎁", f"{gift['gift']['star_count']} ⭐", gift.get("text"))


def _amount(payment: Json) -> str:
    """``total_amount`` is in the currency's smallest unit: https://core.telegram.org/bots/payments#supported-currencies"""
    amount, currency = int(payment["total_amount"]), str(payment["currency"])
    whole = str(amount) if currency in _WITHOUT_FRACTIONS else f"{amount // 100}.{amount % 100:02}"
    return f"{whole} {currency}"


_WITHOUT_FRACTIONS = frozenset(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XTR"))


def _listed(*words: Any) -> str:
    return " ".join(str(word) for word in words if word)


def _lines(*words: Any) -> str:
    return "\n".join(str(word) for word in words if word)


# The first of these that is in a message names its kind. Some come with a twin for older readers, so the order counts:
# an animation is also a ``document``, a venue a ``location``.
CONTENTS: dict[str, _Content] = {
    "text": _Content(Kind.TEXT),
    "rich_message": _Content(Kind.TEXT, telegram_rich.words, _rich, like_its_files=True),
    "animation": _Content(Kind.ANIMATION, files=_one()),
    "live_photo": _Content(Kind.PHOTO, files=_live_photo),
    "photo": _Content(Kind.PHOTO, files=_photo),
    "video": _Content(Kind.VIDEO, files=_one()),
    "video_note": _Content(Kind.VIDEO, files=_one("video/mp4")),
    "voice": _Content(Kind.VOICE, files=_one()),
    "audio": _Content(Kind.AUDIO, files=_one()),
    "document": _Content(Kind.DOCUMENT, files=_one()),
    "sticker": _Content(Kind.STICKER, lambda sticker: str(sticker.get("emoji") or ""), _sticker),
    "paid_media": _Content(Kind.UNSUPPORTED, lambda paid: f"{paid['star_count']} ⭐", _paid, like_its_files=True),
    "venue": _Content(Kind.LOCATION, _venue),
    "location": _Content(Kind.LOCATION, _place),
    "contact": _Content(Kind.CONTACT, _contact),
    "poll": _Content(Kind.POLL, _poll),
    "checklist": _Content(Kind.TEXT, _checklist),
    "dice": _Content(Kind.TEXT, lambda dice: f"{dice['emoji']} {dice['value']}"),
    "game": _Content(Kind.TEXT, lambda game: _lines("🎮 " + game["title"], game["description"], game.get("text"))),
    "invoice": _Content(Kind.TEXT, lambda bill: _lines(bill["title"], bill["description"], _amount(bill))),
    "story": _Content(Kind.UNSUPPORTED, _story),
    "giveaway": _Content(Kind.SYSTEM, _prize),
    "giveaway_winners": _Content(Kind.SYSTEM, _prize),
    "web_app_data": _Content(Kind.BUTTON, lambda app: f"{app['button_text']}: {app['data']}", by_telegram=True),
    "users_shared": _Content(
        Kind.CONTACT,
        lambda shared: _lines(*(_chat(user) or f"id {user['user_id']}" for user in shared["users"])),
        by_telegram=True,
    ),
    "chat_shared": _Content(Kind.CONTACT, lambda shared: _chat(shared) or f"id {shared['chat_id']}", by_telegram=True),
    "gift": _Content(Kind.SYSTEM, _gift, by_telegram=True),
    "gift_upgrade_sent": _Content(Kind.SYSTEM, _gift, by_telegram=True),
    "unique_gift": _Content(
        Kind.SYSTEM, lambda gift: f"🎁 {gift['gift']['base_name']} #{gift['gift']['number']}", by_telegram=True
    ),
    "successful_payment": _Content(Kind.SYSTEM, lambda payment: f"💳 {_amount(payment)}", by_telegram=True),
    "refunded_payment": _Content(Kind.SYSTEM, lambda payment: f"↩️ {_amount(payment)}", by_telegram=True),
    "passport_data": _Content(
        Kind.SYSTEM, lambda passport: _listed("🛂", *(one["type"] for one in passport["data"])), by_telegram=True
    ),
    "checklist_tasks_added": _Content(Kind.TEXT, lambda added: _tasks(added["tasks"]), by_telegram=True),
    "checklist_tasks_done": _Content(Kind.TEXT, _tasks_done, by_telegram=True),
}

# What Telegram says about the chat itself, or about us.
SERVICE = frozenset(
    (
        *("new_chat_members", "left_chat_member", "chat_owner_left", "chat_owner_changed"),
        *("new_chat_title", "new_chat_photo", "delete_chat_photo", "pinned_message", "chat_background_set"),
        *("group_chat_created", "supergroup_chat_created", "channel_chat_created"),
        *("migrate_to_chat_id", "migrate_from_chat_id", "message_auto_delete_timer_changed"),
        *("forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"),
        *("general_forum_topic_hidden", "general_forum_topic_unhidden"),
        *("connected_website", "write_access_allowed", "managed_bot_created", "boost_added"),
        *("proximity_alert_triggered", "giveaway_created", "giveaway_completed"),
        *("paid_message_price_changed", "direct_message_price_changed", "poll_option_added", "poll_option_deleted"),
        *("suggested_post_approved", "suggested_post_approval_failed", "suggested_post_declined"),
        *("suggested_post_paid", "suggested_post_refunded"),
        *("video_chat_scheduled", "video_chat_started", "video_chat_ended", "video_chat_participants_invited"),
    )
)
