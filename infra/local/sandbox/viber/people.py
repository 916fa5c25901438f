"""What people do in Viber: open the chat, write, tap, leave and come back. Each becomes the callback the bot would get."""

import secrets
from collections.abc import Callable

import msgspec

from infra.local.sandbox.media import Media, read_media
from infra.local.sandbox.problems import Fields, RefusedError
from infra.local.sandbox.sides import Act
from infra.local.sandbox.state import Json
from infra.local.sandbox.viber.bot import Bot, Message, Person, now_ms

# Viber knows no sound and no animation apart: they come as files.
SHAPES: dict[str, Callable[[Media, str], Json]] = {
    "photo": lambda media, url: {"type": "picture", "media": url, "file_name": media.name, "size": media.size_bytes},
    "video": lambda media, url: {"type": "video", "media": url, "duration": 12, "size": media.size_bytes},
    "document": lambda media, url: {
        "type": "file",
        "media": url,
        "file_name": media.name,
        "file_size": media.size_bytes,
        "size": media.size_bytes,
    },
    "sticker": lambda _, url: {"type": "sticker", "sticker_id": 46105, "media": url},
    "location": lambda *_: {"type": "location", "location": {"lat": 53.9006, "lon": 27.559}},
    "contact": lambda media, _: {
        "type": "contact",
        "contact": {"name": media.name, "phone_number": "375291234567"},
    },
    "url": lambda *_: {"type": "url", "media": "https://example.org/"},
}
RECEIPTS = ("delivered", "seen", "failed")


class Acts:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def table(self) -> dict[str, Act]:
        return {
            "start": self.start,
            "say": self.say,
            "tap": self.tap,
            "block": self.block,
            "clients": self.add_client,
            "receipts": self.set_receipts,
        }

    async def start(self, fields: Fields) -> Json:
        """Open the chat, perhaps by a personal link with a ``payload``; this does not subscribe."""
        person, payload = self._anybody(fields), fields.optional_text("payload")
        fields.done()
        person.may_be_greeted = not person.is_subscribed
        self._bot.person_changed(person)
        told: Json = {"type": "open", "user": self._bot.user_json(person), "subscribed": person.is_subscribed}
        if payload:
            told["context"] = payload
        return {"update_id": self._bot.tell("conversation_started", **told)}

    async def say(self, fields: Fields) -> Json:
        """Whoever writes is subscribed by that, and no callback says so."""
        media = read_media(fields, tuple(SHAPES))
        text = fields.text("text", default=None if media is None else "")
        person = self._anybody(fields)
        fields.done()
        person.is_subscribed = True
        self._bot.person_changed(person)
        content = self._content(media, person) if media else {"type": "text"}
        return self._write(person, content | ({"text": text} if text else {}))

    def _content(self, media: Media, person: Person) -> Json:
        """A contact that nobody named is the person's own."""
        files, media = self._bot.files, msgspec.structs.replace(media, name=media.name or person.name)
        return SHAPES[media.kind](media, files.address(files.keep(media)) if media.is_file else "")

    async def tap(self, fields: Fields) -> Json:
        """Press a button of the keyboard on the screen: the last one that was sent."""
        wanted, person = fields.text("button"), self._somebody(fields)
        for unneeded in ("message_id", "wait_ms"):  # taps elsewhere have these
            fields.anything(unneeded)
        fields.done()
        button = self._button(person, wanted)
        if button.get("ActionType") == "open-url":
            return {"url": button["ActionBody"]}
        told = self._write(person, {"type": "text", "text": button["ActionBody"]}, silent=button.get("Silent", False))
        return {**told, "answered": True, "text": None}

    async def block(self, fields: Fields) -> Json:
        person, is_blocked = self._somebody(fields), fields.flag("blocked", default=True)
        fields.done()
        if person.is_subscribed is not is_blocked:
            return {"update_id": None}
        person.is_subscribed = not is_blocked
        self._bot.person_changed(person)
        if is_blocked:
            return {"update_id": self._bot.tell("unsubscribed", user_id=person.id)}
        return {"update_id": self._bot.tell("subscribed", user=self._bot.user_json(person))}

    async def add_client(self, fields: Fields) -> Json:
        """Somebody new, or somebody known under a new name. They have not opened the chat yet."""
        person = self._anybody(fields, new_id=f"{secrets.token_urlsafe(12)}==")
        fields.done()
        self._bot.person_changed(person)
        return {"id": person.id, "name": person.name}

    async def set_receipts(self, fields: Fields) -> Json:
        """What becomes of our messages on this phone from now on: any of ``delivered``, ``seen``, ``failed``, in this order."""
        person, wanted = self._somebody(fields), fields.anything("receipts")
        if not isinstance(wanted, list) or not set(wanted) <= set(RECEIPTS):
            fields.wrong("receipts", f"must be a list of {', '.join(RECEIPTS)}")
        fields.done()
        person.receipts = wanted
        return {"receipts": wanted}

    def _write(self, person: Person, content: Json, *, silent: bool = False) -> Json:
        token = self._bot.next_token()
        if not silent:
            self._bot.said(Message(token, person.id, now_ms(), is_from_bot=False, content=content))
        user = self._bot.user_json(person)
        about = f"{person.id}:{token}"
        update_id = self._bot.tell("message", token, about, sender=user, message=content, silent=silent)
        return {"update_id": update_id, "message_id": str(token)}

    def _button(self, person: Person, wanted: str) -> Json:
        """The button with this text or data."""
        boards = [one.buttons for one in self._bot.world.messages if one.user == person.id and one.buttons]
        for button in boards[-1] if boards else ():
            if wanted in (button.get("Text"), button["ActionBody"]):
                return button
        raise RefusedError("no such button is on the screen")

    # Fields that name people.

    def _anybody(self, fields: Fields, new_id: str = "") -> Person:
        """Whoever acts, as they call themselves now; somebody new has a name."""
        user = _user(fields) if "user" in fields or not new_id else new_id
        name, language = fields.optional_text("name"), fields.optional_text("language_code")
        person = self._bot.world.people.get(user) or Person(user, "")
        if not name and not person.name:
            fields.wrong("name", "is required for somebody new")
        return msgspec.structs.replace(person, name=name or person.name, language=language or person.language)

    def _somebody(self, fields: Fields) -> Person:
        person = self._bot.world.people.get(_user(fields))
        if person is None:
            fields.fail("user", "nobody has this id")
        return person


def _user(fields: Fields) -> str:
    """Viber's ids are words; a number does as one."""
    given = fields.anything("user")
    if not isinstance(given, str | int) or isinstance(given, bool) or not str(given):
        fields.wrong("user", "must be an id")
    return str(given)
