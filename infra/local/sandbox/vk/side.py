"""VK's side of the sandbox: its parts put together. In the table of server.py."""

from functools import cache

import msgspec
from aiohttp import web

from infra.local.sandbox.crowds import crowd
from infra.local.sandbox.published import find_spec
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.vk import shown
from infra.local.sandbox.vk.acts import Acts
from infra.local.sandbox.vk.community import NAME, Community
from infra.local.sandbox.vk.config import Vk
from infra.local.sandbox.vk.endpoint import Api
from infra.local.sandbox.vk.schema import FOLDER, Schema
from infra.local.sandbox.vk.uploads import receive_file

_published = cache(Schema)  # the same for every sandbox of a process, and not quickly read


class VkSide:
    name = NAME

    def __init__(self, config: Vk, shared: Shared) -> None:
        self._shared = shared
        self._community = Community(config, shared)
        published = find_spec(FOLDER, shared.specs_path)
        self._api = Api(self._community, shared, _published(published) if published else None)
        self.acts = {**Acts(self._community).table(), "crowd": crowd(self._welcome)}

    def _welcome(self, number: int, has_shut_out: bool) -> int:
        self._community.welcome(number, f"Person {number}").allows_messages = not has_shut_out
        return number

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/vk/method/{method}", self._api.handle),
            web.post("/vk/upload/{key}", self._receive_file),
            web.get("/vk/doc/{key}", self._lead_on),
        ]

    async def _receive_file(self, request: web.Request) -> web.StreamResponse:
        return await receive_file(self._community, self._shared, request)

    async def _lead_on(self, request: web.Request) -> web.StreamResponse:
        """A document's page: it leads to where its file is. Of one that is gone, it says so, with 200."""
        key, files = request.match_info["key"], self._community.files
        if files.find(key) is None:
            return web.Response(text="<html>The document was removed</html>", content_type="text/html")
        return web.Response(status=302, headers={"Location": files.address(key)})

    def start(self) -> None:
        self._community.deliveries.start()

    async def stop(self) -> None:
        await self._community.deliveries.stop()

    async def resend(self, update_id: int, copies: int) -> list[int | None] | None:
        return await self._community.deliveries.resend(update_id, copies)

    def state(self) -> Json:
        community = self._community
        chats = community.world.chats.values()
        return {
            "account": {"id": community.config.group_id, "name": community.config.group_name},
            "chats": msgspec.to_builtins([shown.chat(community.world.people[chat.peer_id], chat) for chat in chats]),
            "conversations": [community.conversation(chat) for chat in chats],
            "taps": list(community.taps),
            "webhook": community.deliveries.state(),
        }
