"""Marked-up text as WhatsApp's own formatting: *bold*, _italic_, ~struck~, `code`, > quote. Used by the calls.

WhatsApp has no escapes, so formatting is only used where it cannot be misread; the words always arrive.
https://faq.whatsapp.com/539178204879377
"""

import re
from collections.abc import Set

from chalicelib.messengers.markup import Tag, rewritten

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
    return rewritten(marked_up, _closed)


def _closed(tag: Tag, said: str, around: Set[str]) -> str:
    if tag.name == "a" and tag.address and said.strip() != tag.address:
        return f"{said} ({tag.address})"
    if tag.name == "blockquote":
        return "\n".join(f"> {line}" for line in said.split("\n"))
    mark = _MARKS.get(tag.name)
    if mark is None or mark[0] in said or around & {*_VERBATIM, *(name for name in _MARKS if _MARKS[name] == mark)}:
        return said
    return _marked(mark, said) if tag.name == "pre" else "\n".join(_marked(mark, line) for line in said.split("\n"))


def _marked(mark: str, said: str) -> str:
    """Marks must touch the words: what is blank stays outside."""
    return re.sub(r"^(\s*)(\S.*?)(\s*)$", rf"\1{mark}\2{mark}\3", said, count=1, flags=re.DOTALL)
