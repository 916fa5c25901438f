"""What VK is asked, against the sandbox's VK, and what its answers mean."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers import vk, vk_calls
from chalicelib.messengers.adapter import Outcome, Place, Refused, RetryLater, Sent, Uncertain
from chalicelib.texts import LANGUAGES
from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from infra.local.sandbox.vk.config import Vk

Json = dict[str, Any]

VERA, STRANGER = "600001", "777"
GRADES = tuple(Button(str(grade), f"csat:0b9c6f0e:{grade}") for grade in range(1, 6))


@dataclass
class World:
    """The sandbox, and the adapter as the outbox calls it."""

    sandbox: RunningSandbox

    def send(self, content: Content, chat: str = VERA, token: str = Vk().token) -> Outcome:
        return vk.ADAPTER.send(content, Place("220000001", chat), {"vk_token": token}.__getitem__)

    def fault(self, **fault: Any) -> None:
        self.sandbox.post("/faults", messenger="vk", path="messages", **fault)

    def said(self) -> Json:
        """What Vera sees last."""
        chats = self.sandbox.get("/state")["messengers"]["vk"]["conversations"]
        last: Json = next(chat for chat in chats if str(chat["peer_id"]) == VERA)["messages"][-1]
        return last

    def count(self) -> int:
        return int(self.said()["conversation_message_id"])


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(demo_config()) as running:
        yield running


@pytest.fixture
def world(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("VK_API_URL", sandbox.api_url("vk"))
    sandbox.post("/limits", enforce=False)
    before = len(sandbox.get("/calls?messenger=vk"))
    yield World(sandbox)
    sandbox.request("DELETE", "/faults")
    assert [call["violations"] for call in sandbox.get("/calls?messenger=vk")[before:] if call["violations"]] == []


class TestWords:
    def test_the_number_that_taps_and_replies_use_comes_back(self, world: World) -> None:
        outcome = world.send(Content(text="Здравствуйте! 🙂"))
        assert outcome == Sent(str(world.said()["conversation_message_id"]))
        assert world.said()["text"] == "Здравствуйте! 🙂"

    def test_markup_becomes_plain_words(self, world: World) -> None:
        world.send(Content(text='<b>1 &lt; 2</b>, <a href="https://example.org/?a&amp;b">here</a>', html=True))
        assert world.said()["text"] == "1 < 2, here (https://example.org/?a&b)"

    def test_what_is_no_markup_stays_as_it_is(self, world: World) -> None:
        world.send(Content(text="1 < 2 & <b>"))
        assert world.said()["text"] == "1 < 2 & <b>"

    def test_half_an_emoji_is_sent_all_the_same(self, world: World) -> None:
        world.send(Content(text="ok \ud83d"))
        assert world.said()["text"] == "ok ?"

    def test_grades_are_buttons(self, world: World) -> None:
        world.send(Content(text="How was it?", buttons=(GRADES, (Button("Page", url="https://desk.example/s/1"),))))
        grades, [page] = world.said()["keyboard"]["buttons"]
        assert [json.loads(grade["action"]["payload"])["data"] for grade in grades] == [one.data for one in GRADES]
        assert page["action"] == {"type": "open_link", "label": "Page", "link": "https://desk.example/s/1"}

    def test_long_rows_and_labels_fit(self, world: World) -> None:
        row = tuple(Button("Ответ " * 10, str(n)) for n in range(7))
        assert isinstance(world.send(Content(text="Choose", buttons=(row,))), Sent)
        rows = world.said()["keyboard"]["buttons"]
        assert [len(one) for one in rows] == [5, 2]
        assert len(rows[0][0]["action"]["label"]) == 40

    @pytest.mark.parametrize("quoted", ["{}", f"{VERA}/{{}}"])
    def test_an_answer_quotes_what_it_answers(self, world: World, quoted: str) -> None:
        asked = world.sandbox.post("/say", messenger="vk", user=int(VERA), text="Where?")["message_id"]
        world.send(Content(text="Here", reply_to=quoted.format(asked)))
        assert world.said()["reply_message"]["text"] == "Where?"

    def test_an_answer_to_what_is_gone_is_sent_without_the_quote(self, world: World) -> None:
        assert isinstance(world.send(Content(text="Here", reply_to="987654")), Sent)
        assert (world.said()["text"], "reply_message" in world.said()) == ("Here", False)


class TestTheSameAgain:
    def test_a_named_item_sent_twice_is_there_once(self, world: World) -> None:
        once = Content(text="Only once", sent_as="item-1")
        first, second = world.send(once), world.send(once)
        assert first == second
        assert world.send(Content(text="Only once", sent_as="item-2")) != first

    def test_nothing_is_uncertain_about_a_named_item(self, world: World) -> None:
        before = (world.send(Content(text="before")), world.count())[1]
        world.fault(drop=True)
        named = Content(text="Cut off", sent_as="item-3")
        assert world.send(named) == RetryLater(None, "unknown")
        assert isinstance(world.send(named), Sent)
        assert world.count() == before + 1

    def test_without_a_name_nobody_can_tell(self, world: World) -> None:
        world.fault(drop=True)
        assert world.send(Content(text="Cut off")) == Uncertain()

    def test_the_same_change_again_is_no_harm(self, world: World) -> None:
        sent = world.send(Content(text="one"))
        assert isinstance(sent, Sent)
        world.fault(drop=True)
        assert world.send(Content(Verb.EDIT, "two", message_id=sent.provider_id)) == RetryLater(None, "unknown")

    @given(st.text(min_size=1))
    def test_an_id_is_always_the_same_and_fits_in_31_bits(self, name: str) -> None:
        number = vk_calls.random_id(name)
        assert number == vk_calls.random_id(name)
        assert 0 < number < 2**31

    def test_different_items_have_different_ids(self) -> None:
        assert len({vk_calls.random_id(f"item-{n}") for n in range(1000)}) == 1000
        assert vk_calls.random_id(None) == 0


class TestOtherVerbs:
    def test_a_change(self, world: World) -> None:
        sent = world.send(Content(text="one", buttons=(GRADES,)))
        assert isinstance(sent, Sent)
        assert isinstance(world.send(Content(Verb.EDIT, "<i>two</i>", html=True, message_id=sent.provider_id)), Sent)
        assert (world.said()["text"], "keyboard" in world.said()) == ("two", False)

    def test_a_changed_answer_still_quotes_what_it_answers(self, world: World) -> None:
        asked = world.sandbox.post("/say", messenger="vk", user=int(VERA), text="Where?")["message_id"]
        sent = world.send(Content(text="Here", reply_to=str(asked)))
        assert isinstance(sent, Sent)
        world.send(Content(Verb.EDIT, "There", message_id=sent.provider_id))
        assert (world.said()["text"], world.said()["reply_message"]["text"]) == ("There", "Where?")

    def test_a_reaction_and_its_end(self, world: World) -> None:
        asked = world.sandbox.post("/say", messenger="vk", user=int(VERA), text="Thank you")["message_id"]
        assert world.send(Content(Verb.REACT, "❤️", message_id=f"{VERA}/{asked}")) == Sent(None)
        assert world.said()["reactions_by"] == {"-220000001": 1}
        assert world.send(Content(Verb.REACT, "", message_id=str(asked))) == Sent(None)
        assert world.said()["reactions_by"] == {}

    @pytest.mark.parametrize(
        "content",
        [
            Content(Verb.REACT, "🦄", message_id="1"),
            *(Content(verb, "x", message_id="1") for verb in (Verb.CARD, Verb.PIN_CARD, Verb.OPEN_TOPIC)),
        ],
    )
    def test_what_vk_has_not(self, world: World, content: Content) -> None:
        outcome = world.send(content)
        assert isinstance(outcome, Refused)
        assert (outcome.reason, outcome.unreachable) == ("not_possible", False)

    def test_a_tap_is_answered(self, world: World) -> None:
        sent = world.send(Content(text="How was it?", buttons=(GRADES,)))
        assert isinstance(sent, Sent)
        press = {"messenger": "vk", "user": int(VERA), "message_id": int(sent.provider_id or 0), "button": "5"}
        world.sandbox.post("/tap", **press, wait_ms=0)
        asked = world.sandbox.get("/state")["messengers"]["vk"]["taps"]
        outcome = vk_calls.answer_event(asked[-1], VERA, VERA, "Спасибо! " * 30, Vk().token)
        assert outcome == Sent(None)
        late = vk_calls.answer_event("long-ago", VERA, VERA, "", Vk().token)
        assert isinstance(late, Refused)


def refused(code: int, reason: str, *, unreachable: bool = False) -> tuple[int, Refused]:
    return code, Refused(reason, unreachable, f"{code} VK's words")


def later(code: int, seconds: int | None, reason: str) -> tuple[int, RetryLater]:
    return code, RetryLater(timedelta(seconds=seconds) if seconds else None, reason, reason == "limited")


MEANINGS: tuple[tuple[int, Outcome], ...] = (
    later(1, None, "server_error"),
    later(10, None, "server_error"),
    later(6, 1, "limited"),
    later(9, 60, "limited"),
    later(29, 900, "limited"),
    refused(5, "bad_token"),
    refused(27, "bad_token"),
    refused(7, "no_permission"),
    refused(15, "no_permission"),
    refused(14, "account_restricted"),
    refused(18, "deactivated", unreachable=True),
    refused(900, "blacklisted", unreachable=True),
    refused(901, "not_allowed", unreachable=True),
    refused(902, "not_allowed", unreachable=True),
    refused(917, "no_chat", unreachable=True),
    refused(914, "too_long"),
    refused(909, "cannot_edit"),
    refused(912, "no_buttons"),
    refused(100, "refused"),
    refused(123_456, "refused"),
)


class TestRefusals:
    @pytest.mark.parametrize(("code", "meaning"), MEANINGS, ids=[str(code) for code, _ in MEANINGS])
    def test_errors_come_with_200(self, world: World, code: int, meaning: Outcome) -> None:
        world.fault(status=200, body={"error": {"error_code": code, "error_msg": "VK's words"}})
        assert world.send(Content(text="Hello")) == meaning

    @pytest.mark.parametrize(("code", "meaning"), MEANINGS, ids=[str(code) for code, _ in MEANINGS])
    def test_so_do_those_of_one_recipient(self, world: World, code: int, meaning: Outcome) -> None:
        error = {"code": code, "description": "VK's words"}
        world.fault(status=200, body={"response": [{"peer_id": 1, "message_id": 0, "error": error}]})
        assert world.send(Content(text="Hello")) == meaning

    def test_every_reason_has_words(self) -> None:
        reasons = {outcome.reason for _, outcome in MEANINGS if isinstance(outcome, Refused | RetryLater)}
        assert {f"reason_{reason}" for reason in reasons} <= LANGUAGES["en"].keys() & LANGUAGES["ru"].keys()

    def test_who_never_allowed_messages_is_unreachable(self, world: World) -> None:
        outcome = world.send(Content(text="Hello"), chat=STRANGER)
        assert isinstance(outcome, Refused)
        assert (outcome.reason, outcome.unreachable) == ("not_allowed", True)

    @pytest.mark.parametrize(
        ("fault", "meaning"),
        [
            ({"status": 502, "body": "<html>Bad Gateway</html>"}, Uncertain()),
            ({"status": 500}, RetryLater(None, "server_error")),
            ({"status": 500, "body": {}}, RetryLater(None, "server_error")),
            ({"status": 429, "body": {}}, RetryLater(timedelta(seconds=1), "limited", limited=True)),
            (
                {"status": 429, "body": {}, "headers": {"Retry-After": "7"}},
                RetryLater(timedelta(seconds=7), "limited", True),
            ),
            ({"status": 200, "body": {"error": "odd"}}, RetryLater(None, "server_error")),
            ({"status": 200, "body": {"error": {"error_code": "odd"}}}, Refused("refused", detail="odd None")),
            ({"status": 200, "body": {"response": 31}}, Sent(None)),
            ({"status": 200, "body": {"response": ["odd"]}}, Sent(None)),
        ],
    )
    def test_answers_that_are_not_vks(self, world: World, fault: Json, meaning: Outcome) -> None:
        world.fault(**fault)
        assert world.send(Content(text="Hello")) == meaning

    def test_nobody_there(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VK_API_URL", "http://127.0.0.1:9/vk")
        assert world.send(Content(text="Hello")) == RetryLater(None, "network")


def test_a_key_that_is_not_valid_any_more(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VK_API_URL", sandbox.api_url("vk"))
    outcome = World(sandbox).send(Content(text="Hello"), token="old")
    assert isinstance(outcome, Refused)
    assert outcome.reason == "bad_token"


class TestNames:
    @pytest.mark.usefixtures("world")
    def test_are_asked_for_only_where_the_id_stands_in(self) -> None:
        token = {"vk_token": Vk().token}.__getitem__
        assert vk.ADAPTER.name_of(VERA, f"VK id {VERA}", "ru", token) == "Вера Лебедева"
        assert vk.ADAPTER.name_of(VERA, "Vera", "ru", token) is None
        assert vk.ADAPTER.name_of(STRANGER, f"VK id {STRANGER}", "ru", token) is None

    @pytest.mark.parametrize(
        "body",
        [
            {"response": [{"id": 600001, "first_name": "DELETED", "last_name": "", "deactivated": "deleted"}]},
            {"response": []},
            {"response": None},
            {"error": {"error_code": 5, "error_msg": "User authorization failed"}},
        ],
    )
    def test_stay_what_they_were_when_vk_does_not_say(self, world: World, body: Json) -> None:
        world.sandbox.post("/faults", messenger="vk", path="users.get", status=200, body=body, count=1)
        assert vk_calls.name_of(VERA, "en", Vk().token) is None
