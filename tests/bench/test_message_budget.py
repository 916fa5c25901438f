"""The budget of one inbound message (2-architecture): one read and one transaction on a known, open ticket."""

import json
import subprocess
import sys
from typing import Any

import pytest

from infra.local.running import RunningStack
from infra.paths import ROOT

NUDGE = {"sqs:SendMessageBatch": 1}


@pytest.fixture(scope="module")
def costs(stack: RunningStack) -> dict[str, dict[str, Any]]:
    """In a process of its own, since the product reads its environment once."""
    command = [sys.executable, "-m", "infra.bench.inbound", str(stack.directory)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {cost["scenario"]: cost for cost in json.loads(done.stdout.splitlines()[-1])}


@pytest.mark.parametrize("scenario", ["message on an open ticket", "first message of a client"])
def test_a_message_takes_one_read_one_transaction_and_one_nudge(costs: dict[str, Any], scenario: str) -> None:
    calls = costs[scenario]["calls"]
    assert calls == {"dynamodb:Query": 1, "dynamodb:TransactWriteItems": 1, **NUDGE}


def test_a_repeated_message_wakes_nobody(costs: dict[str, Any]) -> None:
    assert not costs["the same message again"]["calls"].keys() & NUDGE.keys()
