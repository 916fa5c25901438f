"""Every sentence a person reads, in Russian and English: looked up by key, filled with fields, right in its plurals.

In a text ``{n}`` is a field and ``{n:минута|минуты|минут}`` is the word that goes with that number. What a person wrote
is escaped when the text is for a place that reads markup (``html=True``).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape
from string import Formatter
from typing import Any

from chalicelib.desk.zones import zone
from chalicelib.texts import en, ru

LANGUAGES: dict[str, dict[str, str]] = {"ru": ru.TEXTS, "en": en.TEXTS}

# Languages whose speakers mostly read Russian; everybody else gets English.
_READ_RUSSIAN = ("ru", "be", "uk", "kk", "ky", "tg", "uz", "hy", "az", "ab", "os", "tt", "ba", "cv")


def language_of(code: str | None, otherwise: str) -> str:
    """The language we answer somebody in, by the IETF tag their messenger gives (may be absent)."""
    if not code:
        return otherwise
    return "ru" if code.split("-")[0].lower() in _READ_RUSSIAN else "en"


def text(key: str, language: str, *, html: bool = False, **fields: Any) -> str:
    """The sentence ``key`` in ``language``. Raises KeyError for a key or a field that is not there."""
    return _Sentence(language, html).vformat(LANGUAGES[language][key], (), fields)


def clock_time(at: datetime, timezone: str, language: str) -> str:
    """A time of day as the team reads it, with the day when it is not obvious."""
    return at.astimezone(zone(timezone)).strftime(LANGUAGES[language]["time_format"])


def told_time(at: datetime, timezone: str, language: str, *, elsewhere: bool = True) -> str:
    """A time as clients read it, by the clocks of ``timezone``: for who may live ``elsewhere`` it says which clocks."""
    local = at.astimezone(zone(timezone))
    month = text("months", language).split()[local.month - 1]
    words = text("told_time", language, at=local, month=month)
    return f"{words} ({_from_utc(local)})" if elsewhere else words


def _from_utc(at: datetime) -> str:
    """UTC+3, UTC-9:30"""
    offset = at.utcoffset() or timedelta()
    hours, rest = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"UTC{'-' if offset < timedelta() else '+'}{hours}" + (f":{rest:02}" if rest else "")


def minutes(count: float, language: str) -> str:
    """A length of time in words, to the minute; under a minute it says so."""
    whole = int(count)
    if whole < 1:
        return text("under_a_minute", language)
    days, hours, rest = whole // 1440, whole // 60 % 24, whole % 60
    parts = [("days", days), ("hours", hours), ("minutes", rest if not days else 0)]
    return " ".join(text(key, language, n=n) for key, n in parts if n)


def length(of: timedelta, language: str) -> str:
    """A length of time in words, exact to the second: what is added up has to be right."""
    seconds = int(of.total_seconds())
    days, hours, rest = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    parts = [("days", days), ("hours", hours), ("minutes", rest), ("seconds", seconds % 60)]
    return " ".join(text(key, language, n=n) for key, n in parts if n)


class _Sentence(Formatter):
    def __init__(self, language: str, html: bool) -> None:
        self._language, self._html = language, html

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            return format_spec.split("|")[_PLURALS[self._language](value)]
        shown = format(value, format_spec)
        if isinstance(value, float) and self._language == "ru":
            shown = shown.replace(".", ",")
        return escape(shown, quote=False) if self._html else shown


def _english(n: int) -> int:
    return 0 if n == 1 else 1


def _russian(n: int) -> int:
    """CLDR: one, few, many."""
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 2


_PLURALS: dict[str, Callable[[int], int]] = {"ru": _russian, "en": _english}
