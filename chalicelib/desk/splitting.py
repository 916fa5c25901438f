"""A text that is too long for a messenger, cut into parts that read well: between paragraphs, else lines, sentences, words; and
if there is nothing of that, between two letters, but never inside an emoji or an accented letter.
"""

import re
import unicodedata
from collections.abc import Iterator

# Where to cut, best first: after what the pattern finds. Each cut leaves out the white space it is made at.
_CUTS = tuple(map(re.compile, (r"\n\s*\n", r"\n", r"(?<=[.!?…])\s+", r"\s+")))
_LEAST_SHARE = 0.3  # a part is not cut shorter than this of what fits only to end at a nicer place

_JOINER = "\u200d"
_MODIFIERS = frozenset(map(chr, (*range(0x1F3FB, 0x1F400), 0xFE0E, 0xFE0F, 0x20E3)))


def length(text: str) -> int:
    """In UTF-16 units, as Telegram counts; no messenger counts more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parts(text: str, longest: int) -> list[str]:
    """``text`` in parts of at most ``longest`` UTF-16 units (two at least); a text that fits stays as it is."""
    if length(text) <= longest:
        return [text]
    return list(_parts(text.strip(), longest))


def _parts(rest: str, longest: int) -> Iterator[str]:
    while length(rest) > longest:
        fits = _fitting(rest, longest)
        end, start = _cut(rest, fits)
        yield rest[:end].rstrip()
        rest = rest[start:].lstrip()
    if rest:
        yield rest


def _fitting(text: str, longest: int) -> int:
    """How many characters from the start fit; at least one."""
    units = 0
    for count, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > longest:
            return max(count, 1)
    return len(text)


def _cut(text: str, fits: int) -> tuple[int, int]:
    """Where the part ends, and where the rest begins."""
    for pattern in _CUTS:
        found = [match for match in pattern.finditer(text, 0, fits + 1) if match.start() <= fits]
        if found and found[-1].start() >= max(1, fits * _LEAST_SHARE):
            return found[-1].start(), found[-1].end()
    end = next((at for at in range(fits, 0, -1) if not _joined(text, at)), fits)
    return end, end


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and after ``at`` are one to the reader: an emoji with its skin tone, a family, a flag, a
    letter with its accent. https://unicode.org/reports/tr29/#Grapheme_Cluster_Boundaries, the parts that occur in chats."""
    if at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    if _JOINER in (before, after) or after in _MODIFIERS or unicodedata.category(after).startswith("M"):
        return True
    flags = 0
    while at - flags > 0 and "\U0001f1e6" <= text[at - flags - 1] <= "\U0001f1ff":
        flags += 1
    return "\U0001f1e6" <= after <= "\U0001f1ff" and flags % 2 == 1
