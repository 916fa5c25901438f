"""Files of conversations: fetched from their messenger when they are needed, once, and never while a messenger waits.

A client's file is shown in the topic as a link of ours; opening it fetches the file into S3 and leads there. A file of the
team's goes the same way before another messenger gets it.
"""

import logging
import tempfile
from collections.abc import Sequence
from datetime import timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer

from chalicelib.desk.clients import Identity
from chalicelib.desk.files import FILE_KINDS
from chalicelib.desk.messages import Attachment, File, MessageKey
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import Fetched, Refused, RetryLater, Upload
from chalicelib.store import files as store
from chalicelib.store import messages
from chalicelib.store.files import Kept
from chalicelib.store.secrets import secret
from chalicelib.store.table import NotFound

log = logging.getLogger(__name__)

LINK_LASTS = store.KEPT_FOR
OPENED_FOR = timedelta(minutes=10)
GIVEN_FOR = timedelta(hours=1)  # to a messenger, which may fetch it a little later


def of_message(messenger: str, account: str, attachments: Sequence[Attachment]) -> tuple[File, ...]:
    return tuple(File(messenger, account, each) for each in attachments if each.kind in FILE_KINDS)


def fetched(file: File) -> Kept | RetryLater | Refused:
    """The file in S3; fetched now if nobody has needed it before."""
    if found := store.kept(file):
        return found
    adapter = ADAPTERS[file.messenger]
    with tempfile.TemporaryFile() as content:
        got = adapter.fetch(file.attachment, content, adapter.most_fetched_bytes, secret)
        log.info("file__fetched", extra={"messenger": file.messenger, "outcome": type(got).__name__})
        if not isinstance(got, Fetched):
            return got
        content.seek(0)
        return store.keep(file, content, got.size_bytes, got.mime)


def uploads(files: Sequence[File]) -> tuple[Upload, ...] | RetryLater | Refused:
    """The files as another messenger is given them."""
    ready = []
    for file in files:
        if not isinstance(found := fetched(file), Kept):
            return found
        ready.append(_upload(found))
    return tuple(ready)


def _upload(found: Kept) -> Upload:
    return Upload(
        kind=found.file.attachment.kind,
        name=found.name,
        mime=found.mime,
        size_bytes=found.size_bytes,
        address=store.address(found, GIVEN_FOR),
        read=lambda: store.read(found),
    )


def link(key: MessageKey, n: int) -> str:
    """Where the team opens file ``n`` of a message. Signed, so that nobody can guess another's."""
    return f"{secret('public_url')}/files/{_signer().dumps([key.identity.key, key.external_id, n])}"


def opened(token: str) -> str | RetryLater | Refused:
    """The address that a link leads to, good for ``OPENED_FOR``.

    :raises NotFound: we did not sign that, or it was too long ago, or there is no such message any more.
    """
    try:
        identity_key, external_id, n = _signer().loads(token, max_age=int(LINK_LASTS.total_seconds()))
    except BadSignature as error:
        raise NotFound("file") from error
    identity = Identity.from_key(identity_key)
    message = messages.message_if_any(identity, external_id)
    if message is None:
        raise NotFound("file")
    file = of_message(identity.messenger, identity.account, message.attachments)[n]
    found = fetched(file)
    return store.address(found, OPENED_FOR) if isinstance(found, Kept) else found


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret("files_key"), salt="file")
