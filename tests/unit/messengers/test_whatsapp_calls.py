"""What we ask WhatsApp to do, and what its answers mean."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.desk.templates import Filled
from chalicelib.messengers.adapter import Outcome, Place, Refused, RetryLater, Sent, Uncertain
from chalicelib.messengers.plain_text import plain
from chalicelib.messengers.whatsapp import ADAPTER
from chalicelib.messengers.whatsapp_markup import formatted
from tests.unit.messengers.messenger import Messenger, playing

TAKEN = (200, {"messaging_product": "whatsapp", "messages": [{"id": "wamid.2"}]})

Send = Callable[..., Outcome]


@pytest.fixture
def meta(monkeypatch: pytest.MonkeyPatch) -> Iterator[Messenger]:
    with playing() as messenger:
        messenger.answers = [TAKEN]
        monkeypatch.setenv("WHATSAPP_API_URL", messenger.url)
        yield messenger


def send(text: str = "", *, to: str = "79001234567", **content: Any) -> Outcome:
    place = Place("106540352242922", to)
    return ADAPTER.send(Content(text=text, **content), place, {"whatsapp_token": "secret"}.__getitem__)


def rows(*labels: str) -> tuple[tuple[Button, ...], ...]:
    return tuple((Button(label, data=f"do:{n}"),) for n, label in enumerate(labels))


class TestWhatIsSent:
    def test_a_text(self, meta: Messenger) -> None:
        assert send("Good morning", sent_as="outbound-1", reply_to="wamid.1") == Sent("wamid.2")

        [asked] = meta.asked
        assert asked.path == "/v23.0/106540352242922/messages"
        assert asked.headers["Authorization"] == "Bearer secret"
        assert asked.body == {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "79001234567",
            "type": "text",
            "text": {"body": "Good morning", "preview_url": False},
            "context": {"message_id": "wamid.1"},
            "biz_opaque_callback_data": "outbound-1",
        }

    @pytest.mark.parametrize(
        ("chat", "address"),
        [
            ("79001234567", {"recipient_type": "individual", "to": "79001234567"}),
            ("RU.1349120865530274", {"recipient_type": "individual", "recipient": "RU.1349120865530274"}),
            ("US.ENT.118157992128", {"recipient_type": "individual", "recipient": "US.ENT.118157992128"}),
            ("Y2FwaV9ncm91cDoxOTUw", {"recipient_type": "group", "to": "Y2FwaV9ncm91cDoxOTUw"}),
        ],
    )
    def test_to_whom(self, meta: Messenger, chat: str, address: dict[str, str]) -> None:
        send("hi", to=chat)

        names = ("recipient_type", "to", "recipient")
        assert {name: field for name, field in meta.bodies[0].items() if name in names} == address

    def test_three_buttons_stand_under_the_message(self, meta: Messenger) -> None:
        send("How was it?", buttons=rows("Good", "So-so", "A very long label indeed"))

        interactive = meta.bodies[0]["interactive"]
        assert (interactive["type"], interactive["body"]) == ("button", {"text": "How was it?"})
        assert [button["reply"] for button in interactive["action"]["buttons"]] == [
            {"id": "tap:do:0", "title": "Good"},
            {"id": "tap:do:1", "title": "So-so"},
            {"id": "tap:do:2", "title": "A very long label…"},
        ]

    def test_a_label_without_a_place_to_cut_fits_all_the_same(self, meta: Messenger) -> None:
        send("?", buttons=rows("Достопримечательность", "👍🏽" * 9))

        titles = [button["reply"]["title"] for button in meta.bodies[0]["interactive"]["action"]["buttons"]]
        assert titles == ["Достопримечательнос…", "👍🏽👍🏽👍🏽👍🏽…"]

    def test_more_are_a_list(self, meta: Messenger) -> None:
        send("How was it?", buttons=rows("🤩 Wow", "🙂 Good", "😐 So-so", "A label longer than a row can be"))

        action = meta.bodies[0]["interactive"]["action"]
        assert action["button"] == "🤩 … A"
        assert action["sections"][0]["rows"][0] == {"id": "tap:do:0", "title": "🤩 Wow"}
        assert action["sections"][0]["rows"][3] == {
            "id": "tap:do:3",
            "title": "A label longer than a…",
            "description": "A label longer than a row can be",
        }

    def test_links_are_lines_of_the_text(self, meta: Messenger) -> None:
        send("Thank you!", buttons=((Button("Add a few words", url="https://desk.example/s/1"),),))

        assert meta.bodies[0]["text"]["body"] == "Thank you!\n\nAdd a few words: https://desk.example/s/1"

    def test_a_reaction_and_its_end(self, meta: Messenger) -> None:
        send("👍", verb=Verb.REACT, message_id="wamid.1")
        send("", verb=Verb.REACT, message_id="wamid.1")

        assert [body["reaction"] for body in meta.bodies] == [
            {"message_id": "wamid.1", "emoji": "👍"},
            {"message_id": "wamid.1", "emoji": ""},
        ]

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ({"verb": Verb.EDIT, "text": "better", "message_id": "wamid.1"}, "cannot_edit"),
            ({"verb": Verb.OPEN_TOPIC}, "not_possible"),
            ({"text": "x" * 4097}, "too_long"),
            ({"text": "x" * 1025, "buttons": rows("Yes")}, "too_long"),
            ({"text": "x", "buttons": rows(*"abcdefghijk")}, "refused"),
        ],
    )
    def test_what_cannot_be_done_is_not_even_asked(self, meta: Messenger, content: dict[str, Any], reason: str) -> None:
        outcome = send(**content)

        assert isinstance(outcome, Refused)
        assert (outcome.reason, meta.asked) == (reason, [])


def error(code: int, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": f"(#{code}) …", "type": "OAuthException", **more}}


class TestWhatTheAnswerMeans:
    @pytest.mark.parametrize("code", [4, 80007, 130429, 131056])
    def test_a_limit_waits_and_is_no_failed_attempt(self, meta: Messenger, code: int) -> None:
        meta.answers = [(400, error(code))]

        outcome = send("hi")

        assert isinstance(outcome, RetryLater)
        assert (outcome.reason, outcome.limited) == ("limited", True)

    @pytest.mark.parametrize("code", [131000, 131016, 131057])
    def test_their_trouble_is_tried_again(self, meta: Messenger, code: int) -> None:
        meta.answers = [(400, error(code))]

        assert send("hi") == RetryLater(None, "server_error")

    @pytest.mark.parametrize(
        ("code", "reason", "unreachable"),
        [
            (131026, "undelivered", True),
            (131050, "opted_out", False),
            (131021, "own_number", False),
            (131047, "window_closed", False),
            (368, "account_restricted", False),
            (131031, "account_restricted", False),
            (131042, "account_unpaid", False),
            (190, "bad_token", False),
            (210, "bad_token", False),
            (131008, "refused", False),
            (77777, "refused", False),
        ],
    )
    def test_never(self, meta: Messenger, code: int, reason: str, unreachable: bool) -> None:
        meta.answers = [(400, error(code))]

        outcome = send("hi")

        assert isinstance(outcome, Refused)
        assert (outcome.reason, outcome.unreachable) == (reason, unreachable)
        assert str(code) in outcome.detail

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            ((429, {}, {"Retry-After": "9"}), RetryLater(timedelta(seconds=9), "limited", limited=True)),
            ((500, error(77777)), RetryLater(None, "server_error")),
            ((400, error(77777, is_transient=True)), RetryLater(None, "server_error")),
            ((400, error(131056)), RetryLater(timedelta(seconds=6), "limited", limited=True, of_chat=True)),
            ((502, b"<html>"), Uncertain()),
            ((200, {"hello": "world"}), Uncertain()),
            ((200, {"messages": []}), Uncertain()),
        ],
    )
    def test_without_a_code_we_know(self, meta: Messenger, answer: tuple[Any, ...], outcome: Outcome) -> None:
        meta.answers = [answer]

        assert send("hi") == outcome

    def test_an_answer_that_says_nothing_is_our_mistake(self, meta: Messenger) -> None:
        meta.answers = [(400, {"error": "nope"})]

        assert isinstance(send("hi"), Refused)

    def test_nobody_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WHATSAPP_API_URL", "http://127.0.0.1:9")

        assert send("hi") == RetryLater(None, "network")


class TestFormatting:
    @pytest.mark.parametrize(
        ("marked_up", "expected"),
        [
            ("<b>bold</b> <i>italic</i> <s>gone</s> <code>x = 1</code>", "*bold* _italic_ ~gone~ `x = 1`"),
            ("<b> all done </b>now", " *all done* now"),
            ("<b>one\ntwo</b>", "*one*\n*two*"),
            ("<pre>a\n b</pre>", "```a\n b```"),
            ("<blockquote>one\ntwo</blockquote>", "> one\n> two"),
            ('<a href="https://e.org">here</a>', "here (https://e.org)"),
            ("<b>bold <i>and italic</i></b>", "*bold _and italic_*"),
            ("<b><strong>once</strong></b>", "*once*"),
            ("<code><b>as it is</b></code>", "`as it is`"),
            ("<b>2 * 2</b>", "2 * 2"),
            ("<b></b><i> </i>", " "),
            ("a &lt; b &amp; c<br>d", "a < b & c\nd"),
            ("</b><b>open", "*open*"),
            ("<u>no such thing</u>", "no such thing"),
        ],
    )
    def test_what_whatsapp_knows(self, marked_up: str, expected: str) -> None:
        assert formatted(marked_up) == expected

    @given(
        st.lists(st.sampled_from(["<b>", "</b>", "<i>", "</i>", "<pre>", "</pre>", "<code>", "&lt;", "да", " ", "\n"]))
    )
    def test_no_word_is_lost(self, pieces: list[str]) -> None:
        marked_up = "".join(pieces)

        assert words(formatted(marked_up)) == words(plain(marked_up))


def words(text: str) -> str:
    return re.sub(r"[*_`]", "", text)


class TestTemplates:
    def test_numbered_and_named_parameters(self, meta: Messenger) -> None:
        send("Hello Vera", template=Filled("ready", "ru", (("1", "Vera"),)))
        send("About x", template=Filled("one", "en_US", (("topic", "x"),)))
        send("Hello", template=Filled("bare", "ru"))

        numbered, named, bare = (body["template"] for body in meta.bodies)
        assert numbered == {
            "name": "ready",
            "language": {"policy": "deterministic", "code": "ru"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "Vera"}]}],
        }
        assert named["components"][0]["parameters"] == [{"type": "text", "text": "x", "parameter_name": "topic"}]
        assert "components" not in bare

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            (132000, "template_values"),
            (132001, "template_unknown"),
            (132005, "template_too_long"),
            (132007, "template_policy"),
            (132012, "template_values"),
            (132015, "template_paused"),
            (132016, "template_disabled"),
        ],
    )
    def test_what_is_wrong_with_one_is_said(self, meta: Messenger, code: int, reason: str) -> None:
        meta.answers = [(400, error(code))]

        outcome = send("Hello", template=Filled("bare", "ru"))

        assert isinstance(outcome, Refused)
        assert outcome.reason == reason
