"""Pressing inline buttons, and what the bot answers."""

import json

from infra.local.sandbox import RunningSandbox
from tests.unit.sandbox.product import Update, Webhook

ANNA, OLEG = 600_001, 500_002
KEYBOARD = {
    "inline_keyboard": [
        [{"text": "Take", "callback_data": "t:1"}, {"text": "Open", "url": "https://vipdesk.example/s/1"}],
    ]
}


def test_a_pressed_button_reaches_the_product_and_its_answer_comes_back(
    sandbox: RunningSandbox, webhook: Webhook, desk: int, topic: int
) -> None:
    card = sandbox.call("sendMessage", chat_id=desk, message_thread_id=topic, text="card", reply_markup=KEYBOARD)

    def answer(update: Update) -> None:
        if query := update.get("callback_query"):
            sandbox.call("answerCallbackQuery", callback_query_id=query["id"], text="Yours now")

    webhook.on_update = answer

    tapped = sandbox.post("/tap", staff=OLEG, message_id=card["result"]["message_id"], button="Take")

    assert (tapped["answered"], tapped["text"]) == (True, "Yours now")
    query = next(u["callback_query"] for u in webhook.wait_for(2) if "callback_query" in u)
    assert (query["data"], query["from"]["id"]) == ("t:1", OLEG)
    assert query["message"]["message_thread_id"] == topic


def test_a_method_in_the_webhooks_own_answer_is_carried_out(sandbox: RunningSandbox, webhook: Webhook) -> None:
    grade = sandbox.call("sendMessage", chat_id=ANNA, text="How was it?", reply_markup=KEYBOARD)["result"]

    def say(update: Update) -> bytes:
        answer = {"method": "answerCallbackQuery", "callback_query_id": update["callback_query"]["id"], "text": "Ta"}
        return json.dumps(answer).encode()

    webhook.body_for = say
    tapped = sandbox.post("/tap", user=ANNA, message_id=grade["message_id"], button="t:1")
    assert (tapped["answered"], tapped["text"]) == (True, "Ta")


def test_without_an_answer_the_tap_ends_all_the_same(sandbox: RunningSandbox, webhook: Webhook) -> None:
    grade = sandbox.call("sendMessage", chat_id=ANNA, text="How was it?", reply_markup=KEYBOARD)["result"]

    tapped = sandbox.post("/tap", user=ANNA, message_id=grade["message_id"], button="t:1", wait_ms=0)

    assert (tapped["answered"], tapped["text"]) == (False, None)
    assert sandbox.call("answerCallbackQuery", callback_query_id=tapped["callback_query_id"])["ok"]
    assert len(webhook.wait_for(1)) == 1


def test_a_link_is_only_a_link(sandbox: RunningSandbox) -> None:
    grade = sandbox.call("sendMessage", chat_id=ANNA, text="How was it?", reply_markup=KEYBOARD)["result"]

    assert sandbox.post("/tap", user=ANNA, message_id=grade["message_id"], button="Open") == {
        "url": "https://vipdesk.example/s/1"
    }


def test_answering_what_was_not_asked(sandbox: RunningSandbox) -> None:
    assert sandbox.call("answerCallbackQuery", callback_query_id="1")["description"] == (
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )


def test_a_button_that_is_not_there(sandbox: RunningSandbox) -> None:
    said = sandbox.post("/say", user=ANNA, text="hi")

    status, problem = sandbox.request(
        "POST", "/tap", {"user": ANNA, "message_id": said["message_id"], "button": "Take"}
    )

    assert (status, problem["title"]) == (409, "The message has no such button")
