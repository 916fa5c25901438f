"""WhatsApp's side of the sandbox: its parts put together. In the table of server.py."""

import time

import msgspec
from aiohttp import web

from infra.local.sandbox.crowds import crowd
from infra.local.sandbox.published import find_spec
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.whatsapp import shown
from infra.local.sandbox.whatsapp.checks import SCHEMA_FILE, MessageSchema
from infra.local.sandbox.whatsapp.config import WhatsApp
from infra.local.sandbox.whatsapp.endpoint import CloudApi
from infra.local.sandbox.whatsapp.media import Library
from infra.local.sandbox.whatsapp.people import People
from infra.local.sandbox.whatsapp.webhook import MESSENGER, Webhook
from infra.local.sandbox.whatsapp.world import World


class WhatsAppSide:
    name = MESSENGER

    def __init__(self, config: WhatsApp, shared: Shared) -> None:
        self._config = config
        self._world = shared.memory.of_side(MESSENGER, World)
        for client in config.clients:
            self._world.welcome(client.phone, client.name)
        self._webhook = Webhook(config, shared, self._world.webhook_url or config.webhook_url)
        library = Library(self._world, shared.files)
        self._people = People(self._world, self._webhook, library, shared)
        published = find_spec(SCHEMA_FILE, shared.specs_path)
        schema = MessageSchema(published) if published else None
        self._api = CloudApi(config, self._world, self._webhook, self._people, library, shared, schema)
        self.acts = {**self._people.table(), "crowd": crowd(self._welcome)}

    def _welcome(self, number: int, has_shut_out: bool) -> str:
        """They have just written, so that anything can be sent to them."""
        person = self._world.welcome(f"7{number:010d}", f"Person {number}")
        person.wrote_at, person.is_blocking = time.time(), has_shut_out
        return person.key

    def routes(self) -> list[web.RouteDef]:
        return self._api.routes()

    def start(self) -> None:
        self._webhook.deliveries.start()

    async def stop(self) -> None:
        await self._webhook.deliveries.stop()

    async def resend(self, update_id: int, copies: int) -> list[int | None] | None:
        return await self._webhook.deliveries.resend(update_id, copies)

    def state(self) -> Json:
        return {
            "account": {"id": self._config.phone_number_id, "name": self._config.display_phone_number},
            "chats": msgspec.to_builtins([shown.chat(person) for person in self._world.people.values()]),
            "webhook": self._webhook.deliveries.state(),
        }
