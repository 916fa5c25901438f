"""A rich message's words, block by block. https://core.telegram.org/bots/api#richmessage Used by telegram_contents.py.

Blocks and texts lie inside one another in some forty types, and more will come; what they say is always in the same few
fields, so those are walked whatever the type is called.
"""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

# Where a text or a block keeps what it says, and where the blocks and texts inside it are, in the order of reading.
_SAID = ("text", "expression", "alternative_text")
_INSIDE = ("summary", "blocks", "items", "caption", "credit")


def words(message: Json) -> str:
    return "\n".join(line for line in _lines(message["blocks"]) if line.strip())


def files(message: Json) -> Iterator[tuple[str, Any]]:
    """Every file in it, by the field that holds it, as in a message: ``photo`` and its sizes, ``video`` …"""
    yield from _files(message["blocks"])


def _lines(blocks: list[Json]) -> Iterator[str]:
    for block in blocks:
        lines = list(_lines_of(block))
        if "label" in block:
            lines = [f"{_mark(block)} {' '.join(lines[:1])}", *lines[1:]]
        yield from lines


def _lines_of(block: Json) -> Iterator[str]:
    if any(field in block for field in _SAID):
        yield _inline(block)
    for row in block.get("cells", ()):
        yield " | ".join(_inline(cell) for cell in row)
    if "location" in block:
        yield f"{block['location']['latitude']}, {block['location']['longitude']}"
    for field in _INSIDE:
        inside = block.get(field)
        if field in ("blocks", "items"):
            yield from _lines(inside or [])
        elif isinstance(inside, dict) and "type" not in inside:  # a caption, which may name who is to be thanked
            yield from _lines([inside])
        elif inside is not None:
            yield _inline(inside)


def _mark(item: Json) -> str:
    return ("☑" if item.get("is_checked") else "☐") if item.get("has_checkbox") else str(item["label"])


def _inline(text: Any) -> str:
    """A text: plain, several, or one with a meaning. A link keeps its address."""
    if isinstance(text, list):
        return "".join(_inline(one) for one in text)
    if not isinstance(text, dict):
        return str(text)
    said = "".join(_inline(text[field]) for field in _SAID if field in text)
    return f"{said} ({text['url']})" if text.get("url", said) not in said else said


def _files(block: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(block, list):
        for one in block:
            yield from _files(one)
    elif isinstance(block, dict):
        for field in ("photo", "video", "animation", "audio", "voice_note"):
            if field in block:
                yield field.removesuffix("_note"), block[field]
        for field in ("blocks", "items"):
            yield from _files(block.get(field))
