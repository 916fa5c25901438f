"""How a bot hands a file over: an address, the file, a token for messages. Used by endpoint.py and side.py.

https://dev.max.ru/docs-api/methods/POST/uploads
"""

import secrets
from typing import Any

from aiohttp import web

from infra.local.sandbox.max import attachments
from infra.local.sandbox.max.bot import MESSENGER, Bot, Upload
from infra.local.sandbox.max.errors import ApiError, wrong
from infra.local.sandbox.media import Media
from infra.local.sandbox.receiving import Answer, receive
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json

TYPES = ("image", "video", "audio", "file")
TOKEN_COMES_FIRST = ("video", "audio")


def server(bot: Bot, type_: str) -> Json:
    """An address for one file; of a video or a sound, its token too."""
    if type_ not in TYPES:
        raise wrong(f"type: must be one of {', '.join(TYPES)}")
    token = secrets.token_urlsafe(16)
    bot.world.uploads[token] = Upload(type_)
    given = {"url": f"{bot.files.origin}/max/upload/{token}"}
    return {**given, "token": token} if type_ in TOKEN_COMES_FIRST else given


def of_person(bot: Bot, media: Media) -> tuple[str, str]:
    """Keep a person's file: its address and its token, by which messages of ours can name it too."""
    key, token = bot.files.keep(media), secrets.token_urlsafe(16)
    bot.world.uploads[token] = Upload(attachments.TYPES.get(media.kind, ""), key)
    return bot.files.address(key), token


def attached(bot: Bot, asked: Json) -> Json:
    """The attachment that a message asks for: a file by its token, all else as it is."""
    if asked.get("type") not in TYPES:
        return asked
    payload = asked.get("payload") or {}
    photos = payload.get("photos") or {}
    tokens = [one.get("token") for one in photos.values()] or [payload.get("token")]
    upload = bot.world.uploads.get(tokens[0] or "")
    if upload is None or upload.type != asked["type"] or len(tokens) != 1:
        raise wrong(f"attachments: there is no such {asked['type']}")
    media = bot.files.find(upload.file) if upload.file else None
    if upload.file is None or media is None:
        raise ApiError(400, "attachment.not.ready", "Key: errors.process.attachment.file.not.processed")
    return attachments.of_file(upload.type, media, bot.files.address(upload.file), tokens[0])


def video(bot: Bot, token: str) -> Json:
    """https://dev.max.ru/docs-api/methods/GET/videos/-videoToken-"""
    upload = bot.world.uploads.get(token)
    if upload is None or upload.type != "video" or upload.file is None:
        raise ApiError(404, "not.found", "Video not found")
    urls = {"mp4_360": f"{bot.files.origin}/media/smaller", "mp4_720": bot.files.address(upload.file)}
    return {"token": token, "urls": urls, "width": 1280, "height": 720, "duration": 12}


async def receive_file(bot: Bot, shared: Shared, request: web.Request) -> web.StreamResponse:
    """`POST /max/upload/{token}`: one file, in the field ``data``. The host wants no token of the bot's."""
    call = shared.calls.begin(MESSENGER, "POST upload", request.path)
    form = await request.post()
    call.body = {name: part.filename if isinstance(part, web.FileField) else part for name, part in form.items()}

    async def carry_out() -> Answer:
        token, part = request.match_info["token"], form.get("data")
        upload = bot.world.uploads.get(token)
        if upload is None or upload.file is not None or not isinstance(part, web.FileField):
            call.violations.append("one file, in the field data, at an address that was given for it")
            return Answer(400, {"error_code": "4", "error_data": "BAD_REQUEST"})
        content = part.file.read()
        upload.file = bot.files.keep(Media("document", part.filename, part.content_type, len(content), content))
        return Answer(200, _received(upload.type, token))

    return await receive(request, call, shared.faults, carry_out, lambda _status, _headers: {"error_code": "1"})


def _received(type_: str, token: str) -> Any:
    """Of a video or a sound the host only says that it has it."""
    if type_ in TOKEN_COMES_FIRST:
        return "<retval>1</retval>"
    return {"photos": {"1": {"token": token}}} if type_ == "image" else {"fileId": 1, "token": token}
