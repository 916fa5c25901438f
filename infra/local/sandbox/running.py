"""A sandbox in a thread, for tests: `with running_sandbox(demo_config()) as sandbox: …`."""

import asyncio
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from infra.local.sandbox.config import Config
from infra.local.sandbox.server import HOST, make_app

START_WITHIN_SECONDS = 30  # on a machine that is busy with other tests


class RunningSandbox:
    """Where it listens, and plain JSON over HTTP to talk to it."""

    def __init__(self, url: str, config: Config) -> None:
        self.url = url
        self.config = config

    def api_url(self, messenger: str) -> str:
        """What the product takes as TELEGRAM_API_URL, WHATSAPP_API_URL …"""
        return f"{self.url}/{messenger}"

    def get(self, path: str) -> Any:
        return self.request("GET", path)[1]

    def post(self, path: str, /, **body: Any) -> Any:
        """POST JSON and return the answer's JSON. Raises AssertionError unless it is a 2xx."""
        status, answer = self.request("POST", path, body)
        if not 200 <= status < 300:
            raise AssertionError(f"POST {path} answered {status}: {answer}")
        return answer

    def call(self, method: str, /, **parameters: Any) -> Any:
        """Call the Bot API as the product would; the whole answer, whatever its status."""
        return self.request("POST", f"/telegram/bot{self.config.telegram.token}/{method}", parameters)[1]

    def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        given = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(self.url + path, data, given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=70) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


@contextmanager
def running_sandbox(config: Config) -> Iterator[RunningSandbox]:
    """Run the sandbox on a free port until the block ends; then it stops cleanly, its state saved."""
    loop = asyncio.new_event_loop()
    ready: list[str] = []
    started, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        runner = web.AppRunner(await make_app(config), shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, HOST, 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        ready.append(f"http://{host}:{port}")
        started.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), name="sandbox", daemon=True)
    thread.start()
    if not started.wait(START_WITHIN_SECONDS):
        raise RuntimeError("The sandbox did not start; its traceback is above")
    try:
        yield RunningSandbox(ready[0], config)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
