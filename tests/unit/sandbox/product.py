"""A stand-in for the product: a webhook that remembers what came and answers as the test says."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Update = dict[str, Any]

WAIT_SECONDS = 10


class Webhook:
    """`answers` is used up one by one, then everything is answered 200. An answer is a status, or (status, headers)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.updates: list[Update] = []
        self.secrets: list[str | None] = []
        self.requests: list[tuple[Mapping[str, str], bytes]] = []  # headers and raw bodies, as they came
        self.answers: list[int | tuple[int, dict[str, str]]] = []
        self.on_update: Callable[[Update], None] = lambda _: None
        self.body_for: Callable[[Update], bytes] = lambda _: b""
        self.verify_token: str | None = None  # with which a GET asks for its challenge
        self._changed = threading.Condition()

    def receive(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, dict[str, str]]:
        update = json.loads(body)
        with self._changed:
            self.updates.append(update)
            self.secrets.append(headers.get("X-Telegram-Bot-Api-Secret-Token"))
            self.requests.append((headers, body))
            answer = self.answers.pop(0) if self.answers else 200
            self._changed.notify_all()
        self.on_update(update)
        return answer if isinstance(answer, tuple) else (answer, {})

    def wait_for(self, count: int) -> list[Update]:
        """The updates, once there are at least `count` of them."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.updates) >= count, WAIT_SECONDS):
                raise AssertionError(f"{len(self.updates)} updates came, {count} were expected: {self.updates}")
            return list(self.updates)


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether the condition comes true soon: for what the sandbox does after it has been answered."""
    until = time.monotonic() + WAIT_SECONDS
    while not (reached := condition()) and time.monotonic() < until:
        time.sleep(0.01)
    return reached


@contextmanager
def product_webhook() -> Iterator[Webhook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers = webhook.receive(body, dict(self.headers.items()))
            said = webhook.body_for(json.loads(body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            is_ours = webhook.verify_token is not None and query.get("hub.verify_token") == webhook.verify_token
            said = query.get("hub.challenge", "").encode() if is_ours else b""
            self.send_response(200 if is_ours else 403)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Tests are read, not this server's log."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # the default of 5 makes a burst of updates wait a second for a connection

    server = Server(("127.0.0.1", 0), Handler)
    webhook = Webhook(f"http://127.0.0.1:{server.server_port}/webhooks/telegram")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield webhook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
