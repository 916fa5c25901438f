"""WhatsApp's chats as their people see them: see ``infra.local.sandbox.chats``."""

from infra.local.sandbox.chats import Button, Chat, Contact, File, FileKind, Location, Message, Reaction
from infra.local.sandbox.state import Json
from infra.local.sandbox.whatsapp.world import Person, Said

_FILES: dict[str, FileKind] = {
    "image": "photo",
    "video": "video",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
}
_REACTION = "reaction"


def chat(person: Person) -> Chat:
    return Chat(
        id=person.key,
        name=person.name,
        about=f"+{person.phone}" if person.phone else person.user_id,
        is_blocking=person.is_blocking,
        notice=None if person.may_get_free_text() else "Wrote nothing for 24 hours: only templates reach them",
        messages=[_message(said, person) for said in person.said if said.type != _REACTION],
    )


def _message(said: Said, person: Person) -> Message:
    content = said.content if isinstance(said.content, dict) else {}
    buttons, menu = _choices(content.get("action") or {})
    return Message(
        id=said.id,
        at=said.at,
        by="desk" if said.is_ours else "client",
        text=_text(said.type, content),
        files=[_file(_FILES[said.type], content)] if said.type in _FILES else [],
        location=_location(content) if said.type == "location" else None,
        contact=_contact(said.content[0]) if isinstance(said.content, list) and said.content else None,
        buttons=buttons,
        menu=menu,
        reply_to=said.reply_to,
        reactions=_reactions(said.id, person),
        tick=said.statuses[-1] if said.statuses else None,  # type: ignore[arg-type]
        trouble=said.trouble,
    )


def _text(kind: str, content: Json) -> str:
    if kind == "template":
        return str(content.get("text") or f"Template “{content['name']}”")
    if kind == "interactive":
        reply = content.get(str(content.get("type")))
        return str(reply["title"]) if isinstance(reply, dict) and "title" in reply else _interactive(content)
    return str(content.get("body") or content.get("caption") or "")


def _interactive(content: Json) -> str:
    parts = [content.get(name, {}).get("text", "") for name in ("header", "body", "footer")]
    return "\n".join(part for part in parts if part)


def _choices(action: Json) -> tuple[list[list[Button]], str | None]:
    """Reply buttons, the rows of a list under its label, or the one button that opens an address."""
    replies = [button["reply"] for button in action.get("buttons", ())]
    rows = [row for section in action.get("sections", ()) for row in section["rows"]]
    if action.get("name") == "cta_url":
        link = action["parameters"]
        return [[Button(text=link["display_text"], url=link["url"])]], None
    chosen = [Button(text=one["title"], data=one["id"], about=one.get("description")) for one in (*replies, *rows)]
    return [[button] for button in chosen], action.get("button") if rows else None


def _file(kind: FileKind, content: Json) -> File:
    return File(
        kind="voice" if content.get("voice") else kind,
        name=content.get("filename"),
        mime=content.get("mime_type"),
        size_bytes=content.get("file_size"),
        url=content.get("link"),
    )


def _location(content: Json) -> Location:
    return Location(latitude=content["latitude"], longitude=content["longitude"], name=content.get("name"))


def _contact(card: Json) -> Contact:
    phones = card.get("phones") or [{}]
    return Contact(name=card.get("name", {}).get("formatted_name", ""), phone=phones[0].get("phone"))


def _reactions(message_id: str, person: Person) -> list[Reaction]:
    """The last reaction of each side; one without an emoji takes it back."""
    last: dict[bool, str] = {}
    for said in person.said:
        if said.type == _REACTION and isinstance(said.content, dict) and said.content["message_id"] == message_id:
            last[said.is_ours] = said.content.get("emoji", "")
    return [Reaction(emoji=emoji, by="desk" if is_ours else "client") for is_ours, emoji in last.items() if emoji]
