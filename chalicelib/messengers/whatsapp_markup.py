"""Marked-up text as WhatsApp's own formatting: *bold*, _italic_, ~struck~, `code`, > quote. Used by the calls.

WhatsApp has no escapes, so formatting is only used where it cannot be misread; the words always arrive.
https://faq.whatsapp.com/539178204879377
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_MARKS = {
    **dict.fromkeys(("b", "strong"), "*"),
    **dict.fromkeys(("i", "em"), "_"),
    **dict.fromkeys(("s", "strike", "del"), "~"),
    "code": "`",
    "pre": "```",
}
_VERBATIM = ("code", "pre")


def formatted(marked_up: str) -> str:
    """The words with what formatting WhatsApp knows; a link keeps its address.

    >>> formatted('<b>Fixed </b>at 2 &lt; 3, <i>thank you</i>: <a href="https://example.org">see</a>')
    '*Fixed* at 2 < 3, _thank you_: see (https://example.org)'
    """
    writer = _Writer()
    writer.feed(marked_up)
    writer.close()
    return writer.text()


@dataclass
class _Open:
    """A tag that was opened, and what was said in it so far."""

    tag: str = ""
    address: str = ""
    said: list[str] = field(default_factory=list)


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open = [_Open()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_data("\n")
        else:
            self._open.append(_Open(tag, dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        if any(one.tag == tag for one in self._open[1:]):
            while self._close_last() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._open[-1].said.append(data)

    def text(self) -> str:
        while len(self._open) > 1:
            self._close_last()
        return "".join(self._open[0].said)

    def _close_last(self) -> str:
        last = self._open.pop()
        around = {one.tag for one in self._open}
        self.handle_data(_closed(last, "".join(last.said), around))
        return last.tag


def _closed(tag: _Open, said: str, around: set[str]) -> str:
    if tag.tag == "a" and tag.address and said.strip() != tag.address:
        return f"{said} ({tag.address})"
    if tag.tag == "blockquote":
        return "\n".join(f"> {line}" for line in said.split("\n"))
    mark = _MARKS.get(tag.tag)
    if mark is None or mark[0] in said or around & {*_VERBATIM, *(name for name in _MARKS if _MARKS[name] == mark)}:
        return said
    return _marked(mark, said) if tag.tag == "pre" else "\n".join(_marked(mark, line) for line in said.split("\n"))


def _marked(mark: str, said: str) -> str:
    """Marks must touch the words: what is blank stays outside."""
    return re.sub(r"^(\s*)(\S.*?)(\s*)$", rf"\1{mark}\2{mark}\3", said, count=1, flags=re.DOTALL)
