"""Every call the product made to a messenger, for `GET /calls`: what tests and curious people read."""

from collections import deque
from datetime import UTC, datetime
from typing import Any

import msgspec

KEPT_CALLS = 20_000


class Call(msgspec.Struct):
    """One received call. `status` None: the connection was cut without an answer (a fault)."""

    n: int
    at: str
    messenger: str
    method: str
    path: str
    body: Any
    status: int | None = None
    violations: list[str] = []


class CallLog:
    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        self._last_n = 0

    def begin(self, messenger: str, method: str, path: str) -> Call:
        """A call arrived; it gets its number now, so that numbers follow arrival."""
        self._last_n += 1
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        call = Call(self._last_n, at, messenger, method, path, None)
        self._calls.append(call)
        return call

    def since(self, n: int, messenger: str | None) -> list[Call]:
        """Calls with a number greater than `n`, oldest first."""
        return [call for call in self._calls if call.n > n and messenger in (None, call.messenger)]
