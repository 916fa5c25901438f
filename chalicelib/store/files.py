"""S3: files of conversations, each fetched once and kept for ``KEPT_FOR``. The bucket is private; whoever may see a file gets
an address that opens it for a while."""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from botocore.exceptions import ClientError

from chalicelib.desk.files import mime_of, name_of
from chalicelib.desk.messages import File
from chalicelib.store.aws import client
from chalicelib.store.environment import environment

KEPT_FOR = timedelta(days=90)  # the bucket's own rule, in the template

# What a browser shows without being able to run anything in it; the rest is saved.
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/", "application/pdf", "text/plain")

_EXTENSION = re.compile(r"\.[a-z0-9]{1,10}")


@dataclass(frozen=True)
class Kept:
    """A file in the bucket."""

    key: str
    file: File
    mime: str
    size_bytes: int

    @property
    def name(self) -> str:
        return name_of(self.file.attachment)


def kept(file: File) -> Kept | None:
    """None: it has not been fetched yet, or not for long enough."""
    try:
        found = client("s3").head_object(Bucket=environment().files_bucket, Key=_key(file))
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return None
        raise
    return Kept(_key(file), file, found["ContentType"], found["ContentLength"])


def keep(file: File, content: BinaryIO, size_bytes: int, mime: str | None) -> Kept:
    """Written whole or not at all. Two who fetch the same file at once write the same."""
    kind = mime or mime_of(file.attachment)
    client("s3").put_object(
        Bucket=environment().files_bucket, Key=_key(file), Body=content, ContentLength=size_bytes, ContentType=kind
    )
    return Kept(_key(file), file, kind, size_bytes)


def read(file: Kept) -> bytes:
    found = client("s3").get_object(Bucket=environment().files_bucket, Key=file.key)
    content: bytes = found["Body"].read()
    return content


def address(file: Kept, lasts: timedelta) -> str:
    """Opens the file for whoever has it, for as long as it ``lasts``."""
    manner = "inline" if file.mime.startswith(_SHOWN) else "attachment"
    presigned: str = client("s3").generate_presigned_url(
        "get_object",
        Params={
            "Bucket": environment().files_bucket,
            "Key": file.key,
            "ResponseContentType": file.mime,
            "ResponseContentDisposition": f"{manner}; filename*=UTF-8''{quote(file.name, safe='')}",  # RFC 6266
        },
        ExpiresIn=int(lasts.total_seconds()),
    )
    return presigned


def _key(file: File) -> str:
    """Ids of files are of any length and alphabet. The extension is for messengers that look at the end of an address to
    tell what is there, as Viber does."""
    fingerprint = hashlib.sha256(file.attachment.provider_id.encode()).hexdigest()
    extension = PurePosixPath(name_of(file.attachment)).suffix.lower()
    shown = extension if _EXTENSION.fullmatch(extension) else ""
    return f"{file.messenger}/{file.account}/{fingerprint}{shown}"
