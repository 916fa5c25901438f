"""`/whatsapp/v…`: the Cloud API over HTTP. Checks a message as Meta does, plays its statuses back by the webhook."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from infra.local.sandbox.limits import TokenBucket
from infra.local.sandbox.media import Media, served
from infra.local.sandbox.receiving import Answer, receive
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.whatsapp.checks import MessageSchema, check
from infra.local.sandbox.whatsapp.config import WhatsApp
from infra.local.sandbox.whatsapp.errors import UNDELIVERABLE, WINDOW_CLOSED, GraphError, in_status, wrong
from infra.local.sandbox.whatsapp.media import LIMITS, Library, refusal
from infra.local.sandbox.whatsapp.people import People
from infra.local.sandbox.whatsapp.subscribing import Subscribing
from infra.local.sandbox.whatsapp.templates import filled
from infra.local.sandbox.whatsapp.webhook import MESSENGER, Webhook
from infra.local.sandbox.whatsapp.world import Person, Said, World, new_message_id

NUMBER_PER_SECOND = 80
PAIR_PER_SECOND, PAIR_BURST = 1 / 6, 45
MEDIA_URL_SECONDS = 300

_Method = Callable[[web.Request, Any], Awaitable[Json]]


class CloudApi:
    def __init__(
        self,
        config: WhatsApp,
        world: World,
        webhook: Webhook,
        people: People,
        library: Library,
        shared: Shared,
        schema: MessageSchema | None,
    ) -> None:
        self._config = config
        self._world = world
        self._webhook = webhook
        self._people = people
        self._library = library
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
        if said.type == "template" and isinstance(said.content, dict):
            said.content = said.content | {"text": filled(said.content, self._config.templates)}
        failure = await self._failure(message, said, person)
        if person:
            person.said.append(said)
        self._report(message, said, person, address, failure)
        contact = {"input": address} | ({"wa_id": person.phone} if person and person.phone else {})
        return {"messaging_product": MESSENGER, "contacts": [contact], "messages": [{"id": said.id}]}

    def _limit(self, address: str) -> None:
        pair = self._pairs.setdefault(address, TokenBucket(PAIR_PER_SECOND, PAIR_BURST))
        if self._shared.limits.refuse(pair, self._number) is None:
            return
        is_pair = pair.wait_seconds(self._shared.clock.now()) > 0
        raise GraphError(131056 if is_pair else 130429, "Message failed to send: too many messages in a short time.")

    def _report(self, message: Json, said: Said, person: Person | None, address: str, failure: Json | None) -> None:
        """What becomes of a message that was taken: everything is told by the webhook, each by a call of its own unless a
        test orders otherwise."""
        usual = ["failed"] if failure else ["sent", "delivered", "read"]
        ordered = self._people.to_tell.pop(0) if self._people.to_tell else None
        said.statuses = usual
        said.trouble = failure["title"] if failure else None
        statuses = []
        for state in ordered or usual:
            status: Json = {"id": said.id, "status": state, "timestamp": str(int(time.time()))}
            status["recipient_id"] = (person.phone or person.user_id) if person else address
            if person:
                status["recipient_user_id"] = person.user_id
            if "biz_opaque_callback_data" in message:
                status["biz_opaque_callback_data"] = message["biz_opaque_callback_data"]
            if state == "failed":
                status["errors"] = [failure or in_status(131000, "")]
            statuses.append(status)
        for together in [statuses] if ordered else [[status] for status in statuses]:
            self._webhook.statuses(together)
        if person:
            self._people.changed(person)

    async def _failure(self, message: Json, said: Said, person: Person | None) -> Json | None:
        """Templates pass outside the window of 24 hours; reactions and the rest do not. A file is fetched from its link."""
        if self._people.to_fail:
            return in_status(self._people.to_fail.pop(0), "")
        if person is None or person.is_blocking:
            return in_status(131026, UNDELIVERABLE)
        if message.get("type") != "template" and not person.may_get_free_text():
            return in_status(131047, WINDOW_CLOSED)
        if said.type in LIMITS and isinstance(said.content, dict):
            said.content, failure = await self._library.sent(said.type, said.content)
            return failure
        return None

    async def upload(self, request: web.Request, given: Any) -> Json:
        file = (await request.post()).get("file") if request.content_type == "multipart/form-data" else None
        if not isinstance(file, web.FileField) or given.get("messaging_product") != MESSENGER:
            raise wrong("The parameters messaging_product and file are required.")
        content = file.file.read()
        media = Media("document", file.filename, file.content_type, len(content), content)
        taken_as = [kind for kind, (mimes, _) in LIMITS.items() if media.mime in mimes] or ["document"]
        if why := refusal(taken_as[0], media):
            raise wrong(f"Param file: {why}")
        return {"id": self._library.keep(media)["id"]}

    async def media(self, request: web.Request, given: Any) -> Json:  # noqa: ARG002
        """A link to the file, which lives for minutes and wants the token too."""
        media_id = request.match_info["id"]
        about, media = self._library.about(media_id), self._library.find(media_id)
        if about is None or media is None:
            raise wrong(f"Unsupported get request. Object with ID '{media_id}' does not exist")
        expires_at = int(self._shared.clock.now()) + MEDIA_URL_SECONDS
        url = f"{request.scheme}://{request.host}/{MESSENGER}/media/{media_id}?ext={expires_at}"
        told = {"mime_type": media.mime, "sha256": about["sha256"], "file_size": str(media.size_bytes)}
        return {"messaging_product": MESSENGER, "url": url, "id": media_id} | told

    async def download(self, request: web.Request) -> web.Response:
        call = self._shared.calls.begin(MESSENGER, "download", request.path)
        media = self._library.find(request.match_info["id"])
        expires_at = request.query.get("ext", "0")
        is_late = not expires_at.isdecimal() or int(expires_at) < self._shared.clock.now()
        call.status = 401 if not _bears(request, self._config.token) else 404 if media is None or is_late else 200
        if media and call.status == 200:
            return served(media)
        return web.json_response(GraphError(190 if call.status == 401 else 100).body(), status=call.status)


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
