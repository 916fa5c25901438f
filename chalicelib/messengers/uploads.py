"""Handing a file over at the address that a messenger gave for it, as multipart/form-data. Used by vk_files and max_files.

What was handed over is seen by nobody before a message names it, so whatever breaks here is done again.
"""

import ssl
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import urllib3

from chalicelib.messengers import connections
from chalicelib.messengers.adapter import Refused, RetryLater, Uncertain, Upload
from chalicelib.messengers.downloads import is_allowed

T = TypeVar("T")

TIMEOUT = urllib3.Timeout(connect=3, read=10)
MOST_SECONDS = 15.0  # the message that names the files begins no later, and so ends within the lease


def handed_over(
    uploads: Sequence[Upload], hand_over: Callable[[Upload], T | RetryLater | Refused | Uncertain]
) -> list[T] | RetryLater | Refused:
    """What the messenger calls each file after ``hand_over``; the first that goes wrong ends it."""
    ends_at, names = time.monotonic() + MOST_SECONDS, []
    for upload in uploads:
        name = hand_over(upload)
        if isinstance(name, Uncertain):
            return RetryLater(None, "network")
        if isinstance(name, RetryLater | Refused):
            return name
        names.append(name)
    return names if time.monotonic() < ends_at else RetryLater(None, "network")


def post(url: str, field: str, upload: Upload, *, api_url: str, authority: str = "") -> bytes | RetryLater | Refused:
    """Post the file as ``field`` of a form; what the host answers. It is asked over HTTPS only, and gets no token of ours.
    ``api_url``: the messenger's own API, whose host is trusted as it is. ``authority``: see ``connections.pool``."""
    if not is_allowed(url, api_url):
        return Refused("refused", detail="an upload address we do not ask")
    form = {field: (upload.name, upload.read(), upload.mime)}
    try:
        response = connections.pool(authority).request(
            "POST", url, fields=form, timeout=TIMEOUT, retries=False, redirect=False
        )
    except (urllib3.exceptions.HTTPError, ssl.SSLError):
        return RetryLater(None, "network")
    if response.status == 413:
        return Refused("file_too_large")
    if response.status == 429 or response.status >= 500:
        return RetryLater(None, "server_error")
    if response.status != 200:
        return Refused("file_kind", detail=f"{response.status} {response.data[:200]!r}")
    return response.data
