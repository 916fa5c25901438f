"""MAX's dialogs as their people see them: see ``infra.local.sandbox.chats``."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from infra.local.sandbox.chats import Button, Chat, Contact, File, FileKind, Location, Message
from infra.local.sandbox.state import Json

if TYPE_CHECKING:
    from infra.local.sandbox.max.bot import Person

_FILES: dict[str, FileKind] = {
    "image": "photo",
    "video": "video",
    "audio": "voice",
    "file": "document",
    "sticker": "sticker",
}


def chat(person: "Person", messages: Iterable[Json]) -> Chat:
    return Chat(
        id=person.user_id,
        name=person.name,
        language=person.locale.partition("-")[0],
        is_blocking=person.has_stopped,
        messages=[_message(one) for one in messages if one["recipient"]["chat_id"] == person.chat_id],
    )


def _message(message: Json) -> Message:
    body, link = message["body"], message.get("link") or {}
    attached: list[Json] = body["attachments"] or []
    locations = [_location(one) for one in attached if one["type"] == "location"]
    contacts = [_contact(one["payload"]) for one in attached if one["type"] == "contact"]
    return Message(
        id=body["mid"],
        at=message["timestamp"] / 1000,
        by="desk" if message["sender"]["is_bot"] else "client",
        text=body["text"] or "",
        files=[_file(_FILES[one["type"]], one) for one in attached if one["type"] in _FILES],
        location=locations[0] if locations else None,
        contact=contacts[0] if contacts else None,
        buttons=[row for one in attached if one["type"] == "inline_keyboard" for row in _rows(one["payload"])],
        reply_to=link["message"]["mid"] if link.get("type") == "reply" else None,
        is_forwarded=link.get("type") == "forward",
    )


def _rows(payload: Json) -> list[list[Button]]:
    return [
        [Button(text=given["text"], data=given.get("payload", ""), url=given.get("url")) for given in row]
        for row in payload["buttons"]
    ]


def _file(kind: FileKind, attachment: Json) -> File:
    return File(
        kind=kind,
        name=attachment.get("filename"),
        size_bytes=attachment.get("size"),
        url=attachment["payload"].get("url"),
    )


def _location(given: Json) -> Location:
    return Location(latitude=given["latitude"], longitude=given["longitude"])


def _contact(payload: Json) -> Contact:
    """From the lines of a vCard."""
    card = str(payload.get("vcf_info") or "")
    found = {name: value.strip() for name, value in re.findall(r"^(FN|TEL)[^:\n]*:(.*)$", card, re.MULTILINE)}
    return Contact(name=found.get("FN", ""), phone=found.get("TEL"))
