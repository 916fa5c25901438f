"""Files in Telegram's side: their ids and shapes, the methods that send and fetch them, the addresses they are served at.

What may go with what, and in which words Telegram refuses, follows https://core.telegram.org/bots/api#sending-files and the
sources of its server (tdlib/telegram-bot-api, Client.cpp) and of TDLib (FileManager::check_input_file_id).
"""

import uuid
from collections.abc import Callable
from typing import Any

import msgspec

from infra.local.sandbox.media import Media
from infra.local.sandbox.state import Json, TelegramFile
from infra.local.sandbox.telegram.bot import Bot
from infra.local.sandbox.telegram.errors import refused, wrong
from infra.local.sandbox.telegram.keyboards import reply_markup
from infra.local.sandbox.telegram.lookups import caption_of, target_of
from infra.local.sandbox.telegram.messages import sent
from infra.local.sandbox.telegram.params import Params, Upload

MOST_FETCHED_BYTES = 20 << 20
MOST_PHOTO_BYTES = 10 << 20
MOST_IN_ALBUM = 10


class Sort(msgspec.Struct, frozen=True):
    """``named`` is TDLib's word for it. ``facts``: fields of its shape that are always there. ``folder`` begins its path.
    Files of one ``album`` may stand together in one."""

    named: str
    folder: str
    facts: Json = {}
    is_captioned: bool = True
    album: str = ""


SORTS: dict[str, Sort] = {
    "photo": Sort("Photo", "photos", album="Photo"),
    "video": Sort("Video", "videos", {"width": 1280, "height": 720, "duration": 12}, album="Photo"),
    "animation": Sort("Animation", "animations", {"width": 320, "height": 240, "duration": 3}),
    "voice": Sort("VoiceNote", "voice", {"duration": 7}),
    "audio": Sort("Audio", "music", {"duration": 180}, album="Audio"),
    "document": Sort("Document", "documents", album="Document"),
    "sticker": Sort(
        "Sticker",
        "stickers",
        {"type": "regular", "width": 512, "height": 512, "emoji": "👍", "is_animated": False, "is_video": False},
        is_captioned=False,
    ),
    "video_note": Sort("VideoNote", "video_notes", {"length": 240, "duration": 5}, is_captioned=False),
}


def remember(bot: Bot, kind: str, media: Media) -> Json:
    """Give a file its ids and keep it: the field of a message that carries it."""
    key, sort, n = bot.files.keep(media), SORTS[kind], len(bot.world.sent_files)
    path = f"{sort.folder}/file_{n}.{media.name.rpartition('.')[2] or 'bin'}"
    if kind == "photo":
        sizes = [_photo_size(bot, media, key, path, width) for width in (320, 1280)]
        return {"photo": sizes}
    shape = {**_ids(kind), **sort.facts, "file_size": media.size_bytes}
    if kind in ("video", "animation", "audio", "document"):
        shape["file_name"] = media.name
    if kind not in ("sticker", "video_note"):
        shape["mime_type"] = media.mime
    # An animation also looks like a document, for those who know no animations.
    twin = {"document": {name: shape[name] for name in _OF_DOCUMENTS}} if kind == "animation" else {}
    carried = {kind: shape, **twin}
    bot.world.sent_files[shape["file_id"]] = TelegramFile(kind, carried, key, path, media.size_bytes)
    return carried


_OF_DOCUMENTS = ("file_id", "file_unique_id", "file_name", "mime_type", "file_size")


def _photo_size(bot: Bot, media: Media, key: str, path: str, width: int) -> Json:
    """Each size of a photo is a file of its own, and whichever is sent again brings all of them."""
    size = {**_ids("photo"), "width": width, "height": width * 3 // 4, "file_size": media.size_bytes}
    bot.world.sent_files[size["file_id"]] = TelegramFile("photo", {"photo": [size]}, key, path, media.size_bytes)
    return size


def _ids(kind: str) -> Json:
    file_id = f"sandbox-{kind}-{uuid.uuid4().hex}"
    return {"file_id": file_id, "file_unique_id": file_id[-12:]}


def sending(kind: str) -> Callable[[Bot, Params], Json]:
    """The method that sends files of one sort: sendPhoto, sendVoice …"""

    def send_file(bot: Bot, params: Params) -> Json:
        target = target_of(bot, params)
        content = _carried(bot, kind, _attached(params.values.get(kind), params))
        return sent(bot, target, content | _caption(kind, params), reply_markup(params))

    return send_file


def send_media_group(bot: Bot, params: Params) -> list[Json]:
    target = target_of(bot, params)
    media = params.json_list("media", "InputMedia") or []
    if not media:
        raise wrong("there are no messages to send")
    if len(media) > MOST_IN_ALBUM:
        raise wrong("too many messages to send as an album")
    if len(media) == 1:
        params.notes.append("media: an album has 2 to 10 files")
    given = [_of_album(one) for one in media]
    albums = {SORTS[kind].album for kind, _ in given}
    if len(albums) > 1:
        raise wrong(f"{'audio' if 'Audio' in albums else 'document'} can't be mixed with other media types")
    contents = [
        _carried(bot, kind, _attached(one.values.get("media"), params)) | _caption(kind, one) for kind, one in given
    ]
    album = str(uuid.uuid4().int >> 65)
    return [sent(bot, target, content | {"media_group_id": album}, None) for content in contents]


def get_file(bot: Bot, params: Params) -> Json:
    file_id = params.text("file_id")
    file = bot.world.sent_files.get(file_id)
    if file is None:
        raise wrong("wrong file_id or the file is temporarily unavailable")
    if file.size_bytes > MOST_FETCHED_BYTES:
        raise refused("file is too big")
    return {
        "file_id": file_id,
        "file_unique_id": file_id[-12:],
        "file_size": file.size_bytes,
        "file_path": file.path,
    }


def found_at(bot: Bot, path: str) -> Media | None:
    """What is at the path that getFile gave."""
    key = next((file.key for file in bot.world.sent_files.values() if file.path == path), None)
    return bot.files.find(key) if key else None


def _of_album(one: Any) -> tuple[str, Params]:
    """The sort of a file that stands in an album, and the fields of its InputMedia."""
    if not isinstance(one, dict):
        raise wrong("can't parse InputMedia: expected an Object")
    kind = str(one.get("type", ""))
    if kind not in SORTS or not SORTS[kind].album:
        raise wrong(f"can't parse InputMedia: type \"{kind}\" can't be used in sendMediaGroup")
    return kind, Params(one)


def _attached(given: Any, params: Params) -> Any:
    """``attach://name`` means the file that came along under this name."""
    is_name = isinstance(given, str) and given.startswith("attach://")
    return params.upload(given.removeprefix("attach://")) if is_name else given


def _carried(bot: Bot, kind: str, given: Any) -> Json:
    """The field of a message that carries the file: by the id that Telegram gave it, or uploaded."""
    if isinstance(given, Upload):
        return remember(bot, kind, _uploaded(kind, given))
    file = bot.world.sent_files.get(given) if isinstance(given, str) else None
    if file is None:
        raise wrong("wrong file identifier/HTTP URL specified" if given else f"there is no {kind} in the request")
    if file.kind != kind:
        raise wrong(f"can't use file of type {SORTS[file.kind].named} as {SORTS[kind].named}")
    return file.carried


def _uploaded(kind: str, upload: Upload) -> Media:
    if not upload.content:
        raise wrong("file must be non-empty")
    if kind == "photo" and len(upload.content) > MOST_PHOTO_BYTES:
        raise wrong(
            f"file of size {len(upload.content)} bytes is too big for a photo; "
            f"the maximum size is {MOST_PHOTO_BYTES} bytes"
        )
    return Media(kind, upload.name, upload.mime, len(upload.content), upload.content)


def _caption(kind: str, params: Params) -> Json:
    return caption_of(params) if SORTS[kind].is_captioned else {}
