"""What the page watches: `GET /state`, everything at once, and `GET /events`, every change from then on."""

import asyncio
import json
from collections.abc import Mapping

from aiohttp import web

from infra.local.sandbox.events import Events
from infra.local.sandbox.sides import Side

HEARTBEAT_SECONDS = 15


class Watching:
    def __init__(self, sides: Mapping[str, Side], events: Events) -> None:
        self._sides = sides
        self._events = events

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/state", self.get_state), web.get("/events", self.get_events)]

    async def get_state(self, _: web.Request) -> web.Response:
        """Telegram, where the team is, at the top; the other messengers under their names. ``acts``: what people can do."""
        states = {name: side.state() | {"acts": sorted(side.acts)} for name, side in self._sides.items()}
        return web.json_response(states.pop("telegram") | {"messengers": states})

    async def get_events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        queue = self._events.listen()
        try:
            await response.write(b"retry: 1000\nevent: hello\ndata: {}\n\n")
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if event is None:
                    break
                await response.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
        except ConnectionResetError:
            pass  # The page was closed; that is how streams end.
        finally:
            self._events.forget(queue)
        return response
