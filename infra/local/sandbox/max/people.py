"""What people do in MAX: start and stop the bot, write, press, edit, take back. Each becomes the update the bot would get."""

import asyncio
import uuid

import msgspec

from infra.local.sandbox.max import attachments, uploads
from infra.local.sandbox.max.bot import Bot, Person, Tap, now_ms
from infra.local.sandbox.media import Media, read_media
from infra.local.sandbox.problems import Fields, RefusedError
from infra.local.sandbox.sides import Act
from infra.local.sandbox.state import Json

TAP_WAIT_MS = 5_000
FIRST_NEW_PERSON_ID = 900_000_001


class Acts:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def table(self) -> dict[str, Act]:
        return {
            "start": self.start,
            "say": self.say,
            "tap": self.tap,
            "edit": self.edit,
            "remove": self.remove,
            "block": self.block,
            "clients": self.add_client,
        }

    async def start(self, fields: Fields) -> Json:
        """Open the dialog, perhaps by a personal link with a ``payload``."""
        person, payload = self._anybody(fields), fields.optional_text("payload")
        fields.done()
        person.has_stopped = False
        self._welcome(person)
        carried = {"payload": payload} if payload else {}
        return {"update_id": self._in_dialog("bot_started", person, **carried)}

    async def say(self, fields: Fields) -> Json:
        media = read_media(fields, attachments.KINDS)
        reply_to, forward = fields.optional_text("reply_to"), fields.optional_text("forward")
        text = fields.text("text", default=None if media is None and forward is None else "")
        person = self._anybody(fields)
        for name, mid in (("reply_to", reply_to), ("forward", forward)):
            if mid and mid not in self._bot.world.messages:
                fields.wrong(name, "there is no such message")
        fields.done()
        if person.has_stopped:
            raise RefusedError("this person has stopped the bot")
        self._welcome(person)
        link = (
            self._bot.linked("reply", reply_to)
            if reply_to
            else self._bot.linked("forward", forward)
            if forward
            else None
        )
        attached = [self._attached(media, person)] if media else []
        said = self._bot.post(self._bot.person_json(person), person.chat_id, text or None, attached, link)
        about = f"{person.user_id}:{said['body']['mid']}"
        update_id = self._bot.tell("message_created", about, message=said, user_locale=person.locale)
        return {"update_id": update_id, "message_id": said["body"]["mid"]}

    def _attached(self, media: Media, person: Person) -> Json:
        if media.kind == "contact" and not media.name:
            return attachments.own_contact(self._bot.person_json(person), person.name, self._bot.config.token)
        address, token = uploads.of_person(self._bot, media) if media.is_file else ("", "")
        return attachments.of_person(media, person.name, address, token)

    async def tap(self, fields: Fields) -> Json:
        """Press an inline button and wait a little for the bot's answer."""
        wanted, wait_ms = fields.text("button"), fields.integer("wait_ms", default=TAP_WAIT_MS, least=0)
        person, message = self._somebody(fields), self._message(fields)
        fields.done()
        button = _button(message, wanted)
        if button["type"] == "link":
            return {"url": button["url"]}
        callback_id = uuid.uuid4().hex
        tap = Tap(message["body"]["mid"], asyncio.get_running_loop().create_future())
        self._bot.taps[callback_id] = tap
        callback = {
            "timestamp": now_ms(),
            "callback_id": callback_id,
            "payload": button["payload"],
            "user": self._bot.person_json(person),
        }
        update_id = self._bot.tell("message_callback", callback=callback, message=message, user_locale=person.locale)
        await asyncio.wait([tap.answer], timeout=wait_ms / 1000)
        answer = tap.answer.result() if tap.answer.done() else {"text": None}
        return {"update_id": update_id, "callback_query_id": callback_id, "answered": tap.answer.done(), **answer}

    async def edit(self, fields: Fields) -> Json:
        text, person, message = fields.text("text"), self._somebody(fields), self._message(fields)
        fields.done()
        self._check_own(message, person)
        message["body"]["text"] = text
        self._bot.changed(message)
        return {"update_id": self._bot.tell("message_edited", message=message)}

    async def remove(self, fields: Fields) -> Json:
        person, message = self._somebody(fields), self._message(fields)
        fields.done()
        self._check_own(message, person)
        mid = message["body"]["mid"]
        del self._bot.world.messages[mid]
        self._bot.person_changed(person)
        told = {"message_id": mid, "chat_id": person.chat_id, "user_id": person.user_id}
        return {"update_id": self._bot.tell("message_removed", **told)}

    async def block(self, fields: Fields) -> Json:
        person, is_blocked = self._somebody(fields), fields.flag("blocked", default=True)
        fields.done()
        if person.has_stopped == is_blocked:
            return {"update_id": None}
        person.has_stopped = is_blocked
        self._bot.person_changed(person)
        return {"update_id": self._in_dialog("bot_stopped" if is_blocked else "bot_started", person)}

    async def add_client(self, fields: Fields) -> Json:
        """Somebody new, or somebody known under a new name. They have not started the bot yet."""
        known = self._bot.world.people
        person = self._anybody(fields, new_id=max([FIRST_NEW_PERSON_ID - 1, *known]) + 1)
        fields.done()
        self._welcome(person)
        return {"id": person.user_id, "name": person.name}

    def _in_dialog(self, update_type: str, person: Person, **more: str) -> int | None:
        who = self._bot.person_json(person)
        return self._bot.tell(update_type, chat_id=person.chat_id, user=who, user_locale=person.locale, **more)

    # Fields that name things of the world.

    def _anybody(self, fields: Fields, new_id: int | None = None) -> Person:
        """Whoever acts, as they call themselves now; somebody new has a name. `_welcome` them when all is read."""
        user_id, name = fields.integer("user", default=new_id, least=1), fields.optional_text("name")
        locale = fields.optional_text("language_code")
        person = self._bot.world.people.get(user_id) or Person(user_id, "")
        if not name and not person.name:
            fields.wrong("name", "is required for somebody new")
        return msgspec.structs.replace(person, name=name or person.name, locale=locale or person.locale)

    def _welcome(self, person: Person) -> None:
        self._bot.world.people[person.user_id] = person
        self._bot.person_changed(person)

    def _somebody(self, fields: Fields) -> Person:
        person = self._bot.world.people.get(fields.integer("user"))
        if person is None:
            fields.fail("user", "nobody has this id")
        return person

    def _message(self, fields: Fields) -> Json:
        message = self._bot.world.messages.get(fields.text("message_id"))
        if message is None:
            fields.fail("message_id", "there is no such message")
        return message

    def _check_own(self, message: Json, person: Person) -> None:
        if message["sender"]["user_id"] != person.user_id:
            raise RefusedError("only one's own messages can be changed")


def _button(message: Json, wanted: str) -> Json:
    """The button with this text or payload."""
    for attachment in message["body"]["attachments"] or ():
        rows = attachment["payload"]["buttons"] if attachment["type"] == "inline_keyboard" else ()
        for button in (button for row in rows for button in row):
            if wanted in (button.get("payload"), button["text"]):
                return dict(button)
    raise RefusedError("the message has no such button")
