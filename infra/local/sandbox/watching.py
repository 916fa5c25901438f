"""What the page watches: `GET /state`, everything at once, and `GET /events`, every change from then on."""

import asyncio
import json

import msgspec
from aiohttp import web

from infra.local.sandbox.events import Events
from infra.local.sandbox.telegram.bot import Bot

HEARTBEAT_SECONDS = 15


class Watching:
    def __init__(self, bot: Bot, events: Events) -> None:
        self._bot = bot
        self._events = events

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/state", self.get_state), web.get("/events", self.get_events)]

    async def get_state(self, _: web.Request) -> web.Response:
        bot, rooms = self._bot, self._bot.config.chats
        return web.json_response(
            {
                "bot": bot.user_json(bot.id),
                "rooms": {"desk": rooms.desk.id, "emergency": rooms.emergency.id, "manager": rooms.manager.id},
                "staff": [msgspec.to_builtins(member) for member in bot.config.staff],
                "people": [bot.page_person(person) for person in bot.world.people.values()],
                "chats": [bot.page_chat(chat) for chat in bot.world.chats.values()],
                "commands": bot.world.commands,
                "webhook": bot.updates.state(),
            }
        )

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
