"""The sandbox's VK answers as VK does, and calls the product as VK does."""

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import urllib3

from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from infra.local.sandbox.published import find_spec
from infra.local.sandbox.vk.attachments import KINDS
from infra.local.sandbox.vk.config import Vk
from infra.local.sandbox.vk.schema import FOLDER, Schema
from tests.unit.sandbox.product import Update, Webhook, eventually, product_webhook

Json = dict[str, Any]

CONFIG = Vk()
VERA, STRANGER = 600_001, 777
BUTTON = {"action": {"type": "callback", "label": "5", "payload": '{"data":"csat:i:5"}'}}
KEYBOARD = json.dumps({"inline": True, "one_time": False, "buttons": [[BUTTON]]})


@pytest.fixture
def product() -> Iterator[Webhook]:
    with product_webhook() as webhook:
        webhook.body_for = lambda update: CONFIG.confirmation.encode() if update["type"] == "confirmation" else b"ok"
        yield webhook


@pytest.fixture
def sandbox(product: Webhook) -> Iterator[RunningSandbox]:
    vk = msgspec.structs.replace(CONFIG, webhook_url=product.url)
    with running_sandbox(msgspec.structs.replace(demo_config(), vk=vk)) as running:
        running.post("/limits", speed=1000)
        yield running


def call(sandbox: RunningSandbox, method: str, /, **params: object) -> Json:
    """As the product calls: everything is text in a form, and every answer is a 200."""
    form = urllib.parse.urlencode({"access_token": CONFIG.token, "v": "5.199", **params}).encode()
    with urllib.request.urlopen(f"{sandbox.api_url('vk')}/method/{method}", form, timeout=10) as answer:
        assert answer.status == 200
        found: Json = json.loads(answer.read())
    return found


def send(sandbox: RunningSandbox, **params: object) -> Json:
    return call(sandbox, "messages.send", **{"peer_ids": VERA, "random_id": 0, "message": "Hello", **params})


def code(answer: Json) -> int:
    return int(answer["error"]["error_code"])


def events(product: Webhook, count: int, *types: str) -> list[Update]:
    return [update for update in product.wait_for(count) if update["type"] in types]


class TestTheApi:
    def test_peer_ids_are_answered_one_by_one(self, sandbox: RunningSandbox) -> None:
        vera, stranger = send(sandbox, peer_ids=f"{VERA},{STRANGER}")["response"]
        assert (vera["peer_id"], vera["conversation_message_id"]) == (VERA, 1)
        assert stranger["error"]["code"] == 901

    def test_peer_id_is_answered_with_the_messages_id(self, sandbox: RunningSandbox) -> None:
        answer = call(sandbox, "messages.send", peer_id=VERA, random_id=0, message="Hello")
        assert isinstance(answer["response"], int)

    def test_the_same_random_id_is_the_same_message(self, sandbox: RunningSandbox) -> None:
        answers = [send(sandbox, random_id=5), send(sandbox, random_id=5), send(sandbox, random_id=6)]
        assert [answer["response"][0]["conversation_message_id"] for answer in answers] == [1, 1, 2]

    @pytest.mark.parametrize(
        ("params", "expected"),
        [
            ({"access_token": "guess"}, 5),
            ({"message": " "}, 100),
            ({"message": "x" * 4097}, 914),
            ({"random_id": "x"}, 100),
            ({"peer_id": VERA}, 100),
            ({"keyboard": "{}"}, 911),
            ({"keyboard": KEYBOARD.replace('"5"', f'"{"x" * 41}"')}, 911),
            ({"keyboard": KEYBOARD.replace("csat", "x" * 255)}, 911),
            ({"keyboard": json.dumps({"inline": True, "one_time": False, "buttons": [[BUTTON] * 6]})}, 911),
            ({"keyboard": json.dumps({"inline": True, "one_time": False, "buttons": [[BUTTON] * 4] * 3})}, 911),
        ],
    )
    def test_what_a_correct_caller_never_hears(self, sandbox: RunningSandbox, params: Json, expected: int) -> None:
        assert code(send(sandbox, **params)) == expected
        assert sandbox.get("/calls?messenger=vk")[-1]["violations"]

    def test_who_has_not_allowed_messages_gets_none(self, sandbox: RunningSandbox) -> None:
        sandbox.post("/block", messenger="vk", user=VERA)
        assert code(call(sandbox, "messages.send", peer_id=VERA, random_id=0, message="Hello")) == 901
        assert sandbox.get("/calls?messenger=vk")[-1]["violations"] == []
        sandbox.post("/block", messenger="vk", user=VERA, blocked=False)
        assert send(sandbox)["response"][0]["message_id"]

    def test_a_method_and_a_version(self, sandbox: RunningSandbox) -> None:
        assert code(call(sandbox, "messages.sing")) == 3
        assert code(call(sandbox, "messages.send", v="")) != 3

    def test_twenty_a_second(self, sandbox: RunningSandbox) -> None:
        sandbox.post("/limits", speed=0.001)
        answers = [call(sandbox, "users.get", user_ids=VERA) for _ in range(25)]
        assert [code(answer) for answer in answers if "error" in answer] == [6] * 5

    def test_a_message_is_edited(self, sandbox: RunningSandbox, product: Webhook) -> None:
        number = send(sandbox, keyboard=KEYBOARD)["response"][0]["conversation_message_id"]
        assert call(sandbox, "messages.edit", peer_id=VERA, cmid=number, message="Bye") == {"response": 1}
        [edited] = events(product, 2, "message_edit")
        assert (edited["object"]["text"], "keyboard" in edited["object"]) == ("Bye", False)

    def test_only_ones_own_is_edited(self, sandbox: RunningSandbox) -> None:
        said = sandbox.post("/say", messenger="vk", user=VERA, text="Hi")
        answer = call(sandbox, "messages.edit", peer_id=VERA, cmid=said["message_id"], message="Bye")
        assert code(answer) == 15

    def test_a_reaction_is_one_of_vks(self, sandbox: RunningSandbox) -> None:
        cmid = sandbox.post("/say", messenger="vk", user=VERA, text="Hi")["message_id"]
        there = {"peer_id": VERA, "cmid": cmid}
        assert call(sandbox, "messages.sendReaction", **there, reaction_id=4) == {"response": 1}
        assert code(call(sandbox, "messages.sendReaction", **there, reaction_id=99)) == 1009
        assert call(sandbox, "messages.deleteReaction", **there) == {"response": 1}

    def test_names(self, sandbox: RunningSandbox) -> None:
        [vera] = call(sandbox, "users.get", user_ids=f"{VERA},1")["response"]
        assert (vera["first_name"], vera["last_name"]) == ("Вера", "Лебедева")

    def test_the_confirmation_code(self, sandbox: RunningSandbox) -> None:
        asked = {"group_id": CONFIG.group_id}
        answer = call(sandbox, "groups.getCallbackConfirmationCode", **asked)
        assert answer == {"response": {"code": CONFIG.confirmation}}

    def test_misfortunes(self, sandbox: RunningSandbox) -> None:
        body = {"error": {"error_code": 9, "error_msg": "Flood control"}}
        sandbox.post("/faults", messenger="vk", path="messages.send", status=200, body=body)
        assert code(send(sandbox)) == 9
        assert send(sandbox)["response"]


class TestTheCallbacks:
    def test_a_message_comes_with_the_secret(self, sandbox: RunningSandbox, product: Webhook) -> None:
        sandbox.post("/say", messenger="vk", user=STRANGER, name="Somebody New", text="Hi", ref="inv")
        [update] = product.wait_for(1)
        assert (update["type"], update["secret"], update["group_id"]) == (
            "message_new",
            CONFIG.secret,
            CONFIG.group_id,
        )
        assert (update["object"]["message"]["text"], update["object"]["message"]["ref"]) == ("Hi", "inv")
        assert send(sandbox, peer_ids=STRANGER)["response"][0]["message_id"]

    def test_it_comes_again_until_the_product_says_ok(self, sandbox: RunningSandbox, product: Webhook) -> None:
        said = iter([b"", b"OK", b"ok"])
        product.body_for = lambda _: next(said)
        sandbox.post("/say", messenger="vk", user=VERA, text="Hi")
        product.wait_for(3)
        assert [headers.get("X-Retry-Counter") for headers, _ in product.requests] == [None, "1", "2"]
        assert len({update["event_id"] for update in product.updates}) == 1

    def test_the_same_event_at_once(self, sandbox: RunningSandbox, product: Webhook) -> None:
        said = sandbox.post("/say", messenger="vk", user=VERA, text="Hi")
        product.wait_for(1)
        sandbox.post("/resend", messenger="vk", update_id=said["update_id"], copies=8)
        assert len({update["event_id"] for update in product.wait_for(9)}) == 1

    def test_a_tap_is_answered_within_its_minute(self, sandbox: RunningSandbox, product: Webhook) -> None:
        def answer(update: Update) -> None:
            if update["type"] == "message_event":
                about = {name: update["object"][name] for name in ("event_id", "user_id", "peer_id")}
                shown = json.dumps({"type": "show_snackbar", "text": "Thank you"})
                answers.append(call(sandbox, "messages.sendMessageEventAnswer", **about, event_data=shown))
                answers.append(call(sandbox, "messages.sendMessageEventAnswer", **about))

        answers: list[Json] = []
        product.on_update = answer
        number = send(sandbox, keyboard=KEYBOARD)["response"][0]["conversation_message_id"]
        tapped = sandbox.post("/tap", messenger="vk", user=VERA, message_id=number, button="5")
        assert (tapped["answered"], tapped["text"]) == (True, "Thank you")
        assert eventually(lambda: len(answers) == 2)
        [event] = events(product, 2, "message_event")
        assert event["object"]["payload"] == {"data": "csat:i:5"}
        assert (answers[0], code(answers[1])) == ({"response": 1}, 100)

    def test_edits_reactions_and_refusals(self, sandbox: RunningSandbox, product: Webhook) -> None:
        about = {"messenger": "vk", "user": VERA}
        cmid = sandbox.post("/say", **about, text="Hi")["message_id"]
        sandbox.post("/edit", **about, message_id=cmid, text="Hello")
        sandbox.post("/react", **about, message_id=cmid, reaction_id=1)
        sandbox.post("/react", **about, message_id=cmid)
        sandbox.post("/block", **about)
        assert {update["type"] for update in product.wait_for(5)} == {
            *("message_new", "message_edit", "message_reaction_event", "message_deny")
        }

    def test_a_person_answers_and_forwards(self, sandbox: RunningSandbox, product: Webhook) -> None:
        number = send(sandbox)["response"][0]["conversation_message_id"]
        about = {"messenger": "vk", "user": VERA}
        sandbox.post("/say", **about, text="Why?", reply_to=number)
        sandbox.post("/say", **about, forward=number)
        told = [update["object"]["message"] for update in events(product, 3, "message_new")]
        [answer] = [one for one in told if "reply_message" in one]
        [forward] = [one for one in told if one["fwd_messages"]]
        assert answer["reply_message"]["conversation_message_id"] == number
        assert [one["text"] for one in forward["fwd_messages"]] == ["Hello"]

    def test_our_own_message_comes_back_as_an_echo(self, sandbox: RunningSandbox, product: Webhook) -> None:
        send(sandbox, random_id=9)
        [echo] = product.wait_for(1)
        assert (echo["type"], echo["object"]["out"], echo["object"]["random_id"]) == ("message_reply", 1, 9)

    def test_the_address_is_confirmed(self, sandbox: RunningSandbox, product: Webhook) -> None:
        assert sandbox.post("/confirm", messenger="vk")["confirmed"]
        product.body_for = lambda _: b"ok"
        assert not sandbox.post("/confirm", messenger="vk")["confirmed"]

    @pytest.mark.parametrize("kind", ["text", *KINDS])
    def test_every_event_is_as_published(self, sandbox: RunningSandbox, product: Webhook, kind: str) -> None:
        if (folder := find_spec(FOLDER, None)) is None:
            pytest.skip("VK's schemas are not here: set SPECS_DIR")
        sandbox.post("/say", messenger="vk", user=VERA, kind=kind, **({"text": "Hi"} if kind == "text" else {}))
        [update] = product.wait_for(1)
        name = "callback/objects.json#/definitions/callback_message_object"
        assert Schema(folder).faults(update["object"], name) == []


class TestFiles:
    """An address, the file, a name for messages: each only once, and only as VK gave it."""

    def test_a_photo_goes_through_all_its_steps(self, sandbox: RunningSandbox) -> None:
        taken = handed_over(sandbox, "photos.getMessagesUploadServer", "photo", b"\xff\xd8 a picture")
        [photo] = call(sandbox, "photos.saveMessagesPhoto", **taken)["response"]
        name = f"photo{photo['owner_id']}_{photo['id']}_{photo['access_key']}"
        assert "response" in send(sandbox, message="", attachment=name)
        [conversation] = sandbox.get("/state")["messengers"]["vk"]["conversations"][:1]
        assert conversation["messages"][-1]["attachments"][0]["photo"] == photo
        assert sandbox.get("/calls?messenger=vk")[-1]["violations"] == []

    def test_what_was_never_saved_cannot_be_named(self, sandbox: RunningSandbox) -> None:
        [refused] = send(sandbox, attachment="photo1_2_key")["response"]
        assert refused["error"]["code"] == 100

    @pytest.mark.parametrize(
        ("field", "content", "says"),
        [("file", b"\xff\xd8", {"error": "no file"}), ("photo", b"words", {"photo": "[]"})],
    )
    def test_what_is_no_photo(self, sandbox: RunningSandbox, field: str, content: bytes, says: Json) -> None:
        assert handed_over(sandbox, "photos.getMessagesUploadServer", field, content).items() >= says.items()

    def test_an_address_takes_one_file(self, sandbox: RunningSandbox) -> None:
        url = call(sandbox, "docs.getMessagesUploadServer", peer_id=VERA)["response"]["upload_url"]
        assert "file" in posted(url, "file", b"one")
        assert posted(url, "file", b"two") == {"error": "no file"}

    def test_who_has_not_allowed_messages_gets_no_address(self, sandbox: RunningSandbox) -> None:
        assert code(call(sandbox, "docs.getMessagesUploadServer", peer_id=STRANGER)) == 901

    @pytest.mark.parametrize("method", ["photos.saveMessagesPhoto", "docs.save"])
    def test_nothing_is_saved_that_was_not_handed_over(self, sandbox: RunningSandbox, method: str) -> None:
        assert code(call(sandbox, method, photo="[]", file="x", server=1, hash="y")) in (100, 129)

    def test_a_change_takes_away_what_it_does_not_name(self, sandbox: RunningSandbox) -> None:
        taken = handed_over(sandbox, "docs.getMessagesUploadServer", "file", b"%PDF")
        document = call(sandbox, "docs.save", **taken, title="Offer.pdf")["response"]["doc"]
        name = f"doc{document['owner_id']}_{document['id']}_{document['access_key']}"
        number = send(sandbox, attachment=name)["response"][0]["conversation_message_id"]
        about = {"peer_id": VERA, "cmid": number, "message": "changed"}
        for attachment, count in ((name, 1), ("", 0)):
            call(sandbox, "messages.edit", **about, attachment=attachment)
            asked = {"peer_id": VERA, "conversation_message_ids": number}
            [found] = call(sandbox, "messages.getByConversationMessageId", **asked)["response"]["items"]
            assert len(found["attachments"]) == count


def handed_over(sandbox: RunningSandbox, method: str, field: str, content: bytes) -> Json:
    return posted(call(sandbox, method, peer_id=VERA)["response"]["upload_url"], field, content)


def posted(url: str, field: str, content: bytes) -> Json:
    found: Json = json.loads(urllib3.request("POST", url, fields={field: ("a.pdf", content)}).data)
    return found


def test_chats_outlive_a_restart(tmp_path: Any) -> None:
    config = msgspec.structs.replace(demo_config(), state_path=str(tmp_path / "state.json"))
    with running_sandbox(config) as sandbox:
        send(sandbox, random_id=3)
    with running_sandbox(config) as sandbox:
        assert send(sandbox, random_id=3)["response"][0]["conversation_message_id"] == 1
        assert sandbox.get("/state")["messengers"]["vk"]["chats"][0]["messages"][0]["text"] == "Hello"
