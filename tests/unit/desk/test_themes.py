"""Themes: found by what they are like, merged and renamed without losing a count, counted by distinct clients."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.clients import Tier
from chalicelib.desk.messages import Author
from chalicelib.desk.themes import Mark, Merging, Theme, counted, merged, now_called, same, similar

AT, BY = datetime(2026, 11, 2, tzinfo=UTC), Author("oleg", "Oleg")
TITLES = ("Не находят кнопку оплаты", "Отчёт пустой", "Долго открывается отчёт", "Не приходит код из СМС")


def theme(title: str) -> Theme:
    return Theme(title, title, AT, BY)


KNOWN = {title: theme(title) for title in TITLES}


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("кнопка оплаты", TITLES[0]),
        ("не могут найти кнопку для оплаты", TITLES[0]),
        ("пустые отчеты", TITLES[1]),
        ("медленно открываются отчёты", TITLES[2]),
        ("КОД", TITLES[3]),
        ("смс не пришла", TITLES[3]),
    ],
)
def test_similar_ones_come_first(words: str, first: str) -> None:
    assert similar(words, KNOWN.values(), 3)[0].title == first


def test_what_has_nothing_in_common_is_not_offered() -> None:
    assert similar("upload of avatars", KNOWN.values(), 3) == []


def test_the_same_title_however_it_is_written() -> None:
    assert same("  отчет   ПУСТОЙ ", KNOWN.values()) == KNOWN["Отчёт пустой"]


def mark(theme_id: str, client: int, ticket: int = 1, tier: Tier = Tier.EVERYONE) -> Mark:
    return Mark(theme_id, f"t{ticket}", f"c{client}", tier, AT, BY)


def test_a_client_counts_once_however_often_they_write() -> None:
    marks = [mark("Отчёт пустой", client=1, ticket=n) for n in range(3)] + [mark("Отчёт пустой", 2, 9, Tier.VIP)]
    [count] = counted(KNOWN, marks, [mark("Отчёт пустой", 1)], {})
    assert (count.clients, count.before, count.change, count.tickets) == (2, 1, 1, 4)
    assert count.tiers == {Tier.VIP: 1, Tier.OUR: 0, Tier.EVERYONE: 1}


def test_two_who_turned_out_to_be_one_count_once() -> None:
    [count] = counted(KNOWN, [mark("Отчёт пустой", 1), mark("Отчёт пустой", 2, 2)], [], {"c2": "c1"})
    assert count.clients == 1


def test_one_that_was_only_there_before_is_still_told() -> None:
    [count] = counted(KNOWN, [], [mark("Отчёт пустой", 1)], {})
    assert (count.clients, count.change) == (0, -1)


def test_nothing_is_merged_in_a_circle() -> None:
    themes = {**KNOWN, TITLES[0]: merged(KNOWN, TITLES[0], TITLES[1])}
    for pair in ((TITLES[1], TITLES[0]), (TITLES[1], TITLES[1]), (TITLES[0], TITLES[2])):
        with pytest.raises(Merging):
            merged(themes, *pair)


@given(
    st.lists(st.tuples(st.sampled_from(TITLES), st.integers(0, 9), st.integers(0, 20)), max_size=40),
    st.lists(st.tuples(st.sampled_from(TITLES), st.sampled_from(TITLES)), max_size=6),
)
def test_merging_and_renaming_keep_counts(said: list[tuple[str, int, int]], mergers: list[tuple[str, str]]) -> None:
    themes = dict(KNOWN)
    for one, other in mergers:
        try:
            themes[one] = merged(themes, one, other)
        except Merging:
            continue
    themes = {theme_id: replace(each, title=f"{each.title}!") for theme_id, each in themes.items()}
    marks = [mark(theme_id, client, ticket) for theme_id, client, ticket in said]
    expected: dict[str, set[int]] = defaultdict(set)
    for theme_id, client, _ in said:
        expected[now_called(themes, theme_id).id].add(client)
    counts = {count.theme.id: count.clients for count in counted(themes, marks, [], {})}
    assert counts == {theme_id: len(clients) for theme_id, clients in expected.items()}
