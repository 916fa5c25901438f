"""A lock between processes: two that need the same download or package do not make it twice over each other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from infra.paths import CACHE


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """Wait until nobody else on this machine does ``what`` in this checkout. Ends with the process, whatever happens."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
