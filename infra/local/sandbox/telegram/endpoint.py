"""`/telegram/bot<token>/<method>`: the Bot API over HTTP. Logs a call, checks it, meets faults and limits."""

import inspect
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from infra.local.sandbox.calls import Call, CallLog
from infra.local.sandbox.faults import Faults
from infra.local.sandbox.receiving import Answer, receive
from infra.local.sandbox.state import Json
from infra.local.sandbox.telegram import files
from infra.local.sandbox.telegram.bot import Bot
from infra.local.sandbox.telegram.budgets import Budgets
from infra.local.sandbox.telegram.errors import NOT_FOUND, UNAUTHORIZED, ApiError, too_many_requests, wrong
from infra.local.sandbox.telegram.methods import METHODS, Method
from infra.local.sandbox.telegram.params import FormValue, Params, Upload
from infra.local.sandbox.telegram.schema import Schema

MESSENGER = "telegram"


class BotApi:
    def __init__(self, bot: Bot, calls: CallLog, faults: Faults, budgets: Budgets, schema: Schema) -> None:
        self._bot = bot
        self._calls = calls
        self._faults = faults
        self._budgets = budgets
        self._schema = schema

    async def handle(self, request: web.Request) -> web.StreamResponse:
        token, name = request.match_info["token"], request.match_info["method"]
        call = self._calls.begin(MESSENGER, name, request.path)
        try:
            given = await _parameters(request)
        except ApiError as error:
            call.violations.append(error.description)
            call.status = error.code
            return web.json_response(error.body(), status=error.code)
        call.body = {key: _as_logged(value) for key, value in given.items()}

        async def answer() -> Answer:
            try:
                result = await self._answer(token, name, Params(given), call)
            except ApiError as error:
                if error.is_violation:
                    call.violations.append(error.description)
                return Answer(error.code, error.body())
            return Answer(200, {"ok": True, "result": result} | _description(name, result))

        return await receive(request, call, self._faults, answer, _default_body)

    async def handle_file(self, request: web.Request) -> web.StreamResponse:
        """A file at the path that getFile gave."""
        token, path = request.match_info["token"], request.match_info["path"]
        call = self._calls.begin(MESSENGER, "file", request.path)

        async def answer() -> Answer:
            found = files.found_at(self._bot, path) if token == self._bot.config.telegram.token else None
            return Answer(200, file=found) if found else Answer(404, NOT_FOUND.body())

        return await receive(request, call, self._faults, answer, _default_body)

    async def carry_out(self, given: Json) -> None:
        """A method in the webhook's own answer: carried out like a call whose result nobody hears.

        https://core.telegram.org/bots/api#making-requests-when-getting-updates
        """
        name = str(given.get("method", ""))
        call = self._calls.begin(MESSENGER, name, "the webhook's answer")
        call.body = {key: value for key, value in given.items() if key != "method"}
        try:
            await self._answer(self._bot.config.telegram.token, name, Params(call.body), call)
            call.status = 200
        except ApiError as error:
            call.violations.append(error.description)
            call.status = error.code

    async def _answer(self, token: str, name: str, params: Params, call: Call) -> Any:
        if token != self._bot.config.telegram.token:
            raise UNAUTHORIZED
        method = METHODS.get(name.lower())
        if method is None:
            call.violations.append(f"unknown method: {name}")
            raise NOT_FOUND
        call.violations += self._schema.violations(method.name, params.declared)
        self._limit(method, params)
        try:
            result = method.handler(self._bot, params)
            return await result if inspect.isawaitable(result) else result
        finally:
            call.violations += params.notes

    def _limit(self, method: Method, params: Params) -> None:
        chat_id = params.integer("chat_id")
        if not method.is_counted or chat_id not in self._bot.world.chats:
            return
        retry_after_seconds = self._budgets.refuse(chat_id)
        if retry_after_seconds is not None:
            raise too_many_requests(retry_after_seconds)


async def _parameters(request: web.Request) -> dict[str, Any]:
    """Query string, then body; JSON, form or multipart, as Telegram takes them. Other bodies are ignored, as there."""
    given: dict[str, Any] = {name: FormValue(value) for name, value in request.query.items()}
    match request.content_type:
        case "application/json":
            try:
                body = json.loads(await request.read() or b"{}")
            except ValueError:
                body = None
            if not isinstance(body, dict):
                raise wrong("can't parse JSON object")
            return given | body
        case "application/x-www-form-urlencoded" | "multipart/form-data":
            for name, value in (await request.post()).items():
                if isinstance(value, web.FileField):
                    given[name] = Upload(value.filename, value.content_type, value.file.read())
                elif isinstance(value, str):
                    given[name] = FormValue(value)
    return given


def _as_logged(value: Any) -> Any:
    """Files by name, values of forms as the text they came as."""
    if isinstance(value, Upload):
        return value.name
    return str(value) if isinstance(value, FormValue) else value


def _description(name: str, result: Any) -> Json:
    words = {"setwebhook": "Webhook was set", "deletewebhook": "Webhook was deleted"}
    return {"description": words[name.lower()]} if result is True and name.lower() in words else {}


def _default_body(status: int, headers: Mapping[str, str]) -> Json:
    """What Telegram itself says with such a status."""
    retry_after = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    if status == 429:
        return too_many_requests(int(retry_after) if retry_after.isdecimal() else 1).body()
    words = {400: "Bad Request", 403: "Forbidden", 500: "Internal Server Error", 502: "Bad Gateway"}
    return ApiError(status, words.get(status, "Error")).body()
