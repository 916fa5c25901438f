"""Telegram's entities as the subset of HTML that ``outbound.Content`` has. https://core.telegram.org/bots/api#messageentity

Offsets count UTF-16 units. Entities may lie inside one another; should two overlap, the tags are closed and opened again,
so that what comes out is always well formed and says every character of the text.
"""

import html
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

Json = dict[str, Any]

# What is not here (links and names that Telegram finds by itself, custom emoji with their plain twins) needs no markup.
_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "text_link": "a",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}


@dataclass(frozen=True)
class _Span:
    """Formatting from one character to before another."""

    start: int
    end: int
    opening: str
    closing: str


def marked_up(text: str, entities: Any) -> str:
    """``text`` with its formatting; empty when it has none. An entity of an odd shape is like none.

    >>> marked_up("2 < 3, see", [{"type": "bold", "offset": 0, "length": 5}])
    '<b>2 &lt; 3</b>, see'
    """
    spans = sorted(_spans(text, entities), key=lambda span: (span.start, -span.end))
    if not spans:
        return ""
    said: list[str] = []
    opened: list[_Span] = []
    borders = sorted({0, len(text), *(span.start for span in spans), *(span.end for span in spans)})
    for start, end in pairwise(borders):
        wanted = [span for span in spans if span.start <= start and end <= span.end]
        kept = _common(opened, wanted)
        said += [span.closing for span in reversed(opened[kept:])]
        said += [span.opening for span in wanted[kept:]]
        said.append(html.escape(text[start:end], quote=False))
        opened = wanted
    said += [span.closing for span in reversed(opened)]
    return "".join(said)


def _common(opened: Sequence[_Span], wanted: Sequence[_Span]) -> int:
    """How many of the tags that are open can stay so."""
    for n, (one, other) in enumerate(zip(opened, wanted, strict=False)):
        if one is not other:
            return n
    return min(len(opened), len(wanted))


def _spans(text: str, entities: Any) -> list[_Span]:
    if not isinstance(entities, list):
        return []
    ends = list(accumulate(2 if ord(character) > 0xFFFF else 1 for character in text))
    return [span for entity in entities if (span := _span(entity, ends))]


def _span(entity: Any, ends: list[int]) -> _Span | None:
    """``ends`` are the UTF-16 offsets at which the characters end: half a character is all of it."""
    try:
        tag = _TAGS[entity["type"]]
        offset, length = int(entity["offset"]), int(entity["length"])
        start, end = bisect_right(ends, max(offset, 0)), bisect_left(ends, offset + length) + 1
        opening, closing = f"<{tag}>", f"</{tag}>"
        if tag == "a":
            opening = f'<a href="{html.escape(str(entity["url"]))}">'
        if tag == "pre" and entity.get("language"):
            opening = f'<pre><code class="language-{html.escape(str(entity["language"]))}">'
            closing = "</code></pre>"
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return _Span(start, min(end, len(ends)), opening, closing) if length > 0 and start < len(ends) else None
