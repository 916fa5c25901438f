"""What waits for a topic leaves in fewer calls, in order, with every word of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.gathering import ALONE, BETWEEN, LONGEST_TEXT, is_superseded, said, together
from chalicelib.desk.outbound import Button, Content, Outbound, Purpose, State, Verb, order
from chalicelib.desk.splitting import length

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
words = st.text(min_size=1, max_size=40).map(lambda text: text * 50)


def relay(text: str, **more: object) -> Outbound:
    return Outbound("topic:c", order(1), Purpose.RELAY, Content(text=text), START, **more)  # type: ignore[arg-type]


def topic(verb: Verb, state: State = State.PENDING) -> Outbound:
    return Outbound("topic:c", order(1), Purpose.TOPIC, Content(verb), START, state=state)


CARD, PIN, OPEN = topic(Verb.CARD), topic(Verb.PIN_CARD), topic(Verb.OPEN_TOPIC)
NOT_FOR_ALL = (
    replace(relay("x"), content=Content(text="x", buttons=((Button("b", "d"),),))),
    replace(relay("x"), content=Content(text="<b>x</b>", html=True)),
    replace(relay("x"), purpose=Purpose.NOTICE),
    replace(relay("x"), state=State.SENDING),
    replace(relay("x"), reason=ALONE),
    CARD,
)


@given(st.lists(words, min_size=1, max_size=20))
def test_texts_that_fit_together_leave_as_one_with_every_word_in_order(texts: list[str]) -> None:
    waiting, messages = list(map(relay, texts)), list[str]()
    while waiting:
        items = together(waiting)
        assert items == waiting[: len(items)]
        messages.append(said(items).text)
        waiting = waiting[len(items) :]
    assert BETWEEN.join(messages) == BETWEEN.join(texts)
    assert all(length(message) <= LONGEST_TEXT for message in messages)


@pytest.mark.parametrize("other", NOT_FOR_ALL)
def test_what_is_more_than_words_leaves_by_itself(other: Outbound) -> None:
    assert len(together([relay("a"), relay("b"), other, relay("c")])) == 2
    assert together([other, relay("a")]) == [other]


def test_a_sound_is_made_when_one_of_them_makes_one() -> None:
    quiet = replace(relay("a"), content=Content(text="a", silent=True))
    assert said([quiet, quiet]).silent is True
    assert said([quiet, relay("b")]).silent is False


@pytest.mark.parametrize(
    ("waiting", "superseded"),
    [
        ((CARD, CARD), True),
        ((CARD, relay("a"), CARD), True),
        ((CARD, relay("a")), False),
        ((CARD, PIN, CARD), False),  # the pin needs a card
        ((CARD, OPEN, CARD), False),
        ((PIN, CARD, CARD), False),
        ((topic(Verb.CARD, State.SENDING), CARD), False),
    ],
)
def test_only_the_last_update_of_a_card_is_made(waiting: tuple[Outbound, ...], superseded: bool) -> None:
    assert is_superseded(waiting) is superseded
