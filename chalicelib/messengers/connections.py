"""The HTTPS connections to messengers: kept open between sends, but not trusted after a pause. Used by every adapter.

A function sleeps between requests, and what it held open may be gone without a word: a request written into such a
connection gets no answer, and nobody could tell whether the messenger took it. So after a pause they are opened anew.
"""

import ssl
import time
from dataclasses import dataclass

import urllib3

TRUSTED_SECONDS = 20.0


@dataclass
class _Connections:
    pool: urllib3.PoolManager
    used_at: float = 0.0  # by the wall clock: a monotonic one may stand still while the function sleeps


_connections: dict[str, _Connections] = {}


def pool(authority: str = "") -> urllib3.PoolManager:
    """The pool; its old connections are closed when it was not used for ``TRUSTED_SECONDS``.

    ``authority`` is a certificate authority (PEM) trusted beside the usual ones, by connections of this pool only.
    Raises ``ssl.SSLError`` when it is not PEM.
    """
    if authority not in _connections:
        _connections[authority] = _Connections(_opened(authority))
    found, now = _connections[authority], time.time()
    if not 0 <= now - found.used_at <= TRUSTED_SECONDS:
        found.pool.clear()
    found.used_at = now
    return found.pool


def _opened(authority: str) -> urllib3.PoolManager:
    if not authority:
        return urllib3.PoolManager(maxsize=4)
    context = ssl.create_default_context()
    context.load_verify_locations(cadata=authority)
    return urllib3.PoolManager(maxsize=4, ssl_context=context)
