"""Viber's chats as their people see them: see ``infra.local.sandbox.chats``."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from infra.local.sandbox.chats import Button, Chat, Contact, File, FileKind, Location, Message, Tick
from infra.local.sandbox.state import Json

if TYPE_CHECKING:
    from infra.local.sandbox.viber import bot

_FILES: dict[str, FileKind] = {"picture": "photo", "video": "video", "file": "document", "sticker": "sticker"}
_TICKS: dict[str, Tick] = {"delivered": "delivered", "seen": "read", "failed": "failed"}


def chat(person: "bot.Person", messages: Iterable["bot.Message"]) -> Chat:
    """The keyboard on the screen is the last one that was sent."""
    own = [message for message in messages if message.user == person.id]
    boards = [message.buttons for message in own if message.buttons]
    return Chat(
        id=person.id,
        name=person.name,
        language=person.language,
        is_blocking=not (person.is_subscribed or person.may_be_greeted or not own),
        notice=None
        if person.is_subscribed
        else "Has not written yet: one greeting reaches them, if they open the chat",
        keyboard=_rows(boards[-1]) if boards else [],
        messages=[_message(message) for message in own],
    )


def _message(message: "bot.Message") -> Message:
    content = message.content
    kind = content["type"]
    tick = _TICKS[message.receipts[-1]] if message.receipts else "sent"
    return Message(
        id=str(message.token),
        at=message.at / 1000,
        by="desk" if message.is_from_bot else "client",
        text=content.get("text", "") or (content.get("media", "") if kind == "url" else ""),
        files=[_file(_FILES[kind], content)] if kind in _FILES else [],
        location=_location(content["location"]) if kind == "location" else None,
        contact=_contact(content["contact"]) if kind == "contact" else None,
        tick=tick if message.is_from_bot else None,
    )


def _rows(buttons: list[Json]) -> list[list[Button]]:
    """A row of Viber's keyboard is six columns wide."""
    rows: list[list[Button]] = []
    left = 0
    for given in buttons:
        columns = given.get("Columns", 6)
        is_link = given.get("ActionType") == "open-url"
        button = Button(
            text=given.get("Text", ""),
            data="" if is_link else given["ActionBody"],
            url=given["ActionBody"] if is_link else None,
        )
        if columns > left:
            rows.append([])
            left = 6
        rows[-1].append(button)
        left -= columns
    return rows


def _file(kind: FileKind, content: Json) -> File:
    size = content.get("size") or content.get("file_size")
    return File(kind=kind, name=content.get("file_name"), size_bytes=size, url=content.get("media"))


def _location(given: Json) -> Location:
    return Location(latitude=given["lat"], longitude=given["lon"])


def _contact(given: Json) -> Contact:
    return Contact(name=given.get("name", ""), phone=given.get("phone_number"))
