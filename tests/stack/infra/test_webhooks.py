"""Registering our webhooks with all five messengers: some come back to us meanwhile."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from infra import secret_store
from infra.architecture import LOCAL_STAGE
from infra.local.running import RunningStack
from infra.paths import ROOT
from infra.webhooks import MESSENGERS, connecting


def stage_of(stack: RunningStack) -> connecting.Stage:
    urls = {name: f"{stack.sandbox_url}/{name}" for name in MESSENGERS}
    return connecting.Stage(LOCAL_STAGE, stack.aws("ssm"), urls)


def test_the_health_of_all_five_is_shown(stack: RunningStack) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "infra.webhooks", "--stage", LOCAL_STAGE],
        cwd=ROOT,
        env={
            **os.environ,
            "AWS_ENDPOINT_URL": stack.aws_endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": stack.region,
            **{f"{name.upper()}_API_URL": f"{stack.sandbox_url}/{name}" for name in MESSENGERS},
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    for name in MESSENGERS:
        assert f"{stack.api_url}/webhooks/{name}\n" in shown
        assert stack.accounts[name] in shown


@pytest.fixture
def verify_token(stack: RunningStack) -> Iterator[str]:
    """The name of a secret that only registering needs; afterwards it is what it was, and registered so."""
    ssm, name = stack.aws("ssm"), "whatsapp_verify_token"
    before = secret_store.read(ssm, LOCAL_STAGE)[name]
    yield name
    secret_store.write(ssm, LOCAL_STAGE, given={name: before}, addresses={})
    connecting.connect(stage_of(stack), print, ("whatsapp",))


def test_a_secret_that_was_changed_a_moment_ago_is_the_one_that_counts(stack: RunningStack, verify_token: str) -> None:
    """The functions that run have the old one in their memory for minutes."""
    connecting.connect(stage_of(stack), print, ("whatsapp",))
    secret_store.write(stack.aws("ssm"), LOCAL_STAGE, given={verify_token: "another"}, addresses={})
    connecting.connect(stage_of(stack), print, ("whatsapp",))
