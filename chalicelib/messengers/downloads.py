"""Fetching a file that somebody sent us, from the address a messenger gives for it. Used by every adapter's ``fetch``.

The address comes from outside, so only public names over HTTPS are asked, and the messenger's own API, wherever that is.
"""

import re
from collections.abc import Mapping
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

import urllib3

from chalicelib.messengers import connections
from chalicelib.messengers.adapter import Fetched, Refused, RetryLater

TIMEOUT = urllib3.Timeout(connect=3, read=10)
MOST_REDIRECTS = 3
MOST_FETCHED_BYTES = 100_000_000  # what a function has time and disk for; no messenger sends us more
CHUNK_BYTES = 256 * 1024

_PUBLIC_NAME = re.compile(r"(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*", re.IGNORECASE)  # no bare name and no number is one
_REDIRECTS = (301, 302, 303, 307, 308)


def download(
    url: str,
    into: BinaryIO,
    most_bytes: int,
    *,
    api_url: str,
    headers: Mapping[str, str] | None = None,
    authority: str = "",
) -> Fetched | RetryLater | Refused:
    """Write what is at ``url`` into ``into``, ``most_bytes`` at most. ``headers`` go to ``url`` itself and to no other
    host it may lead to. ``authority``: see ``connections.pool``. Never raises for what the network does."""
    asked, given = url, dict(headers or {})
    try:
        for _ in range(MOST_REDIRECTS + 1):
            if not is_allowed(asked, api_url):
                return Refused("file_gone", detail="an address we do not ask")
            response = connections.pool(authority).request(
                "GET", asked, headers=given, timeout=TIMEOUT, retries=False, redirect=False, preload_content=False
            )
            try:
                if response.status not in _REDIRECTS:
                    return _read(response, into, most_bytes)
                led_to = urljoin(asked, response.headers.get("Location", ""))
            finally:
                response.drain_conn() if response.status in _REDIRECTS else response.close()
            if urlsplit(led_to).netloc != urlsplit(asked).netloc:
                given = {}
            asked = led_to
    except (urllib3.exceptions.HTTPError, OSError) as error:
        return RetryLater(None, "network" if isinstance(error, urllib3.exceptions.HTTPError) else "not_trusted")
    return Refused("file_gone", detail="too many redirects")


def _read(response: urllib3.BaseHTTPResponse, into: BinaryIO, most_bytes: int) -> Fetched | RetryLater | Refused:
    if response.status >= 500 or response.status == 429:
        return RetryLater(None, "server_error")
    if response.status != 200:
        return Refused("file_gone", detail=str(response.status))
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > most_bytes:
        return Refused("file_too_large", detail=length)
    size_bytes = 0
    for chunk in response.stream(CHUNK_BYTES):
        size_bytes += len(chunk)
        if size_bytes > most_bytes:
            return Refused("file_too_large", detail=f"over {most_bytes}")
        into.write(chunk)
    return Fetched(size_bytes, response.headers.get("Content-Type", "").split(";")[0].strip() or None)


def is_allowed(url: str, api_url: str) -> bool:
    """Whether an address that came from outside may be asked: a public name over HTTPS, or the messenger's own API."""
    try:
        parts = urlsplit(url)
        is_public = parts.scheme == "https" and bool(_PUBLIC_NAME.fullmatch(parts.hostname or ""))
        return is_public or (parts.scheme, parts.netloc) == urlsplit(api_url)[:2]
    except ValueError:
        return False
