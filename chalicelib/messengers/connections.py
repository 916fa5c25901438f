"""The HTTPS connections to messengers: kept open between sends, but not trusted after a pause. Used by every adapter.

A function sleeps between requests, and what it held open may be gone without a word: a request written into such a
connection gets no answer, and nobody could tell whether the messenger took it. So after a pause they are opened anew.
"""

import time
from dataclasses import dataclass, field

import urllib3

TRUSTED_SECONDS = 20.0


@dataclass
class _Connections:
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=4))
    used_at: float = 0.0  # by the wall clock: a monotonic one may stand still while the function sleeps


_connections = _Connections()


def pool() -> urllib3.PoolManager:
    """The pool; its old connections are closed when it was not used for ``TRUSTED_SECONDS``."""
    now = time.time()
    if not 0 <= now - _connections.used_at <= TRUSTED_SECONDS:
        _connections.pool.clear()
    _connections.used_at = now
    return _connections.pool
