"""What is said in a conversation, and what a messenger can tell us about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.desk.clients import Identity


class Kind(StrEnum):
    """Kinds of messages, the same for all messengers."""

    TEXT = "text"
    PHOTO = "photo"
    VIDEO = "video"
    ANIMATION = "animation"
    VOICE = "voice"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    REACTION = "reaction"
    BUTTON = "button"
    POLL = "poll"
    SYSTEM = "system"
    UNSUPPORTED = "unsupported"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"
    NOTE = "note"  # for the team only: never leaves the desk


class DeliveryState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True)
class Delivery:
    """What became of a message of ours; ``reason`` is a key of the texts when it failed."""

    state: DeliveryState
    reason: str | None = None


@dataclass(frozen=True)
class Attachment:
    kind: Kind
    provider_id: str
    name: str | None = None
    mime: str | None = None
    size: int | None = None  # bytes


@dataclass(frozen=True)
class Author:
    """Who did something, as kept in histories: a member of the team, a client, an admin token or the desk itself."""

    id: str
    name: str


@dataclass(frozen=True)
class Message:
    """One message of a conversation. ``external_id`` is the messenger's own id and the message's key: it is its own
    duplicate check. ``text`` of media is its caption. ``ticket_id`` is empty for what is no question, such as Start."""

    external_id: str
    identity: Identity
    ticket_id: str
    at: datetime
    direction: Direction
    kind: Kind = Kind.TEXT
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None
    author: Author | None = None
    edited_at: datetime | None = None
    removed_at: datetime | None = None
    delivery: Delivery | None = None
    version: int = 0


@dataclass(frozen=True)
class Sender:
    """A person as an update names them."""

    user: str
    name: str
    language: str | None = None


@dataclass(frozen=True)
class IncomingMessage:
    """Something was written: by a client in private, or by the team in their group (then ``thread`` names the topic)."""

    external_id: str
    account: str
    chat: str
    private: bool
    sender: Sender
    at: datetime
    kind: Kind
    text: str = ""
    thread: str | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None


@dataclass(frozen=True)
class IncomingEdit:
    """A message was changed. ``edit_key`` tells this change from the next one of the same message."""

    message: IncomingMessage
    edit_key: str


@dataclass(frozen=True)
class IncomingTap:
    """A button under one of our messages was tapped; ``data`` is what we put into the button."""

    key: str
    account: str
    chat: str
    message_id: str
    sender: Sender
    data: str


@dataclass(frozen=True)
class IncomingReachability:
    """The person blocked the bot or let it write again."""

    key: str
    account: str
    chat: str
    sender: Sender
    at: datetime
    reachable: bool


@dataclass(frozen=True)
class Ignored:
    """An update that is about nobody's message, such as our own membership in a group; ``why`` goes to the log."""

    why: str


Incoming = IncomingMessage | IncomingEdit | IncomingTap | IncomingReachability | Ignored
