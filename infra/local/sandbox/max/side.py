"""MAX's side of the sandbox: its parts put together. In the table of server.py."""

import msgspec
from aiohttp import web

from infra.local.sandbox.crowds import crowd
from infra.local.sandbox.max import uploads
from infra.local.sandbox.max.bot import MESSENGER, Bot, Person
from infra.local.sandbox.max.config import Max
from infra.local.sandbox.max.endpoint import Api
from infra.local.sandbox.max.people import Acts
from infra.local.sandbox.max.schema import SCHEMA_FILE, Schema
from infra.local.sandbox.published import find_spec
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json


class MaxSide:
    name = MESSENGER

    def __init__(self, config: Max, shared: Shared) -> None:
        self._shared = shared
        self._bot = Bot(config, shared)
        schema = Schema.read(find_spec(SCHEMA_FILE, shared.specs_path))
        self._api = Api(self._bot, shared.calls, shared.faults, shared.limits, schema)
        self.acts = {**Acts(self._bot).table(), "crowd": crowd(self._welcome)}

    def _welcome(self, number: int, has_shut_out: bool) -> int:
        self._bot.world.people[number] = Person(number, f"Person {number}", has_stopped=has_shut_out)
        return number

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/max/upload/{token}", self._receive_file),
            web.route("*", "/max/{path:.*}", self._api.handle),
        ]

    async def _receive_file(self, request: web.Request) -> web.StreamResponse:
        return await uploads.receive_file(self._bot, self._shared, request)

    def start(self) -> None:
        self._bot.deliveries.start()

    async def stop(self) -> None:
        await self._bot.deliveries.stop()

    async def resend(self, update_id: int, copies: int) -> list[int | None] | None:
        return await self._bot.deliveries.resend(update_id, copies)

    def state(self) -> Json:
        bot = self._bot
        return {
            "account": {"id": bot.config.user_id, "name": bot.config.name},
            "chats": msgspec.to_builtins([bot.chat_shown(person) for person in bot.world.people.values()]),
            "webhook": bot.deliveries.state(),
        }
