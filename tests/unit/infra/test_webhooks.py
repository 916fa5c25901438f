"""Registering our webhooks: what a messenger refuses is said with what to do, and never with a token."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from infra import secret_store
from infra.local import demo_messengers, seed
from infra.local.sandbox import RunningSandbox, running_sandbox
from infra.local.sandbox.config import Config
from infra.trouble import Trouble
from infra.webhooks import MESSENGERS, given_secrets
from infra.webhooks.registration import Connection, NotReached

COME_TO_US = ("whatsapp", "vk", "viber")
SECRETS = {
    **{name: make() for name, make in secret_store.GENERATED.items()},
    **demo_messengers.SECRETS,
    "telegram_token": seed.TELEGRAM_TOKEN,
}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    with running_sandbox(msgspec.convert(seed.sandbox_config(0, tmp_path), Config)) as running:
        yield running


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_a_wrong_address_is_refused_with_words(sandbox: RunningSandbox, messenger: str) -> None:
    """Nobody listens there; Telegram and MAX do not try, but they want HTTPS."""
    nowhere = "http://127.0.0.1:9/hook" if messenger in COME_TO_US else "http://desk.example/hook"
    connection = Connection(sandbox.api_url(messenger), nowhere, SECRETS)
    with pytest.raises(Trouble, match="HTTPS") as refusal:
        MESSENGERS[messenger].register(connection)
    assert isinstance(refusal.value, NotReached) is (messenger in COME_TO_US)
    assert MESSENGERS[messenger].health(connection).address != nowhere or messenger == "vk"  # VK keeps it as failed


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_a_wrong_token_is_refused_with_the_variable_that_gives_it(sandbox: RunningSandbox, messenger: str) -> None:
    wrong = {name: "1:wrong" for name in MESSENGERS[messenger].variables if name.endswith("token")}
    connection = Connection(sandbox.api_url(messenger), "https://desk.example/hook", {**SECRETS, **wrong})
    with pytest.raises(Trouble, match=f"{messenger.upper()}_TOKEN") as refusal:
        MESSENGERS[messenger].health(connection)
    assert "1:wrong" not in str(refusal.value)


@pytest.mark.parametrize("messenger", MESSENGERS)
def test_a_messenger_that_does_not_answer_is_named_without_its_address(messenger: str) -> None:
    connection = Connection("http://127.0.0.1:9", "https://desk.example/hook", SECRETS)
    with pytest.raises(Trouble, match="no sensible answer") as refusal:
        MESSENGERS[messenger].health(connection)
    assert "127.0.0.1" not in str(refusal.value)


def test_what_has_yet_to_be_given_is_named() -> None:
    half = given_secrets({"WHATSAPP_TOKEN": "t", "WHATSAPP_APP_ID": "1", "VIBER_TOKEN": "v", "HOME": "/"})
    assert half == {"whatsapp_token": "t", "whatsapp_app_id": "1", "viber_token": "v"}
    assert MESSENGERS["whatsapp"].lacks(half) == ["WHATSAPP_APP_SECRET", "WHATSAPP_WABA_ID"]
    assert MESSENGERS["viber"].lacks(half) == []


def test_telegram_lists_the_teams_commands_in_groups_in_both_languages(sandbox: RunningSandbox) -> None:
    connection = Connection(sandbox.api_url("telegram"), "https://desk.example/webhooks/telegram", SECRETS)
    MESSENGERS["telegram"].register(connection)
    listed = [call for call in sandbox.get("/calls") if call["method"] == "setMyCommands"]
    assert [call["violations"] for call in listed] == [[], []]
    bodies = [call["body"] for call in listed]
    assert {body["language_code"] for body in bodies} == {"", "ru"}
    assert all(body["scope"] == {"type": "all_group_chats"} for body in bodies)
    assert {"queue", "next", "why"} <= {command["command"] for command in bodies[0]["commands"]}
