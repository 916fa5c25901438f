"""Updates reach the product as Telegram delivers them: signed, in order per chat, again and again until taken."""

from typing import Any

import pytest

from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from tests.unit.sandbox.product import Update, Webhook, eventually, product_webhook

ANNA, PAVEL, OLEG = 600_001, 600_002, 500_002


def texts(updates: list[Update]) -> list[str]:
    return [update["message"]["text"] for update in updates]


def test_a_client_writes_and_the_product_is_called(sandbox: RunningSandbox, webhook: Webhook) -> None:
    said = sandbox.post("/say", messenger="telegram", user=ANNA, name="Anna Volkova", text="Help, please")

    [update] = webhook.wait_for(1)
    assert webhook.secrets == ["s3cret"]
    assert update["update_id"] == said["update_id"]
    assert update["message"]["message_id"] == said["message_id"]
    assert update["message"]["text"] == "Help, please"
    assert update["message"]["from"] == {
        "id": ANNA,
        "is_bot": False,
        "first_name": "Anna",
        "last_name": "Volkova",
        "language_code": "ru",
    }


def test_staff_write_in_a_topic(sandbox: RunningSandbox, webhook: Webhook, topic: int) -> None:
    sandbox.post("/say", messenger="telegram", staff=OLEG, topic=topic, text="On it")

    message = webhook.wait_for(2)[-1]["message"]
    assert message["from"]["id"] == OLEG
    assert message["message_thread_id"] == topic
    assert message["reply_to_message"]["message_id"] == topic


def test_what_the_bot_does_itself_comes_back_only_as_service_messages(
    sandbox: RunningSandbox, webhook: Webhook, desk: int, topic: int
) -> None:
    card = sandbox.call("sendMessage", chat_id=desk, message_thread_id=topic, text="card")["result"]["message_id"]
    sandbox.call("pinChatMessage", chat_id=desk, message_id=card)
    sandbox.call("closeForumTopic", chat_id=desk, message_thread_id=topic)

    kinds = [set(update["message"]) for update in webhook.wait_for(3)]
    assert [next(k for k in kind if k.startswith(("forum_", "pinned_"))) for kind in kinds] == [
        "forum_topic_created",
        "pinned_message",
        "forum_topic_closed",
    ]


def test_a_refused_update_is_sent_again_and_holds_its_chat_but_no_other(
    sandbox: RunningSandbox, webhook: Webhook
) -> None:
    sandbox.post("/limits", speed=200)
    webhook.answers = [500, 502, 503]

    sandbox.post("/say", user=ANNA, text="first")
    webhook.wait_for(1)
    sandbox.post("/say", user=ANNA, text="second")

    assert texts(webhook.wait_for(5)) == ["first", "first", "first", "first", "second"]
    info = sandbox.call("getWebhookInfo")["result"]
    assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"
    assert eventually(lambda: sandbox.call("getWebhookInfo")["result"]["pending_update_count"] == 0)


def test_retry_after_is_honoured(sandbox: RunningSandbox, webhook: Webhook) -> None:
    webhook.answers = [(429, {"Retry-After": "3000"})]

    sandbox.post("/say", user=ANNA, text="later")
    webhook.wait_for(1)
    sandbox.post("/say", user=PAVEL, text="now")

    assert texts(webhook.wait_for(2)) == ["later", "now"]
    assert eventually(lambda: sandbox.call("getWebhookInfo")["result"]["pending_update_count"] == 1)
    sandbox.post("/limits", speed=100_000)
    assert texts(webhook.wait_for(3))[-1] == "later"


def test_an_update_waits_for_a_product_that_is_down(sandbox: RunningSandbox) -> None:
    with product_webhook() as gone:
        sandbox.call("setWebhook", url=gone.url)
    sandbox.post("/say", user=ANNA, text="anybody?")
    assert eventually(
        lambda: sandbox.call("getWebhookInfo")["result"].get("last_error_message") == "Connection refused"
    )

    with product_webhook() as back:
        sandbox.call("setWebhook", url=back.url)

        assert texts(back.wait_for(1)) == ["anybody?"]


def test_dropping_pending_updates(sandbox: RunningSandbox) -> None:
    sandbox.post("/say", user=ANNA, text="old")

    with product_webhook() as product:
        sandbox.call("setWebhook", url=product.url, drop_pending_updates=True)
        sandbox.post("/say", user=ANNA, text="new")

        assert texts(product.wait_for(1)) == ["new"]


@pytest.mark.parametrize(
    ("allowed", "hears"), [(["message", "message_reaction"], True), (["message"], False), ([], False)]
)
def test_reactions_come_only_when_asked_for(sandbox: RunningSandbox, allowed: list[str], hears: bool) -> None:
    with product_webhook() as product:
        sandbox.call("setWebhook", url=product.url, allowed_updates=allowed)
        said = sandbox.post("/say", user=ANNA, text="hi")
        reacted = sandbox.post("/react", user=ANNA, message_id=said["message_id"], emoji="🔥")

        assert (reacted["update_id"] is not None) == hears
        updates = product.wait_for(2 if hears else 1)
        assert [u["message_reaction"]["new_reaction"] for u in updates if "message_reaction" in u] == (
            [[{"type": "emoji", "emoji": "🔥"}]] if hears else []
        )


def test_blocking_and_unblocking_is_told(sandbox: RunningSandbox, webhook: Webhook) -> None:
    sandbox.post("/block", user=ANNA, blocked=True)
    sandbox.post("/block", user=ANNA, blocked=False)

    changes = [update["my_chat_member"] for update in webhook.wait_for(2)]
    assert [change["new_chat_member"]["status"] for change in changes] == ["kicked", "member"]


def test_an_edit_by_a_client_is_told(sandbox: RunningSandbox, webhook: Webhook) -> None:
    said = sandbox.post("/say", user=ANNA, text="hi")

    sandbox.post("/edit", user=ANNA, message_id=said["message_id"], text="hello")

    edited = webhook.wait_for(2)[-1]["edited_message"]
    assert (edited["text"], "edit_date" in edited) == ("hello", True)


def test_a_post_in_the_channel_is_a_channel_post(sandbox: RunningSandbox, webhook: Webhook) -> None:
    sandbox.post("/say", staff=OLEG, chat="emergency", text="All is well")

    [update] = webhook.wait_for(1)
    assert update["channel_post"]["sender_chat"]["type"] == "channel"
    assert "from" not in update["channel_post"]


@pytest.mark.parametrize("kind", ["photo", "voice", "video", "document", "sticker", "location", "contact"])
def test_other_kinds_of_messages(sandbox: RunningSandbox, webhook: Webhook, kind: str) -> None:
    sandbox.post("/say", user=ANNA, kind=kind)

    [update] = webhook.wait_for(1)
    assert kind in update["message"]


def test_the_same_update_many_times_at_once(sandbox: RunningSandbox, webhook: Webhook) -> None:
    said = sandbox.post("/say", user=ANNA, text="only once, please")
    webhook.wait_for(1)

    answer = sandbox.post("/resend", update_id=said["update_id"], copies=32)

    assert answer == {"statuses": [200] * 32}
    assert {update["update_id"] for update in webhook.wait_for(33)} == {said["update_id"]}


def test_polling_needs_the_webhook_gone(sandbox: RunningSandbox, webhook: Webhook) -> None:
    assert sandbox.call("getUpdates")["error_code"] == 409
    sandbox.call("deleteWebhook")
    first = sandbox.post("/say", user=ANNA, text="one")["update_id"]
    sandbox.post("/say", user=ANNA, text="two")

    assert texts(sandbox.call("getUpdates")["result"]) == ["one", "two"]
    assert texts(sandbox.call("getUpdates", offset=first + 1)["result"]) == ["two"]
    assert texts(sandbox.call("getUpdates", offset=-1)["result"]) == ["two"]
    assert webhook.updates == []


@pytest.mark.parametrize(
    ("parameters", "description"),
    [
        ({"url": "http://example.org/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://example.org/", "secret_token": "wörd"}, "secret token contains unallowed characters"),
    ],
)
def test_webhooks_that_telegram_refuses(sandbox: RunningSandbox, parameters: dict[str, Any], description: str) -> None:
    assert sandbox.call("setWebhook", **parameters)["description"] == f"Bad Request: {description}"


def test_a_bad_token_is_unauthorized() -> None:
    with running_sandbox(demo_config()) as sandbox:
        assert sandbox.request("POST", "/telegram/bot1:x/getMe", {}) == (
            401,
            {"ok": False, "error_code": 401, "description": "Unauthorized"},
        )
