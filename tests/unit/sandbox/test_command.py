"""`python -m infra.local.sandbox`: starts with a sentence, stops cleanly, says what to do when it cannot start."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from infra.local.sandbox import demo_config

ANNA = 600_001


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "infra.local.sandbox", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = command(*arguments)
    assert process.stdout
    line = process.stdout.readline()
    try:
        yield process, line.removeprefix("Messenger sandbox: ").strip()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_and_keeps_its_chats(tmp_path: Path, sign: signal.Signals) -> None:
    state = tmp_path / "sandbox.json"
    with started("--port", str(free_port()), "--state", str(state)) as (process, url):
        body = json.dumps({"messenger": "telegram", "user": ANNA, "text": "hello"}).encode()
        request = urllib.request.Request(f"{url}say", body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request).close()

        process.send_signal(sign)

        assert process.wait(10) == 0
    assert "hello" in state.read_text()


def test_a_config_file_is_read(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_bytes(msgspec.json.encode(demo_config(port=free_port())))

    with started("--config", str(config)) as (_, url), urllib.request.urlopen(f"{url}state") as state:
        assert json.load(state)["bot"]["username"] == "vipdesk_bot"


def test_a_wrong_config_is_named(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text('{"telegram": {"token": 5}}')

    process = command("--config", str(config))
    _, complaint = process.communicate(timeout=10)

    assert process.returncode == 2
    assert "$.telegram.token" in complaint


def test_a_busy_port_says_what_to_do() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        process = command("--port", str(busy.getsockname()[1]))
        _, complaint = process.communicate(timeout=10)

    assert process.returncode == 1
    assert "is busy" in complaint
    assert "--port" in complaint
