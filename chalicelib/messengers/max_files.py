"""Files of MAX's messages in both directions: handed over before they are sent, fetched when somebody opens them.

https://dev.max.ru/docs-api/methods/POST/uploads. Used by max_calls.py and max_messenger.py.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import BinaryIO
from urllib.parse import quote

from chalicelib.desk.files import FileRule
from chalicelib.desk.messages import Attachment, Kind
from chalicelib.messengers import uploads
from chalicelib.messengers.adapter import Fetched, Refused, RetryLater, Uncertain, Upload
from chalicelib.messengers.downloads import download
from chalicelib.messengers.exchange import Json
from chalicelib.messengers.max_api import Secret, api_url, authority, call

_MEGABYTE = 1_000_000
_CAPTION = 4000
_VIDEO = FileRule(Kind.VIDEO, 250 * _MEGABYTE, _CAPTION)
_AUDIO = FileRule(Kind.AUDIO, 256 * _MEGABYTE, _CAPTION)
_FILE = FileRule(Kind.DOCUMENT, 4_000 * _MEGABYTE, _CAPTION)

RULES: Mapping[Kind, FileRule] = {
    Kind.PHOTO: FileRule(Kind.PHOTO, 50 * _MEGABYTE, _CAPTION),
    Kind.VIDEO: _VIDEO,
    Kind.ANIMATION: _VIDEO,
    Kind.AUDIO: _AUDIO,
    Kind.VOICE: _AUDIO,
    Kind.DOCUMENT: _FILE,
    Kind.STICKER: _FILE,  # a sticker of ours has to be one of MAX's own, and WebP is no picture there
}

_TYPES = {Kind.PHOTO: "image", Kind.VIDEO: "video", Kind.AUDIO: "audio", Kind.DOCUMENT: "file"}


def attach(files: Sequence[Upload], secret: Secret) -> list[Json] | RetryLater | Refused:
    """Hand the files over; a message's ``attachments``."""
    return uploads.handed_over(files, lambda file: _hand_over(file, secret))


def fetch(attachment: Attachment, into: BinaryIO, most_bytes: int, secret: Secret) -> Fetched | RetryLater | Refused:
    address = attachment.provider_id
    if attachment.kind is Kind.VIDEO and "://" not in address:
        found = _video_address(address, secret)
        if not isinstance(found, str):
            return found
        address = found
    return download(address, into, most_bytes, api_url=api_url(), authority=authority(secret))


def _hand_over(file: Upload, secret: Secret) -> Json | RetryLater | Refused | Uncertain:
    """The token of a video or a sound comes with the address, those of all else come for the file itself."""
    type_ = _TYPES[RULES[file.kind].sent_as]
    server = call("POST", "/uploads", {"type": type_}, b"", secret)
    if not isinstance(server, dict):
        return server
    url = str(server.get("url", ""))
    answer = uploads.post(url, "data", file, api_url=api_url(), authority=authority(secret))
    if not isinstance(answer, bytes):
        return answer
    payload = _payload(server) or _payload(_object(answer))
    if payload is None:
        return Refused("file_kind", detail=f"no token for it: {answer[:200]!r}")
    return {"type": type_, "payload": payload}


def _payload(told: Json) -> Json | None:
    """https://dev.max.ru/docs-api/objects/PhotoTokens, UploadedInfo"""
    return next(({name: told[name]} for name in ("photos", "token") if told.get(name)), None)


def _video_address(token: str, secret: Secret) -> str | RetryLater | Refused:
    """The best MP4 of a video. https://dev.max.ru/docs-api/methods/GET/videos/-videoToken-"""
    found = call("GET", f"/videos/{quote(token, safe='')}", {}, b"", secret)
    if isinstance(found, Uncertain):
        return RetryLater(None, "network")
    if isinstance(found, Refused):
        return Refused("file_gone", detail=found.detail)
    if isinstance(found, RetryLater):
        return found
    urls = found.get("urls") or {}
    files = {int(name.removeprefix("mp4_")): url for name, url in urls.items() if url and _MP4.fullmatch(name)}
    return str(files[max(files)]) if files else Refused("file_gone", detail="the video has no file")


_MP4 = re.compile(r"mp4_\d{1,5}")


def _object(raw: bytes) -> Json:
    """Nothing for what is no JSON object: of a video MAX's host says ``<retval>1</retval>``."""
    try:
        value = json.loads(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
