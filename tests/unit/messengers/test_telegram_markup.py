"""Telegram's entities as HTML: every character is said, each in exactly the formatting that covers it."""

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.messengers.telegram_markup import marked_up
from infra.local.sandbox.telegram.markup import parse_html

Json = dict[str, Any]

TAGS = {"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "spoiler": "tg-spoiler", "code": "code"}


class Read(HTMLParser):
    """The characters that are said, with the tags around each; a tag closed out of turn is an error."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.found: list[tuple[str, frozenset[str]]] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.found += [(character, frozenset(self.open)) for character in data]


def read(markup: str) -> list[tuple[str, frozenset[str]]]:
    reader = Read()
    reader.feed(markup)
    reader.close()
    assert reader.open == []
    return reader.found


def entity(kind: str, offset: int, length: int, **more: Any) -> Json:
    return {"type": kind, "offset": offset, "length": length, **more}


texts = st.text(st.sampled_from("ab <>&\"'я\n😀👍🏽é\u200d") | st.characters(codec="utf-8"), max_size=30)
entities = st.lists(
    st.builds(entity, st.sampled_from([*TAGS, "url", "custom_emoji"]), st.integers(-2, 40), st.integers(-1, 40)),
    max_size=6,
)


def covers(one: Json, start: int, end: int) -> bool:
    """Whether an entity lies on some of the UTF-16 units from ``start`` to before ``end``."""
    return bool(max(one["offset"], 0) < end and start < one["offset"] + one["length"] and one["length"] > 0)


@given(texts, entities)
def test_every_character_is_said_in_its_own_formatting(text: str, given: list[Json]) -> None:
    # HTML's own rules for line ends and controls are not ours.
    text = text.replace("\r", "").replace("\0", "")
    expected, at = [], 0
    for character in text:
        end = at + (2 if ord(character) > 0xFFFF else 1)
        around = {TAGS[one["type"]] for one in given if one["type"] in TAGS and covers(one, at, end)}
        expected.append((character, frozenset(around)))
        at = end

    markup = marked_up(text, given)

    assert bool(markup) == any(tags for _, tags in expected)
    if markup:
        assert read(markup) == expected


@given(texts, entities)
def test_telegram_can_read_what_comes_out(text: str, given: list[Json]) -> None:
    assert parse_html(marked_up(text, given) or "-")[0] in (text.strip(), "-")


@pytest.mark.parametrize(
    ("text", "entities", "markup"),
    [
        ("plain & simple", [], ""),
        ("see example.org", [entity("url", 4, 11)], ""),
        ("a < b & c", [entity("bold", 0, 1)], "<b>a</b> &lt; b &amp; c"),
        ("😀 hi", [entity("italic", 3, 2)], "😀 <i>hi</i>"),
        ("😀", [entity("bold", 1, 1)], "<b>😀</b>"),
        (
            "here",
            [entity("text_link", 0, 4, url='https://e.org/?a="b"&c')],
            '<a href="https://e.org/?a=&quot;b&quot;&amp;c">here</a>',
        ),
        ("x = 1", [entity("pre", 0, 5, language="python")], '<pre><code class="language-python">x = 1</code></pre>'),
        ("x = 1", [entity("pre", 0, 5)], "<pre>x = 1</pre>"),
        ("quoted", [entity("expandable_blockquote", 0, 6)], "<blockquote>quoted</blockquote>"),
        ("abcd", [entity("bold", 0, 3), entity("italic", 1, 3)], "<b>a<i>bc</i></b><i>d</i>"),
        ("abcd", [entity("bold", 0, 4), entity("italic", 1, 2)], "<b>a<i>bc</i>d</b>"),
    ],
)
def test_examples(text: str, entities: list[Json], markup: str) -> None:
    assert marked_up(text, entities) == markup


@pytest.mark.parametrize("odd", [None, "bold", [7], [{}], [entity("text_link", 0, 2)], [entity("bold", "x", 2)]])  # type: ignore[arg-type]
def test_odd_entities_are_like_none(odd: Any) -> None:
    assert marked_up("hi", odd) == ""
    assert marked_up("hi", [*odd, entity("bold", 0, 2)] if isinstance(odd, list) else odd) in ("<b>hi</b>", "")
