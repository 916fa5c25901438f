"""Workers side by side in virtual time: threads of which exactly one runs at any moment, the one whose clock is least.

What takes time (a round trip, a sleep) moves its worker's clock and hands over, so that minutes of two dozen workers take
seconds on one processor, and come out the same each time.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Any

from botocore.client import BaseClient


@dataclass
class Worker:
    """``process``: what each has for itself, as it does on AWS, where each is a process."""

    act: Callable[[], None]
    now: float
    process: dict[str, Any] = field(default_factory=dict)
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class Turns:
    """``on_turn`` is told whose turn it is."""

    def __init__(self, on_turn: Callable[[Worker], None]) -> None:
        self._on_turn = on_turn
        self._waiting: list[tuple[float, int, Worker]] = []
        self._order = count()
        self._over = threading.Event()
        self._error: BaseException | None = None
        self._running: Worker | None = None
        self._threads: set[threading.Thread] = set()

    @property
    def now(self) -> float:
        """On the clock of whose turn it is."""
        return self._running.now if self._running else 0.0

    def add(self, act: Callable[[], None], at: float = 0.0) -> None:
        worker = Worker(act, at)
        heappush(self._waiting, (at, next(self._order), worker))
        thread = threading.Thread(target=self._work, args=(worker,), daemon=True)
        self._threads.add(thread)
        thread.start()

    def run(self) -> None:
        """Until all have finished. Raises what one of them raised."""
        self._hand_over()
        self._over.wait()
        if self._error:
            raise self._error

    def pass_time(self, seconds: float) -> None:
        worker = self._running
        assert worker
        worker.now += seconds
        heappush(self._waiting, (worker.now, next(self._order), worker))
        self._hand_over()
        worker.turn.acquire()

    def _hand_over(self) -> None:
        _, _, worker = heappop(self._waiting)
        self._running = worker
        self._on_turn(worker)
        worker.turn.release()

    def _work(self, worker: Worker) -> None:
        worker.turn.acquire()
        try:
            worker.act()
        except BaseException as error:
            self._error = error
        if self._error or not self._waiting:
            self._over.set()
        else:
            self._hand_over()

    @contextmanager
    def taking_time(self, round_trip: Callable[[], float]) -> Iterator[None]:
        """A worker's calls to AWS take ``round_trip`` seconds each, half of them on the way there, and it sleeps by this clock.
        Whoever else is in this process, a messenger say, keeps to the real one."""
        call, sleep = BaseClient._make_api_call, time.sleep

        def timed(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
            if threading.current_thread() not in self._threads:
                return call(client, operation, arguments)
            seconds = round_trip()
            self.pass_time(seconds / 2)
            try:
                return call(client, operation, arguments)
            finally:
                self.pass_time(seconds / 2)

        def slept(seconds: Any) -> None:
            (self.pass_time if threading.current_thread() in self._threads else sleep)(seconds)

        BaseClient._make_api_call, time.sleep = timed, slept
        try:
            yield
        finally:
            BaseClient._make_api_call, time.sleep = call, sleep
