"""``make deploy`` as an operator runs it, against the embedded AWS and the messenger sandbox: a second stage beside ours."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import secret_store
from infra.local import demo_messengers, seed
from infra.local.ports import Ports
from infra.local.processes import Process
from infra.local.running import RunningStack
from infra.paths import ROOT
from infra.webhooks import MESSENGERS

STAGE = "second"
PUBLIC_URL = "https://desk.example.com"
TOKENS = {"TELEGRAM_TOKEN": seed.TELEGRAM_TOKEN, "MAX_TOKEN": demo_messengers.SECRETS["max_token"]}
"""Of those that do not come to our address while we register: this stage's functions are made for AWS's machines."""
THROWAWAY = {"PROTECT_DATA": "false", "ALARM_EMAIL": "ops@example.com"}


@pytest.fixture
def messengers(tmp_path: Path) -> Iterator[str]:
    """A sandbox of its own, since a bot has one webhook. Answers its URL."""
    port = Ports.free().sandbox
    config = tmp_path / "sandbox.json"
    played = seed.sandbox_config(port, tmp_path)
    config.write_text(json.dumps({**played, "state_path": str(tmp_path / "state.json")}))
    command = [sys.executable, "-m", "infra.local.sandbox", "--config", str(config)]
    process = Process("sandbox", command, cwd=ROOT, env=os.environ, log=tmp_path / "sandbox.log")
    try:
        process.wait_until_it_answers(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stop()


def deploy(stack: RunningStack, messengers: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.deploy", "--stage", STAGE],
        cwd=ROOT,
        env={
            **os.environ,
            "AWS_ENDPOINT_URL": stack.aws_endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": stack.region,
            **{f"{name.upper()}_API_URL": f"{messengers}/{name}" for name in MESSENGERS},
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
def test_a_second_stage_stands_beside_the_first_with_its_webhooks_verified(
    stack: RunningStack, messengers: str
) -> None:
    done = deploy(stack, messengers, **THROWAWAY)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("not connected") == len(MESSENGERS)
    assert "WHATSAPP_TOKEN=… WHATSAPP_APP_ID=…" in done.stdout
    tables = stack.aws("dynamodb").list_tables()["TableNames"]
    assert {"vipdesk-local-desk", f"vipdesk-{STAGE}-desk"} <= set(tables)
    parameters, secrets = parameters_of(stack), secrets_of(stack)
    assert (parameters["ProtectData"], parameters["AlarmEmail"]) == ("false", "ops@example.com")
    assert secrets.keys() >= {"telegram_webhook_secret", "vk_secret", "invitation_key", "cursor_key", "public_url"}

    again = deploy(stack, messengers, **TOKENS)

    assert again.returncode == 0, again.stdout + again.stderr
    assert parameters_of(stack) == parameters  # what is not given stays
    assert secrets_of(stack).items() >= secrets.items()  # made once, kept
    for name in ("telegram", "max"):
        assert f"{PUBLIC_URL}/webhooks/{name}" in again.stdout
    assert not [token for token in TOKENS.values() if token in again.stdout]


@pytest.mark.usefixtures("cleared")
def test_refusals_say_what_to_do_and_keep_no_other_messenger_waiting(stack: RunningStack, messengers: str) -> None:
    done = deploy(stack, messengers, TELEGRAM_TOKEN="1:wrong", MAX_TOKEN=TOKENS["MAX_TOKEN"], **THROWAWAY)

    assert done.returncode == 1
    assert "TELEGRAM_TOKEN" in done.stderr
    assert "1:wrong" not in done.stdout + done.stderr
    assert f"{PUBLIC_URL}/webhooks/max" in done.stdout


def parameters_of(stack: RunningStack) -> dict[str, str]:
    described = stack.aws("cloudformation").describe_stacks(StackName=f"vipdesk-{STAGE}")["Stacks"][0]
    return {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in described["Parameters"]}


def secrets_of(stack: RunningStack) -> dict[str, str]:
    return secret_store.read(stack.aws("ssm"), STAGE)
