"""What the team marks up, as MAX takes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.messengers.max_markup import formatted
from chalicelib.messengers.plain_text import plain


@pytest.mark.parametrize(
    ("telegrams", "maxs"),
    [
        ("<b>a</b> <strong>b</strong> <i>c</i> <em>d</em>", "<b>a</b> <b>b</b> <i>c</i> <i>d</i>"),
        ("<u>a</u><ins>b</ins><s>c</s><strike>d</strike><del>e</del>", "<u>a</u><u>b</u><s>c</s><s>d</s><s>e</s>"),
        ('<pre><code class="language-python">x &lt; y</code></pre>', "<code>x &lt; y</code>"),
        ('<a href="https://e.org/?a&amp;b&quot;">see</a>', '<a href="https://e.org/?a&amp;b&quot;">see</a>'),
        ('<a name="x">nowhere</a>', "nowhere"),
        ('<tg-spoiler>who</tg-spoiler> <span class="tg-spoiler">did</span> <tg-emoji>🙂</tg-emoji>', "who did 🙂"),
        ("<blockquote expandable>one\n<b>two</b></blockquote>", "&gt; one\n&gt; <b>two</b>"),
        ("<b><i>both</i></b>", "<b><i>both</i></b>"),
        ("<b>never <i>closed", "<b>never <i>closed</i></b>"),
        ("<b>crossed <i>over</b> here</i>", "<b>crossed <i>over</i></b> here"),
        ("2 < 3 & 4 &lt; 5", "2 &lt; 3 &amp; 4 &lt; 5"),
    ],
)
def test_every_tag_of_telegrams(telegrams: str, maxs: str) -> None:
    assert formatted(telegrams) == maxs


PIECES = ("<b>", "</b>", "<i>", "</i>", "<code>", "</code>", "<tg-spoiler>", "<", ">", "&amp;", "&", "word", " ", "\n")


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_comes_out_says_the_same_and_is_whole(marked_up: str) -> None:
    once = formatted(marked_up)
    assert plain(once) == plain(marked_up)
    assert formatted(once) == once
