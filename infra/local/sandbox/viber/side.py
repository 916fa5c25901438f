"""Viber's side of the sandbox: its parts put together. In the table of server.py."""

import msgspec
from aiohttp import web

from infra.local.sandbox.crowds import crowd
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.viber.bot import MESSENGER, Bot, Person
from infra.local.sandbox.viber.config import Viber
from infra.local.sandbox.viber.endpoint import Api
from infra.local.sandbox.viber.people import Acts


class ViberSide:
    name = MESSENGER

    def __init__(self, config: Viber, shared: Shared) -> None:
        self._bot = Bot(config, shared)
        self._api = Api(self._bot, shared.calls, shared.faults, shared.limits)
        self.acts = {**Acts(self._bot).table(), "crowd": crowd(self._welcome)}

    def _welcome(self, number: int, has_shut_out: bool) -> str:
        person = Person(f"crowd{number}==", f"Person {number}", "en", is_subscribed=not has_shut_out)
        self._bot.person_changed(person)
        return person.id

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/viber/pa/{method}", self._api.handle)]

    def start(self) -> None:
        self._bot.deliveries.start()

    async def stop(self) -> None:
        await self._bot.deliveries.stop()

    async def resend(self, update_id: int, copies: int) -> list[int | None] | None:
        return await self._bot.deliveries.resend(update_id, copies)

    def state(self) -> Json:
        bot = self._bot
        return {
            "account": {"id": bot.config.id, "name": bot.config.name},
            "chats": msgspec.to_builtins([bot.chat_shown(person) for person in bot.world.people.values()]),
            "webhook": bot.deliveries.state(),
        }
