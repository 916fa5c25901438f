"""What people attach, in VK's words. Used by acts.py. https://dev.vk.com/ru/reference/objects/attachments-message"""

from collections.abc import Callable
from pathlib import PurePath

from infra.local.sandbox.media import Media
from infra.local.sandbox.state import Json

_DATE = 1_700_000_000
_PLACE = {"latitude": 55.7558, "longitude": 37.6173}
_LINK: Json = {"url": "https://example.org/page", "title": "Page"}
_POST: Json = {"from_id": -1, "date": _DATE, "text": "A post"}


def photo(_: Media, address: str) -> Json:
    sizes = [
        {"type": "m", "width": 130, "height": 97, "url": f"{address}?size=m"},
        {"type": "x", "width": 604, "height": 453, "url": address},
    ]
    return {"album_id": -3, "date": _DATE, "has_tags": False, "sizes": sizes}


def document(media: Media, address: str) -> Json:
    type_ = 3 if media.mime == "image/gif" else 1
    about = {"title": media.name, "size": media.size_bytes, "ext": PurePath(media.name).suffix[1:], "type": type_}
    return {**about, "date": _DATE, "url": address}


def voice(_: Media, address: str) -> Json:
    return {"duration": 7, "link_mp3": f"{address}?as=mp3", "link_ogg": address, "waveform": [0, 9]}


def _sticker(_: Media, address: str) -> Json:
    images = [{"url": address, "width": 512, "height": 512}]
    return {"inner_type": "base_sticker_new", "sticker_id": 9_008, "product_id": 279, "images": images}


def _poll(media: Media, _: str) -> Json:
    switches = (
        *("anonymous", "multiple", "closed", "is_board", "disable_unvote"),
        *("can_edit", "can_vote", "can_report", "can_share"),
    )
    about = {"question": media.name or "A poll", "votes": 0, "answers": [], "created": _DATE, "end_date": 0}
    return {**about, "answer_ids": [], "author_id": 1, **dict.fromkeys(switches, False)}


# VK's own names of kinds, and their fields. VK gives a community no address of a video's file.
_SHAPES: dict[str, tuple[str, Callable[[Media, str], Json]]] = {
    "photo": ("photo", photo),
    "video": ("video", lambda media, _: {"title": media.name, "duration": 12, "date": _DATE}),
    "audio": ("audio", lambda media, url: {"artist": "Artist", "title": media.name, "duration": 180, "url": url}),
    "voice": ("audio_message", voice),
    "document": ("doc", document),
    "animation": ("doc", lambda media, url: {**document(media, url), "title": "a.gif", "ext": "gif", "type": 3}),
    "sticker": ("sticker", _sticker),
    "poll": ("poll", _poll),
    "link": ("link", lambda *_: _LINK),
    "wall": ("wall", lambda *_: _POST),
}
KINDS = (*_SHAPES, "location")


def content(media: Media | None, owner: int, number: int, address: str) -> Json:
    """The fields of a message that carry ``media``, which can be had at ``address``."""
    if media is None:
        return {}
    if media.kind == "location":
        return {"geo": {"type": "point", "coordinates": _PLACE, "place": {"title": media.name or "Moscow", **_PLACE}}}
    type_, shape = _SHAPES[media.kind]
    thing = {"owner_id": owner, "id": number, "access_key": f"key{number}", **shape(media, address)}
    if type_ in ("sticker", "link"):  # nobody's own
        thing = shape(media, address)
    return {"attachments": [{"type": type_, type_: thing}]}
