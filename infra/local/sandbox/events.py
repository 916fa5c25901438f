"""Tells open pages what changed, as server-sent events. A page that fell behind is cut off and reads /state anew."""

import asyncio
from typing import Any

QUEUED_EVENTS = 1_000

Event = dict[str, Any]


class Events:
    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Event | None]] = set()

    def listen(self) -> asyncio.Queue[Event | None]:
        """A queue of events from now on; None in it means: over, close the stream."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(QUEUED_EVENTS)
        self._listeners.add(queue)
        return queue

    def forget(self, queue: asyncio.Queue[Event | None]) -> None:
        self._listeners.discard(queue)

    def publish(self, event: Event) -> None:
        for queue in tuple(self._listeners):
            if queue.qsize() >= QUEUED_EVENTS - 1:
                self._cut(queue)
            else:
                queue.put_nowait(event)

    def close(self) -> None:
        for queue in tuple(self._listeners):
            self._cut(queue)

    def _cut(self, queue: asyncio.Queue[Event | None]) -> None:
        self.forget(queue)
        queue.put_nowait(None)
