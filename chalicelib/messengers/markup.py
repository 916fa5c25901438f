"""Telegram's subset of HTML, read from the inside out, to be written in a messenger's own way. Used by *_markup.py."""

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Tag:
    """A tag that was opened, and what was said in it so far."""

    name: str = ""
    address: str = ""
    said: list[str] = field(default_factory=list)


Write = Callable[[Tag, str, Set[str]], str]
"""What becomes of a tag around such words, that stands within tags of these names."""


def rewritten(marked_up: str, write: Write, words: Callable[[str], str] = str) -> str:
    """``marked_up`` with each tag as ``write`` has it, and the words between them as ``words`` has them. Tags that were
    never closed end with the text; those that were never opened are left out."""
    reader = _Reader(write, words)
    reader.feed(marked_up)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self, write: Write, words: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self._write, self._words = write, words
        self._open = [Tag()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_data("\n")
        else:
            self._open.append(Tag(tag, dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        if any(one.name == tag for one in self._open[1:]):
            while self._close_last() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].said.append(self._words(data))

    def text(self) -> str:
        while len(self._open) > 1:
            self._close_last()
        return "".join(self._open[0].said)

    def _close_last(self) -> str:
        last = self._open.pop()
        around = {one.name for one in self._open}
        self._open[-1].said.append(self._write(last, "".join(last.said), around))
        return last.name
