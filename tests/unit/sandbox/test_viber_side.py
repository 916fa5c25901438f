"""Viber as the sandbox plays it: errors in ``status``, tokens of 64 bits, receipts that come back."""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.sandbox import RunningSandbox
from infra.local.sandbox.viber.config import Viber
from tests.unit.sandbox.product import Webhook, eventually, product_webhook

ANNA = "01234567890A/b+c=="

Json = dict[str, Any]


def call(sandbox: RunningSandbox, method: str, body: Json, token: str = Viber().token) -> Json:
    status, answer = sandbox.request("POST", f"/viber/pa/{method}", body, {"X-Viber-Auth-Token": token})
    assert status == 200
    found: Json = answer
    return found


def message(text: str = "Hello", **more: Any) -> Json:
    return {"receiver": ANNA, "type": "text", "text": text, "sender": {"name": "Vipdesk"}, **more}


def keyboard(**button: Any) -> Json:
    shape = {
        "Columns": 6,
        "Rows": 1,
        "Text": "Wow",
        "ActionType": "reply",
        "ActionBody": "vipdesk:csat:5",
        "Silent": True,
    }
    return {"Type": "keyboard", "Buttons": [shape | button]}


@pytest.fixture
def webhook(sandbox: RunningSandbox) -> Iterator[Webhook]:
    with product_webhook() as product:
        assert call(sandbox, "set_webhook", {"url": product.url})["status"] == 0
        yield product


@pytest.fixture
def anna(sandbox: RunningSandbox, webhook: Webhook) -> Json:
    """Anna has written; what Viber told of it."""
    sandbox.post("/say", messenger="viber", user=ANNA, name="Anna", text="Hello")
    found: Json = webhook.wait_for(2)[1]
    return found


def test_a_webhook_is_called_before_it_is_believed(sandbox: RunningSandbox, webhook: Webhook) -> None:
    assert webhook.wait_for(1)[0]["event"] == "webhook"
    assert call(sandbox, "get_account_info", {})["webhook"] == webhook.url


def test_a_webhook_that_does_not_answer_200_is_no_webhook(sandbox: RunningSandbox) -> None:
    with product_webhook() as product:
        product.answers = [401]
        assert call(sandbox, "set_webhook", {"url": product.url})["status"] == 1
    assert call(sandbox, "set_webhook", {"url": "http://example.org/"})["status"] == 1
    assert call(sandbox, "get_account_info", {})["webhook"] == ""


def test_callbacks_are_signed_over_their_bytes(webhook: Webhook, anna: Json) -> None:
    for headers, raw in webhook.requests:
        signature = hmac.new(Viber().token.encode(), raw, hashlib.sha256).hexdigest()
        assert headers["X-Viber-Content-Signature"] == signature


def test_a_person_writes_and_the_product_is_called(anna: Json) -> None:
    assert (anna["event"], anna["sender"]["id"], anna["message"]) == (
        "message",
        ANNA,
        {"type": "text", "text": "Hello"},
    )
    assert anna["message_token"] > 2**53


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("photo", "picture"),
        ("video", "video"),
        ("document", "file"),
        ("sticker", "sticker"),
        ("location", "location"),
        ("contact", "contact"),
        ("url", "url"),
    ],
)
def test_other_kinds_of_messages(sandbox: RunningSandbox, webhook: Webhook, kind: str, named: str) -> None:
    sandbox.post("/say", messenger="viber", user=ANNA, name="Anna", kind=kind)
    assert webhook.wait_for(2)[1]["message"]["type"] == named


@pytest.mark.parametrize("receipts", [["delivered", "seen"], ["failed"], []])
def test_an_answer_comes_back_as_receipts(
    sandbox: RunningSandbox, webhook: Webhook, anna: Json, receipts: list[str]
) -> None:
    sandbox.post("/receipts", messenger="viber", user=ANNA, receipts=receipts)
    answer = call(sandbox, "send_message", message())
    assert answer["status"] == 0
    told = [one for one in webhook.wait_for(2 + len(receipts)) if one["message_token"] == answer["message_token"]]
    assert sorted(one["event"] for one in told) == sorted(receipts)
    assert all(one["user_id"] == ANNA for one in told)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (message(receiver="nobody"), 5),
        ({"type": "text"}, 4),
        (message(""), 3),
        (message("x" * 7001), 3),
        (message("х" * 16_000), 3),
        (message(sender={"name": "x" * 29}), 3),
        (message(colour="red"), 3),
        (message(min_api_version="6"), 3),
        (message(keyboard={"Type": "keyboard", "Buttons": []}), 3),
        (message(keyboard=keyboard(Columns=7)), 3),
        (message(keyboard=keyboard(ActionBody="")), 3),
        (message(keyboard=keyboard(Silent="yes")), 3),
        (message(keyboard=keyboard(ActionType="dance")), 3),
        (message(keyboard=keyboard()), 0),
    ],
)
def test_what_viber_refuses_it_refuses_with_http_200(
    sandbox: RunningSandbox, anna: Json, body: Json, status: int
) -> None:
    assert call(sandbox, "send_message", body)["status"] == status
    assert bool(sandbox.get("/calls?messenger=viber")[-1]["violations"]) == (status in (3, 4))


PICTURE = {"type": "picture", "text": "Look", "media": "https://desk.example/a.jpg?signed=1"}
VIDEO = {"type": "video", "media": "https://desk.example/a.mp4", "size": 100}
FILE = {"type": "file", "media": "https://desk.example/a.pdf", "size": 100, "file_name": "a.pdf"}


@pytest.mark.parametrize(
    ("media", "status"),
    [
        *((known, 0) for known in (PICTURE, VIDEO, FILE)),
        (PICTURE | {"text": ""}, 0),
        (PICTURE | {"text": "x" * 769}, 3),
        (PICTURE | {"media": "http://desk.example/a.jpg"}, 1),
        (PICTURE | {"media": "https://desk.example/a.webp"}, 1),
        (PICTURE | {"media": "https://desk.example/a"}, 1),
        (VIDEO | {"size": 27_262_977}, 3),
        ({"type": "video", "media": VIDEO["media"]}, 4),
        (VIDEO | {"media": "https://desk.example/a.mov"}, 1),
        (FILE | {"size": 52_428_801}, 3),
        (FILE | {"file_name": "x" * 253 + ".pdf"}, 3),
        (FILE | {"file_name": "without-extension"}, 3),
        (FILE | {"file_name": "setup.exe"}, 3),
        ({"type": "hologram"}, 3),
    ],
)
def test_what_viber_takes_of_files(sandbox: RunningSandbox, anna: Json, media: Json, status: int) -> None:
    body = {"receiver": ANNA, "sender": {"name": "Desk"}, **media}
    assert call(sandbox, "send_message", body)["status"] == status


def test_a_wrong_token(sandbox: RunningSandbox, anna: Json) -> None:
    assert call(sandbox, "send_message", message(), token="x")["status"] == 2


def test_without_a_webhook_nothing_is_sent(sandbox: RunningSandbox, anna: Json) -> None:
    call(sandbox, "set_webhook", {"url": ""})
    assert call(sandbox, "send_message", message())["status"] == 10


def test_who_has_left_gets_nothing(sandbox: RunningSandbox, webhook: Webhook, anna: Json) -> None:
    sandbox.post("/block", messenger="viber", user=ANNA)
    assert call(sandbox, "send_message", message())["status"] == 6
    sandbox.post("/block", messenger="viber", user=ANNA, blocked=False)
    assert call(sandbox, "send_message", message())["status"] == 0
    assert eventually(lambda: {"unsubscribed", "subscribed"} <= {one["event"] for one in webhook.updates})
    told = {one["event"]: one for one in webhook.updates}
    assert told["unsubscribed"]["user_id"] == told["subscribed"]["user"]["id"] == ANNA


def test_who_only_opened_the_chat_can_be_greeted_once(sandbox: RunningSandbox, webhook: Webhook) -> None:
    sandbox.post("/start", messenger="viber", user=ANNA, name="Anna", payload="inv-42")
    opened = webhook.wait_for(2)[1]
    assert (opened["event"], opened["context"], opened["subscribed"]) == ("conversation_started", "inv-42", False)
    assert [call(sandbox, "send_message", message())["status"] for _ in range(2)] == [0, 6]


def test_a_tap_is_a_message_with_the_buttons_data(sandbox: RunningSandbox, webhook: Webhook, anna: Json) -> None:
    call(sandbox, "send_message", message("How?", keyboard=keyboard()))
    sandbox.post("/tap", messenger="viber", user=ANNA, button="Wow")
    [tap] = [one for one in webhook.wait_for(5) if one.get("silent")]
    assert tap["message"] == {"type": "text", "text": "vipdesk:csat:5"}
    [chat] = sandbox.get("/state")["messengers"]["viber"]["chats"]
    assert [one["text"] for one in chat["messages"]] == ["Hello", "How?"]  # a silent tap is not shown


def test_a_hundred_messages_an_hour_to_who_does_not_answer(sandbox: RunningSandbox, anna: Json) -> None:
    sandbox.post("/receipts", messenger="viber", user=ANNA, receipts=[])
    statuses = [call(sandbox, "send_message", message())["status"] for _ in range(101)]
    assert statuses == [0] * 100 + [12]
    sandbox.post("/say", messenger="viber", user=ANNA, text="I am here")
    assert call(sandbox, "send_message", message())["status"] == 0


def test_repeats_until_200(sandbox: RunningSandbox, webhook: Webhook) -> None:
    webhook.answers = [204, 503]
    sandbox.post("/limits", speed=1_000)
    said = sandbox.post("/say", messenger="viber", user=ANNA, name="Anna", text="again")
    tokens = {one["message_token"] for one in webhook.wait_for(4)[1:]}
    assert tokens == {int(said["message_id"])}
    assert eventually(lambda: sandbox.get("/state")["messengers"]["viber"]["webhook"]["pending"] == 0)


def test_misfortune_on_order(sandbox: RunningSandbox, anna: Json) -> None:
    busy = {"status": 12, "status_message": "tooManyRequests"}
    sandbox.post("/faults", messenger="viber", path="send_message", status=200, body=busy)
    assert call(sandbox, "send_message", message()) == busy
    assert call(sandbox, "send_message", message())["status"] == 0
