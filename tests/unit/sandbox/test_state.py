"""Yesterday's messages are there after a restart."""

from pathlib import Path

from infra.local.sandbox import demo_config, running_sandbox
from tests.unit.sandbox.product import eventually, product_webhook

ANNA = 600_001


def test_chats_topics_and_the_webhook_outlive_a_restart(tmp_path: Path) -> None:
    config = demo_config(state_path=str(tmp_path / "kept" / "sandbox.json"))
    desk = config.chats.desk.id
    with product_webhook() as product:
        with running_sandbox(config) as sandbox:
            sandbox.call("setWebhook", url=product.url, secret_token="s3cret", allowed_updates=["message"])
            sandbox.post("/say", user=ANNA, text="hello")
            topic = sandbox.call("createForumTopic", chat_id=desk, name="Anna")["result"]["message_thread_id"]
            product.wait_for(2)
            assert eventually(lambda: not sandbox.get("/state")["webhook"]["pending"])
            before = sandbox.get("/state")

        with running_sandbox(config) as sandbox:
            after = sandbox.get("/state")
            assert after["chats"] == before["chats"]
            assert after["people"] == before["people"]
            assert sandbox.call("sendMessage", chat_id=desk, message_thread_id=topic, text="good morning")["ok"]
            again = sandbox.post("/say", user=ANNA, text="it is me again")
            updates = product.wait_for(3)

    assert product.secrets == ["s3cret"] * 3
    assert again["update_id"] > max(update["update_id"] for update in updates[:2])
    assert again["message_id"] == 2


def test_updates_not_taken_before_a_stop_are_delivered_after_it(tmp_path: Path) -> None:
    config = demo_config(state_path=str(tmp_path / "sandbox.json"))
    with running_sandbox(config) as sandbox:
        sandbox.post("/say", user=ANNA, text="hello")

    with running_sandbox(config) as sandbox:
        assert [update["message"]["text"] for update in sandbox.call("getUpdates")["result"]] == ["hello"]


def test_a_new_client_keeps_their_place(tmp_path: Path) -> None:
    config = demo_config(state_path=str(tmp_path / "sandbox.json"))
    with running_sandbox(config) as sandbox:
        newcomer = sandbox.post("/clients", name="Lev Tolmachev", language_code="en")
        assert sandbox.call("sendMessage", chat_id=newcomer["id"], text="Welcome")["ok"]

    with running_sandbox(config) as sandbox:
        assert newcomer in sandbox.get("/state")["people"]
