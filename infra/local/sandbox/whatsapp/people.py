"""What people do in WhatsApp, as the sandbox's own endpoints ask for it: each becomes a webhook call."""

import time
from collections.abc import Callable

from infra.local.sandbox.chats import changed
from infra.local.sandbox.media import Media, read_media
from infra.local.sandbox.problems import Fields, RefusedError
from infra.local.sandbox.sides import Act, Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.whatsapp import shown
from infra.local.sandbox.whatsapp.media import TYPES, Library
from infra.local.sandbox.whatsapp.webhook import MESSENGER, Webhook
from infra.local.sandbox.whatsapp.world import Person, Said, World, new_message_id, new_phone

LONGEST_TEXT = 4096

KINDS = ("photo", "video", "audio", "voice", "document", "sticker", "location", "contact")
WITH_CAPTION = ("photo", "video", "document")
STATES = ("sent", "delivered", "read", "failed")


class People:
    def __init__(self, world: World, webhook: Webhook, library: Library, shared: Shared) -> None:
        self._world = world
        self._webhook = webhook
        self._library = library
        self._shared = shared
        self.to_fail: list[int] = []  # codes with which the next messages will fail
        self.to_tell: list[list[str]] = []  # states of the next messages, in the order in which they will be told

    def table(self) -> dict[str, Act]:
        return {
            "say": self.say,
            "tap": self.tap,
            "react": self.react,
            "block": self.block,
            "clients": self.add_client,
            "fail": self.fail,
            "silence": self.silence,
            "statuses": self.order_statuses,
        }

    async def say(self, fields: Fields) -> Json:
        """`user` is a phone in digits, or an id such as RU.123 of somebody who shows none; `no_phone` hides a known one.

        `media`: see infra.local.sandbox.media. `group`: written there, and not to us alone. `hold`: told together with what
        comes next. `number`: written to another number of ours. `raw`: fields of the message that replace those made here,
        for what the sandbox knows nothing of.
        """
        person = self._writer(fields)
        media = read_media(fields, KINDS)
        text = fields.text("text", default="" if media else None)
        if len(text) > LONGEST_TEXT:
            fields.wrong("text", f"must be at most {LONGEST_TEXT} characters")
        if media is None and "text" in fields and not text.strip():
            fields.wrong("text", "must not be empty")
        reply_to, raw = fields.optional_text("reply_to"), fields.mapping("raw")
        told = self._how(fields)
        fields.done()
        if reply_to:
            person.message(reply_to)
        field, content, seen = self._content(media, text, person)
        return told(person, field, content, reply_to, raw, seen)

    async def tap(self, fields: Fields) -> Json:
        """Press a button, or choose a row of a list, by its id or title."""
        person, wanted, message_id = self._person(fields), fields.text("button"), fields.text("message_id")
        told = self._how(fields)
        fields.done()
        message = person.message(message_id)
        kind, reply = _choice(message, wanted)
        return told(person, "interactive", {"type": kind, kind: reply}, message.id, {}, {})

    async def react(self, fields: Fields) -> Json:
        """Without an `emoji` the reaction is taken back."""
        person, emoji = self._person(fields), fields.optional_text("emoji")
        message_id, told = fields.text("message_id"), self._how(fields)
        fields.done()
        person.message(message_id)
        content = {"message_id": message_id} | ({"emoji": emoji} if emoji else {})
        return told(person, "reaction", content, None, {}, {})

    async def block(self, fields: Fields) -> Json:
        """WhatsApp tells nobody: our next message fails."""
        person, is_blocking = self._person(fields), fields.flag("blocked", default=True)
        fields.done()
        person.is_blocking = is_blocking
        self.changed(person)
        return {"update_id": None}

    async def add_client(self, fields: Fields) -> Json:
        """Somebody's name and phone, before they have written; without a `user` the phone is a new one."""
        name = fields.text("name")
        if "name" in fields and not name.strip():
            fields.wrong("name", "must not be empty")
        person = self._writer(fields) if "user" in fields else None
        fields.optional_text("language_code")
        fields.done()
        person = person or self._world.welcome(new_phone(), name)
        self.changed(person)
        return {"id": person.key, "name": person.name}

    async def fail(self, fields: Fields) -> Json:
        """The next messages that we send are taken, and then fail with this code."""
        code, count = fields.integer("code", least=0), fields.integer("count", default=1, least=1)
        fields.done()
        self.to_fail += [code] * count
        return {"codes": self.to_fail}

    async def order_statuses(self, fields: Fields) -> Json:
        """The statuses of the next message that we send, told in this order and in one call: late, twice, or backwards. One
        that fails in the end does so with the code of `POST /fail`."""
        states = [str(state) for state in fields.anything("states") or ()]
        if not states or not set(states) <= set(STATES):
            fields.wrong("states", f"must be some of {', '.join(STATES)}")
        fields.done()
        self.to_tell.append(states)
        return {"states": states}

    async def silence(self, fields: Fields) -> Json:
        """As if the person had last written so many hours ago."""
        person, hours = self._person(fields), fields.number("hours", default=25, above=0)
        fields.done()
        person.wrote_at = time.time() - hours * 3600
        self.changed(person)
        return {"wrote_at": person.wrote_at}

    def _how(self, fields: Fields) -> Callable[[Person, str, Json | list[Json], str | None, Json, Json], Json]:
        """How a message is told, by the fields that every one may have; what is `seen` of it beside that is never told."""
        number, hold = fields.optional_text("number"), fields.flag("hold")
        no_phone, is_forwarded = fields.flag("no_phone"), fields.flag("forwarded")
        group = fields.optional_text("group")

        def tell(
            person: Person, kind: str, content: Json | list[Json], reply_to: str | None, raw: Json, seen: Json
        ) -> Json:
            shown_as = content | seen if isinstance(content, dict) else content
            said = Said(new_message_id(), int(time.time()), False, kind, shown_as, reply_to)
            person.said.append(said)
            person.wrote_at = time.time()
            self.changed(person)
            shows_phone = person.phone and not no_phone
            who = {"from": person.phone} if shows_phone else {}
            message: Json = who | {
                "from_user_id": person.user_id,
                "id": said.id,
                "timestamp": str(said.at),
                "type": kind,
            }
            if group:
                message["group_id"] = group
            if reply_to:
                message["context"] = {"from": self._webhook.number, "id": reply_to}
            if is_forwarded:
                message["context"] = {"forwarded": True}
            contact = {"profile": {"name": person.name}, "user_id": person.user_id}
            contacts = [contact | ({"wa_id": person.phone} if shows_phone else {})]
            told = message | {kind: content} | raw
            about = f"{person.key}:{said.id}"
            return {"update_id": self._webhook.message(told, contacts, number, about, hold=hold), "message_id": said.id}

        return tell

    def _content(self, media: Media | None, text: str, person: Person) -> tuple[str, Json | list[Json], Json]:
        """The message's type, what the field of that name holds, and what is seen beside."""
        if media is None:
            return "text", {"body": text}, {}
        if media.kind == "location":
            return "location", {"latitude": 55.7558, "longitude": 37.6173, "name": media.name or text or "Kremlin"}, {}
        if media.kind == "contact":
            phones = [{"phone": f"+{person.phone}", "wa_id": person.phone, "type": "CELL"}] if person.phone else []
            name = {"formatted_name": media.name or person.name, "first_name": (media.name or person.name).split()[0]}
            return "contacts", [{"name": name, "phones": phones}], {}
        file, kind = self._library.keep(media), media.kind
        more: dict[str, Json] = {
            "voice": {"voice": True},
            "audio": {"voice": False},
            "document": {"filename": media.name},
            "sticker": {"animated": False},
        }
        caption = {"caption": text} if text and kind in WITH_CAPTION else {}
        return TYPES.get(kind, kind), file | more.get(kind, {}) | caption, self._library.shown(file["id"])

    def _writer(self, fields: Fields) -> Person:
        address, name = fields.text("user"), fields.optional_text("name") or ""
        if address and not address.isdecimal() and "." not in address:
            fields.fail("user", "must be a phone in digits, or an id such as RU.123")
        if not address:
            fields.fail("user", "is required")
        return self._world.welcome(address, name)

    def _person(self, fields: Fields) -> Person:
        person = self._world.person(fields.text("user"))
        if person is None:
            fields.fail("user", "nobody has this phone or id")
        return person

    def changed(self, person: Person) -> None:
        self._shared.memory.changed()
        self._shared.events.publish(changed(MESSENGER, shown.chat(person)))


def _choice(message: Said, wanted: str) -> tuple[str, Json]:
    """The reply by id or title: what kind it is, and what of it comes back."""
    content = message.content if isinstance(message.content, dict) else {}
    action = content.get("action", {})
    buttons = [button["reply"] for button in action.get("buttons", ())]
    rows = [row for section in action.get("sections", ()) for row in section["rows"]]
    for choice in (*buttons, *rows):
        if wanted in (choice["id"], choice["title"]):
            return ("button_reply" if buttons else "list_reply"), dict(choice)
    raise RefusedError("the message has no such button")
