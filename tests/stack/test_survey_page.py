"""The survey page as it is deployed: what a browser, a mail scanner and a forger get from the gateway."""

import urllib.error
import urllib.request
from email.message import Message
from urllib.parse import urlencode

import pytest

from infra.local.running import RunningStack
from tests.stack.asking import Asked, ask
from tests.stack.conftest import Desk, eventually


def open_page(
    url: str, method: str = "GET", form: dict[str, str] | None = None
) -> "tuple[int, Message[str, str], str]":
    request = urllib.request.Request(url, urlencode(form).encode() if form else None, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


@pytest.fixture
def asked(desk: Desk) -> Asked:
    return ask(desk)


def test_opening_records_nothing_and_a_post_does(asked: Asked) -> None:
    for method, query in (("GET", ""), ("HEAD", ""), ("GET", "?score=1"), ("HEAD", "?score=5")):
        assert open_page(asked.url + query, method)[0] == 200
    assert asked.answers == []
    form = {"score": "5", "comment": "Быстро & <ясно> 🙂\r\n{}"}
    status, headers, page = open_page(asked.url, "POST", form)
    assert status == 200
    assert "Thank you" in page
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert eventually(lambda: asked.answers) == [(5, "Быстро & <ясно> 🙂\n{}")]


def test_a_low_grade_on_the_page_calls_the_manager(asked: Asked) -> None:
    open_page(asked.url, "POST", {"score": "2", "comment": f"Not about {asked.ticket}"})
    manager = asked.desk.stack.telegram["manager_chat_id"]

    def told() -> bool:
        return any("gave 2 of 5" in text and asked.ticket in text for text in asked.desk.texts_to(manager))

    assert eventually(told)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"score": "6", "comment": "these words stay"}, "these words stay"),
        ({"comment": "no grade yet"}, "no grade yet"),
        ({"score": "4", "comment": "x" * 4001}, "x" * 4001),
    ],
)
def test_mistakes_give_the_words_back(asked: Asked, form: dict[str, str], words: str) -> None:
    status, _, page = open_page(asked.url, "POST", form)
    assert status == 400
    assert words in page
    assert asked.answers == []


def test_a_forged_link_is_a_kind_404(stack: RunningStack) -> None:
    status, headers, page = open_page(f"{stack.api_url}/survey/ImFiYyI.forged-token")
    assert status == 404
    assert headers["Content-Type"].startswith("text/html")
    assert "<h1>" in page
