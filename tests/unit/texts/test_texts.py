"""Sentences: the same ones in both languages, with the same fields, the right plurals, and kind words only."""

import re
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.texts import LANGUAGES, clock_time, language_of, minutes, text, told_time

ROOT = Path(__file__).parents[3]
UNKIND = re.compile(
    r"\b(difficult|problem|bad|hard|angry|unhappy|dissatisfied) (client|customer|person|people)"
    r"|\b(clients?|customers?) problem\b"
    r"|\b(toxic|annoying|troublesome|problematic|complainers?|complaining|whiners?|grumblers?)\b"
    r"|\b(трудн|сложн|проблемн|недовольн|плох|тяж[её]л)\w* клиент"
    r"|\b(проблемн|скандал|капризн|конфликтн|жалобщик|нытик|токсичн|вздорн)",
    re.IGNORECASE,
)


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_say_the_same_things() -> None:
    assert LANGUAGES["ru"].keys() == LANGUAGES["en"].keys()


@pytest.mark.parametrize("key", LANGUAGES["en"])
def test_both_languages_use_the_same_fields(key: str) -> None:
    assert fields(LANGUAGES["ru"][key]) == fields(LANGUAGES["en"][key])


@pytest.mark.parametrize("key", LANGUAGES["en"])
def test_plurals_have_as_many_words_as_the_language_needs(key: str) -> None:
    for language, forms in (("en", 2), ("ru", 3)):
        for _, _, spec, _ in Formatter().parse(LANGUAGES[language][key]):
            assert not spec or "|" not in spec or spec.count("|") == forms - 1


@pytest.mark.parametrize(
    ("n", "word"),
    [(1, "день"), (2, "дня"), (5, "дней"), (11, "дней"), (14, "дней"), (21, "день"), (22, "дня"), (111, "дней")],
)
def test_russian_plurals(n: int, word: str) -> None:
    assert text("days", "ru", n=n) == f"{n} {word}"


@pytest.mark.parametrize(("n", "word"), [(1, "day"), (0, "days"), (2, "days"), (21, "days")])
def test_english_plurals(n: int, word: str) -> None:
    assert text("days", "en", n=n) == f"{n} {word}"


@pytest.mark.parametrize(
    ("count", "words"), [(0.5, "under a minute"), (1, "1 min"), (60, "1 h"), (135, "2 h 15 min"), (1501, "1 day 1 h")]
)
def test_lengths_of_time(count: float, words: str) -> None:
    assert minutes(count, "en") == words


def test_a_time_is_told_in_the_teams_zone() -> None:
    assert clock_time(datetime(2026, 3, 2, 10, 5, tzinfo=UTC), "Europe/Moscow", "ru") == "02.03 13:05"


@pytest.mark.parametrize(
    ("timezone", "language", "words"),
    [
        ("Europe/Moscow", "ru", "13:05 2 марта (UTC+3)"),
        ("Asia/Kolkata", "en", "15:35 on 2 March (UTC+5:30)"),
        ("America/St_Johns", "en", "06:35 on 2 March (UTC-3:30)"),
        ("UTC", "en", "10:05 on 2 March (UTC+0)"),
    ],
)
def test_a_time_is_told_to_clients_in_words(timezone: str, language: str, words: str) -> None:
    assert told_time(datetime(2026, 3, 2, 10, 5, tzinfo=UTC), timezone, language) == words


@pytest.mark.parametrize(("language", "words"), [("ru", "индекс 59,1, "), ("en", "the index is 59.1, ")])
def test_numbers_have_the_comma_or_the_point_of_the_language(language: str, words: str) -> None:
    assert words in text("index_of_few", language, n=2, index=59.1, low=20.8, high=93.0)


@pytest.mark.parametrize(
    ("code", "language"),
    [("ru", "ru"), ("ru-RU", "ru"), ("kk", "ru"), ("en", "en"), ("de", "en"), (None, "ru"), ("", "ru")],
)
def test_the_language_we_answer_in(code: str | None, language: str) -> None:
    assert language_of(code, "ru") == language


@given(st.text())
def test_what_people_write_cannot_become_markup(name: str) -> None:
    shown = text("card_vip", "en", html=True, name=name)
    assert shown.count("<") == 2  # ours: <b> and </b>


def in_words(source: str) -> str:
    """``ProblemClient`` and ``problem_client`` in words, as somebody reads a name or an event in the log."""
    return re.sub(r"_+|(?<=[a-z0-9])(?=[A-Z])", " ", source)


def test_no_client_is_ever_called_names() -> None:
    """In code, names, logs, texts, pages and docs alike (product line 5)."""
    read = [
        path
        for folder in ("chalicelib", "infra", "docs")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".md", ".html", ".js", ".json", ".css"}
    ]
    read += ROOT.glob("README*.md")
    assert len(read) > 50
    found = {path.name: UNKIND.search(in_words(path.read_text(encoding="utf-8"))) for path in read}
    assert {name: match[0] for name, match in found.items() if match} == {}


@pytest.mark.parametrize(
    "written",
    ["class ProblemClient", '"problem_client__proposed"', "Трудный клиент", "COMPLAINERS = ()", "проблемные клиенты"],
)
def test_names_are_found_however_they_are_written(written: str) -> None:
    assert UNKIND.search(in_words(written))
