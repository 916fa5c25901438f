"""VK as published: every event that can arrive is understood, every call we make is valid by the schema."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.desk.messages import (
    Attachment,
    File,
    Ignored,
    Incoming,
    IncomingEdit,
    IncomingMessage,
    IncomingReachability,
    IncomingTap,
    Kind,
)
from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers import vk, vk_calls, vk_errors
from chalicelib.messengers.adapter import Place, Sent, Upload
from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from infra.local.sandbox.published import find_spec
from infra.local.sandbox.vk.config import Vk
from infra.local.sandbox.vk.schema import FOLDER, Schema

Json = dict[str, Any]

CALLBACK = "callback/objects.json#/definitions/"
ATTACHMENT = "messages/objects.json#/definitions/messages_message_attachment"
CONFIG = Vk()
SECRETS = {"vk_secret": CONFIG.secret, "vk_group_id": str(CONFIG.group_id), "vk_confirmation": CONFIG.confirmation}
PERSON = 600_001
SOME = Attachment(Kind.DOCUMENT, "BQACAgI")

# What the person is shown to have sent, by the type of the attachment. Types that point at something of VK are words.
KINDS = {
    "photo": Kind.PHOTO,
    "graffiti": Kind.PHOTO,
    "video": Kind.VIDEO,
    "audio": Kind.AUDIO,
    "podcasts": Kind.AUDIO,
    "audio_message": Kind.VOICE,
    "doc": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
    "gift": Kind.STICKER,
    "poll": Kind.POLL,
    "call": Kind.SYSTEM,
    **dict.fromkeys(("link", "article", "wall", "wall_reply", "story", "market", "market_market_album"), Kind.TEXT),
    "video_playlist": Kind.TEXT,
}
EVENTS: dict[str, type[Incoming]] = {
    "message_new": IncomingMessage,
    "message_edit": IncomingEdit,
    "messages_edit": IncomingEdit,
    "message_event": IncomingTap,
    "message_reaction_event": IncomingMessage,
    "message_allow": IncomingReachability,
    "message_deny": IncomingReachability,
}
GENERATED = 200  # values of each definition, from the barest to the fullest


@pytest.fixture(scope="module")
def schema() -> Schema:
    folder = find_spec(FOLDER, None)
    if folder is None:
        pytest.skip("VK's schemas are not here: set SPECS_DIR to the folder that holds vk/")
    return Schema(folder)


class Walk:
    """A value by the schema. ``seed`` decides which optional fields are there, which option and which bound is taken."""

    def __init__(self, schema: Schema, seed: int) -> None:
        self._schema = schema
        self._bareness = seed % 4  # one value in four is full, one nearly bare
        self._chance = random.Random(seed)

    def value(self, rule: Json, base: str, depth: int = 0) -> Any:
        if "$ref" in rule:
            name = rule["$ref"].removeprefix("../")
            name = base + name if name.startswith("#") else name
            return self.value(self._schema.definition(name), name.split("#")[0], depth)
        if "allOf" in rule:
            parts = [self.value(part, base, depth) for part in rule["allOf"]]
            return {name: one for part in parts for name, one in part.items()}
        if options := rule.get("oneOf") or rule.get("anyOf"):
            return self.value(options[self._turn(len(options))], base, depth)
        if "enum" in rule:
            return rule["enum"][self._turn(len(rule["enum"]))]
        kind = rule.get("type", "object")
        return self._object(rule, base, depth) if kind == "object" else self._simple(kind, rule, base, depth)

    def _object(self, rule: Json, base: str, depth: int) -> Json:
        required = rule.get("required", [])
        properties = rule.get("properties", {})
        wanted = [name for name in properties if name in required or (depth < 3 and self._wants())]
        return {name: self.value(properties[name], base, depth + 1) for name in wanted}

    def _simple(self, kind: Any, rule: Json, base: str, depth: int) -> Any:
        kind = kind[0] if isinstance(kind, list) else kind
        low = rule.get("minimum", 1)
        match kind:
            case "integer":
                return (low, min(rule.get("maximum", 2**31 - 1), 2**31 - 1))[self._turn(2)]
            case "number":
                return (0.5, 55.75)[self._turn(2)]
            case "boolean":
                return bool(self._turn(2))
            case "array":
                return [self.value(rule.get("items", {}), base, depth + 1) for _ in range(self._turn(3))]
        return ("", "words", "Ёж 🦔 <&>", "https://vk.com/x")[self._turn(4)]

    def _wants(self) -> bool:
        return not self._turn(1 + 4 * self._bareness)

    def _turn(self, among: int) -> int:
        return self._chance.randrange(among)


def generated(schema: Schema, name: str) -> Iterator[Any]:
    for seed in range(GENERATED):
        yield Walk(schema, seed).value({"$ref": name}, "")


def posted(type_: str, given: Any, event_id: str = "e1") -> list[Incoming]:
    """As VK posts it: verified, then parsed."""
    about = {"type": type_, "group_id": CONFIG.group_id, "event_id": event_id, "v": "5.199", "secret": CONFIG.secret}
    raw = json.dumps({**about, "object": given}).encode()
    assert vk.ADAPTER.verify(raw, {}, SECRETS.__getitem__)
    return vk.ADAPTER.parse(raw, "", str)


def written(**more: Any) -> IncomingMessage:
    """A message with nothing but what the schema demands, and ``more``."""
    bare = {"id": 31, "conversation_message_id": 12, "date": 1_767_225_600, "from_id": PERSON, "peer_id": PERSON}
    message = {**bare, "out": 0, "version": 1, "text": "", **more}
    [found] = posted("message_new", {"message": message})
    assert isinstance(found, IncomingMessage)
    return found


def test_every_type_of_event_has_its_meaning(schema: Schema) -> None:
    types = schema.definition(f"{CALLBACK}callback_type")["enum"]
    assert len(types) > 40
    bare = {
        "id": 1,
        "conversation_message_id": 2,
        "date": 3,
        "from_id": PERSON,
        "peer_id": PERSON,
        "text": "",
        "out": 0,
    }
    fields = {"user_id": PERSON, "reacted_id": PERSON, "cmid": 2, "event_id": "t", "payload": "x", **bare}
    for type_ in (*types, "message_event"):
        [found] = posted(type_, fields)
        assert isinstance(found, EVENTS.get(type_, Ignored)), type_


@pytest.mark.parametrize("type_", ["message_new", "message_edit"])
def test_messages_whatever_they_hold(schema: Schema, type_: str) -> None:
    name = {"message_new": "callback_message_object", "message_edit": "callback_message"}[type_]
    kinds: set[Kind] = set()
    for given in generated(schema, CALLBACK + name):
        assert schema.faults(given, CALLBACK + name) == []
        message = given.get("message") if type_ == "message_new" else given
        if message is None:
            continue  # by the schema a new message may come without the message
        message.update({"from_id": PERSON, "peer_id": PERSON, "out": 0})
        message.pop("action", None)
        [found] = posted(type_, given)
        read = found.message if isinstance(found, IncomingEdit) else found
        assert isinstance(read, IncomingMessage)
        assert message["text"] in read.text or read.text == "/start"
        assert len(read.attachments) >= len(message.get("attachments", ())) + bool(message.get("geo"))
        assert read.forwarded == bool(message.get("fwd_messages"))
        assert (read.reply_to is not None) == ("reply_message" in message)
        assert read.external_id == f"{PERSON}/{message['conversation_message_id']}"
        kinds.add(read.kind)
    assert {Kind.TEXT, Kind.LOCATION, Kind.PHOTO, Kind.DOCUMENT, Kind.STICKER, Kind.BUTTON} <= kinds


def test_every_type_of_attachment_has_its_kind(schema: Schema) -> None:
    fields = schema.definition(ATTACHMENT)["properties"]
    types = {*fields["type"].get("enum", ()), *schema.definition(f"{ATTACHMENT}_type")["enum"], *fields} - {"type"}
    assert types == set(KINDS)
    for type_ in sorted(types):
        for seed in range(40):
            thing = Walk(schema, seed).value(fields[type_], "") if type_ in fields else {"id": 2, "owner_id": -1}
            found = written(text="look", attachments=[{"type": type_, type_: thing}])
            expected = Kind.ANIMATION if type_ == "doc" and thing["type"] == 3 else KINDS[type_]
            assert found.kind is expected
            assert found.text.startswith("look")
            [attachment] = found.attachments
            assert attachment.kind is (Kind.UNSUPPORTED if expected is Kind.TEXT else expected)
            assert attachment.provider_id


@pytest.mark.parametrize(
    "name", ["callback_message_reaction_event", "callback_message_event", "callback_message_allow"]
)
def test_the_other_events(schema: Schema, name: str) -> None:
    type_ = name.removeprefix("callback_")
    for n, given in enumerate(generated(schema, CALLBACK + name)):
        assert schema.faults(given, CALLBACK + name) == []
        [found] = posted(type_, {**given, "reacted_id": PERSON, "user_id": PERSON, "peer_id": PERSON}, f"e{n}")
        assert isinstance(found, EVENTS[type_])
        if isinstance(found, IncomingTap):
            assert found.data == given["payload"]
        if isinstance(found, IncomingMessage):
            assert bool(found.text) == bool(given.get("reaction_id"))
            assert found.reply_to == str(given["cmid"])


def test_the_confirmation(schema: Schema) -> None:
    for given in generated(schema, f"{CALLBACK}callback_base"):
        body = {**given, "type": "confirmation", "group_id": CONFIG.group_id, "secret": CONFIG.secret}
        raw = json.dumps(body).encode()
        assert vk.ADAPTER.handshake(raw, {}, SECRETS.__getitem__) == CONFIG.confirmation.encode()


def test_every_error_we_know_is_one_of_vks(schema: Schema) -> None:
    published = {error["code"] for error in schema.definition("errors.json#/errors").values()}
    assert vk_errors.MEANINGS.keys() <= published


def test_every_call_we_make_is_valid(schema: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    grades = tuple(Button(str(grade), f"csat:0b9c6f0e:{grade}") for grade in range(1, 6))
    page = (Button("Написать", url="https://desk.example/s/1"),)
    with running_sandbox(demo_config()) as sandbox:
        monkeypatch.setenv("VK_API_URL", sandbox.api_url("vk"))
        asked = str(sandbox.post("/say", messenger="vk", user=PERSON, text="Hi")["message_id"])
        contents = [
            Content(text="Здравствуйте! 🙂", sent_as="item"),
            Content(text="<b>How</b> was it?", html=True, buttons=(grades, page)),
            Content(text="Here", reply_to=f"{PERSON}/{asked}"),
            Content(Verb.EDIT, text="Thank you", message_id=str(int(asked) + 1), buttons=(page,)),
            Content(Verb.REACT, text="👌", message_id=asked),
            Content(Verb.REACT, text="", message_id=asked),
        ]
        for content in contents:
            vk.ADAPTER.send(content, Place("", str(PERSON)), {"vk_token": CONFIG.token}.__getitem__)
        sandbox.post("/tap", messenger="vk", user=PERSON, message_id=int(asked) + 2, button="5", wait_ms=0)
        tap = sandbox.get("/state")["messengers"]["vk"]["taps"][-1]
        vk_calls.answer_event(tap, str(PERSON), str(PERSON), "Спасибо!", CONFIG.token)
        check_calls(schema, sandbox, count=len(contents) + 1)


def test_every_file_we_hand_over_is_what_the_schema_calls_an_attachment(
    schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The schemas do not describe the methods of photos and documents, but they do what comes of them."""
    with running_sandbox(demo_config()) as sandbox:
        monkeypatch.setenv("VK_API_URL", sandbox.api_url("vk"))
        sandbox.post("/limits", enforce=False)
        contents = [(Content(text="Look", sent_as=kind), [file_of(kind)]) for kind in vk.ADAPTER.files]
        change = Content(Verb.EDIT, "Look!", message_id="1", files=(File("telegram", "1", SOME),))
        for content, files in [*contents, (change, [])]:
            sent = vk.ADAPTER.send(content, Place("", str(PERSON)), {"vk_token": CONFIG.token}.__getitem__, files)
            assert isinstance(sent, Sent)
        calls = sandbox.get("/calls?messenger=vk")
        [conversation] = sandbox.get("/state")["messengers"]["vk"]["conversations"][:1]
    assert [call["violations"] for call in calls if call["violations"]] == []
    for call in (call for call in calls if call["method"] in schema.methods):
        parameters = {name: value for name, value in call["body"].items() if name != "v"}
        assert schema.violations(call["method"], parameters) == []
    shown = [attached for message in conversation["messages"] for attached in message["attachments"]]
    assert len(shown) == len(vk.ADAPTER.files)
    for attached in shown:
        assert schema.faults(attached, ATTACHMENT) == []


def file_of(kind: Kind) -> Upload:
    return Upload(kind, "a.jpg", "image/jpeg", 3, "https://desk.example/a.jpg", lambda: b"\xff\xd8.")


def check_calls(schema: Schema, sandbox: RunningSandbox, count: int) -> None:
    calls = sandbox.get("/calls?messenger=vk")
    assert len(calls) == count
    for call in calls:
        assert call["violations"] == []
        parameters = {name: value for name, value in call["body"].items() if name != "v"}
        assert schema.violations(call["method"], parameters) == []
        assert call["method"] in schema.methods
        if "keyboard" in parameters:
            keyboard = json.loads(parameters["keyboard"])
            assert schema.faults(keyboard, "messages/objects.json#/definitions/messages_keyboard") == []
