"""Telegram's side of the sandbox: its parts put together. In the table of server.py."""

import msgspec
from aiohttp import web

from infra.local.sandbox.config import Config
from infra.local.sandbox.crowds import crowd
from infra.local.sandbox.published import find_spec
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.telegram import people
from infra.local.sandbox.telegram.acts import Acts
from infra.local.sandbox.telegram.bot import Bot
from infra.local.sandbox.telegram.budgets import Budgets
from infra.local.sandbox.telegram.endpoint import MESSENGER, BotApi
from infra.local.sandbox.telegram.schema import SCHEMA_FILE, Schema
from infra.local.sandbox.telegram.updates import Updates


class TelegramSide:
    name = MESSENGER

    def __init__(self, config: Config, shared: Shared) -> None:
        self._updates = Updates(shared.memory, shared.clock, shared.events)
        self._bot = Bot(config, shared.memory, self._updates, shared.events, shared.files)
        published = find_spec(SCHEMA_FILE, shared.specs_path)
        schema = Schema.published(published) if published else Schema.built_in()
        self._api = BotApi(self._bot, shared.calls, shared.faults, Budgets(shared.limits), schema)
        self._updates.on_method_in_answer = self._api.carry_out
        self.acts = {**Acts(self._bot).table(), "crowd": crowd(self._welcome)}

    def _welcome(self, number: int, has_shut_out: bool) -> int:
        people.welcome(self._bot, f"Person {number}", "en", number).has_blocked_bot = has_shut_out
        return number

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/telegram/bot{token}/{method}", self._api.handle),
            web.get("/telegram/file/bot{token}/{path:.+}", self._api.handle_file),
        ]

    def start(self) -> None:
        self._updates.start()

    async def stop(self) -> None:
        await self._updates.stop()

    async def resend(self, update_id: int, copies: int) -> list[int | None] | None:
        return await self._updates.resend(update_id, copies)

    def state(self) -> Json:
        bot, rooms = self._bot, self._bot.config.chats
        return {
            "bot": bot.user_json(bot.id),
            "rooms": {"desk": rooms.desk.id, "emergency": rooms.emergency.id, "manager": rooms.manager.id},
            "staff": [msgspec.to_builtins(member) for member in bot.config.staff],
            "people": [bot.page_person(person) for person in bot.world.people.values()],
            "chats": [bot.page_chat(chat) for chat in bot.world.chats.values()],
            "commands": bot.world.commands,
            "webhook": self._updates.state(),
        }
