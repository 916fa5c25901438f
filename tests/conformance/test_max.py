"""Everything that MAX's schema says can arrive is understood; everything we ask is what the schema allows."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.desk.messages import (
    Ignored,
    Incoming,
    IncomingEdit,
    IncomingMessage,
    IncomingReachability,
    IncomingRemoval,
    IncomingTap,
    Kind,
)
from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers import max_calls
from chalicelib.messengers.adapter import Place, Sent, Upload
from chalicelib.messengers.max_messenger import ADAPTER
from infra.local.sandbox import demo_config, running_sandbox
from infra.local.sandbox.max.config import Max
from infra.local.sandbox.max.schema import SCHEMA_FILE, Schema
from infra.local.sandbox.published import find_spec
from tests.conformance.from_schema import values
from tests.conformance.published import document, needs
from tests.unit.messengers.messenger import Messenger, playing, secrets

pytestmark = needs(SCHEMA_FILE)

Json = dict[str, Any]

SCHEMAS: dict[str, Json] = document(SCHEMA_FILE).get("components", {}).get("schemas", {})

quick = settings(max_examples=30, suppress_health_check=list(HealthCheck))

# The schema says less than MAX does: ids are short words, times are of our days, a sequence number exceeds 2^53.
NAMED: dict[str, Json] = {
    "mid": {"oneOf": [{"enum": [f"mid.{n:032x}" for n in range(20)]}]},
    "timestamp": {"enum": [1_772_445_600_123, 1_573_226_679_188, 1_899_999_999_999]},
    "seq": {"enum": [2**53 + 1, 2**63 - 1]},
    "url": {"enum": ["https://files.max.example/1", "https://files.max.example/2?a=b"]},
}
NAMED |= {"message_id": NAMED["mid"], "callback_id": NAMED["mid"]}


def branches(schema: Json) -> dict[str, str]:
    """What the type of a thing of several types says, and the schema it means."""
    mapping = schema.get("discriminator", {}).get("mapping", {})
    return {tag: (at if isinstance(at, str) else at["$ref"]).rpartition("/")[2] for tag, at in mapping.items()}


def of_type(tag: str, name: str) -> Json:
    field = "update_type" if name.endswith("Update") else "type"
    return {
        "allOf": [expanded({"$ref": name}, part=True), {"properties": {field: {"enum": [tag]}}, "required": [field]}]
    }


def expanded(schema: Json, *, part: bool = False) -> Json:
    """The schema without references, OpenAPI's null and its discriminators. ``part``: of an ``allOf``, where a base means
    just its own fields. Nothing in the document is about itself, so this ends."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        several = {} if part else branches(SCHEMAS[name])
        if several:
            return {"oneOf": [of_type(tag, branch) for tag, branch in several.items()]}
        return expanded(SCHEMAS[name], part=part)
    out = {key: value for key, value in schema.items() if key in ("type", "enum", "maxLength", "minItems")}
    if isinstance(schema.get("required"), list):
        out["required"] = schema["required"]
    if "items" in schema:
        out["items"] = expanded(schema["items"])
    if len(schema.get("allOf", ())) == 1 and "properties" not in schema:
        out = expanded(schema["allOf"][0], part=True)  # how the document says something about a reference
    elif "allOf" in schema:
        out["allOf"] = [expanded(one, part=True) for one in schema["allOf"]]
    if "properties" in schema:
        own = {name: NAMED.get(name) or expanded(one) for name, one in schema["properties"].items()}
        out["properties"] = own
        if "allOf" in out:
            out["allOf"].append({"properties": own, "required": out.get("required", [])})
    return {"oneOf": [out, {"enum": [None]}]} if schema.get("nullable") else out


def generated(tag: str, name: str) -> st.SearchStrategy[Json]:
    return values(of_type(tag, name), resolve=SCHEMAS.__getitem__)


LINKED = values(expanded(SCHEMAS["LinkedMessage"]), resolve=SCHEMAS.__getitem__) if SCHEMAS else st.nothing()
UPDATES = branches(SCHEMAS.get("Update", {}))
ATTACHMENTS = branches(SCHEMAS.get("Attachment", {}))

# What the desk has to make of each kind of update …
EXPECTED_UPDATES: dict[str, tuple[type[Incoming], ...]] = {
    "message_created": (IncomingMessage,),
    "message_edited": (IncomingEdit,),
    "message_removed": (IncomingRemoval,),
    "message_callback": (IncomingTap,),
    "bot_started": (IncomingReachability, IncomingMessage),
    "bot_stopped": (IncomingReachability,),
    "dialog_removed": (IncomingReachability,),
    "bot_added": (Ignored,),
    "bot_removed": (Ignored,),
    "user_added": (Ignored,),
    "user_removed": (Ignored,),
    "chat_title_changed": (Ignored,),
    "dialog_cleared": (Ignored,),
    "dialog_muted": (Ignored,),
    "dialog_unmuted": (Ignored,),
}

# … and of each attachment: the kind, whether there is a file, what the text has to tell.
Expected = tuple[Kind | None, bool, Callable[[Json], list[str]]]

EXPECTED_ATTACHMENTS: dict[str, Expected] = {
    "image": (Kind.PHOTO, True, lambda _: []),
    "video": (Kind.VIDEO, True, lambda _: []),
    "audio": (Kind.AUDIO, True, lambda _: []),
    "file": (Kind.DOCUMENT, True, lambda _: []),
    "sticker": (Kind.STICKER, True, lambda _: []),
    "contact": (Kind.CONTACT, False, lambda _: []),
    "location": (Kind.LOCATION, False, lambda place: [str(float(place["latitude"])), str(float(place["longitude"]))]),
    "share": (None, False, lambda _: []),
    "inline_keyboard": (None, False, lambda _: []),
}


def parsed(update: Json) -> list[Incoming]:
    return ADAPTER.parse(json.dumps(update).encode(), "5", str)


def written_by_a_person(update: Json) -> Json:
    """The schema lets a message come from nobody, or from a bot: those are not a client's."""
    person = {
        "user_id": 71,
        "first_name": "Анна",
        "username": None,
        "is_bot": False,
        "last_activity_time": 1,
        "name": None,
    }
    update["message"]["sender"] = person
    return update


def test_all_kinds_are_known() -> None:
    assert EXPECTED_UPDATES.keys() == UPDATES.keys()
    assert EXPECTED_ATTACHMENTS.keys() == ATTACHMENTS.keys()


@pytest.mark.parametrize("tag", UPDATES)
def test_every_kind_of_update(tag: str) -> None:
    @quick
    @given(generated(tag, UPDATES[tag]))
    def check(update: Json) -> None:
        found = parsed(written_by_a_person(update) if tag in ("message_created", "message_edited") else update)
        assert tuple(type(one) for one in found) == EXPECTED_UPDATES[tag]
        assert parsed(update) == found  # and the same again

    check()


@pytest.mark.parametrize("tag", ATTACHMENTS)
def test_every_attachment(tag: str) -> None:
    kind, is_file, told = EXPECTED_ATTACHMENTS[tag]

    @quick
    @given(
        generated("message_created", UPDATES["message_created"]), generated(tag, ATTACHMENTS[tag]), st.text(max_size=9)
    )
    def check(update: Json, attachment: Json, text: str) -> None:
        message = written_by_a_person(update)["message"]
        message["body"] = {"mid": "mid.1", "seq": 2**60, "text": text or None, "attachments": [attachment]}
        message.pop("link", None)
        message["recipient"] = {"chat_id": 9001, "chat_type": "dialog", "user_id": 5}
        [found] = parsed(update)
        assert isinstance(found, IncomingMessage)
        assert found.private
        assert found.text.startswith(text)
        if kind:
            assert found.kind is kind
        elif text:
            assert found.kind is Kind.TEXT
        where = (
            "token" if tag == "video" and attachment["payload"]["token"] else "url"
        )  # a video's is asked for by its token
        assert [file.provider_id for file in found.attachments] == ([attachment["payload"][where]] if is_file else [])
        assert all(file.kind is kind for file in found.attachments)
        if tag == "file":
            assert [(file.name, file.size) for file in found.attachments] == [
                (attachment["filename"], attachment["size"])
            ]
        assert all(words in found.text for words in told(attachment))

    check()


@pytest.mark.parametrize("how", ["reply", "forward"])
def test_links(how: str) -> None:
    @quick
    @given(
        generated("message_created", UPDATES["message_created"]),
        LINKED,
    )
    def check(update: Json, link: Json) -> None:
        update["message"]["link"] = link | {"type": how}
        [found] = parsed(written_by_a_person(update))
        assert isinstance(found, IncomingMessage)
        assert found.reply_to == (link["message"]["mid"] if how == "reply" else None)
        assert found.forwarded == (how == "forward")
        if how == "forward":
            assert (link["message"]["text"] or "") in found.text

    check()


# What we ask.


@pytest.fixture(scope="module")
def messenger() -> Iterator[Messenger]:
    with playing() as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAX_API_URL", found.url)
        found.answers = [(200, {"success": True, "message": {"body": {"mid": "mid.7"}}})]
        yield found


@cache
def published() -> Schema:
    return Schema.read(find_spec(SCHEMA_FILE, None))


def violations(messenger: Messenger) -> list[str]:
    """Of the last call, by the schema."""
    asked = messenger.asked[-1]
    path, _, query = asked.path.partition("?")
    given = dict(pair.split("=", 1) for pair in query.split("&"))
    return published().request(asked.method, path, given, asked.body)


labels = st.text(min_size=1, max_size=20) | st.just("L" * 200)
buttons = st.builds(Button, labels, data=st.text(max_size=64)) | st.builds(
    Button, labels, url=st.integers(0, 99).map(lambda n: f"https://desk.example/{n}")
)
contents = st.builds(
    Content,
    verb=st.sampled_from([Verb.TEXT, Verb.EDIT]),
    text=st.text(max_size=4000),
    html=st.booleans(),
    buttons=st.lists(st.lists(buttons, max_size=9).map(tuple), max_size=4).map(tuple),
    message_id=st.just("mid.7"),
    silent=st.booleans(),
    reply_to=st.none() | st.just("mid.1"),
)


@given(contents, st.sampled_from(["9001", "-68", "user:71"]))
@settings(max_examples=80, suppress_health_check=list(HealthCheck))
def test_everything_we_send(messenger: Messenger, content: Content, chat: str) -> None:
    assert ADAPTER.send(content, Place("5", chat), secrets(max_token="t")) == Sent("mid.7")
    assert violations(messenger) == []


def test_the_answer_to_a_tap(messenger: Messenger) -> None:
    max_calls.answer_tap("f9LHodD0", "Спасибо!", secrets(max_token="t"))
    assert violations(messenger) == []


def test_every_file_we_hand_over_and_the_message_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call is valid, and what the message then holds is what the schema calls a message."""
    with running_sandbox(demo_config()) as sandbox:
        monkeypatch.setenv("MAX_API_URL", sandbox.api_url("max"))
        sandbox.post("/limits", enforce=False)
        sandbox.post("/say", messenger="max", user=71, name="Anna", text="Hello")
        for kind in ADAPTER.files:
            file = Upload(kind, "a.jpg", "image/jpeg", 3, "https://desk.example/a.jpg", lambda: b"\xff\xd8.")
            content = Content(text="<b>Look</b>", html=True, buttons=((Button("Page", url="https://desk.example/"),),))
            assert isinstance(
                ADAPTER.send(content, Place("5", "user:71"), secrets(max_token=Max().token), [file]), Sent
            )
        calls = sandbox.get("/calls?messenger=max")
    assert [call["violations"] for call in calls if call["violations"]] == []
    assert [call["method"] for call in calls].count("POST /uploads") == len(ADAPTER.files)
    for call in calls:
        method, _, path = call["method"].partition(" ")
        if path in ("/uploads", "/messages"):
            query = dict(parse_qsl(urlsplit(call["path"]).query))
            assert published().request(method, path, query, call["body"]) == []
