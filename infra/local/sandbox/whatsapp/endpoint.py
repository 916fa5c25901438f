"""`/whatsapp/v…`: the Cloud API over HTTP. Checks a message as Meta does, plays its statuses back by the webhook."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from infra.local.sandbox.limits import TokenBucket
from infra.local.sandbox.receiving import Answer, receive
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.whatsapp.checks import MessageSchema, check
from infra.local.sandbox.whatsapp.config import WhatsApp
from infra.local.sandbox.whatsapp.errors import UNDELIVERABLE, WINDOW_CLOSED, GraphError, in_status, wrong
from infra.local.sandbox.whatsapp.people import People
from infra.local.sandbox.whatsapp.subscribing import Subscribing
from infra.local.sandbox.whatsapp.webhook import MESSENGER, Webhook
from infra.local.sandbox.whatsapp.world import Person, Said, World, new_message_id

NUMBER_PER_SECOND = 80
PAIR_PER_SECOND, PAIR_BURST = 1 / 6, 45
MEDIA_URL_SECONDS = 300
PICTURE = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"

_Method = Callable[[web.Request, Any], Awaitable[Json]]


class CloudApi:
    def __init__(
        self,
        config: WhatsApp,
        world: World,
        webhook: Webhook,
        people: People,
        shared: Shared,
        schema: MessageSchema | None,
    ) -> None:
        self._config = config
        self._world = world
        self._webhook = webhook
        self._people = people
        self._shared = shared
        self._schema = schema
        self._subscribing = Subscribing(config, world, webhook, shared)
        self._number = TokenBucket(NUMBER_PER_SECOND, NUMBER_PER_SECOND)
        self._pairs: dict[str, TokenBucket] = {}

    def routes(self) -> list[web.RouteDef]:
        at = f"/{MESSENGER}/{{version:v\\d+\\.\\d+}}/{{id}}"
        return [
            web.post(f"{at}/messages", self._endpoint("messages", self.send)),
            web.post(f"{at}/media", self._endpoint("media", self.upload)),
            web.post(f"{at}/subscribed_apps", self._endpoint("subscribed_apps", self._subscribing.subscribe)),
            web.get(f"{at}/subscribed_apps", self._endpoint("subscribed_apps", self._subscribing.subscribed)),
            web.get(f"{at}/phone_numbers", self._endpoint("phone_numbers", self._subscribing.numbers)),
            web.post(f"{at}/subscriptions", self._as_app("subscriptions", self._subscribing.set_callback)),
            web.get(f"{at}/subscriptions", self._as_app("subscriptions", self._subscribing.callbacks)),
            web.get(at, self._endpoint("media", self.media)),
            web.get(f"/{MESSENGER}/media/{{id}}", self.download),
        ]

    def _as_app(self, name: str, method: _Method) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """https://developers.facebook.com/docs/facebook-login/guides/access-tokens#apptokens"""
        return self._endpoint(name, method, f"{self._config.app_id}|{self._config.app_secret}")

    def _endpoint(
        self, name: str, method: _Method, token: str = ""
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            call = self._shared.calls.begin(MESSENGER, name, request.path)
            given = await _body(request)
            call.body = given if isinstance(given, dict) else None

            async def answer() -> Answer:
                try:
                    _authorise(request, token or self._config.token)
                    return Answer(200, await method(request, given))
                except GraphError as error:
                    if error.is_violation:
                        call.violations.append(str(error))
                    return Answer(error.status, error.body())

            return await receive(request, call, self._shared.faults, answer, _words)

        return handle

    async def send(self, request: web.Request, message: Any) -> Json:
        if request.match_info["id"] != self._config.phone_number_id:
            raise wrong(f"Unsupported post request. Object with ID '{request.match_info['id']}' does not exist")
        if not isinstance(message, dict):
            raise wrong("The body is not a JSON object.")
        if message.get("status") == "read":
            return {"success": True}
        check(message, self._schema, self._config.templates)
        address = message.get("to") or message["recipient"]
        person = self._world.person(address.removeprefix("+"))
        self._limit(address)
        said = _said(message)
        if person:
            person.said.append(said)
        self._report(message, said, person, address)
        contact = {"input": address} | ({"wa_id": person.phone} if person and person.phone else {})
        return {"messaging_product": MESSENGER, "contacts": [contact], "messages": [{"id": said.id}]}

    def _limit(self, address: str) -> None:
        pair = self._pairs.setdefault(address, TokenBucket(PAIR_PER_SECOND, PAIR_BURST))
        if self._shared.limits.refuse(pair, self._number) is None:
            return
        is_pair = pair.wait_seconds(self._shared.clock.now()) > 0
        raise GraphError(131056 if is_pair else 130429, "Message failed to send: too many messages in a short time.")

    def _report(self, message: Json, said: Said, person: Person | None, address: str) -> None:
        """What becomes of a message that was taken: everything is told by the webhook."""
        failure = self._failure(message, person)
        states = ("failed",) if failure else ("sent", "delivered", "read")
        said.statuses = list(states)
        said.trouble = failure["title"] if failure else None
        for state in states:
            status: Json = {"id": said.id, "status": state, "timestamp": str(int(time.time()))}
            status["recipient_id"] = (person.phone or person.user_id) if person else address
            if person:
                status["recipient_user_id"] = person.user_id
            if "biz_opaque_callback_data" in message:
                status["biz_opaque_callback_data"] = message["biz_opaque_callback_data"]
            if failure:
                status["errors"] = [failure]
            self._webhook.status(status)
        if person:
            self._people.changed(person)

    def _failure(self, message: Json, person: Person | None) -> Json | None:
        """Templates pass outside the window of 24 hours; reactions and the rest do not."""
        if self._people.to_fail:
            return in_status(self._people.to_fail.pop(0), "")
        if person is None or person.is_blocking:
            return in_status(131026, UNDELIVERABLE)
        if message.get("type") != "template" and not person.may_get_free_text():
            return in_status(131047, WINDOW_CLOSED)
        return None

    async def upload(self, request: web.Request, given: Any) -> Json:  # noqa: ARG002
        media_id = str(len(self._world.media) + 10**15)
        self._world.media[media_id] = {"id": media_id, "mime_type": "application/octet-stream"}
        return {"id": media_id}

    async def media(self, request: web.Request, given: Any) -> Json:  # noqa: ARG002
        """A link to the file, which lives for minutes and wants the token too."""
        media = self._world.media.get(request.match_info["id"])
        if media is None:
            raise wrong(f"Unsupported get request. Object with ID '{request.match_info['id']}' does not exist")
        expires_at = int(self._shared.clock.now()) + MEDIA_URL_SECONDS
        url = f"{request.scheme}://{request.host}/{MESSENGER}/media/{media['id']}?ext={expires_at}"
        about = {"mime_type": media["mime_type"], "sha256": media.get("sha256", ""), "file_size": str(len(PICTURE))}
        return {"messaging_product": MESSENGER, "url": url, "id": media["id"]} | about

    async def download(self, request: web.Request) -> web.Response:
        call = self._shared.calls.begin(MESSENGER, "download", request.path)
        media = self._world.media.get(request.match_info["id"])
        expires_at = request.query.get("ext", "0")
        is_late = not expires_at.isdecimal() or int(expires_at) < self._shared.clock.now()
        is_known = _bears(request, self._config.token)
        call.status = 401 if not is_known else 404 if media is None or is_late else 200
        if media is None or call.status != 200:
            return web.Response(status=call.status)
        return web.Response(body=PICTURE, headers={"Content-Type": media["mime_type"]})


def _authorise(request: web.Request, token: str) -> None:
    if not _bears(request, token):
        raise GraphError(190, status=401, is_violation=True)


def _bears(request: web.Request, token: str) -> bool:
    return request.headers.get("Authorization") == f"Bearer {token}"


def _said(message: Json) -> Said:
    kind = message.get("type", "text")
    reply_to = (message.get("context") or {}).get("message_id")
    return Said(new_message_id(), int(time.time()), True, kind, message[kind], reply_to)


async def _body(request: web.Request) -> Any:
    """JSON, or the fields of a form; None for anything else."""
    if request.content_type == "multipart/form-data":
        return {
            name: "a file" if isinstance(value, web.FileField) else value
            for name, value in (await request.post()).items()
        }
    try:
        return json.loads(await request.read() or b"{}")
    except ValueError:
        return None


def _words(status: int, _: Mapping[str, str]) -> Json:
    """What Meta says with such a status."""
    code = {401: 190, 429: 130429, 400: 100}.get(status, 131000 if status >= 500 else 100)
    return GraphError(code).body()
