"""A messenger's API that answers as a test says and remembers what it was asked."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: Json


@dataclass
class Messenger:
    """``answers`` is used up one by one: (status, body) or (status, body, headers); the last one stays."""

    url: str
    answers: list[tuple[Any, ...]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    @property
    def bodies(self) -> list[Json]:
        return [one.body for one in self.asked]


@contextmanager
def playing(tls: ssl.SSLContext | None = None) -> Iterator[Messenger]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body together: apart, the second waits for the first one's receipt

        def answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            messenger.asked.append(Asked(self.command, self.path, dict(self.headers), json.loads(raw or b"{}")))
            status, body, *headers = messenger.answers.pop(0) if len(messenger.answers) > 1 else messenger.answers[0]
            said = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in (headers[0] if headers else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = answer  # noqa: N815 - named by http.server

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    messenger = Messenger(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield messenger
    finally:
        server.shutdown()
        server.server_close()


def secrets(**known: str) -> Any:
    """As the store gives them: what is not there raises LookupError."""
    return known.__getitem__
