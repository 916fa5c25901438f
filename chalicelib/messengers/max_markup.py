"""Marked-up text as MAX takes it: its own few tags, balanced, without attributes. Used by max_calls.py.

https://dev.max.ru/docs-api#Форматирование%20текста%20в%20сообщениях
"""

import html
from collections.abc import Set

from chalicelib.messengers.markup import Tag, rewritten

# What MAX does not list it would strip; the words of a spoiler stay, and a quote gets the sign that letters have.
_TAGS = {
    **dict.fromkeys(("b", "strong"), "b"),
    **dict.fromkeys(("i", "em"), "i"),
    **dict.fromkeys(("u", "ins"), "u"),
    **dict.fromkeys(("s", "strike", "del"), "s"),
    **dict.fromkeys(("code", "pre"), "code"),
}


def formatted(marked_up: str) -> str:
    """The same in MAX's HTML.

    >>> formatted('<strike>2 &lt; 1</strike> <tg-spoiler><a href="https://e.org/?a&amp;b">see</a></tg-spoiler>')
    '<s>2 &lt; 1</s> <a href="https://e.org/?a&amp;b">see</a>'
    """
    return rewritten(marked_up, _closed, lambda words: html.escape(words, quote=False))


def _closed(tag: Tag, said: str, around: Set[str]) -> str:
    if tag.name == "a" and tag.address:
        return f'<a href="{html.escape(tag.address)}">{said}</a>'
    if tag.name == "blockquote":
        return "\n".join(f"&gt; {line}" for line in said.split("\n"))
    known = _TAGS.get(tag.name)
    is_doubled = bool(around & {name for name, meant in _TAGS.items() if meant == known})
    return f"<{known}>{said}</{known}>" if known and not is_doubled else said
