"""Files of Viber's messages in both directions: sent as an address that Viber fetches them from, or fetched by us.

https://creators.viber.com/docs/bots-api/data-models/message. Used by viber_calls.py and viber.py.
"""

import os
from collections.abc import Mapping
from pathlib import PurePath
from typing import BinaryIO
from urllib.parse import urlsplit

from chalicelib.desk.files import FileRule
from chalicelib.desk.messages import Attachment, Kind
from chalicelib.messengers.adapter import Fetched, Refused, RetryLater, Upload
from chalicelib.messengers.downloads import download
from chalicelib.messengers.exchange import Json

LONGEST_CAPTION = 768
LARGEST_PICTURE_BYTES = 1_000_000  # of iOS; what is larger is sent as a file
LARGEST_VIDEO_BYTES = 27_262_976
LARGEST_FILE_BYTES = 52_428_800
LONGEST_FILE_NAME = 256

_FILE = FileRule(Kind.DOCUMENT, LARGEST_FILE_BYTES, 0)
_VIDEO = FileRule(Kind.VIDEO, LARGEST_FILE_BYTES, 0)

RULES: Mapping[Kind, FileRule] = {
    Kind.PHOTO: FileRule(Kind.PHOTO, LARGEST_FILE_BYTES, LONGEST_CAPTION),
    Kind.VIDEO: _VIDEO,
    Kind.ANIMATION: _VIDEO,
    Kind.VOICE: _FILE,
    Kind.AUDIO: _FILE,
    Kind.DOCUMENT: _FILE,
    Kind.STICKER: _FILE,
}

_PICTURES = frozenset((".jpg", ".jpeg", ".png", ".gif"))
_FORBIDDEN = frozenset(
    (
        *(".bat", ".bin", ".cmd", ".com", ".cpl", ".exe", ".gadget", ".inf1", ".ins", ".inx", ".isu", ".job", ".jse"),
        *(".lnk", ".msc", ".msi", ".msp", ".mst", ".paf", ".pif", ".ps1", ".reg", ".rgs", ".sct", ".shb", ".shs"),
        *(".u3p", ".vb", ".vbe", ".vbs", ".vbscript", ".ws", ".wsf", ".action", ".app", ".command", ".csh", ".osx"),
        *(".workflow", ".ksh", ".out", ".run", ".apk", ".ipa"),
    )
)


def shown(file: Upload, caption: str) -> Json | Refused:
    """The fields of the message that shows the file. Only a picture has a caption. Viber tells what a file is by the end
    of its address."""
    sent_as, ending = RULES[file.kind].sent_as, PurePath(urlsplit(file.address).path).suffix.lower()
    if sent_as is Kind.PHOTO and ending in _PICTURES and file.size_bytes <= LARGEST_PICTURE_BYTES:
        return {"type": "picture", "media": file.address, "text": caption}
    if sent_as is Kind.VIDEO and ending == ".mp4" and file.size_bytes <= LARGEST_VIDEO_BYTES:
        return {"type": "video", "media": file.address, "size": file.size_bytes}
    if PurePath(file.name).suffix.lower() in _FORBIDDEN:
        return Refused("file_kind", detail=PurePath(file.name).suffix)
    return {"type": "file", "media": file.address, "size": file.size_bytes, "file_name": _name(file.name)}


def fetch(attachment: Attachment, into: BinaryIO, most_bytes: int) -> Fetched | RetryLater | Refused:
    """From the address that came with the message, which lives for an hour."""
    return download(attachment.provider_id, into, most_bytes, api_url=os.environ["VIBER_API_URL"])


def _name(name: str) -> str:
    """Shortened before its extension, without which the client could not open it."""
    path = PurePath(name)
    return name if len(name) <= LONGEST_FILE_NAME else path.stem[: LONGEST_FILE_NAME - len(path.suffix)] + path.suffix
