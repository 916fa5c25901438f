"""VK's chats as their people see them: see ``infra.local.sandbox.chats``."""

import json
from typing import TYPE_CHECKING

from infra.local.sandbox.chats import Button, Chat, File, FileKind, Location, Message, Reaction, Side
from infra.local.sandbox.state import Json
from infra.local.sandbox.vk.reactions import EMOJI

if TYPE_CHECKING:
    from infra.local.sandbox.vk import community

_FILES: dict[str, FileKind] = {
    "photo": "photo",
    "video": "video",
    "audio": "audio",
    "audio_message": "voice",
    "doc": "document",
    "sticker": "sticker",
}
_WORDS = ("link", "wall")


def chat(person: "community.Person", dialog: "community.Chat") -> Chat:
    return Chat(
        id=person.id,
        name=person.name,
        about=f"id{person.id}",
        is_blocking=bool(dialog.messages) and not person.allows_messages,
        notice=None if person.allows_messages else "Has not allowed the community to write: it cannot, until they do",
        messages=[_message(message) for message in dialog.messages.values()],
    )


def _message(message: "community.Message") -> Message:
    attached = [(one["type"], one[one["type"]]) for one in message.more.get("attachments", ())]
    return Message(
        id=message.number,
        at=message.date,
        by=_side(message.from_id),
        text=message.text or "\n".join(thing.get("url") or thing["text"] for kind, thing in attached if kind in _WORDS),
        files=[_file(_FILES[kind], thing) for kind, thing in attached if kind in _FILES],
        location=_location(message.more["geo"]) if "geo" in message.more else None,
        buttons=[[_button(button["action"]) for button in row] for row in (message.keyboard or {}).get("buttons", ())],
        reply_to=message.reply_to,
        is_forwarded=bool(message.more.get("fwd_messages")),
        is_edited=message.update_time is not None,
        reactions=[Reaction(emoji=EMOJI.get(n, "👍"), by=_side(who)) for who, n in message.reactions.items()],
    )


def _side(from_id: int) -> Side:
    return "desk" if from_id < 0 else "client"


def _button(action: Json) -> Button:
    payload = json.loads(action.get("payload", "{}"))
    data = payload.get("data", "") if isinstance(payload, dict) else ""
    return Button(text=action["label"], data=data or action["label"], url=action.get("link"))


def _file(kind: FileKind, thing: Json) -> File:
    pictures = thing.get("sizes") or thing.get("images") or [{}]
    url = thing.get("url") or thing.get("link_mp3") or pictures[-1].get("url")
    name = thing.get("title")
    return File(kind=kind, name=name, size_bytes=thing.get("size"), url=url)


def _location(geo: Json) -> Location:
    where = geo["coordinates"]
    return Location(latitude=where["latitude"], longitude=where["longitude"], name=geo.get("place", {}).get("title"))
