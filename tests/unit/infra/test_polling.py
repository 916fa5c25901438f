"""Polling: each update reaches the webhook signed, in order, and counts as taken only when the webhook has said so."""

import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest

from infra.local.polling import Poller
from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from infra.webhooks import telegram
from tests.unit.sandbox.product import Webhook, product_webhook

ANNA = 600_001


class Bench:
    """A poller whose pauses are only noted."""

    def __init__(self, sandbox: RunningSandbox, webhook: Webhook) -> None:
        self.sandbox, self.webhook = sandbox, webhook
        self.said: list[str] = []
        self.pauses: list[float] = []
        self.seen: list[int] = []
        self.poller = Poller(
            sandbox.api_url("telegram"),
            sandbox.config.telegram.token,
            webhook.url,
            "s3cret",
            lambda update: self.seen.append(update["update_id"]),
            self.said.append,
            self.pauses.append,
        )

    def say(self, text: str) -> None:
        self.sandbox.post("/say", messenger="telegram", user=ANNA, text=text)

    def take(self, count: int) -> list[str]:
        """Let the poller hand over so many updates; what the webhook has got in all."""
        for update in islice(self.poller.updates(), count):
            self.poller.hand_over(update)
        return [update["message"]["text"] for update in self.webhook.updates]

    def pending(self) -> int:
        return int(self.sandbox.get("/state")["webhook"]["pending"])


@pytest.fixture
def bench() -> Iterator[Bench]:
    with running_sandbox(demo_config()) as sandbox, product_webhook() as webhook:
        yield Bench(sandbox, webhook)


def test_updates_come_signed_and_in_order_and_are_confirmed_afterwards(bench: Bench) -> None:
    bench.say("one")
    bench.say("two")
    assert bench.take(2) == ["one", "two"]
    assert bench.webhook.secrets == ["s3cret", "s3cret"]
    assert bench.pending() == 2  # whoever dies now gets them again, and the desk knows them
    bench.say("three")
    updates = bench.poller.updates()
    assert [next(updates)["message"]["text"] for _ in range(3)] == ["one", "two", "three"]


def test_an_update_that_is_not_taken_is_tried_again_as_patiently_as_it_is_asked(bench: Bench) -> None:
    bench.webhook.answers = [500, (503, {"Retry-After": "7"}), 502, 200]
    bench.say("one")
    bench.say("two")
    assert bench.take(2) == ["one", "one", "one", "one", "two"]
    assert bench.pauses == [1, 7, 4]
    assert bench.said == ["The webhook answered 500; the update is kept and tried again."]


def test_a_method_in_the_webhooks_answer_is_called(bench: Bench) -> None:
    bench.webhook.body_for = lambda _: b'{"method": "sendMessage", "chat_id": 600001, "text": "Thank you"}'
    bench.say("one")
    bench.take(1)
    assert [call["body"]["text"] for call in bench.sandbox.get("/calls") if call["method"] == "sendMessage"]


def test_a_webhook_is_taken_away_with_a_word(bench: Bench) -> None:
    bench.sandbox.call("setWebhook", url="https://desk.example/webhooks/telegram")
    bench.poller.take_over()
    assert bench.sandbox.call("getWebhookInfo")["result"]["url"] == ""
    assert ["desk.example" in words and "deploy" in words for words in bench.said] == [True]
    bench.poller.take_over()
    assert len(bench.said) == 1


def test_telegram_offers_the_desks_commands(bench: Bench) -> None:
    bench.poller.take_over()
    listed = [call["body"]["commands"] for call in bench.sandbox.get("/calls") if call["method"] == "setMyCommands"]
    assert listed
    assert all("queue" in [each["command"] for each in commands] for commands in listed)


def answers(bench: Bench, **fault: Any) -> None:
    bench.sandbox.post("/faults", messenger="telegram", path="getUpdates", count=2, **fault)


def webhook_is_set(bench: Bench) -> None:
    bench.sandbox.call("setWebhook", url="https://desk.example/webhooks/telegram")
    bench.poller.pause = lambda _: bench.sandbox.call("deleteWebhook")


def telegram_limits(bench: Bench) -> None:
    limited = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 9}}
    answers(bench, status=429, body=limited)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (webhook_is_set, "set a webhook"),
        (telegram_limits, "429"),
        (lambda bench: answers(bench, drop=True), "cannot be reached"),
    ],
)
def test_what_keeps_updates_away_is_said_once(bench: Bench, trouble: Callable[[Bench], None], words: str) -> None:
    trouble(bench)
    bench.say("one")
    bench.take(1)
    assert [words in each for each in bench.said] == [True]
    assert bench.pauses in ([], [9, 9], [1, 2])


def test_another_program_that_asks_is_said(bench: Bench) -> None:
    def intrude() -> None:
        bench.sandbox.call("getUpdates", timeout=0)
        bench.say("one")

    threading.Timer(0.3, intrude).start()
    bench.take(1)
    assert ["Another program" in each for each in bench.said] == [True]


def test_nothing_that_is_said_holds_the_token(bench: Bench) -> None:
    bench.poller.api_url = "http://127.0.0.1:9"
    bench.poller.pause = lambda _: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        bench.take(1)
    assert bench.said == ["Telegram cannot be reached. Asking again."]
    assert bench.poller.token not in repr(bench.poller)


def test_the_kinds_of_updates_are_those_of_the_webhook(bench: Bench) -> None:
    bench.say("one")
    bench.take(1)
    [asked] = [call["body"] for call in bench.sandbox.get("/calls") if call["method"] == "getUpdates"][:1]
    assert set(asked["allowed_updates"]) == set(telegram.UPDATES)
