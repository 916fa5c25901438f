"""Files in conversations: which there are, what they are called, and how words and files go out together."""

import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.desk.messages import Attachment, File, Kind
from chalicelib.desk.outbound import Content
from chalicelib.desk.splitting import length, parts

FILE_KINDS = frozenset((Kind.PHOTO, Kind.VIDEO, Kind.ANIMATION, Kind.VOICE, Kind.AUDIO, Kind.DOCUMENT, Kind.STICKER))
"""Kinds of attachments that are files; a place, a contact or a poll is told in words."""

# What messengers leave out, since for them there is no other.
_USUAL_MIMES: Mapping[Kind, str] = {
    Kind.PHOTO: "image/jpeg",
    Kind.VIDEO: "video/mp4",
    Kind.ANIMATION: "video/mp4",
    Kind.VOICE: "audio/ogg",
    Kind.AUDIO: "audio/mpeg",
    Kind.STICKER: "image/webp",
}
_EXTENSIONS: Mapping[str, str] = {"audio/ogg": ".ogg", "audio/mpeg": ".mp3", "image/webp": ".webp"}


@dataclass(frozen=True)
class FileRule:
    """How a messenger takes files of one kind from us: as what, up to how many bytes, and with how long a caption (UTF-16
    units); 0 says that it shows none, so that the words follow as a message of their own."""

    sent_as: Kind
    most_bytes: int
    longest_caption: int


class CannotSend(Exception):  # noqa: N818 - it names what happened, not an error class
    """A messenger would not take the file; ``reason`` is a key of the texts."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def mime_of(attachment: Attachment) -> str:
    guessed = mimetypes.guess_type(attachment.name)[0] if attachment.name else None
    return attachment.mime or guessed or _USUAL_MIMES.get(attachment.kind, "application/octet-stream")


def name_of(attachment: Attachment) -> str:
    """Its own name, or one that says what it is: ``photo.jpg``.

    >>> name_of(Attachment(Kind.VOICE, "AwACAg"))
    'voice.ogg'
    """
    mime = mime_of(attachment)
    return attachment.name or f"{attachment.kind}{_EXTENSIONS.get(mime) or mimetypes.guess_extension(mime) or ''}"


def check(files: Sequence[File], rules: Mapping[Kind, FileRule], most_fetched_bytes: int | None) -> None:
    """Whether a messenger of these rules takes the files. ``most_fetched_bytes``: what can be had from the messenger that
    keeps them, when that is another one.

    :raises CannotSend:
    """
    for file in files:
        rule, size_bytes = rules.get(file.attachment.kind), file.attachment.size or 0
        if rule is None:
            raise CannotSend("file_kind")
        if size_bytes > min(rule.most_bytes, most_fetched_bytes or rule.most_bytes):
            raise CannotSend("file_too_large")


def contents(
    text: str, html: str, files: tuple[File, ...], rules: Mapping[Kind, FileRule], longest_text: int
) -> list[Content]:
    """Words and files as the messages they make. A caption that is too long follows as a text; a text that is too long goes
    in parts, and then without its formatting, which a cut would break."""
    if not files:
        return _texts(text, html, longest_text)
    rule = rules[files[0].attachment.kind]
    if length(text) <= rule.longest_caption:
        return [_said(text, html, files)]
    return [Content(files=files), *_texts(text, html, longest_text)]


def _texts(text: str, html: str, longest: int) -> list[Content]:
    whole = parts(text, longest)
    return [_said(text, html)] if len(whole) == 1 else [Content(text=part) for part in whole]


def _said(text: str, html: str, files: tuple[File, ...] = ()) -> Content:
    return Content(text=html or text, html=bool(html), files=files)
