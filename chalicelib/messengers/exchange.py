"""One exchange with a messenger over HTTPS: JSON there, JSON back, and what a broken one means. Used by adapters' calls."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import urllib3

from chalicelib.messengers import connections
from chalicelib.messengers.adapter import RetryLater, Uncertain

Json = dict[str, Any]

TIMEOUT = urllib3.Timeout(connect=3, read=6)  # together under 10 s: shorter than the lease of what is being sent

# These say that the request was turned away at the door, whoever wrote the page that comes with them.
_TURNED_AWAY = (429, 503)


@dataclass(frozen=True)
class Answer:
    """What came back. ``body`` is empty when it was no JSON object."""

    status: int
    body: Json = field(default_factory=dict)
    retry_after: timedelta | None = None


def exchange(
    method: str,
    url: str,
    body: Json | bytes,
    headers: Mapping[str, str],
    authority: str = "",
    timeout: urllib3.Timeout = TIMEOUT,
) -> Answer | RetryLater | Uncertain:
    """Send ``body`` (JSON, or bytes of the kind that ``headers`` name) and read the answer. Never raises for what the
    network does: what surely never got there can be tried again, and of what broke afterwards nobody can tell.
    ``authority``: see ``connections.pool``."""
    try:
        response = connections.pool(authority).request(
            method,
            url,
            body=body if isinstance(body, bytes) else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **headers},
            timeout=timeout,
            retries=False,
        )
        found = response.data
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
        return RetryLater(None, "network")
    except (urllib3.exceptions.SSLError, ssl.SSLError) as error:
        return RetryLater(None, "not_trusted") if _before_sending(error) else Uncertain()
    except urllib3.exceptions.HTTPError:
        return Uncertain()
    answer = _object(found)
    if answer is None and response.status not in _TURNED_AWAY:
        return Uncertain()  # it broke off, or is not the messenger's: a proxy's page, say
    return Answer(response.status, answer or {}, _retry_after(response.headers.get("Retry-After", "")))


def _before_sending(error: Exception) -> bool:
    """Whether TLS was refused for its certificates: theirs, which nobody we trust has signed, or ours, which is no PEM."""
    cause = error.args[0] if isinstance(error, urllib3.exceptions.SSLError) and error.args else error
    return isinstance(cause, ssl.SSLCertVerificationError) or not isinstance(error, urllib3.exceptions.SSLError)


def _object(found: bytes) -> Json | None:
    try:
        value = json.loads(found)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _retry_after(header: str) -> timedelta | None:
    """In seconds; the other form, a date, is none that a messenger uses."""
    return timedelta(seconds=int(header)) if header.isdecimal() and len(header) < 7 else None
