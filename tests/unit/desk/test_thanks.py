"""A plain thank-you asks for nothing; anything that may ask for something is not one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.thanks import is_plain_thanks


@pytest.mark.parametrize(
    "text",
    [
        "спасибо",
        "Спасибо!",
        "СПАСИБО!!!",
        "спасибо)",
        "Спасибо :)",
        "Спасибо))) ",
        "Большое спасибо!",
        "спасибо большое, очень!",
        "Спасибо вам огромное 🙏",
        "Хорошо, спасибо",
        "Понял, спасибо за помощь!",
        "Понятно, спасибо",
        "ок, спасибо",
        "Спасибо, ребята, вы лучшие ❤️",
        "спасибо за всё",
        "ещё раз спасибо",
        "Заранее благодарю.",
        "спс",
        "Понял вас, спасибо",
        "Всё, спасибо",
        "Спасибо, всё работает!",
        "Получилось! Спасибо",
        "Помогло, спасибо большое",
        "Спасибо за оперативный ответ",
        "Премного благодарен",
        "Спасибо вам, хорошего дня!",
        "пасиб",
        "Благодарю",
        "«Спасибо»",
        "ok, thanks",
        "OK thanks!",
        "Thanks",
        "Thank you so much!",
        "thank you very much 😊",
        "Many thanks",
        "thx",
        "It works now, thank you",
        "That worked, thanks!",
        "All good now, thanks",
        "Thanks for the explanation",
        "Thanks, have a great weekend!",
        "ty",
        "Got it, thank you",
        "Great, thanks a lot, guys!",
        "Thanks again for your help",
        "Much appreciated",
        "I appreciate it",
        "thanks <3",
        "👍",
        "👍🏽",
        "👍👍👍",
        "❤️",
        "❤️‍🔥",
        "🙏 😊",
        "Спасибо\nбольшое",
    ],
)
def test_plain(text: str) -> None:
    assert is_plain_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "...",
        "!",
        ")",
        "ок",
        "хорошо",
        "да",
        "ok",
        "got it",
        "great",
        "Да, спасибо",
        "Да, всё хорошо, спасибо",
        "Спасибо, жду",
        "Спасибо. Ещё вопрос",
        "Спасибо, не помогло",
        "Спасибо, но ничего не изменилось",
        "Спасибо, работает через раз",
        "Спасибо, теперь не работает",
        "Спасибо, теперь всё работает?",
        "Спасибо, опять упало",
        "Спасибо, перезвоните",
        "спасибо за ожидание",
        "Спасибо... 😡",
        "Получилось?",
        "всё работает",
        "Нет, спасибо",
        "no thanks",
        "yes, thank you",
        "Спасибо, но не работает",
        "спасибо, а когда исправите",
        "Спасибо?",
        "спасибо(",
        "Спасибо :(",
        "Ну спасибо",
        "спасибо, всё сломали",
        "Спасибо, не работает до сих пор 👍",
        "Thanks, but it still fails",
        "thanks for nothing",
        "Thanks, it works only sometimes",
        "Thanks, not working now",
        "Thanks. One more thing: the export is empty",
        "thank you but no",
        "It works",
        "When will it be fixed, thanks",
        "thankstaking",
        "неспасибо",
        "👎",
        "😡",
        "👍👎",
        "👍?",
        "❓",
        "+",
        "1",
        "спасибо 5",
    ],
)
def test_not_plain(text: str) -> None:
    assert not is_plain_thanks(text)


@given(st.text(max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    assert is_plain_thanks(text) in (True, False)


def test_a_long_message_made_to_be_slow_is_not() -> None:
    assert not is_plain_thanks("thank you so much appreciated i appreciate it " * 2000 + "?")
