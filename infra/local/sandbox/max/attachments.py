"""What is attached to MAX's messages, as MAX gives it out. Used by people.py and uploads.py.

https://dev.max.ru/docs-api/objects/Attachment
"""

import hashlib
import hmac
from collections.abc import Callable

from infra.local.sandbox.media import Media, own_number
from infra.local.sandbox.state import Json

_CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:{number}\r\nFN:{name}\r\nEND:VCARD\r\n"

KINDS = ("photo", "video", "audio", "voice", "document", "animation", "sticker", "location", "contact")

# MAX has no word for a voice message or an animation.
TYPES = {
    "photo": "image",
    "video": "video",
    "animation": "video",
    "audio": "audio",
    "voice": "audio",
    "document": "file",
}


def of_file(type_: str, media: Media, address: str, token: str) -> Json:
    """An attachment of one of MAX's four types of files."""
    given: Json = {"type": type_, "payload": {"url": address, "token": token}}
    if type_ == "image":
        given["payload"]["photo_id"] = 7
    if type_ == "file":
        given |= {"filename": media.name, "size": media.size_bytes}
    return given


def of_person(media: Media, name: str, address: str, token: str) -> Json:
    """What somebody called ``name`` sends."""
    if media.kind in TYPES:
        return of_file(TYPES[media.kind], media, address, token)
    return _OTHERS[media.kind](media, name, address)


_OTHERS: dict[str, Callable[[Media, str, str], Json]] = {
    "sticker": lambda _media, _name, address: {
        "type": "sticker",
        "payload": {"url": address, "code": "ok"},
        "width": 64,
        "height": 64,
    },
    "location": lambda *_: {"type": "location", "latitude": 55.7558, "longitude": 37.6173},
    "contact": lambda media, name, _address: {
        "type": "contact",
        "payload": {"vcf_info": _CARD.format(number="79007654321", name=media.name or name), "max_info": None},
    },
}


def own_contact(person: Json, name: str, bot_token: str) -> Json:
    """What the button that asks for a contact sends: MAX says whose it is, and signs the card with the bot's token."""
    card = _CARD.format(number=own_number(person["user_id"]), name=name)
    signature = hmac.new(bot_token.encode(), card.encode(), hashlib.sha256).hexdigest()
    return {"type": "contact", "payload": {"vcf_info": card, "max_info": person, "hash": signature}}
