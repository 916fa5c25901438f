"""A chat as the client sees it, in one shape for all messengers: what the page shows, and tests read in `GET /state`.

Each messenger but Telegram fills it from what it keeps, in a `shown.py` of its own; `state()` lists its chats under
``chats``, and every change is published whole, with `changed`. A field that a messenger has nothing for stays as it is
here: the page then shows nothing of it. Telegram, whose forum is more than a chat, is read by the page in its own form
(page/telegram.js makes the same shape of it).
"""

from typing import Literal

import msgspec

from infra.local.sandbox.state import Json

Side = Literal["client", "desk"]
Tick = Literal["sent", "delivered", "read", "failed"]
FileKind = Literal["photo", "video", "animation", "audio", "voice", "document", "sticker"]


class Button(msgspec.Struct, kw_only=True):
    """``data`` is what `POST /tap` wants as ``button``; a button with a ``url`` opens it and tells nobody."""

    text: str
    data: str = ""
    url: str | None = None
    about: str | None = None


class File(msgspec.Struct, kw_only=True):
    """``url`` is where the sandbox (or whoever sent the file) gives it out; None: there never was a content."""

    kind: FileKind
    name: str | None = None
    mime: str | None = None
    size_bytes: int | None = None
    url: str | None = None


class Location(msgspec.Struct, kw_only=True):
    latitude: float
    longitude: float
    name: str | None = None


class Contact(msgspec.Struct, kw_only=True):
    name: str
    phone: str | None = None


class Reaction(msgspec.Struct, kw_only=True):
    emoji: str
    by: Side


class Message(msgspec.Struct, kw_only=True):
    """``id`` is what `/tap`, `/edit`, `/react`, `/remove` want as ``message_id``, `/say` as ``reply_to``.

    ``at``: seconds since 1970. ``entities``: Telegram's, offsets in UTF-16 units. ``menu``: the label of the button that
    opens ``buttons`` as a list (WhatsApp). ``tick``: how far a message of the desk has come, as the messenger told the
    desk, and ``trouble`` why it failed; a client's own has come as far as the webhook's ``untaken`` says.
    """

    id: int | str
    at: float
    by: Side
    text: str = ""
    entities: list[Json] = []
    files: list[File] = []
    location: Location | None = None
    contact: Contact | None = None
    buttons: list[list[Button]] = []
    menu: str | None = None
    reply_to: int | str | None = None
    is_forwarded: bool = False
    is_edited: bool = False
    is_removed: bool = False
    reactions: list[Reaction] = []
    tick: Tick | None = None
    trouble: str | None = None


class Chat(msgspec.Struct, kw_only=True):
    """``id`` is what acts want as ``user``. ``is_blocking``: nothing the desk sends arrives. ``keyboard``: under the chat
    rather than in a message (Viber). ``notice``: what is special about this chat now, in words."""

    id: int | str
    name: str
    about: str | None = None
    language: str | None = None
    is_blocking: bool = False
    notice: str | None = None
    keyboard: list[list[Button]] = []
    messages: list[Message] = []


def changed(messenger: str, chat: Chat) -> Json:
    """The event that tells pages of it."""
    return {"type": "chat", "messenger": messenger, "chat": msgspec.to_builtins(chat)}
