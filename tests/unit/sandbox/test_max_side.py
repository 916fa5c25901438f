"""MAX as the sandbox plays it: strict with the bot, faithful in what it tells the product."""

from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from infra.local.sandbox import RunningSandbox
from infra.local.sandbox.max.config import Max
from infra.local.sandbox.max.schema import SCHEMA_FILE
from infra.local.sandbox.published import find_spec
from tests.unit.sandbox.product import Webhook, eventually, product_webhook

ANNA = 71
needs_published = pytest.mark.skipif(find_spec(SCHEMA_FILE, None) is None, reason="MAX's published schema is not here")

Json = dict[str, Any]


def call(sandbox: RunningSandbox, method: str, path: str, body: Json | None = None, token: str = Max().token) -> Any:
    return sandbox.request(method, f"/max{path}", body, {"Authorization": token})


def message(text: str, **more: Any) -> Json:
    return {"text": text, "attachments": None, "link": None, **more}


def keyboard(*buttons: Json) -> Json:
    return {"type": "inline_keyboard", "payload": {"buttons": [list(buttons)]}}


@pytest.fixture
def webhook(sandbox: RunningSandbox) -> Iterator[Webhook]:
    with product_webhook() as product:
        assert call(sandbox, "POST", "/subscriptions", {"url": product.url, "secret": "s3cret"}) == (
            200,
            {"success": True},
        )
        yield product


@pytest.fixture
def dialog(sandbox: RunningSandbox, webhook: Webhook) -> int:
    """Anna has written; the id of her dialog."""
    sandbox.post("/say", messenger="max", user=ANNA, name="Anna Volkova", text="Hello")
    chat_id: int = webhook.wait_for(1)[0]["message"]["recipient"]["chat_id"]
    return chat_id


def test_a_person_writes_and_the_product_is_called(sandbox: RunningSandbox, webhook: Webhook) -> None:
    said = sandbox.post("/say", messenger="max", user=ANNA, name="Anna Volkova", text="Help, please")
    [update] = webhook.wait_for(1)
    headers, _ = webhook.requests[0]
    assert headers["X-Max-Bot-Api-Secret"] == "s3cret"
    assert update["update_type"] == "message_created"
    assert update["message"]["body"]["mid"] == said["message_id"]
    assert update["message"]["body"]["seq"] > 2**53
    assert update["message"]["recipient"]["chat_id"] != ANNA


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("photo", "image"),
        ("video", "video"),
        ("audio", "audio"),
        ("document", "file"),
        ("sticker", "sticker"),
        ("location", "location"),
        ("contact", "contact"),
    ],
)
def test_other_kinds_of_messages(sandbox: RunningSandbox, webhook: Webhook, kind: str, named: str) -> None:
    sandbox.post("/say", messenger="max", user=ANNA, name="Anna", kind=kind)
    assert webhook.wait_for(1)[0]["message"]["body"]["attachments"][0]["type"] == named


def test_editing_replying_and_taking_back(sandbox: RunningSandbox, webhook: Webhook) -> None:
    first = sandbox.post("/say", messenger="max", user=ANNA, name="Anna", text="one")["message_id"]
    sandbox.post("/say", messenger="max", user=ANNA, text="two", reply_to=first)
    sandbox.post("/edit", messenger="max", user=ANNA, message_id=first, text="ONE")
    sandbox.post("/remove", messenger="max", user=ANNA, message_id=first)
    updates = webhook.wait_for(4)  # in any order
    told = {one["update_type"]: one for one in updates}
    assert told["message_edited"]["message"]["body"]["text"] == "ONE"
    assert (told["message_removed"]["message_id"], told["message_removed"]["user_id"]) == (first, ANNA)
    replies = [one for one in updates if one.get("message", {}).get("link")]
    assert [one["message"]["link"]["message"]["mid"] for one in replies] == [first]


@pytest.mark.parametrize("addressee", ["chat_id={dialog}", f"user_id={ANNA}"])
def test_an_answer_reaches_the_dialog(sandbox: RunningSandbox, dialog: int, addressee: str) -> None:
    path = f"/messages?{addressee.format(dialog=dialog)}"
    status, answer = call(sandbox, "POST", path, message("<b>2 &lt; 3</b>", format="html"))
    assert (status, answer["message"]["body"]["text"]) == (200, "2 < 3")
    assert answer["message"]["sender"]["is_bot"]
    [chat] = sandbox.get("/state")["messengers"]["max"]["chats"]
    assert [(one["by"], one["text"]) for one in chat["messages"]] == [("client", "Hello"), ("desk", "2 < 3")]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/messages", message("x"), 400, "proto.payload"),
        ("/messages?chat_id=1", message("x"), 404, "chat.not.found"),
        ("/messages?user_id=1", message("x"), 404, "dialog.not.found"),
        (f"/messages?user_id={ANNA}", message(""), 400, "proto.payload"),
        (f"/messages?user_id={ANNA}", message("x" * 4001), 400, "proto.payload"),
        (f"/messages?user_id={ANNA}", message("x", link={"type": "reply", "mid": "no"}), 404, "message.not.found"),
        (f"/messages?user_id={ANNA}", message("x", attachments=[keyboard()]), 400, "proto.payload"),
        (
            f"/messages?user_id={ANNA}",
            message("x", attachments=[keyboard(*[{"type": "link", "text": "x", "url": "https://x"}] * 4)]),
            400,
            "proto.payload",
        ),
        ("/answers?callback_id=no", {"notification": "x"}, 404, "callback.not.found"),
        ("/nothing", {}, 404, "not.found"),
        ("/me", {}, 405, "method.not.allowed"),
        ("/subscriptions", {"url": "http://example.org/"}, 400, "proto.payload"),
        ("/subscriptions", {"url": "https://example.org/", "secret": "no"}, 400, "proto.payload"),
    ],
)
def test_what_max_refuses(sandbox: RunningSandbox, dialog: int, path: str, body: Json, status: int, code: str) -> None:
    found, answer = call(sandbox, "POST", path, body)
    assert (found, answer["code"]) == (status, code)
    assert sandbox.get("/calls?messenger=max")[-1]["violations"]


def test_a_wrong_token(sandbox: RunningSandbox) -> None:
    assert call(sandbox, "GET", "/me", token="Bearer x") == (
        401,
        {"code": "verify.token", "message": "Invalid access_token"},
    )
    assert call(sandbox, "GET", "/me")[1]["is_bot"]


def test_who_has_stopped_the_bot_gets_nothing(sandbox: RunningSandbox, webhook: Webhook, dialog: int) -> None:
    sandbox.post("/block", messenger="max", user=ANNA)
    status, answer = call(sandbox, "POST", f"/messages?chat_id={dialog}", message("x"))
    assert (status, answer["code"]) == (403, "chat.denied")
    sandbox.post("/start", messenger="max", user=ANNA, payload="inv-42")
    assert call(sandbox, "POST", f"/messages?chat_id={dialog}", message("x"))[0] == 200
    told = {one["update_type"]: one for one in webhook.wait_for(3)}
    assert told["bot_started"]["payload"] == "inv-42"
    assert "bot_stopped" in told


def test_messages_of_ones_own_can_be_changed_and_removed(
    sandbox: RunningSandbox, webhook: Webhook, dialog: int
) -> None:
    client = webhook.updates[0]["message"]["body"]["mid"]
    button = {"type": "callback", "text": "5", "payload": "csat:5"}
    body = message("How?", attachments=[keyboard(button)])
    mid = call(sandbox, "POST", f"/messages?chat_id={dialog}", body)[1]["message"]["body"]["mid"]
    assert call(sandbox, "PUT", f"/messages?message_id={mid}", message("Thanks"))[1] == {"success": True}
    shown = sandbox.get("/state")["messengers"]["max"]["chats"][0]["messages"][-1]
    assert (shown["text"], shown["buttons"][0][0]["data"]) == ("Thanks", "csat:5")  # null attachments change nothing
    call(sandbox, "PUT", f"/messages?message_id={mid}", {"text": "Thanks", "attachments": [], "link": None})
    assert sandbox.get("/state")["messengers"]["max"]["chats"][0]["messages"][-1]["buttons"] == []
    assert call(sandbox, "PUT", f"/messages?message_id={client}", message("x"))[0] == 403
    assert call(sandbox, "DELETE", f"/messages?message_id={mid}")[1] == {"success": True}
    assert call(sandbox, "PUT", f"/messages?message_id={mid}", message("x"))[0] == 404


def test_a_tap_waits_for_its_answer(sandbox: RunningSandbox, webhook: Webhook, dialog: int) -> None:
    button = {"type": "callback", "text": "Wow", "payload": "csat:5"}
    body = message("How?", attachments=[keyboard(button)])
    mid = call(sandbox, "POST", f"/messages?chat_id={dialog}", body)[1]["message"]["body"]["mid"]

    def answer(update: Json) -> None:
        callback = update["callback"]
        assert (callback["payload"], update["message"]["body"]["mid"]) == ("csat:5", mid)
        call(sandbox, "POST", f"/answers?callback_id={callback['callback_id']}", {"notification": "Thank you!"})

    webhook.on_update = answer
    tapped = sandbox.post("/tap", messenger="max", user=ANNA, message_id=mid, button="Wow")
    assert (tapped["answered"], tapped["text"]) == (True, "Thank you!")


def test_only_200_will_do_and_repeats_come_by_maxs_own_delays(sandbox: RunningSandbox, webhook: Webhook) -> None:
    webhook.answers = [204, 500]
    said = sandbox.post("/say", messenger="max", user=ANNA, name="Anna", text="again and again")
    webhook.wait_for(1)
    sandbox.post("/limits", speed=10_000)
    assert len(webhook.wait_for(3)) == 3
    assert eventually(lambda: sandbox.get("/state")["messengers"]["max"]["webhook"]["pending"] == 0)
    resent = sandbox.post("/resend", messenger="max", update_id=said["update_id"], copies=16)
    assert resent == {"statuses": [200] * 16}


def test_only_the_updates_asked_for_come(sandbox: RunningSandbox) -> None:
    with product_webhook() as product:
        call(sandbox, "POST", "/subscriptions", {"url": product.url, "update_types": ["bot_started"]})
        assert sandbox.post("/say", messenger="max", user=ANNA, name="Anna", text="x")["update_id"] is None
        sandbox.post("/start", messenger="max", user=ANNA)
        assert [one["update_type"] for one in product.wait_for(1)] == ["bot_started"]
        [listed] = call(sandbox, "GET", "/subscriptions")[1]["subscriptions"]
        assert (listed["url"], listed["update_types"]) == (product.url, ["bot_started"])
        call(sandbox, "DELETE", f"/subscriptions?url={product.url}")
        assert call(sandbox, "GET", "/subscriptions")[1] == {"subscriptions": []}


@pytest.mark.parametrize("type_", ["image", "video", "audio", "file"])
def test_a_file_goes_through_all_its_steps(sandbox: RunningSandbox, dialog: int, type_: str) -> None:
    server = call(sandbox, "POST", f"/uploads?type={type_}")[1]
    said = urllib3.request("POST", server["url"], fields={"data": ("a.mp4", b"content")})
    told = {} if type_ in ("video", "audio") else said.json()
    payload = {name: value for name, value in (server | told).items() if name in ("token", "photos")}
    body = message("Look", attachments=[{"type": type_, "payload": payload}])
    status, answer = call(sandbox, "POST", f"/messages?chat_id={dialog}", body)
    assert (status, answer["message"]["body"]["attachments"][0]["type"]) == (200, type_)
    assert urllib3.request("POST", server["url"], fields={"data": ("b.mp4", b"again")}).status == 400


def test_a_file_that_has_not_come_yet_is_not_ready(sandbox: RunningSandbox, dialog: int) -> None:
    token = call(sandbox, "POST", "/uploads?type=video")[1]["token"]
    body = message("Look", attachments=[{"type": "video", "payload": {"token": token}}])
    status, answer = call(sandbox, "POST", f"/messages?chat_id={dialog}", body)
    assert (status, answer["code"]) == (400, "attachment.not.ready")


@pytest.mark.parametrize(("type_", "token"), [("image", "never-given"), ("image", "{video}"), ("file", None)])
def test_only_a_token_that_was_given_names_a_file(
    sandbox: RunningSandbox, dialog: int, type_: str, token: str | None
) -> None:
    video = call(sandbox, "POST", "/uploads?type=video")[1]["token"]
    body = message("x", attachments=[{"type": type_, "payload": {"token": token and token.format(video=video)}}])
    assert call(sandbox, "POST", f"/messages?chat_id={dialog}", body)[1]["code"] == "proto.payload"
    assert call(sandbox, "POST", "/uploads?type=photo")[1]["code"] == "proto.payload"


def test_thirty_calls_a_second(sandbox: RunningSandbox) -> None:
    sandbox.post("/limits", speed=0.001)
    statuses = [call(sandbox, "GET", "/me")[0] for _ in range(31)]
    assert statuses == [200] * 30 + [429]


def test_misfortune_on_order(sandbox: RunningSandbox, dialog: int) -> None:
    sandbox.post("/faults", messenger="max", path="/messages", status=429, headers={"Retry-After": "3"})
    status, answer = call(sandbox, "POST", f"/messages?chat_id={dialog}", message("x"))
    assert (status, answer["code"]) == (429, "too.many.requests")
    assert call(sandbox, "POST", f"/messages?chat_id={dialog}", message("x"))[0] == 200


@needs_published
def test_what_the_published_schema_does_not_know_is_a_violation(sandbox: RunningSandbox, dialog: int) -> None:
    call(sandbox, "POST", f"/messages?chat_id={dialog}&loud=true", {"text": "x", "colour": "red"})
    assert sandbox.get("/calls?messenger=max")[-1]["violations"] == [
        "unknown parameter: loud",
        "$: 'attachments' is a required property",
        "$: 'link' is a required property",
        "$: Unevaluated properties are not allowed ('colour' was unexpected)",
    ]
