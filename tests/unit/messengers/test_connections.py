"""Connections are kept between sends, and opened anew after a pause."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chalicelib.messengers import connections


class _Server(ThreadingHTTPServer):
    opened = 0

    def process_request(self, request: object, client_address: object) -> None:
        self.opened += 1
        super().process_request(request, client_address)  # type: ignore[arg-type]


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def server() -> Iterator[_Server]:
    made = _Server(("127.0.0.1", 0), _Answers)
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.mark.parametrize(("pause_seconds", "opened"), [(1.0, 1), (connections.TRUSTED_SECONDS + 1, 2), (-3600.0, 2)])
def test_a_connection_is_trusted_for_a_while(
    server: _Server, monkeypatch: pytest.MonkeyPatch, pause_seconds: float, opened: int
) -> None:
    clock = [1_000_000.0]
    monkeypatch.setattr("time.time", lambda: clock[0])
    for _ in range(2):
        connections.pool().request("GET", f"http://127.0.0.1:{server.server_port}/")
        clock[0] += pause_seconds
    assert server.opened == opened
