"""The survey page: a link never records, one tap does, any words are kept, and every mistake is said kindly."""

import base64
import hashlib
import re
from html import unescape

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.desk.surveys import LONGEST_COMMENT
from chalicelib.pages.survey import Typed, Words, form
from chalicelib.store import conversations, outbound, voice
from chalicelib.store import settings as settings_store
from chalicelib.store.settings import Document
from chalicelib.use_cases.settings import current
from chalicelib.use_cases.survey_questions import labels
from tests.unit.surveys.conftest import IDENTITY, Survey, asked

ODD = "{} [x] (y) <b>&amp;</b> \" ' % \\ 🙂 é ‮ \t {{ 7*7 }} </textarea><script>alert(1)</script>"


def typed_on(page: str) -> str:
    """What the page's text field holds, as a browser reads it: one line end after the tag is not part of it."""
    (written,) = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    return unescape(str(written).removeprefix("\n"))


def told_to_topic() -> list[str]:
    return [item.content.text for item in outbound.unfinished("topic:anna", limit=50)]


class TestOpening:
    def test_it_asks_with_five_worded_buttons_best_first(self, survey: Survey) -> None:
        page = survey.get()
        assert page.status == 200
        assert re.findall(r'name="score" value="(\d)"', page.html) == ["5", "4", "3", "2", "1"]
        for word in ("Wow", "Good", "So-so", "Poor", "Awful"):
            assert word in page.html

    @pytest.mark.parametrize("query", ["", "?score=1", "?score=5&score=1", "?score=six", "?utm=x"])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_records_nothing(self, survey: Survey, query: str, method: str) -> None:
        assert survey.get(query, method, Purpose="prefetch").status == 200
        assert (survey.answer.score, survey.answer.version) == (None, 1)

    def test_a_suggested_grade_waits_for_one_tap(self, survey: Survey) -> None:
        page = survey.get("?score=4").html
        assert re.search(r'<button class="main" name="score" value="4" autofocus>Send: 🙂 Good</button>', page)
        assert page.count('class="chosen"') == 1

    def test_a_suggestion_that_is_no_grade_is_not_taken_up(self, survey: Survey) -> None:
        assert "autofocus" not in survey.get("?score=6").html

    @pytest.mark.usefixtures("aws")
    def test_in_the_clients_language(self) -> None:
        page = asked("ru").get().html
        assert '<html lang="ru">' in page
        assert "Ваш вопрос закрыт" in page

    def test_an_answered_one_shows_the_answer_and_can_be_changed(self, survey: Survey) -> None:
        survey.post(score=4)
        assert "Good. Thank you" in survey.get().html
        assert "Send: 🙁 Poor" in survey.get("?score=2").html
        assert survey.answer.score == 4

    def test_a_head_has_no_body(self, survey: Survey) -> None:
        assert survey.get(method="HEAD").html == ""


class TestAnswering:
    @pytest.mark.parametrize("score", [1, 2, 3, 4, 5])
    def test_one_tap_records_and_thanks(self, survey: Survey, score: int) -> None:
        page = survey.post(score=score)
        assert (page.status, survey.answer.score) == (200, score)
        assert "Thank you" in page.html
        assert typed_on(page.html) == ""

    def test_a_low_grade_asks_for_a_call_back_once(self, survey: Survey) -> None:
        for score in (2, 2, 1):
            survey.post(score=score)
        alerts = outbound.unfinished("chat:telegram:700000001:500001", limit=50)
        assert [item.content.text for item in alerts if "gave 2 of 5" in item.content.text]
        assert len([item for item in alerts if "of 5" in item.content.text]) == 1

    def test_a_comment_may_follow_and_the_team_sees_it(self, survey: Survey) -> None:
        survey.post(score=5)
        page = survey.post(comment="Oleg is great\r\nthanks")
        assert (survey.answer.score, survey.answer.comment) == (5, "Oleg is great\nthanks")
        assert "Your words have reached us" in page.html
        assert any("Oleg is great" in text for text in told_to_topic())

    def test_both_at_once(self, survey: Survey) -> None:
        survey.post(score=4, comment="Fast")
        assert (survey.answer.score, survey.answer.comment) == (4, "Fast")
        assert any("Fast" in text for text in told_to_topic())

    def test_the_grade_can_be_changed_without_losing_the_words(self, survey: Survey) -> None:
        survey.post(score=2, comment="Slow")
        survey.post(score=4, comment="Slow, but kind")
        assert (survey.answer.score, survey.answer.comment) == (4, "Slow, but kind")
        survey.post(score=5)
        assert (survey.answer.score, survey.answer.comment) == (5, "Slow, but kind")

    def test_the_same_answer_again_changes_nothing(self, survey: Survey) -> None:
        survey.post(score=4, comment="Fast")
        before, told = survey.answer, told_to_topic()
        assert survey.post(score=4, comment="Fast").status == 200
        assert (survey.answer, told_to_topic()) == (before, told)

    def test_what_the_address_suggests_does_not_count(self, survey: Survey) -> None:
        survey.post("?score=1", score=5)
        assert survey.answer.score == 5

    def test_odd_characters_are_kept_and_shown_as_they_are(self, survey: Survey) -> None:
        page = survey.post(score=5, comment=ODD)
        assert survey.answer.comment == ODD
        assert typed_on(page.html) == typed_on(survey.get().html) == ODD
        assert "<script" not in page.html

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @example(comment="\nafter an empty line\n")
    @given(comment=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
    def test_any_words_come_back(self, survey: Survey, comment: str) -> None:
        comment = comment.replace("\r\n", "\n")
        page = survey.post(score=5, comment=comment)
        assert survey.answer.comment == comment
        assert typed_on(page.html) == comment


class TestMistakes:
    @pytest.mark.parametrize("score", ["6", "0", "five", "5.5", "-1", "", " 5", "５", "5;", ["4", "5"], ["5", "5"]])
    def test_what_is_no_grade_is_refused_and_the_words_stay(self, survey: Survey, score: str | list[str]) -> None:
        page = survey.post(score=score, comment=ODD)
        assert page.status == 400
        assert "choose one of the five grades" in page.html
        assert typed_on(page.html) == ODD
        assert survey.answer.version == 1

    def test_words_without_a_grade(self, survey: Survey) -> None:
        page = survey.post(comment="Hello")
        assert (page.status, typed_on(page.html)) == (400, "Hello")
        assert survey.answer.version == 1

    @pytest.mark.parametrize("raw", [b"", b"nonsense", b'{"score": 5}', b"%ff%fe", b"\xff\xfe", b"&&&=&"])
    def test_what_is_no_form(self, survey: Survey, raw: bytes) -> None:
        assert survey.post(raw=raw).status == 400
        assert survey.answer.version == 1

    def test_a_comment_that_is_too_long_is_given_back(self, survey: Survey) -> None:
        words = "я" * (LONGEST_COMMENT + 1)
        page = survey.post(score=4, comment=words)
        assert page.status == 400
        assert "4001 characters" in page.html
        assert typed_on(page.html) == words
        assert "Send: 🙂 Good" in page.html
        assert survey.answer.version == 1

    def test_the_longest_one_with_many_lines_fits(self, survey: Survey) -> None:
        words = "a\n" * (LONGEST_COMMENT // 2)
        assert survey.post(score=4, comment=words.replace("\n", "\r\n")).status == 200
        assert survey.answer.comment == words

    def test_a_body_that_is_too_large(self, survey: Survey) -> None:
        assert survey.post(score=4, comment="x" * 1_000_000).status == 413
        assert survey.answer.version == 1

    @pytest.mark.parametrize("token", ["x", "ImkxIg.forged", "..", "%3Cscript%3E", "a" * 3000])
    def test_a_forged_link_is_a_kind_page(self, survey: Survey, token: str) -> None:
        forged = Survey(survey.invitation_id, f"/survey/{token}")
        for page in (forged.get(Accept_Language="ru"), forged.post(score=5)):
            assert page.status == 404
        assert "По этой ссылке опроса нет" in forged.get(Accept_Language="ru").html

    def test_a_page_that_leads_no_further_leads_to_our_chats(self, survey: Survey) -> None:
        desk = {"account": "700000001", "group": "-1001", "addresses": {"telegram": "our_bot", "viber": "ours"}}
        settings_store.replace_document(Document("desk", desk, 2))
        survey.expire()
        for page in (survey.get().html, Survey(survey.invitation_id, "/survey/x").get().html):
            assert '<a href="https://t.me/our_bot" rel="noreferrer">Telegram</a>' in page
            assert '<a href="viber://pa?chatURI=ours" rel="noreferrer">Viber</a>' in page

    def test_a_link_of_another_invitation_is_not_forged_by_its_id(self, survey: Survey) -> None:
        signature = survey.path.rpartition(".")[2]
        assert Survey(survey.invitation_id, f"/survey/Im90aGVyIg.{signature}").get().status == 404

    def test_one_that_has_ended_says_so_and_takes_nothing(self, survey: Survey) -> None:
        survey.expire()
        for page in (survey.get(), survey.get("?score=5"), survey.post(score=5), survey.post(score="x")):
            assert page.status == 410
            assert "This survey has ended" in page.html
        assert survey.answer.score is None


PREVIEWS = (
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23.20.0 A",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
    "Viber/13.3.0.22 CFNetwork/1121.2.2 Darwin/19.3.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1) Chrome/120.0 Safari/537.36",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0)",
)
BROWSER = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"


class TestOneTap:
    """A link with a grade: a script sends it, and only in a browser that somebody looks at."""

    def test_the_script_is_there_and_the_policy_lets_nothing_else_run(self, survey: Survey) -> None:
        page = survey.get("?score=4", User_Agent=BROWSER)
        [script] = re.findall("<script>(.*?)</script>", page.html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}';" in page.headers["Content-Security-Policy"]
        assert len(page.html.encode()) < 15_000
        assert survey.answer.score is None

    @pytest.mark.parametrize("agent", PREVIEWS)
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_what_draws_previews_records_nothing_and_gets_no_script(
        self, survey: Survey, agent: str, method: str
    ) -> None:
        page = survey.get("?score=5", method, User_Agent=agent)
        assert page.status == 200
        assert "<script" not in page.html
        assert (survey.answer.score, survey.answer.version) == (None, 1)

    @pytest.mark.parametrize("header", ["Sec_Purpose", "Purpose", "X_Moz"])
    def test_what_a_browser_fetches_ahead_gets_no_script(self, survey: Survey, header: str) -> None:
        assert "<script" not in survey.get("?score=5", User_Agent=BROWSER, **{header: "prefetch;prerender"}).html

    def test_another_grade_than_the_one_given_waits_for_a_tap(self, survey: Survey) -> None:
        survey.post(score=5)
        page = survey.get("?score=1", User_Agent=BROWSER).html
        assert "<script" not in page
        assert "Send: 😣 Awful" in page


class TestThePageItself:
    def test_headers_let_nothing_in_and_nothing_out(self, survey: Survey) -> None:
        headers = survey.get().headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in headers["X-Robots-Tag"]
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy

    def test_it_loads_nothing_and_is_small(self, survey: Survey) -> None:
        survey.post(score=2, comment="x" * 200)
        for page in (survey.get(), survey.get("?score=4")):
            assert "<script" not in page.html
            assert "script-src" not in page.headers["Content-Security-Policy"]
            assert not re.search(r"""(?:src|href)\s*=\s*["'](?!data:,")|url\(|@import""", page.html)
            assert len(page.html.encode()) < 15_000

    @pytest.mark.usefixtures("aws")
    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_every_state_is_written_in_both_languages(self, language: str) -> None:
        invitation = asked(language).answer
        words = Words(labels(language, current()))
        pages = {form(invitation, Typed("x", chosen, wrong), words) for chosen in (None, 1, 5) for wrong in ("", "Oh")}
        assert len(pages) == 6


def test_a_grade_on_the_page_counts_like_a_tap(survey: Survey) -> None:
    """The ticket gets its call-back, and the answer is among those of the period."""
    survey.post(score=1)
    ticket = conversations.head(IDENTITY).ticket
    assert ticket is not None
    assert ticket.next_due is not None
    assert ticket.next_due.metric == "callback"
    answered_at = survey.answer.answered_at
    assert answered_at is not None
    assert [answer.id for answer in voice.answers(answered_at, answered_at)] == [survey.invitation_id]
