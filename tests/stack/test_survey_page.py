"""The survey page as it is deployed: what a browser, a mail scanner and a forger get from the gateway."""

import csv
import html
import io
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from urllib.parse import urlencode

import pytest

from infra.local.seed import BOT
from tests.stack.asking import Asked, ask, link
from tests.stack.conftest import Desk, eventually, http
from tests.unit.surveys.test_survey_page import BROWSER, PREVIEWS

KEY = "/vipdesk/local/survey_key"

Form = Mapping[str, str | list[str]]


def open_page(
    url: str, method: str = "GET", form: Form | None = None, agent: str = BROWSER
) -> "tuple[int, Message[str, str], str]":
    data = urlencode(form, doseq=True).encode() if form else None
    request = urllib.request.Request(url, data, {"User-Agent": agent}, method=method)
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
    assert "<script>" in open_page(f"{asked.url}?score=5")[2]
    for agent in PREVIEWS:
        status, _, preview = open_page(f"{asked.url}?score=5", agent=agent)
        assert (status, "<script" in preview) == (200, False)
    assert asked.answers == []
    form: Form = {"score": "5", "comment": "Быстро & <ясно> 🙂\r\n{}"}
    for _ in range(2):
        status, headers, page = open_page(asked.url, "POST", form)
        assert (status, "Thank you" in page, len(page.encode()) < 15_000) == (200, True, True)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert eventually(lambda: asked.answers) == [(5, "Быстро & <ясно> 🙂\n{}")]


def test_four_thousand_characters_of_any_kind_are_shown_as_they_are_wherever_they_are_read(asked: Asked) -> None:
    """The page and the topic take them for text, and the table for no formula. The dashboard has a test of its own."""
    begins = '=HYPERLINK("https://x";"<b>&amp;</b>{}()[]%s\\n\'") שלום \u202eabc 👩‍👩‍👧‍👦\u0301\u200b\ttab\n'
    comment = begins + "🙂" * (4000 - len(begins))
    status, _, page = open_page(asked.url, "POST", {"score": "5", "comment": comment})
    assert status == 200
    assert html.unescape(page.split("<textarea", 1)[1].split(">\n", 1)[1].split("</textarea>", 1)[0]) == comment
    assert asked.answers == [(5, comment)]
    desk = asked.desk

    def shown() -> int:
        """How much of the long tail is in the topic: it comes in messages of what Telegram allows."""
        texts = desk.texts_to(desk.group)
        since = next((n for n, text in enumerate(texts) if begins in text), len(texts))
        return "".join(texts[since:]).count("🙂")

    eventually(lambda: shown() >= comment.count("🙂"))
    token = {"Authorization": f"Bearer {desk.stack.admin_token}", "Accept": "text/csv"}
    exported = http("GET", f"{desk.stack.api_url}/admin/surveys/export", headers=token)[1].decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(exported, newline=""), delimiter=";"))
    assert [row for row in rows if f"'{comment}" in row]


def test_a_low_grade_on_the_page_calls_the_manager(asked: Asked) -> None:
    open_page(asked.url, "POST", {"score": "2", "comment": f"Not about {asked.ticket}"})
    manager = asked.desk.stack.telegram["manager_chat_id"]

    def told() -> bool:
        return any("gave 2 of 5" in text and asked.ticket in text for text in asked.desk.texts_to(manager))

    assert eventually(told)


def test_mistakes_give_the_words_back(asked: Asked) -> None:
    grades = ("6", "0", "five", "5.5", "٥", "", ["4", "5"])
    forms: list[Form] = [{"score": grade, "comment": "these words stay"} for grade in grades]
    for form in [*forms, {"comment": "no grade yet"}, {"score": "4", "comment": "x" * 4001}]:
        status, _, page = open_page(asked.url, "POST", form)
        assert status == 400
        assert str(form["comment"]) in page
    assert asked.answers == []


def test_a_link_leads_on_as_long_as_its_key_is_kept_and_a_forged_one_to_a_kind_page(
    asked: Asked, keys: Callable[[str], None]
) -> None:
    before, forged = asked.url.split("/survey/")[1], f"{asked.url[:-4]}{asked.url[-4:].swapcase()}"
    old = asked.desk.stack.aws("ssm").get_parameter(Name=KEY, WithDecryption=True)["Parameter"]["Value"]
    keys(f"a-new-key {old}")
    new = link(asked.desk, before.split(".")[0])
    assert new != asked.url
    assert [open_page(url)[0] for url in (asked.url, new, forged)] == [200, 200, 404]
    keys("a-new-key")
    assert [open_page(url)[0] for url in (asked.url, new, forged)] == [404, 200, 404]
    for url in (asked.url, forged, f"{asked.desk.stack.api_url}/survey/ImFiYyI.forged-token"):
        status, headers, page = open_page(url, "POST", {"score": "5"})
        assert (status, headers["Content-Type"]) == (404, "text/html; charset=utf-8")
        assert "<h1>This link does not lead to a survey</h1>" in page
        assert f"https://t.me/{BOT['username']}" in page
    assert asked.answers == []


@pytest.fixture
def keys(desk: Desk) -> Iterator[Callable[[str], None]]:
    """As the operator rotates them; the page knows at once and not in five minutes."""
    ssm = desk.stack.aws("ssm")
    before = ssm.get_parameter(Name=KEY, WithDecryption=True)["Parameter"]["Value"]

    def put(value: str) -> None:
        ssm.put_parameter(Name=KEY, Value=value, Type="SecureString", Overwrite=True)
        desk.stack.renew("api")

    yield put
    put(before)
