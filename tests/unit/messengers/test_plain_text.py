"""Marked-up text made plain: nothing said is lost, whatever is in there."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.messengers.plain_text import plain

# Texts do not carry these: HTML has its own opinion about them.
words = st.text(st.characters(exclude_categories=("Cs", "Cc")))


@pytest.mark.parametrize(
    ("marked_up", "words"),
    [
        ("plain", "plain"),
        ("<b>a</b> &amp; <i>b</i>", "a & b"),
        ("2 &lt; 3", "2 < 3"),
        ('<a href="https://e.org/">here</a>', "here (https://e.org/)"),
        ('<a href="https://e.org/">https://e.org/</a>', "https://e.org/"),
        ("<a>nowhere</a>", "nowhere"),
        ("one<br>two", "one\ntwo"),
        ("<pre><code>x = 1</code></pre>", "x = 1"),
    ],
)
def test_markup_goes_and_words_stay(marked_up: str, words: str) -> None:
    assert plain(marked_up) == words


@given(words)
def test_what_a_person_wrote_comes_out_as_it_was(text: str) -> None:
    assert plain(f"<b>{escape(text)}</b>") == text
