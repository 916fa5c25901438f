"""Quotes of clients say nothing of who they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.quotes import LONGEST, without_names

NAMES = ("Анна Волкова", "Ромашка", "Oleg Ivanov")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Не вижу кнопку оплаты", "Не вижу кнопку оплаты"),
        ("Это Анна Волкова из Ромашки, кнопки нет", "Это … из …, кнопки нет"),
        ("Передайте Волковой, что отчёт пустой", "Передайте …, что отчёт пустой"),
        ("Oleg was rude, call +7 (916) 123-45-67", "… was rude, call …"),
        ("пишите на anna@acme.example или @anna_v", "пишите на … или …"),
        ("Меня зовут Пётр Сидоров, не грузится", "Меня зовут … , не грузится"),
        ("My name is Kate Miller and it hangs", "My name is … and it hangs"),
        ("See https://acme.example/anna?x=1 please", "See … please"),
        ("order 4500123456 is lost", "order … is lost"),
        ("a\nb\n\nc", "a b c"),
    ],
)
def test_names_numbers_and_addresses_are_left_out(said: str, shown: str) -> None:
    assert without_names(said, NAMES) == shown


@given(st.text(max_size=400))
def test_any_words_are_cut_to_a_quote(said: str) -> None:
    assert len(without_names(said, NAMES)) <= LONGEST


@given(st.text(st.characters(categories=["L"]), max_size=20), st.sampled_from(["Волковой", "АННЕ", "oleg", "Ивановым"]))
def test_no_form_of_a_name_stays(around: str, name: str) -> None:
    assert name.casefold() not in without_names(f"{around} {name} {around}", (*NAMES, "Иванов")).casefold().split()
