"""Files of VK's messages in both directions: handed over, kept while a message is changed, fetched. Used by vk.py, vk_calls.py.

https://dev.vk.com/ru/api/upload/overview
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from chalicelib.desk.files import FileRule
from chalicelib.desk.messages import Attachment, Kind
from chalicelib.messengers import uploads, vk_attachments
from chalicelib.messengers.adapter import Fetched, Refused, RetryLater, Uncertain, Upload
from chalicelib.messengers.downloads import download
from chalicelib.messengers.exchange import Json
from chalicelib.messengers.vk_api import Response, api_url, call

_PHOTO_BYTES = 50_000_000  # https://dev.vk.com/ru/api/upload/photo-in-message
_DOCUMENT_BYTES = 200_000_000  # https://dev.vk.com/ru/api/upload/document-in-profile
_CAPTION = 4096
_PAGE = "text/html"
_AS_DOCUMENT = FileRule(Kind.DOCUMENT, _DOCUMENT_BYTES, _CAPTION)

RULES: Mapping[Kind, FileRule] = {
    Kind.PHOTO: FileRule(Kind.PHOTO, _PHOTO_BYTES, _CAPTION),
    Kind.VOICE: FileRule(Kind.VOICE, _DOCUMENT_BYTES, _CAPTION),
    Kind.DOCUMENT: _AS_DOCUMENT,
    Kind.VIDEO: _AS_DOCUMENT,  # video.save is for people's keys only: https://dev.vk.com/ru/method/video.save
    Kind.ANIMATION: _AS_DOCUMENT,
    Kind.AUDIO: _AS_DOCUMENT,  # VK takes no MP3 so, and says it
    Kind.STICKER: _AS_DOCUMENT,
}

_Lost = RetryLater | Refused | Uncertain


def attach(files: Sequence[Upload], peer: str, token: str) -> str | RetryLater | Refused:
    """Hand the files over, for a message to ``peer``; the message's ``attachment``."""
    try:
        names = uploads.handed_over(files, lambda file: _hand_over(file, peer, token))
    except (LookupError, TypeError, AttributeError) as error:
        return Refused("refused", detail=f"an answer of an unknown shape: {type(error).__name__}: {error}")
    return ",".join(names) if isinstance(names, list) else names


def attached(number: int, peer: str, token: str) -> str | RetryLater | Refused:
    """The ``attachment`` of a message as it is. A change that does not repeat it would take it away."""
    asked: Json = {"peer_id": peer, "conversation_message_ids": number}
    found = call(token, "messages.getByConversationMessageId", asked)
    if isinstance(found, Uncertain):
        return RetryLater(None, "network")
    if not isinstance(found, Response):
        return found
    items = found.value.get("items") if isinstance(found.value, dict) else None
    if not items:
        return Refused("cannot_edit", detail="the message is not there")
    return ",".join(vk_attachments.own_name(one) for one in items[0].get("attachments", ()))


_VIDEO = re.compile(r"video-?\d+_\d+")  # it can be watched at VK, and only there


def fetch(attachment: Attachment, into: BinaryIO, most_bytes: int) -> Fetched | RetryLater | Refused:
    """From the address that came with the message; a community gets none for a video, nor by its id. Where a document is
    gone VK shows a page about that, with 200."""
    if video := _VIDEO.match(attachment.provider_id):
        return Refused("file_elsewhere", detail=f"https://vk.com/{video[0]}")
    if "://" not in attachment.provider_id:
        return Refused("not_possible", detail="VK gives a community no address of it")
    found = download(attachment.provider_id, into, most_bytes, api_url=api_url())
    if isinstance(found, Fetched) and found.mime == _PAGE and attachment.mime != _PAGE:
        return Refused("file_gone", detail="a page came instead")
    return found


def _hand_over(file: Upload, peer: str, token: str) -> str | _Lost:
    return _photo(file, peer, token) if RULES[file.kind].sent_as is Kind.PHOTO else _document(file, peer, token)


def _photo(file: Upload, peer: str, token: str) -> str | _Lost:
    """https://dev.vk.com/ru/method/photos.saveMessagesPhoto"""
    taken = _posted("photos.getMessagesUploadServer", {"peer_id": peer}, "photo", file, token)
    if not isinstance(taken, dict):
        return taken
    if taken.get("photo") in (None, "", "[]"):
        return Refused("file_kind", detail="VK made no photo of it")
    saved = call(token, "photos.saveMessagesPhoto", {name: taken.get(name) for name in ("photo", "server", "hash")})
    if not isinstance(saved, Response):
        return saved
    return vk_attachments.own_name({"type": "photo", "photo": saved.value[0]})


def _document(file: Upload, peer: str, token: str) -> str | _Lost:
    """https://dev.vk.com/ru/method/docs.getMessagesUploadServer"""
    type_ = "audio_message" if RULES[file.kind].sent_as is Kind.VOICE else "doc"
    taken = _posted("docs.getMessagesUploadServer", {"peer_id": peer, "type": type_}, "file", file, token)
    if not isinstance(taken, dict):
        return taken
    saved = call(token, "docs.save", {"file": taken.get("file"), "title": file.name})
    return vk_attachments.own_name(saved.value) if isinstance(saved, Response) else saved


def _posted(method: str, asked: Json, field: str, file: Upload, token: str) -> Json | _Lost:
    """What the upload server says, whose address ``method`` gives."""
    server = call(token, method, asked)
    if not isinstance(server, Response):
        return server
    answer = uploads.post(str(server.value["upload_url"]), field, file, api_url=api_url())
    if not isinstance(answer, bytes):
        return answer
    said = _object(answer)
    if said is None or "unknown" in str(said.get("error", "")):
        return RetryLater(None, "server_error")
    return Refused("file_kind", detail=str(said["error"])[:200]) if "error" in said else said


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
