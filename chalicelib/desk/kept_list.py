"""The list of VIPs and our clients that the desk keeps up in a topic of the team's group: a few messages, edited as people
come, go and change. The settings document ``directory`` names the topic: {"thread": "12"}."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.desk.fields import Fields, pattern, read
from chalicelib.desk.splitting import length

LONGEST = 3500  # UTF-16 units, of the 4096 that Telegram takes
MOST_PAGES = 100  # some ten people on each


@dataclass(frozen=True)
class Directory:
    """``thread`` is the number of the topic; empty: the list is kept nowhere."""

    thread: str = ""


DIRECTORY: Fields = {"thread": pattern(r"\d{0,20}", "the number of a topic, or nothing")}


def check_directory(document: Any) -> None:
    """:raises Invalid: naming every bad field."""
    read(document, DIRECTORY)


@dataclass(frozen=True)
class Page:
    """``digest`` is of what it says; ``order`` names the item that says it, in the group's destination."""

    digest: str
    order: str
    message_id: str | None = None


@dataclass(frozen=True)
class Kept:
    """What is kept, and where: another topic gets a list of its own."""

    destination: str = ""
    thread: str = ""
    pages: tuple[Page, ...] = ()
    version: int = 0


def pages(people: Iterable[str]) -> Iterator[str]:
    """So many of them in a message as there is room for."""
    page: list[str] = []
    for person in people:
        if page and length("\n\n".join((*page, person))) > LONGEST:
            yield "\n\n".join(page)
            page = []
        page.append(person)
    if page:
        yield "\n\n".join(page)


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]
