"""Something meets a use case at whichever of its calls to AWS: death, somebody else's work, a look."""

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient


class Every:
    """Has any operation."""

    def __contains__(self, operation: object) -> bool:
        return True


EVERY = Every()
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")


class Killed(BaseException):
    """The function is gone, as when Lambda ends it: nothing of ours catches it."""


def die() -> None:
    raise Killed


@contextmanager
def meeting(call: int, after: bool, what: Callable[[], object], among: Container[str] = EVERY) -> Iterator[None]:
    """``what`` happens before, or right after, that call to AWS, counted among these operations."""
    original, calls = BaseClient._make_api_call, 0

    def made(client: Any, *arguments: Any) -> Any:
        nonlocal calls
        calls += arguments[0] in among
        if calls != call or arguments[0] not in among:
            return original(client, *arguments)
        BaseClient._make_api_call = original
        if not after:
            what()
        answer = original(client, *arguments)
        if after:
            what()
        return answer

    BaseClient._make_api_call = made
    try:
        yield
    finally:
        BaseClient._make_api_call = original
