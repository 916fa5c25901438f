"""`/max/…`: MAX's API over HTTP. Logs a call, checks it, meets faults and limits, answers as MAX does.

https://dev.max.ru/docs-api. What MAX says to a mistake is not published: the words are those that bots are known to have got.
"""

import html
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from infra.local.sandbox.calls import Call, CallLog
from infra.local.sandbox.faults import Faults
from infra.local.sandbox.limits import Limits, TokenBucket
from infra.local.sandbox.max import uploads
from infra.local.sandbox.max.bot import MESSENGER, Bot, Person, Subscription, now_ms
from infra.local.sandbox.max.errors import ApiError, wrong
from infra.local.sandbox.max.schema import Schema
from infra.local.sandbox.receiving import Answer, receive
from infra.local.sandbox.state import Json

CALLS_PER_SECOND = 30
LONGEST_TEXT = 4000
EDITABLE_FOR_MS = 7 * 24 * 3600 * 1000
MOST_ROWS, MOST_IN_A_ROW, MOST_LINKS_IN_A_ROW = 30, 7, 3
SECRET = re.compile(r"[a-zA-Z0-9_-]{5,256}")

Query = Mapping[str, str]


class Api:
    def __init__(self, bot: Bot, calls: CallLog, faults: Faults, limits: Limits, schema: Schema) -> None:
        self._bot = bot
        self._calls = calls
        self._faults = faults
        self._limits = limits
        self._schema = schema
        self._budget = TokenBucket(CALLS_PER_SECOND, CALLS_PER_SECOND)
        self._methods: dict[tuple[str, str], Callable[[Query, Json], Json]] = {
            ("GET", "/me"): lambda _query, _body: bot.me(),
            ("GET", "/subscriptions"): self._subscriptions,
            ("POST", "/subscriptions"): self._subscribe,
            ("DELETE", "/subscriptions"): self._unsubscribe,
            ("POST", "/messages"): self._send,
            ("PUT", "/messages"): self._edit,
            ("DELETE", "/messages"): self._delete,
            ("POST", "/answers"): self._answer_tap,
            ("POST", "/uploads"): lambda query, _body: uploads.server(bot, query.get("type", "")),
        }

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path, raw = f"/{request.match_info['path']}", await request.read()
        call = self._calls.begin(MESSENGER, f"{request.method} {path}", request.path_qs)
        body = _json(raw)
        call.body = body

        async def answer() -> Answer:
            try:
                self._admit(request)
                return Answer(200, self._carry_out(request, path, body, call))
            except ApiError as error:
                if error.status in (400, 404, 405) and str(error) not in call.violations:
                    call.violations.append(str(error))
                return Answer(error.status, {"code": error.code, "message": str(error)})

        return await receive(request, call, self._faults, answer, _words)

    def _admit(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != self._bot.config.token:
            raise ApiError(401, "verify.token", "Invalid access_token")
        if self._limits.refuse(self._budget) is not None:
            raise ApiError(429, "too.many.requests", "Too many requests")

    def _carry_out(self, request: web.Request, path: str, body: Any, call: Call) -> Json:
        method = self._method(request.method, path)
        if method is None:
            known = any(known_path == path for _, known_path in self._methods)
            raise (
                ApiError(405, "method.not.allowed", "Method not allowed") if known else ApiError(404, "not.found", path)
            )
        call.violations += self._schema.request(request.method, path, request.query, body)
        if not isinstance(body, dict):
            raise wrong("Can't deserialize body")
        return method(request.query, body)

    def _method(self, method: str, path: str) -> Callable[[Query, Json], Json] | None:
        if method == "GET" and path.startswith("/videos/"):
            return lambda _query, _body: uploads.video(self._bot, path.removeprefix("/videos/"))
        return self._methods.get((method, path))

    def _subscriptions(self, _query: Query, _body: Json) -> Json:
        found = self._bot.world.subscription
        listed = [{"url": found.url, "time": found.time, "update_types": found.update_types}] if found else []
        return {"subscriptions": listed}

    def _subscribe(self, _query: Query, body: Json) -> Json:
        url, secret = str(body.get("url", "")), body.get("secret")
        # MAX wants HTTPS; on this machine plain HTTP does.
        if not url.startswith("https://") and urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
            raise wrong("url: must begin with https://")
        if secret is not None and not SECRET.fullmatch(str(secret)):
            raise wrong("secret: must match ^[a-zA-Z0-9_-]{5,256}$")
        self._bot.subscribe(Subscription(url, now_ms(), body.get("update_types"), secret))
        return {"success": True}

    def _unsubscribe(self, query: Query, _body: Json) -> Json:
        found = self._bot.world.subscription
        if found is None or found.url != query.get("url"):
            return {"success": False, "message": "There is no such subscription"}
        self._bot.subscribe(None)
        return {"success": True}

    def _send(self, query: Query, body: Json) -> Json:
        person = self._addressee(query)
        if person.has_stopped:
            raise ApiError(403, "chat.denied", f"Key: error.dialog.suspended, args: [{person.user_id},].")
        link = body.get("link")
        if link and link.get("mid") not in self._bot.world.messages:
            raise ApiError(404, "message.not.found", f"Message {link.get('mid')} not found")
        text, attachments = self._content(body)
        if not text and not attachments:
            raise wrong("Message must have text or attachments")
        quoted = self._bot.linked(link["type"], link["mid"]) if link else None
        return {"message": self._bot.post(self._bot.me(), person.chat_id, text, attachments, quoted)}

    def _addressee(self, query: Query) -> Person:
        if "user_id" in query:
            person = self._bot.world.people.get(_integer(query["user_id"]))
            if person is None:
                raise ApiError(404, "dialog.not.found", f"Dialog with user {query['user_id']} not found")
            return person
        if "chat_id" not in query:
            raise wrong("Unknown recipient")
        person = self._bot.in_chat(_integer(query["chat_id"]))
        if person is None:
            raise ApiError(404, "chat.not.found", f"Chat {query['chat_id']} not found")
        return person

    def _edit(self, query: Query, body: Json) -> Json:
        message = self._own(query)
        before = message["body"]
        if not before["attachments"] and now_ms() - message["timestamp"] > EDITABLE_FOR_MS:
            return {"success": False, "message": "The message is too old to be edited"}
        text, attachments = self._content(body)
        # Null changes nothing, an empty list takes all away.
        before |= {"text": text if body.get("text") is not None else before["text"]}
        before |= {
            "attachments": (attachments or None) if body.get("attachments") is not None else before["attachments"]
        }
        self._bot.changed(message)
        return {"success": True}

    def _delete(self, query: Query, _body: Json) -> Json:
        message = self._own(query)
        del self._bot.world.messages[message["body"]["mid"]]
        self._bot.changed(message)
        return {"success": True}

    def _own(self, query: Query) -> Json:
        message = self._bot.world.messages.get(query.get("message_id", ""))
        if message is None:
            raise ApiError(404, "message.not.found", f"Message {query.get('message_id')} not found")
        if not message["sender"]["is_bot"]:
            raise ApiError(403, "access.denied", "The message is not the bot's")
        return message

    def _content(self, body: Json) -> tuple[str, list[Json]]:
        text, attachments = body.get("text") or "", body.get("attachments") or []
        if not isinstance(text, str) or not isinstance(attachments, list):
            raise wrong("Can't deserialize body")
        if len(text) > LONGEST_TEXT:
            raise wrong(f"text: size must be between 0 and {LONGEST_TEXT}")
        for attachment in attachments:
            if attachment.get("type") == "inline_keyboard":
                _check_keyboard(attachment.get("payload", {}).get("buttons", []))
        found = [uploads.attached(self._bot, attachment) for attachment in attachments]
        return _shown(text) if body.get("format") == "html" else text, found

    def _answer_tap(self, query: Query, body: Json) -> Json:
        tap = self._bot.taps.get(query.get("callback_id", ""))
        if tap is None:
            raise ApiError(404, "callback.not.found", "There is no such callback")
        if not body.get("message") and not body.get("notification"):
            raise wrong("Callback answer must have message or notification")
        if body.get("message"):
            self._edit({"message_id": tap.message_id}, body["message"])
        if not tap.answer.done():
            tap.answer.set_result({"text": body.get("notification")})
        return {"success": True}


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw or b"{}")
    except ValueError:
        return None


def _integer(given: str) -> int:
    if not given.removeprefix("-").isdecimal():
        raise wrong(f"{given}: must be an integer")
    return int(given)


def _check_keyboard(rows: list[list[Json]]) -> None:
    """https://dev.max.ru/docs-api#Клавиатура%20для%20чат-бота"""
    if not 0 < len(rows) <= MOST_ROWS:
        raise wrong(f"buttons: there must be from 1 to {MOST_ROWS} rows")
    for row in rows:
        most = MOST_LINKS_IN_A_ROW if any(button.get("type") == "link" for button in row) else MOST_IN_A_ROW
        if not 0 < len(row) <= most:
            raise wrong(f"buttons: there must be from 1 to {most} in this row")
        for button in row:
            if not 0 < len(button.get("text", "")) <= 128 or len(button.get("payload", "")) > 1024:
                raise wrong("buttons: text must have from 1 to 128 characters, payload at most 1024")


def _shown(text: str) -> str:
    """The words of HTML; the sandbox does not remember how they looked."""
    return html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", text))


def _words(status: int, _headers: Mapping[str, str]) -> Json:
    """What MAX itself says with such a status."""
    codes = {401: "verify.token", 403: "chat.denied", 404: "not.found", 429: "too.many.requests"}
    code = codes.get(status, "proto.payload" if status < 500 else "internal.error")
    return {"code": code, "message": f"Sandbox fault {status}"}
