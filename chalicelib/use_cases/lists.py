"""Long lists, a page at a time: several indexes one after another, filtered while they are read. Never a scan.

``next`` is signed, so that it can only be what a page gave out. Between two pages the list may change: a row that moves
may come twice or not at all, as in any list of things that live.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from itsdangerous import BadSignature, URLSafeSerializer

from chalicelib.desk.validation import FieldError, Invalid
from chalicelib.store.secrets import secret

T = TypeVar("T")

# Reads on from a place in one index; an empty place is its beginning. Each row is its place and the thing.
Source = Callable[[str], Iterator[tuple[str, T]]]

MOST_READ = 1000  # rows looked at for one page; a filter that finds little gives a short page with a ``next``


@dataclass(frozen=True)
class Page(Generic[T]):
    """``next`` asks for what follows; None at the end."""

    items: tuple[T, ...]
    next: str | None = None


def page(
    sources: Mapping[str, Source[T]], limit: int, cursor: str | None, wanted: Callable[[T], bool] = lambda _: True
) -> Page[T]:
    """The next ``limit`` wanted rows of ``sources``, in their order.

    :raises Invalid: ``cursor`` is not a ``next`` of this list.
    """
    found: list[T] = []
    reached = ("", "")
    for read, (name, place, row) in enumerate(_rows(sources, *_opened(cursor, sources))):
        if len(found) == limit or read == MOST_READ:
            return Page(tuple(found), _signer().dumps(reached))
        reached = (name, place)
        if wanted(row):
            found.append(row)
    return Page(tuple(found))


def _rows(sources: Mapping[str, Source[T]], start: str, place: str) -> Iterator[tuple[str, str, T]]:
    names = list(sources)
    for name in names[names.index(start) :]:
        for at, row in sources[name](place):
            yield name, at, row
        place = ""


def _opened(cursor: str | None, sources: Mapping[str, Source[T]]) -> tuple[str, str]:
    if cursor is None:
        return next(iter(sources)), ""
    try:
        name, place = _signer().loads(cursor)
    except (BadSignature, ValueError):
        name, place = "", ""
    if name not in sources:
        raise Invalid([FieldError("next", "is not what a page of this list gave as 'next'")])
    return name, place


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret("cursor_key"), salt="next")
