"""A fresh sandbox for each test, and the rooms and people of its demo team by short names."""

from collections.abc import Iterator

import pytest

from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from tests.unit.sandbox.product import Webhook, product_webhook

ALL_UPDATES = ["message", "edited_message", "channel_post", "callback_query", "message_reaction", "my_chat_member"]


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(demo_config()) as running:
        yield running


@pytest.fixture
def desk(sandbox: RunningSandbox) -> int:
    return sandbox.config.chats.desk.id


@pytest.fixture
def topic(sandbox: RunningSandbox, desk: int) -> int:
    """An open topic of the forum."""
    thread_id: int = sandbox.call("createForumTopic", chat_id=desk, name="Anna Volkova")["result"]["message_thread_id"]
    return thread_id


@pytest.fixture
def webhook(sandbox: RunningSandbox) -> Iterator[Webhook]:
    """The product's webhook, registered for every kind of update the sandbox makes."""
    with product_webhook() as product:
        sandbox.call("setWebhook", url=product.url, secret_token="s3cret", allowed_updates=ALL_UPDATES)
        yield product
        sandbox.call("deleteWebhook")
