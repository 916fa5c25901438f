"""Marked-up text as plain text, for messengers without markup and for markup that one of them refuses."""

from html.parser import HTMLParser


def plain(marked_up: str) -> str:
    """The words without their markup, whatever is in there; a link keeps its address.

    >>> plain('<b>2 &lt; 3</b>, see <a href="https://example.org/a?b&amp;c">here</a>')
    '2 < 3, see here (https://example.org/a?b&c)'
    """
    reader = _Reader()
    reader.feed(marked_up)
    reader.close()
    return "".join(reader.found)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._address = ""
        self._label_starts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.found.append("\n")
        if tag == "a":
            self._address = dict(attrs).get("href") or ""
            self._label_starts = len(self.found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._address:
            if "".join(self.found[self._label_starts :]).strip() != self._address:
                self.found.append(f" ({self._address})")
            self._address = ""

    def handle_data(self, data: str) -> None:
        self.found.append(data)
