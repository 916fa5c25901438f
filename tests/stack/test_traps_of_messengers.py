"""What bites in VK, Viber and MAX, and everywhere: each trap once, through the real triggers."""

import hashlib
import hmac
import itertools
import json
from datetime import UTC, datetime

import pytest

from tests.stack.conftest import Desk, Json, eventually, http

MESSENGERS = ("vk", "viber", "max")
GROUP_CHAT = 2_000_000_001

_people = itertools.count(640_001)

pytestmark = pytest.mark.usefixtures("calls_before")


class Person:
    """Somebody new in a messenger, who has written once."""

    def __init__(self, desk: Desk, messenger: str, name: str = "") -> None:
        number = next(_people)
        self.desk, self.messenger = desk, messenger
        self.user: int | str = f"viber-{number}==" if messenger == "viber" else number
        self.name = name or f"Person {number}"
        self.words = f"Hello from {self.user}"
        self.update_id = self.say(self.words)["update_id"]
        self.topic = desk.topic_with(self.words)

    def say(self, text: str, **more: object) -> Json:
        return self.desk.sandbox("/say", messenger=self.messenger, user=self.user, name=self.name, text=text, **more)

    def chat(self) -> list[Json]:
        """What they see."""
        chats = self.desk.seen("/state")["messengers"][self.messenger]["chats"]
        found: list[Json] = next(chat["messages"] for chat in chats if chat["id"] == self.user)
        return found

    def answered(self, text: str) -> list[Json]:
        """The team's answer, when it is there."""
        self.desk.write_in(self.topic, text)
        return eventually(lambda: [one for one in self.chat() if one["by"] == "desk"])

    def messages(self) -> list[Json]:
        """What the desk keeps of the conversation, as the operator sees it."""
        listed = self.desk.admin("GET", "/admin/tickets?limit=100")["items"]
        ticket = next(each["id"] for each in listed if each["client"]["name"] == self.name)
        found: list[Json] = self.desk.admin("GET", f"/admin/tickets/{ticket}")["messages"]
        return found

    def told_in_topic(self, words: str) -> list[str]:
        return [text for text in self.desk.texts_to(self.desk.group, self.topic) if words in text]


def all_taken(desk: Desk, messenger: str) -> None:
    """Wait until the desk has taken every update there was."""
    eventually(lambda: desk.seen("/state")["messengers"][messenger]["webhook"]["pending"] == 0)


def posted(desk: Desk, messenger: str, told: Json) -> int:
    """Post an update as the messenger would sign it; the status."""
    secrets, raw = desk.stack.webhook_secrets, json.dumps(told).encode()
    headers = {
        "viber": {
            "X-Viber-Content-Signature": hmac.new(secrets["viber_token"].encode(), raw, hashlib.sha256).hexdigest()
        },
        "max": {"X-Max-Bot-Api-Secret": secrets["max_secret"]},
    }.get(messenger, {})
    return http("POST", f"{desk.stack.api_url}/webhooks/{messenger}", raw, headers)[0]


def of_vk(desk: Desk, type_: str, given: Json, event_id: str) -> Json:
    secrets = desk.stack.webhook_secrets
    about = {"group_id": int(secrets["vk_group_id"]), "secret": secrets["vk_secret"], "v": "5.199"}
    return {**about, "type": type_, "event_id": event_id, "object": given}


def by_max(person: Person, *attachments: Json) -> Json:
    sender = {"user_id": person.user, "first_name": person.name, "is_bot": False, "last_activity_time": 0}
    recipient = {"chat_id": 200_000_000 + int(person.user), "chat_type": "dialog", "user_id": 1}
    body = {"mid": f"mid.{person.user}", "seq": 2**60, "text": "Look", "attachments": list(attachments)}
    message = {"sender": sender, "recipient": recipient, "timestamp": 1_772_445_600_123, "body": body}
    return {"update_type": "message_created", "timestamp": 1_772_445_600_123, "message": message}


class TestEverywhere:
    @pytest.mark.parametrize("messenger", MESSENGERS)
    def test_the_same_update_again_and_again_is_one_message(self, desk: Desk, messenger: str) -> None:
        person = Person(desk, messenger)
        again = desk.sandbox("/resend", messenger=messenger, update_id=person.update_id, copies=4)
        assert set(again["statuses"]) <= {200, None}  # None: a busy machine took longer than the messenger waits
        assert [one["text"] for one in person.messages()] == [person.words]

    @pytest.mark.parametrize("messenger", MESSENGERS)
    def test_what_we_said_ourselves_is_not_taken_for_a_clients_words(self, desk: Desk, messenger: str) -> None:
        person = Person(desk, messenger)
        person.answered("Good morning!")
        all_taken(desk, messenger)
        found = {(one["direction"], one["text"]) for one in person.messages()}
        assert found == {("in", person.words), ("out", "Good morning!")}

    @pytest.mark.parametrize("messenger", MESSENGERS)
    def test_a_kind_of_tomorrow_is_kept_as_unsupported_with_its_words(self, desk: Desk, messenger: str) -> None:
        person = Person(desk, messenger)
        hologram: Json = {"type": "hologram", "hologram": {"id": 1, "owner_id": 2}, "payload": {"depth": 3}}
        if messenger == "vk":
            person.say("Look", raw={"attachments": [hologram]})
        elif messenger == "max":
            assert posted(desk, "max", by_max(person, hologram)) == 200
        else:
            sender = {"id": person.user, "name": person.name}
            about = {"event": "message", "timestamp": 1_772_445_600_123, "message_token": 5_098_034_272_017_990_000}
            assert posted(desk, "viber", {**about, "sender": sender, "message": {**hologram, "text": "Look"}}) == 200
        found = eventually(lambda: [one for one in person.messages() if one["kind"] == "unsupported"])
        assert [one["text"] for one in found] == ["Look"]

    @pytest.mark.parametrize("messenger", MESSENGERS)
    def test_a_name_may_hold_anything(self, desk: Desk, messenger: str) -> None:
        person = Person(desk, messenger, name=f'👨‍👩‍👧 <b>&amp;" \u202e{messenger}')
        person.answered("Good morning!")
        assert person.words in [one["text"] for one in person.messages()]

    @pytest.mark.parametrize("messenger", MESSENGERS)
    def test_a_refusal_is_said_in_the_topic_and_tells_that_nobody_is_reached(self, desk: Desk, messenger: str) -> None:
        person = Person(desk, messenger)
        desk.sandbox("/block", messenger=messenger, user=person.user)
        all_taken(desk, messenger)
        desk.write_in(person.topic, "Are you there?")
        assert eventually(lambda: person.told_in_topic("Not delivered"))
        assert [one for one in person.chat() if one["by"] == "desk"] == []

    def test_a_text_over_maxs_limit_arrives_in_parts_with_every_word(self, desk: Desk) -> None:
        person = Person(desk, "max")
        words = " ".join(f"word{n}" for n in range(508)) + " " + "x" * 100
        assert 4000 < len(words) <= 4096
        desk.write_in(person.topic, words)
        sent = eventually(lambda: said if len(said := [one["text"] for one in person.chat()][1:]) == 2 else [])
        assert " ".join(sent).split() == words.split()


class TestVk:
    def test_an_error_comes_with_200_and_what_passes_is_sent_once(self, desk: Desk) -> None:
        person = Person(desk, "vk")
        error = {"error": {"error_code": 10, "error_msg": "Internal server error"}}
        desk.sandbox("/faults", messenger="vk", path="messages.send", status=200, body=error)
        assert len(person.answered("Good morning!")) == 1

    def test_an_answer_that_was_cut_off_is_there_once(self, desk: Desk) -> None:
        """``random_id`` is the same at the second try."""
        person = Person(desk, "vk")
        desk.sandbox("/faults", messenger="vk", path="messages.send", drop=True)
        desk.write_in(person.topic, "Good morning!")
        eventually(lambda: [one for one in person.messages() if (one["delivery"] or {}).get("state") == "accepted"])
        assert len([one for one in person.chat() if one["by"] == "desk"]) == 1

    def test_a_chat_of_many_is_nobodys_conversation(self, desk: Desk) -> None:
        said = {"id": 0, "conversation_message_id": 7, "date": 1_772_445_600, "from_id": 640_000, "peer_id": GROUP_CHAT}
        message = {"message": {**said, "out": 0, "text": "Lunch, everybody?"}, "client_info": {}}
        told = of_vk(desk, "message_new", message, "a-chat-of-many")
        assert posted(desk, "vk", told) == 200
        Person(desk, "vk")  # who wrote later is there already
        assert [text for text in desk.texts_to(desk.group) if "Lunch" in text] == []


class TestViber:
    def test_a_token_of_64_bits_stays_as_it_is(self, desk: Desk) -> None:
        person = Person(desk, "viber")
        token = int(person.say("And again")["message_id"])
        assert token > 2**53
        [found] = eventually(lambda: [one for one in person.messages() if one["text"] == "And again"])
        assert found["external_id"] == f"{person.user}/{token}"

    def test_opening_the_chat_is_no_question_yet(self, desk: Desk) -> None:
        user, name = "viber-opens-the-chat==", "Only Looking"
        desk.sandbox("/start", messenger="viber", user=user, name=name, payload="from-the-site")
        all_taken(desk, "viber")
        listed = desk.admin("GET", "/admin/tickets?limit=100")["items"]
        assert [each for each in listed if each["client"]["name"] == name] == []


class TestMax:
    def test_times_are_in_milliseconds(self, desk: Desk) -> None:
        person = Person(desk, "max")
        at = datetime.fromisoformat(person.messages()[0]["at"])
        assert abs((datetime.now(UTC) - at).total_seconds()) < 300

    @pytest.mark.parametrize("told", [{"update_type": "of_tomorrow", "timestamp": 1_772_445_600_124}, {"nothing": 1}])
    def test_what_is_not_understood_hears_exactly_200_and_is_kept_raw(self, desk: Desk, told: Json) -> None:
        assert posted(desk, "max", told) == 200
        assert [i for i in desk.items() if i["pk"].startswith("RAW#max") and next(iter(told)) in i["body"]]


def test_no_call_broke_the_rules_of_its_messenger(desk: Desk, calls_before: int) -> None:
    assert [call for call in desk.seen(f"/calls?since={calls_before}") if call["violations"]] == []
