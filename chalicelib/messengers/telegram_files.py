"""Files in Telegram: how each kind is sent, alone or in an album, and how one is fetched. Used by telegram_calls.py.

A file that Telegram has is sent by its id, whatever its size; another messenger's is uploaded.
https://core.telegram.org/bots/api#sending-files
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from urllib3.filepost import encode_multipart_formdata

from chalicelib.desk.files import FileRule
from chalicelib.desk.messages import Kind
from chalicelib.desk.outbound import Content
from chalicelib.messengers.adapter import Upload

Json = dict[str, Any]

LONGEST_CAPTION = 1024
MOST_IN_ALBUM = 10
MOST_UPLOADED_BYTES, MOST_UPLOADED_PHOTO_BYTES = 50_000_000, 10_000_000
_ANY_SIZE = 4_000_000_000  # more than that, nobody can send in Telegram


@dataclass(frozen=True)
class Call:
    """One call of the Bot API. ``uploads`` are files that go along, by the names of their parts."""

    method: str
    parameters: Json
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def body(self) -> tuple[bytes, str]:
        """The request's body and its type."""
        given = {name: value for name, value in self.parameters.items() if value is not None}
        if not self.uploads:
            return json.dumps(given).encode(), "application/json"
        parts: dict[str, Any] = {name: _in_form(value) for name, value in given.items()}
        parts |= {name: (upload.name, upload.read(), upload.mime) for name, upload in self.uploads.items()}
        return encode_multipart_formdata(parts)


def _in_form(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True)
class _Way:
    """How files of one sort are sent: by which method, under which name; whether with a caption; in an album with what."""

    method: str
    name: str
    captioned: bool = True
    album: str = ""


# By TDLib's name of the sort, which Telegram says when a file is of another one than we thought.
_WAYS: dict[str, _Way] = {
    "Photo": _Way("sendPhoto", "photo", album="seen"),
    "Video": _Way("sendVideo", "video", album="seen"),
    "Animation": _Way("sendAnimation", "animation"),
    "VoiceNote": _Way("sendVoice", "voice"),
    "Audio": _Way("sendAudio", "audio", album="heard"),
    "Document": _Way("sendDocument", "document", album="documents"),
    "Sticker": _Way("sendSticker", "sticker", captioned=False),
    "VideoNote": _Way("sendVideoNote", "video_note", captioned=False),
}
_WAY_OF_KIND: dict[Kind, _Way] = {
    Kind.PHOTO: _WAYS["Photo"],
    Kind.VIDEO: _WAYS["Video"],
    Kind.ANIMATION: _WAYS["Animation"],
    Kind.VOICE: _WAYS["VoiceNote"],
    Kind.AUDIO: _WAYS["Audio"],
    Kind.DOCUMENT: _WAYS["Document"],
    Kind.STICKER: _WAYS["Sticker"],
}

RULES: dict[Kind, FileRule] = {
    kind: FileRule(kind, _ANY_SIZE, LONGEST_CAPTION if way.captioned else 0) for kind, way in _WAY_OF_KIND.items()
}


@dataclass(frozen=True)
class _Item:
    """A file to send: Telegram's id of it, or an upload."""

    way: _Way
    file: str | Upload


def too_large(uploads: Sequence[Upload]) -> bool:
    return any(
        upload.size_bytes > (MOST_UPLOADED_PHOTO_BYTES if upload.kind is Kind.PHOTO else MOST_UPLOADED_BYTES)
        for upload in uploads
    )


def calls(content: Content, uploads: Sequence[Upload], place: Json, words: Json) -> list[Call]:
    """The calls that send the files of ``content`` to ``place``: one, unless they do not go together. ``words`` are the text
    with its markup and buttons, as sendMessage takes them; where no caption can be, they follow as a message."""
    runs = list(_runs(content, uploads))
    shown = runs[0][0].way.captioned and (len(runs[0]) == 1 or not content.buttons)
    made = [_call(run, place, words if shown and n == 0 else {}) for n, run in enumerate(runs)]
    if not shown and (content.text or content.buttons):
        made.append(Call("sendMessage", {**place, **words, "text": content.text or "⬆️"}))
    return [made[0], *(replace(call, parameters=_not_answering(call.parameters)) for call in made[1:])]


def in_its_own_way(call: Call, refusal: str) -> list[Call]:
    """The same file sent as what Telegram says it is: a video note looks like any video until then. Empty when Telegram says
    nothing of the sort."""
    said = re.search(r"can't use file of type (\w+) as (\w+)", refusal, re.IGNORECASE)
    way = _WAYS.get(said[1]) if said else None
    name = next((one.name for one in _WAYS.values() if one.method == call.method), None)
    if way is None or name is None or way.method == call.method:
        return []
    kept = {key: value for key, value in call.parameters.items() if key not in (name, "caption", "parse_mode")}
    caption = {key: call.parameters.get(key) for key in ("caption", "parse_mode")}
    file = {way.name: call.parameters[name]}
    if way.captioned or not caption["caption"]:
        return [Call(way.method, {**kept, **file, **(caption if way.captioned else {})})]
    words = {"text": caption["caption"], "parse_mode": caption["parse_mode"]}
    return [
        Call(way.method, {**kept, **file, "reply_markup": None}),
        Call("sendMessage", {**_not_answering(kept), **words}),
    ]


def _runs(content: Content, uploads: Sequence[Upload]) -> Iterator[list[_Item]]:
    """The files in order, those together that an album can hold: photos and videos, or only documents, or only music.
    https://core.telegram.org/bots/api#sendmediagroup"""
    given: Sequence[tuple[Kind, str | Upload]] = (
        [(upload.kind, upload) for upload in uploads]
        if uploads
        else [(file.attachment.kind, file.attachment.provider_id) for file in content.files]
    )
    items = [_Item(_WAY_OF_KIND.get(kind, _WAYS["Document"]), file) for kind, file in given]
    for album, together in groupby(items, key=lambda item: item.way.album):
        run = list(together)
        most = MOST_IN_ALBUM if album else 1
        yield from (run[start : start + most] for start in range(0, len(run), most))


def _call(run: list[_Item], place: Json, words: Json) -> Call:
    caption = {"caption": words["text"] or None, "parse_mode": words["parse_mode"]} if words else {}
    uploads = {f"file{n}": item.file for n, item in enumerate(run) if isinstance(item.file, Upload)}
    files = [f"attach://file{n}" if isinstance(item.file, Upload) else item.file for n, item in enumerate(run)]
    if len(run) == 1:
        buttons = {"reply_markup": words.get("reply_markup")}
        return Call(run[0].way.method, {**place, **caption, **buttons, run[0].way.name: files[0]}, uploads)
    media = [{"type": item.way.name, "media": file} for item, file in zip(run, files, strict=True)]
    media[0] |= {name: value for name, value in caption.items() if value is not None}
    return Call("sendMediaGroup", {**place, "media": media}, uploads)


def _not_answering(parameters: Json) -> Json:
    return {name: value for name, value in parameters.items() if name != "reply_parameters"}
