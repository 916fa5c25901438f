"""The sandbox's own endpoints: people's acts (/say, /tap, …), what came in (/calls), misfortunes (/faults, /limits).

Used by the page, by tests, and by hand with curl. Bad input is answered 400 problem+json with every field named.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from infra.local.sandbox.calls import CallLog
from infra.local.sandbox.clock import PacedClock
from infra.local.sandbox.events import Events
from infra.local.sandbox.faults import Faults, read_fault
from infra.local.sandbox.limits import Limits
from infra.local.sandbox.problems import Fields, ProblemError, read_fields
from infra.local.sandbox.state import Chat, Json, Message, Person
from infra.local.sandbox.telegram import people
from infra.local.sandbox.telegram.bot import Bot
from infra.local.sandbox.telegram.markup import CAPTION_LIMIT, TEXT_LIMIT, utf16_length

MESSENGERS = ("telegram",)
TAP_WAIT_MS = 5_000
HEARTBEAT_SECONDS = 15

Answer = Callable[[Fields], Awaitable[Json]]


class Control:
    def __init__(
        self, bot: Bot, calls: CallLog, faults: Faults, limits: Limits, clock: PacedClock, events: Events
    ) -> None:
        self._bot = bot
        self._calls = calls
        self._faults = faults
        self._limits = limits
        self._clock = clock
        self._events = events

    def routes(self) -> list[web.RouteDef]:
        acts: dict[str, Answer] = {
            "/say": self.say,
            "/tap": self.tap,
            "/edit": self.edit,
            "/react": self.react,
            "/block": self.block,
            "/clients": self.add_client,
            "/topics/delete": self.delete_topic,
            "/resend": self.resend,
            "/faults": self.add_fault,
            "/limits": self.set_limits,
        }
        return [
            *(web.post(path, _endpoint(act)) for path, act in acts.items()),
            web.get("/calls", self.get_calls),
            web.get("/faults", self.get_faults),
            web.delete("/faults", self.delete_faults),
            web.get("/limits", self.get_limits),
            web.get("/state", self.get_state),
            web.get("/events", self.get_events),
        ]

    # People's acts.

    async def say(self, fields: Fields) -> Json:
        """A client writes to the bot (`user`), or a member of the team writes in a room (`staff`)."""
        fields.choice("messenger", MESSENGERS, default="telegram")
        kind = "photo" if fields.flag("photo") else fields.choice("kind", people.KINDS, default="text")
        text = fields.text("text", default=None if kind == "text" else "")
        limit = TEXT_LIMIT if kind == "text" else CAPTION_LIMIT
        if utf16_length(text) > limit:
            fields.wrong("text", f"must be at most {limit} characters")
        if kind == "text" and "text" in fields and not text.strip():
            fields.wrong("text", "must not be empty")
        reply_to_id = fields.optional_integer("reply_to")
        media_group_id = fields.optional_text("media_group_id")
        chat, sender, thread_id = self._as_staff(fields) if "staff" in fields else self._as_client(fields)
        said = people.content(self._bot, kind, text, sender, media_group_id)
        return people.say(self._bot, chat, sender, said, thread_id=thread_id, reply_to_id=reply_to_id)

    async def tap(self, fields: Fields) -> Json:
        """Press an inline button and wait a little for the bot's answer."""
        wanted = fields.text("button")
        wait_ms = fields.integer("wait_ms", default=TAP_WAIT_MS, least=0)
        person = self._person(fields)
        chat, message = self._message(fields, person)
        fields.done()
        button = people.button_of(message, wanted)
        if "callback_data" not in button:
            return {"url": button.get("url")}
        query_id, update_id, tap = people.press(self._bot, person, chat, message, button["callback_data"])
        await asyncio.wait([tap.answer], timeout=wait_ms / 1000)
        answer = tap.answer.result() if tap.answer.done() else {"text": None, "show_alert": False}
        return {"update_id": update_id, "callback_query_id": query_id, "answered": tap.answer.done()} | answer

    async def edit(self, fields: Fields) -> Json:
        text = fields.text("text")
        person = self._person(fields)
        chat, message = self._message(fields, person)
        fields.done()
        return {"update_id": people.edit(self._bot, chat, message, person.id, text)}

    async def react(self, fields: Fields) -> Json:
        emoji = fields.optional_text("emoji")
        person = self._person(fields)
        chat, message = self._message(fields, person)
        fields.done()
        return {"update_id": people.react(self._bot, chat, message, person, emoji)}

    async def block(self, fields: Fields) -> Json:
        person = self._person(fields)
        is_blocked = fields.flag("blocked", default=True)
        fields.done()
        return {"update_id": people.block(self._bot, person, is_blocked=is_blocked)}

    async def add_client(self, fields: Fields) -> Json:
        name, language_code = fields.text("name"), fields.optional_text("language_code")
        if not name.strip() and "name" in fields:
            fields.wrong("name", "must not be empty")
        fields.done()
        return self._bot.page_person(people.new_person(self._bot, name, language_code))

    async def delete_topic(self, fields: Fields) -> Json:
        chat = self._chat(fields, default=self._bot.config.chats.desk.id)
        thread_id = fields.integer("topic")
        fields.done()
        people.delete_topic(self._bot, chat, thread_id)
        return {}

    def _as_client(self, fields: Fields) -> tuple[Chat, Person, int | None]:
        user_id = fields.integer("user", least=1)
        name = fields.optional_text("name")
        language_code, username = fields.optional_text("language_code"), fields.optional_text("username")
        known = self._bot.world.people.get(user_id)
        if known is None and not name:
            fields.wrong("name", "is required for somebody new")
        fields.done()
        person = people.new_person(self._bot, name or known.name if known else name or "", language_code, user_id)
        person.username = username or person.username
        return self._bot.world.chats[user_id], person, None

    def _as_staff(self, fields: Fields) -> tuple[Chat, Person, int | None]:
        person = self._person(fields)
        chat = self._chat(fields, default=self._bot.config.chats.desk.id)
        topic = fields.optional_integer("topic")
        fields.optional_text("name")
        if chat.type == "private" and chat.id != person.id:
            fields.wrong("chat", "is somebody else's private chat with the bot")
        fields.done()
        return chat, person, topic

    # The sandbox itself.

    async def resend(self, fields: Fields) -> Json:
        update_id, copies = fields.integer("update_id"), fields.integer("copies", default=1, least=1)
        fields.done()
        statuses = await self._bot.updates.resend(update_id, copies)
        if statuses is None:
            raise ProblemError(404, "There is no such update any more")
        return {"statuses": statuses}

    async def add_fault(self, fields: Fields) -> Json:
        fault = read_fault(fields, MESSENGERS)
        fields.done()
        self._faults.add(fault)
        return {"faults": msgspec.to_builtins(self._faults.all())}

    async def set_limits(self, fields: Fields) -> Json:
        enforce = fields.flag("enforce", default=self._limits.enforce)
        speed = fields.number("speed", default=self._clock.speed, above=0)
        fields.done()
        self._limits.enforce = enforce
        self._clock.set_speed(speed)
        return self._limits_state()

    async def get_limits(self, _: web.Request) -> web.Response:
        return web.json_response(self._limits_state())

    async def get_faults(self, _: web.Request) -> web.Response:
        return web.json_response(msgspec.to_builtins(self._faults.all()))

    async def delete_faults(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return web.json_response({})

    async def get_calls(self, request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not since.isdecimal():
            raise ProblemError(400, "The query is wrong", [{"field": "since", "message": "must be a whole number"}])
        return web.json_response(msgspec.to_builtins(self._calls.since(int(since), request.query.get("messenger"))))

    async def get_state(self, _: web.Request) -> web.Response:
        bot, rooms = self._bot, self._bot.config.chats
        return web.json_response(
            {
                "bot": bot.user_json(bot.id),
                "rooms": {"desk": rooms.desk.id, "emergency": rooms.emergency.id, "manager": rooms.manager.id},
                "staff": [msgspec.to_builtins(member) for member in bot.config.staff],
                "people": [bot.page_person(person) for person in bot.world.people.values()],
                "chats": [bot.page_chat(chat) for chat in bot.world.chats.values()],
                "commands": bot.world.commands,
                "webhook": bot.updates.state(),
                "limits": self._limits_state(),
            }
        )

    async def get_events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        queue = self._events.listen()
        try:
            await response.write(b"retry: 1000\nevent: hello\ndata: {}\n\n")
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if event is None:
                    break
                await response.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
        except ConnectionResetError:
            pass  # The page was closed; that is how streams end.
        finally:
            self._events.forget(queue)
        return response

    def _limits_state(self) -> Json:
        return {"enforce": self._limits.enforce, "speed": self._clock.speed, "now": int(time.time())}

    # Fields that name things of the world.

    def _person(self, fields: Fields) -> Person:
        """Whoever acts: `user` or, for the team, `staff`."""
        name = "staff" if "staff" in fields else "user"
        person = self._bot.world.people.get(fields.integer(name))
        if person is None:
            fields.fail(name, "nobody has this id")
        return person

    def _chat(self, fields: Fields, *, default: int) -> Chat:
        rooms = self._bot.config.chats
        named = {"desk": rooms.desk.id, "emergency": rooms.emergency.id, "manager": rooms.manager.id}
        given = fields.anything("chat")
        chat_id = named[given] if isinstance(given, str) and given in named else fields.integer("chat", default=default)
        chat = self._bot.world.chats.get(chat_id)
        if chat is None:
            fields.fail("chat", "there is no such chat")
        return chat

    def _message(self, fields: Fields, person: Person) -> tuple[Chat, Message]:
        """A message named by `chat` and `message_id`; without a chat, the forum for the team, the bot for a client."""
        fields.choice("messenger", MESSENGERS, default="telegram")
        chat = self._chat(fields, default=self._bot.config.chats.desk.id if "staff" in fields else person.id)
        message = chat.messages.get(fields.integer("message_id"))
        if message is None:
            fields.fail("message_id", "there is no such message in this chat")
        return chat, message


def _endpoint(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def endpoint(request: web.Request) -> web.Response:
        result: Any = await answer(await read_fields(request))
        return web.json_response(result)

    return endpoint
