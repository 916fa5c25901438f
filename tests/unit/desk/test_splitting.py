"""Long texts are cut where they read well, lose no word, and no emoji is torn."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.splitting import length, parts

FAMILY, FLAG, WAVE, ACCENT = "👩\u200d👩\u200d👧", "🇷🇺", "👋🏽", "e\u0301"


@pytest.mark.parametrize(
    ("text", "longest", "cut"),
    [
        ("short", 10, ["short"]),
        ("one two three", 8, ["one two", "three"]),
        ("First part.\n\nSecond part.", 20, ["First part.", "Second part."]),
        ("First line\nsecond line", 15, ["First line", "second line"]),
        ("It works. Really it does.", 18, ["It works.", "Really it does."]),
        ("aaaaaaaaaa", 4, ["aaaa", "aaaa", "aa"]),
        (f"aaa{WAVE}", 6, ["aaa", WAVE]),
        (f"aaa{FLAG}{FLAG}", 9, [f"aaa{FLAG}", FLAG]),
        (f"aaa{FAMILY}", 9, ["aaa", FAMILY]),
        (f"aaaa{ACCENT}", 5, ["aaaa", ACCENT]),
    ],
)
def test_cut_at_the_best_place_that_fits(text: str, longest: int, cut: list[str]) -> None:
    assert parts(text, longest) == cut


@given(st.text(st.sampled_from("ab .\n" + WAVE + FLAG + FAMILY), max_size=200), st.integers(12, 60))
def test_every_part_fits_and_nothing_but_white_space_is_lost(text: str, longest: int) -> None:
    cut = parts(text, longest)
    assert all(length(part) <= longest for part in cut)
    assert re.sub(r"\s", "", "".join(cut)) == re.sub(r"\s", "", text)


@given(st.lists(st.sampled_from([WAVE, FLAG, FAMILY, ACCENT, "a"]), min_size=1, max_size=60), st.integers(12, 40))
def test_what_is_one_sign_to_the_reader_is_never_torn(signs: list[str], longest: int) -> None:
    ends, text = set(), ""
    for part in parts("".join(signs), longest):
        text += part
        ends.add(len(text))
    assert ends <= {len("".join(signs[:n])) for n in range(len(signs) + 1)}


@given(st.text(max_size=300), st.integers(2, 50))
def test_any_text_at_all_is_cut_in_the_end(text: str, longest: int) -> None:
    assert all(part for part in parts(text, longest)) or text == ""
