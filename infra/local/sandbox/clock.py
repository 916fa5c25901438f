"""The sandbox's sense of passing time, for limits and webhook retries. Dates of messages are always the real ones."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds that only go forward; `speed` of them pass in one real second."""

    @property
    def speed(self) -> float: ...

    def now(self) -> float: ...


class PacedClock:
    """A clock that may run faster than real, so that a test need not wait out a minute of Telegram's limits."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._seconds = 0.0
        self._read_at = time.monotonic()
        self._speed_changed = asyncio.Event()

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> float:
        real = time.monotonic()
        self._seconds += (real - self._read_at) * self._speed
        self._read_at = real
        return self._seconds

    def set_speed(self, speed: float) -> None:
        """Change the pace; those asleep wake when their time has come by the new one."""
        self.now()
        self._speed = speed
        self._speed_changed.set()
        self._speed_changed = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            changed = self._speed_changed
            try:
                await asyncio.wait_for(changed.wait(), timeout=left / self._speed)
            except TimeoutError:
                continue
