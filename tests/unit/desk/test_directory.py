"""Finding people by what somebody remembers of them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.clients import Client
from chalicelib.desk.directory import is_meant

IVAN = Client(
    "c1",
    "Иван Щукин",
    datetime(2026, 1, 1, tzinfo=UTC),
    company="Ромашка",
    project="Север-24",
    phones=("+79161234567",),
    emails=("ivan@romashka.ru",),
)


@pytest.mark.parametrize(
    "words",
    [
        "иван",
        "ЩУК",
        "ivan",
        "Shchukin",
        "ромаш",
        "romashka иван",
        "север-24",
        "8 (916) 123",
        "89161234567",
        "+7916",
        "4567",
    ],
)
def test_a_part_is_enough_in_either_alphabet(words: str) -> None:
    assert is_meant(IVAN, words)


@pytest.mark.parametrize("words", ["пётр", "иван лютик", "8 917", "000", "ivanov"])
def test_every_word_has_to_fit(words: str) -> None:
    assert not is_meant(IVAN, words)


@given(st.integers(0, 9), st.integers(1, 10))
def test_any_part_of_the_name_finds_it(start: int, size: int) -> None:
    assert is_meant(IVAN, IVAN.name[start : start + size])
