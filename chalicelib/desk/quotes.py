"""A client's words as others may read them: without names, numbers and addresses that say whose they are. It would rather take
out a word too many."""

import re
from collections.abc import Iterable

GAP = "…"
LONGEST = 140  # characters
_LEAST_LETTERS = 3  # of a part of a name; shorter ones are particles and initials

_ADDRESSES = re.compile(r"https?://\S+|\S+@\S+|@\w+|t\.me/\S+", re.IGNORECASE)
_NUMBERS = re.compile(r"\+?\d(?:[\s().-]*\d){5,}")
# "My name is Anna Volkova", "С уважением, Анна": whoever it is.
_INTRODUCED = re.compile(
    r"(?P<how>\b(?:(?i:меня зовут|my name is|с уважением|regards|this is|это пишет|i am|я)),?\s+)"
    r"(?:[A-ZА-ЯЁ][\w-]+\s*){1,3}"
)
_GAPS = re.compile(rf"{GAP}(?:[\s,]*{GAP})+")


def without_names(words: str, names: Iterable[str]) -> str:
    """``words`` on one line, with whoever ``names`` name left out, in any case of their declension."""
    shown = _ADDRESSES.sub(GAP, " ".join(words.split()))
    shown = _NUMBERS.sub(GAP, shown)
    shown = _INTRODUCED.sub(rf"\g<how>{GAP} ", shown)
    if pattern := _any_of(names):
        shown = pattern.sub(GAP, shown)
    shown = _GAPS.sub(GAP, shown).strip()
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1].rstrip() + GAP


def _any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    parts = {part for name in names for part in re.findall(r"[^\W\d_]+", name) if len(part) >= _LEAST_LETTERS}
    stems = sorted((re.escape(_stem(part)) for part in parts), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(stems)})\w{{0,4}}\b", re.IGNORECASE) if stems else None


def _stem(part: str) -> str:
    """Without the ending that a declension changes: Анна, Анну; Волкова, Волковой."""
    return part[: max(_LEAST_LETTERS, len(part) - 2)] if len(part) > 4 else part[: max(_LEAST_LETTERS, len(part) - 1)]
