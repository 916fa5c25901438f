"""MAX's updates, parsed into what they mean for the desk. https://dev.max.ru/docs-api/objects/Update

An update has no id of its own: a message is keyed by its ``mid``, a tap by its callback, all else by chat, person and time.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from chalicelib.desk.messages import (
    Ignored,
    Incoming,
    IncomingEdit,
    IncomingMessage,
    IncomingReachability,
    IncomingRemoval,
    IncomingTap,
    Kind,
    Sender,
)
from chalicelib.messengers import max_contents
from chalicelib.messengers.adapter import NotUnderstood
from chalicelib.messengers.max_contents import Body, Id, User

Token = Callable[[], str]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Recipient(msgspec.Struct):
    """``user_id`` is there when the message was written to somebody, which in our updates is the bot itself."""

    chat_type: str
    chat_id: int | None = None
    user_id: int | None = None


class _Link(msgspec.Struct):
    type: str
    message: Body


class _Message(msgspec.Struct):
    recipient: _Recipient
    timestamp: int
    sender: User | None = None
    body: Body | None = None  # of a bare forward there is none
    link: _Link | None = None


class _Update(msgspec.Struct):
    update_type: Annotated[str, msgspec.Meta(max_length=64)]
    timestamp: int


class _MessageUpdate(_Update):
    message: _Message
    user_locale: str | None = None


class _Removed(_Update):
    message_id: Id
    chat_id: int
    user_id: int


class _Callback(msgspec.Struct):
    callback_id: Id
    user: User
    payload: str = ""


class _Tapped(_Update):
    """``message`` is gone when it was removed meanwhile."""

    callback: _Callback
    message: _Message | None
    user_locale: str | None = None


class _InDialog(_Update):
    """Something a person did with the chat itself. ``payload`` is what a personal link carried."""

    chat_id: int
    user: User
    payload: str | None = None
    user_locale: str | None = None


def parse(raw: bytes, account: str, token: Token) -> list[Incoming]:
    """One update holds one thing. ``token`` is the bot's, by which MAX signs the number that a person shares.

    Raises NotUnderstood, so that it can be kept raw."""
    key = "unreadable"
    try:
        update = msgspec.json.decode(raw, type=_Update)
        key = f"{update.update_type}@{update.timestamp}"
        if update.update_type in _IGNORED:
            return [Ignored(_IGNORED[update.update_type])]
        if read := _READERS.get(update.update_type):
            return read(raw, account, token)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise NotUnderstood(f"{type(error).__name__}: {error}", key) from error
    raise NotUnderstood("an update of no kind we know", key)


def _created(raw: bytes, account: str, token: Token) -> list[Incoming]:
    update = msgspec.json.decode(raw, type=_MessageUpdate)
    return [_written(update.message, update.user_locale, account, token)]


def _edited(raw: bytes, account: str, token: Token) -> list[Incoming]:
    update = msgspec.json.decode(raw, type=_MessageUpdate)
    message = _written(update.message, update.user_locale, account, token)
    if not isinstance(message, IncomingMessage):
        return [message]
    return [IncomingEdit(message, f"max/{message.external_id}@{update.timestamp}")]


def _written(message: _Message, locale: str | None, account: str, token: Token) -> IncomingMessage | Ignored:
    sender, recipient, link = message.sender, message.recipient, message.link
    if sender is None or sender.is_bot:
        return Ignored("not written by a person")
    chat = _chat(recipient, sender)
    forwarded = link.message if link and link.type == "forward" else None
    content = max_contents.read([body for body in (message.body, forwarded) if body])
    return IncomingMessage(
        external_id=f"{chat}/{message.body.mid if message.body else f'{sender.user_id}@{message.timestamp}'}",
        account=account,
        chat=chat,
        private=recipient.chat_type == "dialog" or recipient.user_id is not None,
        sender=replace(_sender(sender, locale), phone=max_contents.own_number(message.body, sender.user_id, token)),
        at=_time(message.timestamp),
        kind=content.kind,
        text=content.text,
        attachments=content.attachments,
        reply_to=link.message.mid if link and link.type == "reply" else None,
        forwarded=forwarded is not None,
    )


def _removed(raw: bytes, account: str, _token: Token) -> list[Incoming]:
    update = msgspec.json.decode(raw, type=_Removed)
    return [
        IncomingRemoval(
            key=f"max/message_removed/{update.chat_id}/{update.message_id}",
            account=account,
            chat=str(update.chat_id),
            sender=_sender(User(update.user_id), None),
            external_id=f"{update.chat_id}/{update.message_id}",
            at=_time(update.timestamp),
        )
    ]


def _tapped(raw: bytes, account: str, _token: Token) -> list[Incoming]:
    update = msgspec.json.decode(raw, type=_Tapped)
    tap, message = update.callback, update.message
    return [
        IncomingTap(
            key=tap.callback_id,
            account=account,
            chat=_chat(message.recipient, tap.user) if message else _dialog_with(tap.user),
            message_id=message.body.mid if message and message.body else "",
            sender=_sender(tap.user, update.user_locale),
            data=tap.payload,
        )
    ]


def _started(raw: bytes, account: str, _token: Token) -> list[Incoming]:
    """Start is also how a person lets a stopped bot write again."""
    update = msgspec.json.decode(raw, type=_InDialog)
    start = IncomingMessage(
        external_id=_event_key(update),
        account=account,
        chat=str(update.chat_id),
        private=True,
        sender=_sender(update.user, update.user_locale),
        at=_time(update.timestamp),
        kind=Kind.TEXT,
        text="/start",
        invitation=update.payload or None,
    )
    return [_reachability(update, account, reachable=True), start]


def _stopped(raw: bytes, account: str, _token: Token) -> list[Incoming]:
    return [_reachability(msgspec.json.decode(raw, type=_InDialog), account, reachable=False)]


def _reachability(update: _InDialog, account: str, *, reachable: bool) -> IncomingReachability:
    return IncomingReachability(
        key=f"max/{_event_key(update)}",
        account=account,
        chat=str(update.chat_id),
        sender=_sender(update.user, update.user_locale),
        at=_time(update.timestamp),
        reachable=reachable,
    )


def _event_key(update: _InDialog) -> str:
    return f"{update.chat_id}/{update.update_type}/{update.user.user_id}@{update.timestamp}"


_READERS: dict[str, Callable[[bytes, str, Token], list[Incoming]]] = {
    "message_created": _created,
    "message_edited": _edited,
    "message_removed": _removed,
    "message_callback": _tapped,
    "bot_started": _started,
    "bot_stopped": _stopped,
    "dialog_removed": _stopped,
}

_IGNORED: dict[str, str] = {
    "bot_added": "our own membership in a group",
    "bot_removed": "our own membership in a group",
    "user_added": "membership in a group",
    "user_removed": "membership in a group",
    "chat_title_changed": "a group's title",
    "message_chat_created": "a group made by a button",
    "dialog_muted": "how a person is notified",
    "dialog_unmuted": "how a person is notified",
    "dialog_cleared": "a person's own copy of the conversation",
}


def _chat(recipient: _Recipient, sender: User) -> str:
    return str(recipient.chat_id) if recipient.chat_id is not None else _dialog_with(sender)


def _dialog_with(person: User) -> str:
    """How a dialog is addressed while its own id is not known: ``max_calls`` sends such a chat's messages by ``user_id``."""
    return f"user:{person.user_id}"


def _sender(person: User, locale: str | None) -> Sender:
    return Sender(str(person.user_id), person.called, locale.split("-")[0] if locale else None)


def _time(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)
