"""Files in WhatsApp: what it takes from us and as what, and how what people sent is fetched. Used by the adapter.

Beside what is listed here anything can be sent as a document.
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media#supported-media-types
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from chalicelib.desk.files import FileRule
from chalicelib.desk.messages import Attachment, Kind
from chalicelib.messengers import whatsapp_errors
from chalicelib.messengers.adapter import Fetched, Refused, RetryLater, Upload
from chalicelib.messengers.downloads import download
from chalicelib.messengers.exchange import Answer, Json, exchange

KB, MB = 1024, 1024 * 1024
LARGEST_DOCUMENT_BYTES = 100 * MB
LONGEST_CAPTION = 1024

DOCUMENT = "document"
CAPTIONED = ("image", "video", DOCUMENT)


@dataclass(frozen=True)
class Shown:
    """What WhatsApp shows as more than a document: of these kinds, up to so many bytes."""

    mimes: tuple[str, ...]
    most_bytes: int


SHOWN: dict[str, Shown] = {
    "image": Shown(("image/jpeg", "image/png"), 5 * MB),
    "video": Shown(("video/mp4", "video/3gpp"), 16 * MB),
    "audio": Shown(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MB),
    "sticker": Shown(("image/webp",), 100 * KB),  # five times as much when it moves, but in Telegram those are no webp
}
TYPES: dict[Kind, str] = {
    Kind.PHOTO: "image",
    Kind.VIDEO: "video",
    Kind.ANIMATION: "video",
    Kind.VOICE: "audio",
    Kind.AUDIO: "audio",
    Kind.STICKER: "sticker",
    Kind.DOCUMENT: DOCUMENT,
}
_KINDS = {"image": Kind.PHOTO, "video": Kind.VIDEO, "audio": Kind.AUDIO, "sticker": Kind.STICKER}

FILES: Mapping[Kind, FileRule] = {
    kind: FileRule(_KINDS.get(sent_as, kind), LARGEST_DOCUMENT_BYTES, LONGEST_CAPTION if sent_as in CAPTIONED else 0)
    for kind, sent_as in TYPES.items()
}

# Where Meta keeps what people send: the only hosts beside the API itself that are shown our token.
_METAS_OWN = (".fbsbx.com", ".facebook.com", ".whatsapp.net")


def media(upload: Upload, caption: str) -> Json:
    """The part of a message that sends a file, which WhatsApp fetches from its link."""
    sent_as = _type(upload)
    said = {"link": upload.address}
    if sent_as == DOCUMENT:
        said["filename"] = upload.name
    if caption and sent_as in CAPTIONED:
        said["caption"] = caption
    return {"type": sent_as, sent_as: said}


def _type(upload: Upload) -> str:
    wanted = TYPES.get(upload.kind, DOCUMENT)
    shown, mime = SHOWN.get(wanted), upload.mime.partition(";")[0].strip().lower()
    return wanted if shown and mime in shown.mimes and upload.size_bytes <= shown.most_bytes else DOCUMENT


def fetch(
    attachment: Attachment, into: BinaryIO, most_bytes: int, api: str, token: str
) -> Fetched | RetryLater | Refused:
    """First where the file is, which is good for minutes, then the file. ``api`` is the API's address with its version."""
    bearer = {"Authorization": f"Bearer {token}"}
    asked = exchange("GET", f"{api}/{quote(attachment.provider_id, safe='')}", b"", bearer)
    match asked:
        case Answer():
            return _fetch(asked, into, most_bytes, bearer)
        case RetryLater():
            return asked
        case _:
            return RetryLater(None, "network")  # asking twice costs nothing


def _fetch(told: Answer, into: BinaryIO, most_bytes: int, bearer: Mapping[str, str]) -> Fetched | RetryLater | Refused:
    if told.status >= 400:
        return _not_told(told)
    url, size, api_url = str(told.body.get("url", "")), str(told.body.get("file_size", "")), _api_url()
    if size.isdecimal() and int(size) > most_bytes:
        return Refused("file_too_large", detail=size)
    found = download(url, into, most_bytes, api_url=api_url, headers=bearer if _is_metas(url, api_url) else {})
    mime = told.body.get("mime_type")
    return Fetched(found.size_bytes, str(mime)) if isinstance(found, Fetched) and mime else found


def _not_told(answer: Answer) -> RetryLater | Refused:
    """An id that WhatsApp does not know, or does not know any more, is told as a call that was wrong."""
    match whatsapp_errors.outcome(answer.status, whatsapp_errors.error_in(answer.body), answer.retry_after):
        case RetryLater() as later:
            return later
        case Refused("refused", _, detail):
            return Refused("file_gone", detail=detail)
        case Refused() as refused:
            return refused
        case _:
            return RetryLater(None, "server_error")


def _is_metas(url: str, api_url: str) -> bool:
    try:
        parts, api = urlsplit(url), urlsplit(api_url)
    except ValueError:
        return False
    is_known = parts.scheme == "https" and (parts.hostname or "").endswith(_METAS_OWN)
    return is_known or (parts.scheme, parts.netloc) == (api.scheme, api.netloc)


def _api_url() -> str:
    return os.environ["WHATSAPP_API_URL"]
