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
    DELIVERED = "delivered"
    READ = "read"
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
class File:
    """A file that is kept by ``messenger``, where our ``account`` knows it by ``attachment.provider_id``."""

    messenger: str
    account: str
    attachment: Attachment


@dataclass(frozen=True)
class MessageKey:
    """What finds a message: whose conversation it is in, and its ``external_id``."""

    identity: Identity
    external_id: str


@dataclass(frozen=True)
class Carrier:
    """The outbound item that carries a message to a place: its destination, and its order there. That item knows the id
    that the message has there, once it was sent."""

    destination: str
    order: str


@dataclass(frozen=True)
class Author:
    """Who did something, as kept in histories: a member of the team, a client, an admin token or the desk itself."""

    id: str
    name: str


@dataclass(frozen=True)
class Message:
    """One message of a conversation. ``external_id`` is the messenger's own id and the message's key: it is its own
    duplicate check. ``text`` of media is its caption; ``html`` is the same with the formatting that the team gave it, if
    any. ``ticket_id`` is empty for what is no question, such as Start.
    ``promised`` is by when it says that we come back. ``comment_on`` names the invitation whose comment this is.
    ``carriers`` take it to where it is shown: a client's message to the topic, the team's to the client, part by part."""

    external_id: str
    identity: Identity
    ticket_id: str
    at: datetime
    direction: Direction
    kind: Kind = Kind.TEXT
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None
    author: Author | None = None
    edited_at: datetime | None = None
    removed_at: datetime | None = None
    delivery: Delivery | None = None
    carriers: tuple[Carrier, ...] = ()
    promised: datetime | None = None
    comment_on: str = ""
    version: int = 0

    @property
    def is_awaited(self) -> bool:
        """Nothing is known of it yet but that it was taken back."""
        return self.direction is Direction.IN and self.removed_at is not None and self.kind is Kind.SYSTEM

    @property
    def key(self) -> MessageKey:
        return MessageKey(self.identity, self.external_id)

    @property
    def written_in_topic(self) -> str | None:
        """The id that an answer has in the team's group, if it was written there (and not through the admin endpoint)."""
        chat, slash, message_id = self.external_id.rpartition("/")
        return message_id if slash and self.direction is Direction.OUT and chat else None


@dataclass(frozen=True)
class Sender:
    """A person as an update names them. ``phone`` is E.164 and only there when the messenger itself vouches for it."""

    user: str
    name: str
    language: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class IncomingMessage:
    """Something was written: by a client in private, or by the team in their group (then ``thread`` names the topic).

    ``html`` is ``text`` with its formatting, in the subset of HTML that ``outbound.Content`` has; empty when it has none.
    ``reply_to`` is the id that the chat has for what is answered. Messages of one ``album`` were sent together.
    ``taken_back_at``: the client took it back, and that came first. ``invitation`` is what a personal link carried."""

    external_id: str
    account: str
    chat: str
    private: bool
    sender: Sender
    at: datetime
    kind: Kind
    text: str = ""
    html: str = ""
    thread: str | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None
    album: str | None = None
    forwarded: bool = False
    invitation: str | None = None
    taken_back_at: datetime | None = None

    def of_no_ticket(self, identity: Identity) -> Message:
        """What is no question, such as Start, as it is kept: the same one again changes nothing."""
        return Message(self.external_id, identity, "", self.at, Direction.IN, Kind.SYSTEM, self.text)


@dataclass(frozen=True)
class IncomingEdit:
    """A message was changed. ``edit_key`` tells this change from the next one of the same message. ``is_step``: one of many
    small ones, as of a place that moves: it is kept, and nobody is told."""

    message: IncomingMessage
    edit_key: str
    is_step: bool = False


@dataclass(frozen=True)
class IncomingRemoval:
    """A message was taken back by whoever wrote it."""

    key: str
    account: str
    chat: str
    sender: Sender | None
    external_id: str
    at: datetime


@dataclass(frozen=True)
class IncomingStatus:
    """What became of a message of ours, by the messenger's word. Statuses come in any order, some before our own record
    of the send. ``sent_as`` is what we gave along with the message, where the messenger gives it back."""

    key: str
    account: str
    provider_id: str
    state: DeliveryState
    at: datetime
    reason: str | None = None
    sent_as: str | None = None


@dataclass(frozen=True)
class IncomingTap:
    """A button under one of our messages was tapped; ``data`` is what we put into the button."""

    key: str
    account: str
    chat: str
    message_id: str
    sender: Sender
    data: str
    thread: str | None = None


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
class IncomingGroupChange:
    """What our bot may do in a group has changed. ``trouble``: why the desk cannot work there, a key of the texts, if so."""

    chat: str
    trouble: str | None


@dataclass(frozen=True)
class IncomingGroupMove:
    """A group was upgraded and has the id ``to`` now."""

    chat: str
    to: str


@dataclass(frozen=True)
class Ignored:
    """An update that is about nobody's message; ``why`` goes to the log."""

    why: str


Incoming = (
    IncomingMessage
    | IncomingEdit
    | IncomingRemoval
    | IncomingStatus
    | IncomingTap
    | IncomingReachability
    | IncomingGroupChange
    | IncomingGroupMove
    | Ignored
)
