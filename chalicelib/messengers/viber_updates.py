"""Viber's callbacks, parsed into what they mean for the desk. https://developers.viber.com/docs/api/rest-bot-api/#callbacks

The key of a callback is its ``event`` and its ``message_token``, an integer of 64 bits that must never become a float.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from chalicelib.desk.messages import (
    Attachment,
    DeliveryState,
    Ignored,
    Incoming,
    IncomingMessage,
    IncomingReachability,
    IncomingStatus,
    IncomingTap,
    Kind,
    Sender,
)
from chalicelib.messengers.adapter import NotUnderstood
from chalicelib.messengers.viber_calls import OUR_TAP

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]  # becomes part of a key


class _User(msgspec.Struct):
    id: _Id
    name: str | None = None
    language: str | None = None


class _Place(msgspec.Struct):
    lat: float
    lon: float


class _Contact(msgspec.Struct):
    name: str | None = None
    phone_number: str | None = None


class _Content(msgspec.Struct):
    """Any message: ``type`` says which, the rest is there or not. ``media`` is an address that lives for an hour."""

    type: str
    text: str | None = None
    media: str | None = None
    file_name: str | None = None
    file_size: int | None = None  # bytes
    size: int | None = None  # the same, as pictures and videos call it
    location: _Place | None = None
    contact: _Contact | None = None
    sticker_id: int | None = None


class _Words(msgspec.Struct):
    """What is left of a message whose shape we do not know yet."""

    text: str | None = None


class _Event(msgspec.Struct):
    event: Annotated[str, msgspec.Meta(max_length=64)]
    timestamp: int
    message_token: int | None = None

    @property
    def key(self) -> str:
        return f"{self.event}/{self.timestamp if self.message_token is None else self.message_token}"

    @property
    def at(self) -> datetime:
        return _EPOCH + timedelta(milliseconds=self.timestamp)


class _Message(_Event, kw_only=True):
    message_token: int
    sender: _User
    message: msgspec.Raw  # read by itself: whatever shape it has tomorrow, its words are not lost


class _Status(_Event, kw_only=True):
    message_token: int


class _Subscribed(_Event, kw_only=True):
    user: _User


class _Unsubscribed(_Event, kw_only=True):
    user_id: _Id


class _Started(_Event, kw_only=True):
    """``context`` is what a personal link carried."""

    user: _User
    context: str | None = None


def parse(raw: bytes, account: str) -> list[Incoming]:
    """One callback tells one thing. Raises NotUnderstood with its key, so that it can be kept raw."""
    key = "unreadable"
    try:
        event = msgspec.json.decode(raw, type=_Event)
        key = event.key
        if event.event in _IGNORED:
            return [Ignored(_IGNORED[event.event])]
        if read := _READERS.get(event.event):
            return [read(raw, account)]
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise NotUnderstood(f"{type(error).__name__}: {error}", key) from error
    raise NotUnderstood("an event of no kind we know", key)


def is_webhook_check(raw: bytes) -> bool:
    """Whether Viber only asks if somebody is there, which it does while ``set_webhook`` is called."""
    try:
        return msgspec.json.decode(raw, type=_Event).event == "webhook"
    except (msgspec.MsgspecError, ValueError, RecursionError):  # the second: what is not even UTF-8
        return False


def _message(raw: bytes, account: str) -> Incoming:
    event = msgspec.json.decode(raw, type=_Message)
    content, sender = _content(event.message), _sender(event.sender)
    if content.type == "text" and (content.text or "").startswith(OUR_TAP):
        # Viber does not say under which message of ours the button was.
        data = (content.text or "").removeprefix(OUR_TAP)
        return IncomingTap(f"viber/{event.key}", account, sender.user, "", sender, data)
    kind = _KINDS.get(content.type, Kind.UNSUPPORTED)
    return IncomingMessage(
        external_id=f"{sender.user}/{event.message_token}",
        account=account,
        chat=sender.user,
        private=True,
        sender=sender,
        at=event.at,
        kind=kind,
        text=content.text or _spoken(content),
        attachments=_attachments(kind, content),
    )


def _status(raw: bytes, account: str) -> Incoming:
    event = msgspec.json.decode(raw, type=_Status)
    state = _STATES[event.event]
    reason = "undelivered" if state is DeliveryState.FAILED else None
    return IncomingStatus(event.key, account, str(event.message_token), state, event.at, reason)


def _subscribed(raw: bytes, account: str) -> Incoming:
    event = msgspec.json.decode(raw, type=_Subscribed)
    return _reachability(event, event.user, account, reachable=True)


def _unsubscribed(raw: bytes, account: str) -> Incoming:
    event = msgspec.json.decode(raw, type=_Unsubscribed)
    return _reachability(event, _User(event.user_id), account, reachable=False)


def _reachability(event: _Event, person: _User, account: str, *, reachable: bool) -> Incoming:
    # The time tells one coming and going from the next, should Viber leave the token out.
    return IncomingReachability(
        f"viber/{event.key}/{person.id}", account, person.id, _sender(person), event.at, reachable
    )


def _started(raw: bytes, account: str) -> Incoming:
    """The person opened the chat, and may not have subscribed yet: one message of ours will reach them."""
    event = msgspec.json.decode(raw, type=_Started)
    sender = _sender(event.user)
    return IncomingMessage(
        external_id=f"{sender.user}/{event.key}",
        account=account,
        chat=sender.user,
        private=True,
        sender=sender,
        at=event.at,
        kind=Kind.TEXT,
        text="/start",
        invitation=event.context or None,
    )


_READERS: dict[str, Callable[[bytes, str], Incoming]] = {
    "message": _message,
    "delivered": _status,
    "seen": _status,
    "failed": _status,
    "subscribed": _subscribed,
    "unsubscribed": _unsubscribed,
    "conversation_started": _started,
}

_IGNORED: dict[str, str] = {
    "webhook": "a check of our address",
    "client_status": "whether a person is online",
}

_STATES: dict[str, DeliveryState] = {
    "delivered": DeliveryState.DELIVERED,
    "seen": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}

_KINDS: dict[str, Kind] = {
    "text": Kind.TEXT,
    "url": Kind.TEXT,
    "picture": Kind.PHOTO,
    "video": Kind.VIDEO,
    "file": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
    "location": Kind.LOCATION,
    "contact": Kind.CONTACT,
}


def _sender(person: _User) -> Sender:
    return Sender(person.id, person.name or f"id {person.id}", person.language)


def _content(raw: msgspec.Raw) -> _Content:
    try:
        return msgspec.json.decode(raw, type=_Content)
    except msgspec.ValidationError:
        return _Content("unknown", msgspec.json.decode(raw, type=_Words).text)


def _attachments(kind: Kind, content: _Content) -> tuple[Attachment, ...]:
    if kind is Kind.TEXT:
        return ()
    where = content.media or (str(content.sticker_id) if content.sticker_id is not None else "")
    size = content.file_size if content.file_size is not None else content.size
    return (Attachment(kind, where, content.file_name, size=size),) if where else ()


def _spoken(content: _Content) -> str:
    """What a message without text says: a link, a place, a contact's name and number."""
    if content.type == "url":
        return content.media or ""
    if content.location:
        return f"{content.location.lat}, {content.location.lon}"
    if content.contact:
        return " ".join(filter(None, (content.contact.name, content.contact.phone_number)))
    return ""
