"""parse_mode HTML: what is shown, which entities, and Telegram's words for what does not parse."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.sandbox.telegram.errors import ApiError
from infra.local.sandbox.telegram.markup import found_entities, parse_html, utf16_length


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("a &lt;b&gt; &amp; &quot;c&quot; &#33;", 'a <b> & "c" !', []),
        ("&nbsp;", "&nbsp;", []),
        ("🙂<b>x</b>", "🙂x", [("bold", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<B>a</b>", "a", [("bold", 0, 1)]),
        ("<b></b>a", "a", []),
        ("  <b> a </b>  ", "a", [("bold", 0, 1)]),
        ('<a href="https://x.org/?a=1&amp;b=2">x</a>', "x", [("text_link", 0, 1)]),
        ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", 0, 1)]),
        ('<pre><code class="language-python">x</code></pre>', "x", [("pre", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
    ],
)
def test_markup_becomes_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    shown, found = parse_html(source)

    assert shown == text
    assert [(e["type"], e["offset"], e["length"]) for e in found] == entities


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("я<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 2'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_what_does_not_parse(source: str, complaint: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_html(source + (">" if source == "1 < 2" else ""))

    assert caught.value.description == f"Bad Request: can't parse entities: {complaint}"


@given(st.text())
def test_escaped_text_comes_through_as_it_was(text: str) -> None:
    shown, entities = parse_html(html.escape(text, quote=False))

    assert (shown, entities) == (text.strip(), [])


@given(st.lists(st.tuples(st.sampled_from(["b", "i", "u", "s", "code"]), st.text(min_size=1)), max_size=8))
def test_entities_never_reach_out_of_the_text(pieces: list[tuple[str, str]]) -> None:
    shown, entities = parse_html("".join(f"<{tag}>{html.escape(text)}</{tag}>" for tag, text in pieces))

    length = utf16_length(shown)
    assert all(e["offset"] >= 0 and e["length"] > 0 and e["offset"] + e["length"] <= length for e in entities)


def test_links_and_commands_are_found_in_plain_text() -> None:
    found = found_entities("🙂 /start see https://vipdesk.example/a?b=1.")

    assert [(e["type"], e["offset"], e["length"]) for e in found] == [("url", 14, 29), ("bot_command", 3, 6)]
