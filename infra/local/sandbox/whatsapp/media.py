"""Files of the sandbox's WhatsApp: what people send, what is uploaded and what is fetched from our links, by media ids.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
"""

import hashlib
import uuid

import aiohttp

from infra.local.sandbox.media import Files, Media
from infra.local.sandbox.state import Json
from infra.local.sandbox.whatsapp.errors import in_status, wrong
from infra.local.sandbox.whatsapp.world import World

KB, MB = 1024, 1024 * 1024
FETCH_SECONDS = 20

# What is taken as what, and how large.
LIMITS: dict[str, tuple[tuple[str, ...], int]] = {
    "image": (("image/jpeg", "image/png"), 5 * MB),
    "video": (("video/mp4", "video/3gpp"), 16 * MB),
    "audio": (("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MB),
    "sticker": (("image/webp",), 500 * KB),
    "document": ((), 100 * MB),  # anything
}
LARGEST_STILL_STICKER = 100 * KB
TYPES = {"photo": "image", "video_note": "video", "animation": "video", "voice": "audio"}  # by our kinds


class Library:
    def __init__(self, world: World, files: Files) -> None:
        self._world = world
        self._files = files

    def keep(self, media: Media) -> Json:
        """As a message of a person carries it."""
        media_id = str(uuid.uuid4().int % 10**16)
        about = {"id": media_id, "mime_type": media.mime, "sha256": hashlib.sha256(media.content).hexdigest()}
        self._world.media[media_id] = about | {"key": self._files.keep(media)}
        return about

    def about(self, media_id: str) -> Json | None:
        return self._world.media.get(media_id)

    def find(self, media_id: str) -> Media | None:
        about = self.about(media_id)
        return self._files.find(about["key"]) if about else None

    def shown(self, media_id: str) -> Json:
        """What the page wants beside what messages carry."""
        media, about = self.find(media_id), self.about(media_id)
        if media is None or about is None:
            return {}
        return {"link": self._files.address(about["key"]), "mime_type": media.mime, "file_size": media.size_bytes}

    async def sent(self, kind: str, content: Json) -> tuple[Json, Json | None]:
        """What becomes of a file that we send: how the page shows it, and the error of a status, if it fails.

        Raises GraphError when it names a file that was never uploaded.
        """
        if "id" in content:
            media = self.find(content["id"])
            if media is None:
                raise wrong(f"Media ID {content['id']} was not found", 131009)
        else:
            media = await _fetched(kind, content["link"])
            if media is None:
                return content, in_status(131052, f"Could not fetch {content['link'].partition('?')[0]}")
        if why := refusal(kind, media):
            return content, in_status(131053, why)
        return content | self.shown(self.keep(media)["id"]), None


def refusal(kind: str, media: Media) -> str | None:
    """Why a file cannot be sent as that type."""
    mimes, most_bytes = LIMITS[kind]
    mime = media.mime.partition(";")[0].strip()
    if mimes and mime not in mimes:
        return f"{mime} is not one of {', '.join(mimes)}"
    if kind == "sticker" and not _moves(media.head):
        most_bytes = LARGEST_STILL_STICKER
    return f"{media.size_bytes} bytes, {most_bytes} at most" if media.size_bytes > most_bytes else None


def _moves(webp: bytes) -> bool:
    """https://developers.google.com/speed/webp/docs/riff_container#extended_file_format"""
    return webp[12:16] == b"VP8X" and bool(webp[20] & 0b10)


async def _fetched(kind: str, link: str) -> Media | None:
    """As Meta's servers do: nobody they know asks, and the type is what the server says it is."""
    _, most_bytes = LIMITS[kind]
    try:
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as http, http.get(link) as answer:
            if answer.status != 200:
                return None
            content = b""
            while len(content) <= most_bytes and (more := await answer.content.read(most_bytes + 1 - len(content))):
                content += more  # it gives what has come so far
            return Media(kind, "", answer.content_type, len(content), content)
    except (TimeoutError, aiohttp.ClientError, ValueError):
        return None
