"""Files, places, contacts and polls as people send them: the field ``media`` of `POST /say`, read the same for every side,
and what was sent, kept and served back at `GET /media/{key}`.

``{"kind", "name", "mime", "size", "content_base64"}``, of which only ``kind`` is needed: without a content of its own, a
file is a tiny real one of its kind, filled up to ``size`` bytes. ``name`` is a contact's name, a place's, a poll's question.
"""

import base64
import binascii
import re
import uuid
from collections.abc import Sequence

import msgspec
from aiohttp import web

from infra.local.sandbox.problems import Fields, ProblemError

_JPEG = (
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////"
    "wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
_WEBP = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="
_OGG = "T2dnUwACAAAAAAAAAAABAAAAAAAAAIRs2SQBE09wdXNIZWFkAQEAAIC7AAAAAAA="
_MP3 = b"\xff\xfb\x90\x00".ljust(417, b"\0")  # one frame of silence
_MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08mdat"
_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

# What a file of each kind is called, what it is, and a smallest content of that sort.
_FILES: dict[str, tuple[str, str, bytes]] = {
    "photo": ("photo.jpg", "image/jpeg", base64.b64decode(_JPEG)),
    "video": ("video.mp4", "video/mp4", _MP4),
    "video_note": ("round.mp4", "video/mp4", _MP4),
    "animation": ("animation.mp4", "video/mp4", _MP4),
    "voice": ("voice.ogg", "audio/ogg", base64.b64decode(_OGG)),
    "audio": ("song.mp3", "audio/mpeg", _MP3),
    "document": ("document.pdf", "application/pdf", _PDF),
    "sticker": ("sticker.webp", "image/webp", base64.b64decode(_WEBP)),
}
KINDS = (*_FILES, "location", "contact", "poll")
_MIME = re.compile(r"[\w.+-]+/[\w.+-]+")


class Media(msgspec.Struct, frozen=True):
    """``name`` is empty for a place, a contact or a poll that nobody named. ``head`` is how the file begins; zeros follow."""

    kind: str
    name: str = ""
    mime: str = ""
    size_bytes: int = 0
    head: bytes = b""

    @property
    def is_file(self) -> bool:
        return self.kind in _FILES

    @property
    def content(self) -> bytes:
        return self.head[: self.size_bytes].ljust(self.size_bytes, b"\0")


def read_media(fields: Fields, kinds: Sequence[str] = KINDS) -> Media | None:
    """What is sent with a message, of the ``kinds`` that the messenger has; None for plain words. ``kind`` beside the text
    is short for a ``media`` of that kind. Mistakes are noted in ``fields``."""
    short = fields.choice("kind", ("text", *kinds), default="text")
    given = fields.mapping("media") if "media" in fields else {"kind": short} if short != "text" else None
    if given is None:
        return None
    inner = Fields(given)
    kind = inner.choice("kind", tuple(kinds))
    name, mime, head = _FILES.get(kind, ("", "", b""))
    name, mime = inner.text("name", default=name), inner.text("mime", default=mime)
    if mime and not _MIME.fullmatch(mime):
        inner.wrong("mime", "must be like image/png")
    content = _decoded(inner)
    size_bytes = inner.integer("size", default=len(head), least=0)
    try:
        inner.done()
    except ProblemError as problem:
        for error in problem.errors or ():
            fields.wrong(f"media.{error['field']}", error["message"])
    if content is not None:
        return Media(kind, name, mime, len(content), content)
    return Media(kind, name, mime, size_bytes, head)


def _decoded(inner: Fields) -> bytes | None:
    given = inner.optional_text("content_base64")
    try:
        return None if given is None else base64.b64decode(given, validate=True)
    except binascii.Error:
        inner.wrong("content_base64", "must be base64")
        return None


class Files:
    """What was sent, by anybody in any messenger. ``origin`` is where this sandbox listens, known from its first call on."""

    def __init__(self, kept: dict[str, Media]) -> None:
        self._kept = kept
        self.origin = ""

    def keep(self, media: Media) -> str:
        """The key it is found by from now on."""
        key = uuid.uuid4().hex
        self._kept[key] = media
        return key

    def find(self, key: str) -> Media | None:
        return self._kept.get(key)

    def address(self, key: str) -> str:
        """Where it can be fetched: by the product, as from a messenger's file servers, and by the page."""
        return f"{self.origin}/media/{key}"

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/media/{key}", self._get)]

    async def _get(self, request: web.Request) -> web.Response:
        if (media := self.find(request.match_info["key"])) is None:
            raise ProblemError(404, "There is no such file")
        return served(media)


def served(media: Media) -> web.Response:
    """A page among the files, opened beside the sandbox's own, is shown but can do nothing."""
    kind = {"Content-Type": media.mime or "application/octet-stream", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=media.content, headers=kind | {"Content-Security-Policy": "sandbox"})


def own_number(person_id: int) -> str:
    """The phone number of a person whom a messenger knows by another id: nobody else has it."""
    return f"7900{person_id % 10**7:07d}"
