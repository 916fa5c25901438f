"""What is attached to a VK message: kinds, files, and things of VK that people point at. Used by vk_updates.py.

https://dev.vk.com/ru/reference/objects/attachments-message
"""

import mimetypes
from collections.abc import Callable
from typing import Any

from chalicelib.desk.messages import Attachment, Kind

Json = dict[str, Any]

_GIF = 3  # docs_doc.type: https://dev.vk.com/ru/reference/objects/doc


def attached(one: Json) -> tuple[Kind, Attachment]:
    """The kind that an attachment gives to its message, and the attachment itself. One whose shape has changed is like
    one of an unknown type: what is said beside it is shown all the same."""
    type_ = str(one["type"])
    # A wall post also comes as ``wall_post``, an album as ``market_market_album``: the field is not always the type.
    thing: Any = one.get(type_) or next((value for name, value in one.items() if name != "type"), {})
    try:
        return _READERS.get(type_, _unknown)(type_, thing if isinstance(thing, dict) else {})
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
        return _unknown(type_, {})


def reference(one: Json) -> str | None:
    """The words for something of VK that a message points at and that is no file: its title and address."""
    kind, attachment = attached(one)
    if kind is not Kind.TEXT:
        return None
    return " ".join(filter(None, (attachment.name, attachment.provider_id)))


def own_name(one: Json) -> str:
    """What a message of ours calls this attachment when it is sent: ``photo1_2_key``."""
    type_ = str(one["type"])
    return _id(type_, one[type_])


def _media(kind: Kind, *addresses: str, mime: str | None = None) -> Callable[[str, Json], tuple[Kind, Attachment]]:
    """A file: the id is its address if VK tells one, since a community's key cannot ask for a file by VK's own id."""

    def read(type_: str, thing: Json) -> tuple[Kind, Attachment]:
        address = next((str(thing[field]) for field in addresses if thing.get(field)), None)
        title = " – ".join(str(thing[field]) for field in ("artist", "title") if thing.get(field)) or None
        return kind, Attachment(kind, address or _id(type_, thing), title, mime)

    return read


def _photo(type_: str, photo: Json) -> tuple[Kind, Attachment]:
    sizes = [*photo.get("sizes", ()), *photo.get("images", ())]
    largest: Json = max(sizes, key=lambda size: int(size.get("width", 0)) * int(size.get("height", 0)), default={})
    address = (photo.get("orig_photo") or largest).get("url") or largest.get("src")
    return Kind.PHOTO, Attachment(Kind.PHOTO, str(address or _id(type_, photo)))


def _document(type_: str, document: Json) -> tuple[Kind, Attachment]:
    kind = Kind.ANIMATION if document.get("type") == _GIF else Kind.DOCUMENT
    name = str(document["title"]) if document.get("title") else None
    mime = mimetypes.guess_type(f"x.{document.get('ext', '')}")[0]
    size_bytes = int(document["size"]) if document.get("size") is not None else None
    return kind, Attachment(kind, str(document.get("url") or _id(type_, document)), name, mime, size_bytes)


def _sticker(type_: str, sticker: Json) -> tuple[Kind, Attachment]:
    largest: Json = max(sticker.get("images", ()), key=lambda image: int(image.get("width", 0)), default={})
    address = largest.get("url") or sticker.get("thumb_512") or sticker.get("thumb_256")
    number = sticker.get("sticker_id", sticker.get("id", ""))
    return Kind.STICKER, Attachment(Kind.STICKER, str(address or f"{type_}{number}"))


def _poll(type_: str, poll: Json) -> tuple[Kind, Attachment]:
    return Kind.POLL, Attachment(Kind.POLL, _id(type_, poll), str(poll["question"]) if "question" in poll else None)


def _call(type_: str, call: Json) -> tuple[Kind, Attachment]:
    name = " ".join(filter(None, (type_, str(call.get("state", "")))))
    return Kind.SYSTEM, Attachment(Kind.SYSTEM, type_, name)


def _reference(type_: str, thing: Json) -> tuple[Kind, Attachment]:
    """Not a file: the message stays one of words, and the words name it."""
    address = str(thing.get("url") or (f"https://vk.com/{_address(type_, thing)}" if "id" in thing else type_))
    title = thing.get("title") or thing.get("text") or None
    return Kind.TEXT, Attachment(Kind.UNSUPPORTED, address, str(title)[:200] if title else None)


def _address(type_: str, thing: Json) -> str:
    """https://vk.com/wall-1_2, /wall-1_2?reply=3, /market-1_2, /story1_2 …"""
    owner = thing.get("owner_id", thing.get("from_id", thing.get("to_id", "")))
    if type_ == "wall_reply":
        return f"wall{owner}_{thing.get('post_id', '')}?reply={thing.get('id', '')}"
    return f"{_PATHS.get(type_, type_)}{owner}_{thing.get('id', '')}"


def _unknown(type_: str, thing: Json) -> tuple[Kind, Attachment]:
    return Kind.UNSUPPORTED, Attachment(Kind.UNSUPPORTED, _id(type_, thing), type_)


def _id(type_: str, thing: Json) -> str:
    """VK's own name of a thing: ``photo1_2_key``."""
    return "_".join(
        str(part)
        for part in (f"{type_}{thing.get('owner_id', '')}", thing.get("id"), thing.get("access_key"))
        if part is not None
    )


_PATHS = {"market_market_album": "market_album"}

_READERS: dict[str, Callable[[str, Json], tuple[Kind, Attachment]]] = {
    "photo": _photo,
    "graffiti": _media(Kind.PHOTO, "url"),
    "video": _media(Kind.VIDEO),  # VK gives a community no address of the file
    "audio": _media(Kind.AUDIO, "url", mime="audio/mpeg"),
    "podcast": _media(Kind.AUDIO, "url", mime="audio/mpeg"),
    "podcasts": _media(Kind.AUDIO, "url", mime="audio/mpeg"),
    "audio_message": _media(Kind.VOICE, "link_ogg", mime="audio/ogg"),
    "doc": _document,
    "sticker": _sticker,
    "ugc_sticker": _sticker,
    "gift": _sticker,
    "poll": _poll,
    "call": _call,
    **dict.fromkeys(("link", "article", "wall", "wall_reply", "story", "video_playlist"), _reference),
    **dict.fromkeys(("market", "market_album", "market_market_album"), _reference),
}
