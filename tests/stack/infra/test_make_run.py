"""The local stack as a command: it is ready when it says so, keeps what it had, and leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.ports import Ports
from infra.local.processes import running
from infra.local.running import RunningStack
from infra.paths import ROOT

pytestmark = pytest.mark.stack

FACTS = {
    "api_url",
    "sandbox_url",
    "aws_endpoint_url",
    "region",
    "admin_token",
    "webhook_secrets",
    "accounts",
    "telegram",
    "staff",
    "approver_token",
    "status_url",
}
READY_WITHIN_SECONDS = 120


class Run:
    """``make run`` in a directory of its own."""

    def __init__(self, directory: Path, ports: Ports) -> None:
        self.directory = directory
        self.output = directory.with_suffix(".log")
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "infra.local.run", "--directory", str(directory)],
                cwd=ROOT,
                env={
                    **os.environ,
                    "TELEGRAM_TOKEN": "",  # whatever bot somebody has in their .env
                    "PORT": str(ports.front),
                    "SANDBOX_PORT": str(ports.sandbox),
                    "AWS_PORT": str(ports.aws),
                },
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def ready(self) -> RunningStack:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not (self.directory / "stack.json").exists():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)
        return RunningStack.read(self.directory)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def left_behind(self) -> list[str]:
        return [command for _, command in running() if str(self.directory) in command]


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[list[Run]]:
    """Runs that are ended whatever happens to the test."""
    started: list[Run] = []
    yield started
    for run in started:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)


def test_stopped_and_started_again_it_has_yesterday_s_tickets(runs: list[Run], tmp_path: Path) -> None:
    ports = Ports.free()
    first = Run(tmp_path / "local", ports)
    runs.append(first)
    stack = first.ready()
    assert json.loads((first.directory / "stack.json").read_text()).keys() == FACTS
    remember(stack)
    stack.invoke("service-levels")  # so that a worker runs

    assert first.end(signal.SIGINT) == 0, first.output.read_text()

    assert first.left_behind() == []
    assert not (first.directory / "stack.json").exists()
    second = Run(tmp_path / "local", ports)
    runs.append(second)
    again = second.ready()
    assert remembered(again)
    assert (again.admin_token, again.webhook_secrets) == (stack.admin_token, stack.webhook_secrets)
    assert second.output.read_text().count("whole template") == 1
    assert second.end(signal.SIGTERM) == 0
    assert second.left_behind() == []


def test_killed_outright_the_next_start_clears_up_and_loses_nothing(runs: list[Run], tmp_path: Path) -> None:
    ports = Ports.free()
    first = Run(tmp_path / "local", ports)
    runs.append(first)
    remember(first.ready())

    first.end(signal.SIGKILL)

    second = Run(tmp_path / "local", ports)
    runs.append(second)
    (second.directory / "stack.json").unlink(missing_ok=True)
    assert remembered(second.ready())
    assert "left behind" in second.output.read_text()


def test_a_busy_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    ports = Ports.free()
    with socket.create_server(("127.0.0.1", ports.sandbox)):
        run = Run(tmp_path / "local", ports)
        assert run.process.wait(60) == 1
    said = run.output.read_text()
    assert f"Port {ports.sandbox} is busy" in said
    assert "SANDBOX_PORT=" in said
    assert run.left_behind() == []


def remember(stack: RunningStack) -> None:
    stack.aws("dynamodb").put_item(TableName="vipdesk-local-desk", Item={"pk": {"S": "a"}, "sk": {"S": "b"}})


def remembered(stack: RunningStack) -> bool:
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    return "Item" in stack.aws("dynamodb").get_item(TableName="vipdesk-local-desk", Key=key)
