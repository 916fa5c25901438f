"""``make deploy`` as an operator runs it, against the embedded AWS and the messenger sandbox: a second stage beside ours."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import secret_store
from infra.local import seed
from infra.local.ports import Ports
from infra.local.processes import Process
from infra.local.running import RunningStack
from infra.paths import ROOT
from infra.webhooks import TELEGRAM_UPDATES, health

STAGE = "second"
PUBLIC_URL = "https://desk.example.com"
THROWAWAY = {"PROTECT_DATA": "false", "ALARM_EMAIL": "ops@example.com"}


@pytest.fixture
def telegram(tmp_path: Path) -> Iterator[str]:
    """A sandbox of its own, since a bot has one webhook. Answers the base URL of its Telegram."""
    port = Ports.free().sandbox
    config = tmp_path / "sandbox.json"
    nobodys_api = "http://127.0.0.1:9"
    played = seed.sandbox_config(port, tmp_path, nobodys_api)
    config.write_text(json.dumps({**played, "state_path": str(tmp_path / "state.json")}))
    command = [sys.executable, "-m", "infra.local.sandbox", "--config", str(config)]
    process = Process("sandbox", command, cwd=ROOT, env=os.environ, log=tmp_path / "sandbox.log")
    try:
        process.wait_until_it_answers(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}/telegram"
    finally:
        process.stop()


def deploy(stack: RunningStack, telegram: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.deploy", "--stage", STAGE],
        cwd=ROOT,
        env={
            **os.environ,
            "AWS_ENDPOINT_URL": stack.aws_endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": stack.region,
            "TELEGRAM_API_URL": telegram,
            "PUBLIC_URL": PUBLIC_URL,
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture
def cleared(stack: RunningStack) -> Iterator[None]:
    yield
    stack.aws("cloudformation").delete_stack(StackName=f"vipdesk-{STAGE}")


@pytest.mark.usefixtures("cleared")
def test_a_second_stage_stands_beside_the_first_with_its_webhook_verified(stack: RunningStack, telegram: str) -> None:
    done = deploy(stack, telegram, TELEGRAM_TOKEN=seed.TELEGRAM_TOKEN, **THROWAWAY)

    assert done.returncode == 0, done.stdout + done.stderr
    registered = health(telegram, seed.TELEGRAM_TOKEN)
    assert registered["url"] == f"{PUBLIC_URL}/webhooks/telegram"
    assert set(registered["allowed_updates"]) == set(TELEGRAM_UPDATES)
    tables = stack.aws("dynamodb").list_tables()["TableNames"]
    assert {"vipdesk-local-desk", f"vipdesk-{STAGE}-desk"} <= set(tables)
    parameters, secrets = parameters_of(stack), secrets_of(stack)
    assert (parameters["ProtectData"], parameters["AlarmEmail"]) == ("false", "ops@example.com")
    assert secrets.keys() >= {"telegram_token", "telegram_webhook_secret", "survey_key", "cursor_key", "public_url"}

    again = deploy(stack, telegram)

    assert again.returncode == 0, again.stdout + again.stderr
    assert parameters_of(stack) == parameters  # what is not given stays
    assert secrets_of(stack) == secrets  # made once, kept
    assert seed.TELEGRAM_TOKEN not in done.stdout + done.stderr + again.stdout + again.stderr


@pytest.mark.usefixtures("cleared")
def test_a_refused_token_says_what_to_do(stack: RunningStack, telegram: str) -> None:
    done = deploy(stack, telegram, TELEGRAM_TOKEN="1:wrong", **THROWAWAY)

    assert done.returncode == 1
    assert "TELEGRAM_TOKEN" in done.stderr
    assert "1:wrong" not in done.stdout + done.stderr


def parameters_of(stack: RunningStack) -> dict[str, str]:
    described = stack.aws("cloudformation").describe_stacks(StackName=f"vipdesk-{STAGE}")["Stacks"][0]
    return {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in described["Parameters"]}


def secrets_of(stack: RunningStack) -> dict[str, str]:
    return secret_store.read(stack.aws("ssm"), STAGE)
