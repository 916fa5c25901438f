"""How a community hands a file over: an address, the file, and its name for messages. Used by methods.py and side.py.

https://dev.vk.com/ru/api/upload/overview
"""

import json
import secrets
from collections.abc import Mapping
from pathlib import PurePath

from aiohttp import web

from infra.local.sandbox.media import Media
from infra.local.sandbox.receiving import Answer, receive
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.vk import attachments
from infra.local.sandbox.vk.community import NAME, Community, UploadServer
from infra.local.sandbox.vk.errors import ApiError, wrong

MOST_ATTACHMENTS = 10
PHOTO_BYTES, DOCUMENT_BYTES = 50 * 1024 * 1024, 200 * 1024 * 1024
_PICTURES = (b"\xff\xd8", b"\x89PNG", b"GIF8")
_NOT_TAKEN = (".mp3", ".exe", ".apk", ".bat", ".com", ".msi")

Params = Mapping[str, str]


def server(community: Community, type_: str, peer_id: int) -> Json:
    """An address for one file of VK's ``type_``, on its way to this peer."""
    key = secrets.token_hex(8)
    community.world.uploads[key] = UploadServer(type_, peer_id)
    return {"upload_url": f"{community.files.origin}/vk/upload/{key}"}


def save_photo(community: Community, params: Params) -> list[Json]:
    try:
        [taken] = json.loads(params.get("photo", ""))
        upload = _taken(community, taken["photo"], "photo")
    except (ValueError, TypeError, KeyError):
        raise ApiError(129, "Invalid photo", is_violation=True) from None
    if params.get("hash") != f"hash{taken['photo']}" or params.get("server") != "1":
        raise ApiError(121, "Invalid hash", is_violation=True)
    saved = _saved(community, "photo", -community.config.group_id, attachments.photo(*upload))
    return [saved["photo"]]


def save_document(community: Community, params: Params) -> Json:
    key = params.get("file", "").partition("|")[0]
    media, address = _taken(community, key, "doc", "audio_message")
    owner, is_voice = community.world.uploads[key].peer_id, community.world.uploads[key].type == "audio_message"
    if is_voice:
        return _saved(community, "audio_message", owner, attachments.voice(media, address))
    titled = {**attachments.document(media, address), "title": params.get("title") or media.name}
    return _saved(community, "doc", owner, titled)


def named(community: Community, names: str) -> list[Json]:
    """The attachments that a message names. Raises 100 for what was never saved here."""
    given = names.split(",") if names else []
    if len(given) > MOST_ATTACHMENTS or any(name not in community.world.saved for name in given):
        raise wrong("attachment is invalid, or there are too many")
    return [community.world.saved[name] for name in given]


async def receive_file(community: Community, shared: Shared, request: web.Request) -> web.StreamResponse:
    """`POST /vk/upload/{key}`: one file, in the field that VK names for its type. No key of the community comes with it."""
    call = shared.calls.begin(NAME, "upload", request.path)
    form = await request.post()
    call.body = {name: part.filename if isinstance(part, web.FileField) else part for name, part in form.items()}

    async def carry_out() -> Answer:
        upload = community.world.uploads.get(request.match_info["key"])
        field = "photo" if upload and upload.type == "photo" else "file"
        part = form.get(field)
        if upload is None or upload.file is not None or not isinstance(part, web.FileField):
            call.violations.append(f"one file, in the field {field}, at an address that was given for it")
            return Answer(200, {"error": "no file"})
        content = part.file.read()
        media = Media("document", part.filename, part.content_type, len(content), content)
        return Answer(200, _received(community, request.match_info["key"], upload, media))

    return await receive(request, call, shared.faults, carry_out, lambda _status, _headers: {"error": "unknown error"})


def _received(community: Community, key: str, upload: UploadServer, media: Media) -> Json:
    is_photo = upload.type == "photo"
    if media.size_bytes > (PHOTO_BYTES if is_photo else DOCUMENT_BYTES):
        return {"error": "file is too big"}
    if is_photo and not media.head.startswith(_PICTURES):
        return {"server": 1, "photo": "[]", "hash": f"hash{key}"}
    if not is_photo and PurePath(media.name).suffix.lower() in _NOT_TAKEN:
        return {"error": "file extension is not allowed"}
    upload.file = community.files.keep(media)
    if is_photo:
        return {"server": 1, "photo": json.dumps([{"photo": key, "sizes": []}]), "hash": f"hash{key}"}
    return {"file": f"{key}|{media.size_bytes}|{media.name}"}


def _taken(community: Community, key: str, *types: str) -> tuple[Media, str]:
    """The file that was handed over, and where it can be had."""
    upload = community.world.uploads.get(key)
    media = community.files.find(upload.file) if upload and upload.file and upload.type in types else None
    if upload is None or upload.file is None or media is None:
        raise wrong("there is no such upload")
    return media, community.files.address(upload.file)


def _saved(community: Community, type_: str, owner: int, thing: Json) -> Json:
    number = len(community.world.saved) + 1
    found = {"type": type_, type_: {"id": number, "owner_id": owner, "access_key": f"key{number}", **thing}}
    community.world.saved[f"{type_}{owner}_{number}_key{number}"] = found
    return found
