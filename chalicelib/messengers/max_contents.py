"""What a MAX message says: its text and attachments as a kind of ours. https://dev.max.ru/docs-api/objects/MessageBody

Called by max_updates.py. Only the fields that are read are named, so that a change elsewhere in MAX's schema loses nothing.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec

from chalicelib.desk.contacts import phone
from chalicelib.desk.messages import Attachment, Kind

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]  # becomes part of a key


class User(msgspec.Struct):
    user_id: int
    first_name: str | None = None
    last_name: str | None = None
    name: str | None = None  # MAX is about to remove it
    is_bot: bool = False

    @property
    def called(self) -> str:
        words = " ".join(filter(None, (self.first_name, self.last_name))).strip()
        return words or self.name or f"id {self.user_id}"


class _Payload(msgspec.Struct):
    url: str | None = None
    token: str | None = None
    code: str | None = None
    vcf_info: str | None = None
    max_info: User | None = None
    hash: str | None = None


class _Attached(msgspec.Struct):
    """Any of MAX's attachments: ``type`` says which, the rest is there or not."""

    type: str
    payload: _Payload | None = None
    filename: str | None = None
    size: int | None = None  # bytes
    latitude: float | None = None
    longitude: float | None = None
    transcription: str | None = None
    data: str | None = None


class Body(msgspec.Struct):
    """``seq`` is left out: it exceeds 2^53, and nothing needs it. Attachments are read one by one: whatever shape one of
    them has tomorrow, the words beside it are not lost."""

    mid: Id
    text: str | None = None
    attachments: list[msgspec.Raw] | None = None


@dataclass(frozen=True)
class Contents:
    kind: Kind
    text: str
    attachments: tuple[Attachment, ...]


_KINDS: dict[str, Kind] = {
    "image": Kind.PHOTO,
    "video": Kind.VIDEO,
    "audio": Kind.AUDIO,
    "file": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
    "contact": Kind.CONTACT,
    "location": Kind.LOCATION,
    "data": Kind.BUTTON,
}

_BESIDE_THE_TEXT = frozenset(
    ("share", "inline_keyboard", "reply_keyboard")
)  # a link's preview, buttons: nobody's words


def read(bodies: Sequence[Body]) -> Contents:
    """What these say together: a message and, when it forwards one, that other message. The first attachment names the
    kind; a place or a contact is told in words, since it has no file."""
    attached = [_attached(one) for body in bodies for one in body.attachments or ()]
    written = [body.text for body in bodies if body.text]
    said = [words for one in attached if (words := _words(one, alone=not written))]
    kinds = [_KINDS.get(one.type, Kind.UNSUPPORTED) for one in attached if one.type not in _BESIDE_THE_TEXT]
    text = "\n".join((*written, *said))
    return Contents(
        kind=kinds[0] if kinds else Kind.TEXT if text else Kind.UNSUPPORTED,
        text=text,
        attachments=tuple(file for one in attached if (file := _file(one))),
    )


def own_number(body: Body | None, user_id: int, token: Callable[[], str]) -> str | None:
    """The number of the account, when the person shared it by the button that asks for it: MAX then signs the card with
    the bot's token (HMAC-SHA256, in hexadecimal). The signature does not cover whose card it is; MAX says that beside it.
    https://dev.max.ru/docs-api, "request_contact"."""
    for raw in (body.attachments if body else None) or ():
        contact = _attached(raw)
        payload = contact.payload
        if contact.type != "contact" or payload is None or payload.max_info is None or not payload.hash:
            continue
        card = payload.vcf_info or ""
        signature = hmac.new(token().encode(), card.encode(), hashlib.sha256).hexdigest()
        if payload.max_info.user_id == user_id and hmac.compare_digest(signature, payload.hash.lower()):
            return next(filter(None, map(_international, _numbers(card))), None)
    return None


def _international(number: str) -> str | None:
    return phone(f"+{number.lstrip('+')}")


def _attached(raw: msgspec.Raw) -> _Attached:
    try:
        return msgspec.json.decode(raw, type=_Attached)
    except msgspec.ValidationError:
        return _Attached("unknown")


def _file(attached: _Attached) -> Attachment | None:
    """By its address, where it can be fetched. A video's is that of a player: its files are asked for by its token."""
    payload = attached.payload or _Payload()
    first, second = (payload.token, payload.url) if attached.type == "video" else (payload.url, payload.token)
    where = first or second or payload.code
    if not where or attached.type in _BESIDE_THE_TEXT:
        return None
    return Attachment(_KINDS.get(attached.type, Kind.UNSUPPORTED), where, attached.filename, size=attached.size)


def _words(attached: _Attached, *, alone: bool) -> str:
    """What is said by something that is no text. ``alone``: no words came along, so a preview and a transcript count too."""
    if attached.type in _SPOKEN:
        return _SPOKEN[attached.type](attached)
    return _SPOKEN_ALONE[attached.type](attached) if alone and attached.type in _SPOKEN_ALONE else ""


def _place(attached: _Attached) -> str:
    known = attached.latitude is not None and attached.longitude is not None
    return f"{attached.latitude}, {attached.longitude}" if known else ""


def _contact(attached: _Attached) -> str:
    """A name and numbers."""
    payload = attached.payload or _Payload()
    card = payload.vcf_info or ""
    name = next(iter(_properties(card, "FN")), "") or (payload.max_info.called if payload.max_info else "")
    return " ".join(filter(None, (name, *_numbers(card))))


def _numbers(card: str) -> list[str]:
    return _properties(card, "TEL")


def _properties(card: str, name: str) -> list[str]:
    """Of a vCard (RFC 6350): a property a line, parameters after semicolons."""
    lines = (line.partition(":") for line in card.splitlines())
    return [value.strip() for head, _, value in lines if head.split(";")[0].upper() == name]


_SPOKEN: dict[str, Callable[[_Attached], str]] = {
    "location": _place,
    "contact": _contact,
    "data": lambda attached: attached.data or "",
}
_SPOKEN_ALONE: dict[str, Callable[[_Attached], str]] = {
    "audio": lambda attached: attached.transcription or "",
    "share": lambda attached: (attached.payload and attached.payload.url) or "",
}
