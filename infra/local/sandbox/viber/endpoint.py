"""`/viber/pa/…`: Viber's REST API. Logs a call, checks it, meets faults and limits; errors come with HTTP 200 in ``status``.

https://developers.viber.com/docs/api/rest-bot-api/. Viber publishes no schema: what is known of a message stands in a table.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from infra.local.sandbox.calls import CallLog
from infra.local.sandbox.faults import Faults
from infra.local.sandbox.limits import Limits
from infra.local.sandbox.receiving import Answer, receive
from infra.local.sandbox.state import Json
from infra.local.sandbox.viber.bot import MESSENGER, OPTIONAL_EVENTS, Bot, Message, Person, now_ms

LONGEST_TEXT = 7000
LONGEST_NAME = 28
LONGEST_LABEL = 250
LARGEST_BODY_BYTES = 30 * 1024
MOST_BUTTON_ROWS = 24
LONGEST_CAPTION = 768
LONGEST_FILE_NAME = 256
LARGEST_VIDEO_BYTES, LARGEST_FILE_BYTES = 26 * 1024 * 1024, 50 * 1024 * 1024
PICTURES = (".jpg", ".jpeg", ".png", ".gif")
FORBIDDEN = (".apk", ".app", ".bat", ".bin", ".cmd", ".com", ".csh", ".exe", ".ipa", ".msi", ".ps1", ".run", ".vbs")

STATUSES = {
    0: "ok",
    1: "invalidUrl",
    2: "invalidAuthToken",
    3: "badData",
    4: "missingData",
    5: "receiverNotRegistered",
    6: "receiverNotSubscribed",
    10: "webhookNotSet",
    12: "tooManyRequests",
}

# The fields of a message, and of its parts, by the type they must have. Other fields are violations.
_MESSAGE: dict[str, type] = {
    "receiver": str,
    "type": str,
    "sender": dict,
    "text": str,
    "keyboard": dict,
    "min_api_version": int,
    "tracking_data": str,
    "media": str,
    "thumbnail": str,
    "file_name": str,
    "size": int,
}
_SENDER: dict[str, type] = {"name": str, "avatar": str}
_KEYBOARD: dict[str, type] = {"Type": str, "DefaultHeight": bool, "BgColor": str, "Buttons": list}
_BUTTON: dict[str, type] = {
    "Columns": int,
    "Rows": int,
    "Text": str,
    "Silent": bool,
    "ActionType": str,
    "ActionBody": str,
    "BgColor": str,
    "TextSize": str,
}
_ACTIONS = ("reply", "open-url", "none")


class ApiError(Exception):
    def __init__(self, status: int, why: str = "") -> None:
        super().__init__(why or STATUSES[status])
        self.status = status


class Api:
    def __init__(self, bot: Bot, calls: CallLog, faults: Faults, limits: Limits) -> None:
        self._bot = bot
        self._calls = calls
        self._faults = faults
        self._limits = limits
        self._methods: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "set_webhook": self._set_webhook,
            "get_account_info": self._get_account_info,
            "send_message": self._send_message,
        }

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name, raw = request.match_info["method"], await request.read()
        call = self._calls.begin(MESSENGER, name, request.path)
        call.body = _json(raw)

        async def answer() -> Answer:
            if name not in self._methods:
                call.violations.append(f"unknown method: {name}")
                return Answer(404, {})
            try:
                self._admit(request, raw, call.body)
                return Answer(200, {"status": 0, "status_message": "ok", **await self._methods[name](call.body)})
            except ApiError as error:
                if error.status in (1, 2, 3, 4):
                    call.violations.append(str(error))
                return Answer(200, {"status": error.status, "status_message": str(error)})

        return await receive(request, call, self._faults, answer, _words)

    def _admit(self, request: web.Request, raw: bytes, body: Any) -> None:
        if request.headers.get("X-Viber-Auth-Token") != self._bot.config.token:
            raise ApiError(2)
        if len(raw) > LARGEST_BODY_BYTES:
            raise ApiError(3, "the request is larger than 30 KB")
        if not isinstance(body, dict):
            raise ApiError(3, "the body is not a JSON object")

    async def _set_webhook(self, body: Json) -> Json:
        """Viber calls the address before it believes in it."""
        url, wanted = str(body.get("url", "")), body.get("event_types")
        if url:
            # Viber wants HTTPS; on this machine plain HTTP does.
            if not url.startswith("https://") and urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
                raise ApiError(1)
            status, _, _ = await self._bot.deliveries.post(*self._bot.signed("webhook", self._bot.next_token()), url)
            if status != 200:
                raise ApiError(1, f"the webhook answered {status or 'nothing'}")
        self._bot.set_webhook(url, wanted)
        return {"event_types": wanted if wanted is not None else list(OPTIONAL_EVENTS)}

    async def _get_account_info(self, _body: Json) -> Json:
        world, config = self._bot.world, self._bot.config
        return {
            "id": config.id,
            "name": config.name,
            "uri": "vipdesk",
            "webhook": world.webhook_url,
            "event_types": world.event_types if world.event_types is not None else list(OPTIONAL_EVENTS),
            "subscribers_count": sum(person.is_subscribed for person in world.people.values()),
        }

    async def _send_message(self, body: Json) -> Json:
        _check(body)
        if not self._bot.world.webhook_url:
            raise ApiError(10)
        person = self._bot.world.people.get(body["receiver"])
        if person is None:
            raise ApiError(5)
        if not person.is_subscribed and not person.may_be_greeted:
            raise ApiError(6)
        if self._limits.refuse(self._bot.silence(person)) is not None:
            raise ApiError(12)
        return {"message_token": self._deliver(person, body), "chat_hostname": "SN-SANDBOX"}

    def _deliver(self, person: Person, body: Json) -> int:
        """Onto the person's phone, and back comes what became of it."""
        person.may_be_greeted = False
        content: Json = {name: body[name] for name in ("type", "text", "media", "file_name", "size") if name in body}
        buttons = body.get("keyboard", {}).get("Buttons", [])
        token = self._bot.next_token()
        said = Message(token, person.id, now_ms(), True, content, buttons, person.receipts)
        self._bot.said(said)
        for event in person.receipts:
            why = {"desc": "not delivered"} if event == "failed" else {}
            self._bot.tell(event, token, user_id=person.id, **why)
        return token


def _check(body: Json) -> None:
    """Raises ApiError when Viber would."""
    for name in ("receiver", "type", "sender"):
        if name not in body:
            raise ApiError(4, f"missing: {name}")
    _fields(body, _MESSAGE, "")
    _fields(body["sender"], _SENDER, "sender.")
    if not 0 < len(body["sender"].get("name", "")) <= LONGEST_NAME:
        raise ApiError(3, f"sender.name must have from 1 to {LONGEST_NAME} characters")
    if body["type"] not in _TYPES:
        raise ApiError(3, "type must be one of " + ", ".join(_TYPES))
    _TYPES[body["type"]](body)
    if "keyboard" in body:
        _check_keyboard(body["keyboard"])


def _check_text(body: Json) -> None:
    if not 0 < len(body.get("text", "")) <= LONGEST_TEXT:
        raise ApiError(3, f"text must have from 1 to {LONGEST_TEXT} characters")


def _check_picture(body: Json) -> None:
    _check_media(body, *PICTURES)
    if "text" not in body:
        raise ApiError(4, "missing: text, which may be empty")
    if len(body["text"]) > LONGEST_CAPTION:
        raise ApiError(3, f"text must have at most {LONGEST_CAPTION} characters")


def _check_video(body: Json) -> None:
    _check_media(body, ".mp4")
    _check_size(body, LARGEST_VIDEO_BYTES)


def _check_file(body: Json) -> None:
    _check_media(body)
    _check_size(body, LARGEST_FILE_BYTES)
    name = body.get("file_name", "")
    if not 0 < len(name) <= LONGEST_FILE_NAME or not PurePath(name).suffix:
        raise ApiError(3, f"file_name must have from 1 to {LONGEST_FILE_NAME} characters and an extension")
    if PurePath(name).suffix.lower() in FORBIDDEN:
        raise ApiError(3, "such files are not allowed")


def _check_media(body: Json, *endings: str) -> None:
    """An address with the file's extension as the last thing of its path."""
    url = urlsplit(body.get("media", ""))
    ending = PurePath(url.path).suffix.lower()
    # Viber wants HTTPS; on this machine plain HTTP does.
    if url.scheme != "https" and url.hostname not in ("127.0.0.1", "localhost"):
        raise ApiError(1, "media must be an address that begins with https://")
    if not ending or (endings and ending not in endings):
        raise ApiError(1, "media must end with " + (", ".join(endings) or "an extension"))


def _check_size(body: Json, most: int) -> None:
    if "size" not in body:
        raise ApiError(4, "missing: size")
    if not 0 < body["size"] <= most:
        raise ApiError(3, f"size must be from 1 to {most}")


# https://creators.viber.com/docs/bots-api/data-models/message
_TYPES: dict[str, Callable[[Json], None]] = {
    "text": _check_text,
    "picture": _check_picture,
    "video": _check_video,
    "file": _check_file,
}


def _check_keyboard(keyboard: Json) -> None:
    """https://developers.viber.com/docs/tools/keyboards/"""
    _fields(keyboard, _KEYBOARD, "keyboard.")
    buttons = keyboard.get("Buttons", [])
    if keyboard.get("Type") != "keyboard" or not buttons:
        raise ApiError(3, "keyboard must have Type and Buttons")
    if sum(button.get("Columns", 6) for button in buttons) > 6 * MOST_BUTTON_ROWS:
        raise ApiError(3, f"keyboard must have at most {MOST_BUTTON_ROWS} rows")
    for button in buttons:
        _fields(button, _BUTTON, "keyboard.Buttons.")
        if not button.get("ActionBody") or button.get("ActionType", "reply") not in _ACTIONS:
            raise ApiError(3, "a button must have ActionBody and an ActionType of " + ", ".join(_ACTIONS))
        if not 1 <= button.get("Columns", 6) <= 6 or len(button.get("Text", "")) > LONGEST_LABEL:
            raise ApiError(3, f"a button must have from 1 to 6 Columns and Text of at most {LONGEST_LABEL}")


def _fields(given: Json, known: Mapping[str, type], path: str) -> None:
    for name, value in given.items():
        if name not in known:
            raise ApiError(3, f"unknown: {path}{name}")
        if type(value) is not known[name]:  # a bool is no int here
            raise ApiError(3, f"{path}{name} must be {known[name].__name__}")


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw or b"{}")
    except ValueError:
        return None


def _words(status: int, _headers: Mapping[str, str]) -> Json:
    """With any HTTP status but 200 Viber says nothing of its own; with 200 a fault has to bring its ``status``."""
    return {"status": 3, "status_message": "Sandbox fault"} if status == 200 else {}
