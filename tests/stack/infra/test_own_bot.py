"""``make run`` with a bot of one's own: a second sandbox is Telegram itself, which knows no address of ours."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from infra.local.own_bot import OwnBot
from infra.local.ports import Ports
from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from infra.local.stack import LocalStack
from tests.stack.conftest import eventually

OLEG = 500_002


@pytest.fixture
def real() -> Iterator[RunningSandbox]:
    """Telegram, where the bot has a webhook yet and stands in a group that has no topics and gives it no rights."""
    with running_sandbox(msgspec.structs.replace(demo_config(), vk=None, viber=None, max=None, whatsapp=None)) as made:
        made.post("/limits", enforce=False)
        made.call("setWebhook", url="https://elsewhere.example/hook")
        made.post("/group", messenger="telegram", topics=False, bot="member")
        yield made


def calls(real: RunningSandbox, method: str) -> list[dict[str, Any]]:
    return [call["body"] for call in real.get("/calls") if call["method"] == method and call["status"] == 200]


def texts(real: RunningSandbox, text: str) -> list[dict[str, Any]]:
    return [call for call in calls(real, "sendMessage") if call["text"] == text]


def test_a_laptop_without_an_address_talks_with_the_real_telegram(
    real: RunningSandbox, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    token, group = real.config.telegram.token, real.config.chats.desk.id
    said = ""

    def heard(words: str) -> bool:
        nonlocal said
        said += capfd.readouterr().out
        return words in said

    with LocalStack(tmp_path, Ports.free(), own_bot=OwnBot(token, real.api_url("telegram"))) as stack:
        eventually(lambda: heard("webhook at elsewhere.example is taken away"))
        real.post("/say", messenger="telegram", staff=OLEG, text="Hello, bot")
        eventually(lambda: heard("switch Topics on"))
        assert "make the bot an administrator" in said
        real.post("/group", messenger="telegram", topics=True, bot="administrator")
        eventually(lambda: heard(f"TELEGRAM_GROUP={group}"))

        real.post("/say", messenger="telegram", user=600_001, text="Is anybody there?")
        shown = eventually(lambda: texts(real, "Is anybody there?"), 90)[0]

        def answered() -> list[dict[str, Any]]:
            """Functions that have run before know the new group within a minute."""
            real.post("/say", messenger="telegram", staff=OLEG, topic=shown["message_thread_id"], text="We are")
            try:
                return eventually(lambda: texts(real, "We are"), 10)
            except AssertionError:
                return []

        eventually(answered, 90)
        topic = calls(real, "createForumTopic")[0]
        assert (topic["chat_id"], stack.accounts["telegram"]) == (group, token.partition(":")[0])
        assert (tmp_path / f"state-{stack.accounts['telegram']}").is_dir()
        heard("")
        assert token not in said + os.popen("ps -axww -o command=").read()
    assert [call for call in real.get("/calls") if call["violations"]] == []
