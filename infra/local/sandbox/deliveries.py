"""Webhook calls of a messenger without an order of its own: each goes out by itself, again and again until taken.

Used by the sides of WhatsApp, VK, Viber and MAX; Telegram has queues of its own (telegram/updates.py). What is not yet
taken is kept in the sandbox's memory, so that it outlives a restart.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Delivery, Json

REMEMBERED_DELIVERIES = 2_000
LONGEST_RETRY_AFTER_SECONDS = 3600


@dataclass(frozen=True)
class Patience:
    """How long a messenger waits for an answer, when it repeats (the last delay goes on and on), when it gives up."""

    answer_within_seconds: float
    delays_seconds: tuple[float, ...]
    gives_up_after_seconds: float
    is_taken: Callable[[int, bytes], bool] = lambda status, _: status == 200
    honours_retry_after: bool = False
    repeat_header: str | None = None  # the header that counts repeats


class Deliveries:
    """`url` empty: nowhere to send yet, everything waits. `start()` inside the loop, `stop()` at the end."""

    def __init__(self, messenger: str, shared: Shared, patience: Patience, url: str = "") -> None:
        self.url = url
        self.last_error: str | None = None
        self._messenger = messenger
        self._shared = shared
        self._patience = patience
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._done: deque[Delivery] = deque(maxlen=REMEMBERED_DELIVERIES)
        self._http: aiohttp.ClientSession | None = None

    @property
    def pending(self) -> list[Delivery]:
        return self._shared.memory.world.deliveries.setdefault(self._messenger, [])

    def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=self._patience.answer_within_seconds)
        self._http = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        self._deliver_all()

    async def stop(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http:
            await self._http.close()

    def set_url(self, url: str) -> None:
        """Where to send from now on, what is waiting included."""
        self.url = url
        self._deliver_all()

    def add(self, body: bytes, headers: dict[str, str], *about: str) -> int:
        """Send `body` as it is, signed already. Its number is what `resend` wants. ``about``: see `Delivery`."""
        world = self._shared.memory.world
        world.last_update_id += 1
        expires_at = time.time() + self._patience.gives_up_after_seconds
        delivery = Delivery(world.last_update_id, body, headers, expires_at, list(about))
        self.pending.append(delivery)
        self._changed()
        self._deliver_all()
        return delivery.id

    async def resend(self, update_id: int, copies: int) -> list[int | None] | None:
        known = (delivery for delivery in (*self.pending, *self._done) if delivery.id == update_id)
        if (delivery := next(known, None)) is None:
            return None
        answers = await asyncio.gather(*(self.post(delivery.body, delivery.headers) for _ in range(copies)))
        return [status for status, _, _ in answers]

    async def post(
        self, body: bytes, headers: dict[str, str], url: str | None = None
    ) -> tuple[int | None, bytes, float]:
        """One attempt: the status (None: no answer), the body, the delay it asks for in seconds. ``url``: an address that
        is only being tried."""
        if self._http is None:
            raise RuntimeError("Deliveries.start() has not been called")
        try:
            async with self._http.post(url or self.url, data=body, headers=headers) as answer:
                asked = answer.headers.get("Retry-After", "")
                wait = min(int(asked), LONGEST_RETRY_AFTER_SECONDS) if asked.isdecimal() else 0
                return answer.status, await answer.read(), wait
        except (TimeoutError, aiohttp.ClientError):
            return None, b"", 0

    def state(self) -> Json:
        untaken = [message for delivery in self.pending for message in delivery.about]
        return {"url": self.url, "pending": len(self.pending), "last_error": self.last_error, "untaken": untaken}

    def _deliver_all(self) -> None:
        if not self.url or self._http is None:
            return
        for delivery in self.pending:
            if delivery.id not in self._tasks:
                self._tasks[delivery.id] = asyncio.create_task(self._deliver(delivery))

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            await self._until_taken(delivery)
        finally:
            del self._tasks[delivery.id]
        self.pending.remove(delivery)
        self._done.append(delivery)
        self._changed()

    async def _until_taken(self, delivery: Delivery) -> None:
        patience, repeats = self._patience, 0
        while time.time() < delivery.expires_at:
            counted = {patience.repeat_header: str(repeats)} if patience.repeat_header and repeats else {}
            status, said, asked_seconds = await self.post(delivery.body, delivery.headers | counted)
            if status is not None and patience.is_taken(status, said):
                return
            self.last_error = "no answer" if status is None else f"answered {status}"
            self._changed()
            delay = patience.delays_seconds[min(repeats, len(patience.delays_seconds) - 1)]
            repeats += 1
            asked_seconds = asked_seconds if patience.honours_retry_after else 0
            await self._shared.clock.sleep(asked_seconds or delay)

    def _changed(self) -> None:
        self._shared.memory.changed()
        self._shared.events.publish({"type": "deliveries", "messenger": self._messenger, "deliveries": self.state()})
