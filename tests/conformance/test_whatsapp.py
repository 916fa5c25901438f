"""Everything that Meta's schema says can arrive is understood; everything we send is what the schema allows."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.desk.messages import (
    Attachment,
    DeliveryState,
    File,
    Ignored,
    Incoming,
    IncomingMessage,
    IncomingStatus,
    Kind,
)
from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.desk.templates import Filled
from chalicelib.messengers.adapter import Place, Sent, Upload
from chalicelib.messengers.whatsapp import ADAPTER
from infra.local.sandbox.published import find_spec
from infra.local.sandbox.whatsapp.checks import SCHEMA_FILE, MessageSchema
from tests.conformance.from_schema import values
from tests.conformance.published import document, needs
from tests.unit.messengers.messenger import Messenger, playing

pytestmark = needs(SCHEMA_FILE)

Json = dict[str, Any]

SCHEMAS: dict[str, Json] = document(SCHEMA_FILE).get("components", {}).get("schemas", {})
OURS = {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"}
ANNA = {"profile": {"name": "Anna Volkova"}, "wa_id": "79001234567"}

quick = settings(max_examples=40, suppress_health_check=list(HealthCheck))


def resolve(ref: str) -> Json:
    return SCHEMAS[ref.rpartition("/")[2]]


def incoming_types() -> dict[str, str]:
    """Types of messages that can come, and their schemas."""
    if not SCHEMAS:
        return {}
    return {**SCHEMAS["IncomingMessage"]["discriminator"]["mapping"], "system": "SystemMessage"}


# What the desk has to make of each type: the kind, what its text has to contain, whether there is a file.
Expected = tuple[Kind, Callable[[Any], list[Any]], bool]

EXPECTED: dict[str, Expected] = {
    "text": (Kind.TEXT, lambda text: [text.get("body")], False),
    "reaction": (Kind.REACTION, lambda reaction: [reaction.get("emoji")], False),
    "audio": (Kind.AUDIO, lambda _: [], True),
    "document": (Kind.DOCUMENT, lambda media: [media.get("caption")], True),
    "image": (Kind.PHOTO, lambda media: [media.get("caption")], True),
    "sticker": (Kind.STICKER, lambda _: [], True),
    "video": (Kind.VIDEO, lambda media: [media.get("caption")], True),
    "location": (Kind.LOCATION, lambda place: list(place.values()), False),
    "contacts": (
        Kind.CONTACT,
        lambda people: [phone["phone"] for one in people for phone in one.get("phones", ())],
        False,
    ),
    "unsupported": (Kind.UNSUPPORTED, lambda _: [], False),
    "unknown": (Kind.UNSUPPORTED, lambda _: [], False),
    "button": (Kind.BUTTON, lambda button: [button["text"]], False),
    "interactive": (Kind.BUTTON, lambda reply: [reply[reply["type"]]["title"]], False),
    "order": (
        Kind.TEXT,
        lambda order: [order["text"], *(one["product_retailer_id"] for one in order["product_items"])],
        False,
    ),
    "system": (Kind.SYSTEM, lambda system: [system["body"]], False),
}

# What the schema leaves out: messages that come share its shapes with those that go, but are not addressed like those.
ENVELOPE = st.fixed_dictionaries(
    {
        "from": st.just(ANNA["wa_id"]),
        "id": st.integers(0, 10**12).map(lambda n: f"wamid.{n}"),
        "timestamp": st.integers(1_600_000_000, 2_000_000_000).map(str),
    }
)
IDS = st.from_regex(r"[0-9]{1,16}", fullmatch=True)


def messages(kind: str) -> st.SearchStrategy[Json]:
    shape = values({"$ref": incoming_types()[kind]}, resolve)
    return st.builds(
        lambda message, envelope, fill: {**fill(message), **envelope, "type": kind}, shape, ENVELOPE, FILLS[kind]
    )


def _media(message: Json, kind: str, media_id: str, caption: str | None) -> Json:
    more = {"id": media_id, "mime_type": "image/png"} | ({"caption": caption} if caption and kind != "sticker" else {})
    return message | {kind: message[kind] | more}


def _reply(message: Json, reply: Json) -> Json:
    kind = message["interactive"]["type"]
    return message | {"interactive": {"type": kind, kind: reply}}


REPLIES = st.fixed_dictionaries({"id": st.text(min_size=1, max_size=200), "title": st.text(min_size=1, max_size=24)})
FILLS: dict[str, st.SearchStrategy[Callable[[Json], Json]]] = {
    **{kind: st.just(lambda message: message) for kind in EXPECTED},
    **{
        kind: st.builds(
            lambda media_id, caption, kind=kind: lambda message: _media(message, kind, media_id, caption),
            IDS,
            st.none() | st.text(max_size=50) if kind != "audio" else st.none(),
        )
        for kind in ("audio", "document", "image", "sticker", "video")
    },
    "interactive": REPLIES.map(lambda reply: lambda message: _reply(message, reply)),
}


def payload(*values: Json, field: str = "messages") -> bytes:
    changes = [
        {"field": field, "value": {"messaging_product": "whatsapp", "metadata": OURS} | value} for value in values
    ]
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}).encode()


def said(raw: bytes) -> list[Incoming]:
    return ADAPTER.parse(raw, "", str)


def test_every_type_that_can_come_is_expected_here() -> None:
    assert set(incoming_types()) == set(EXPECTED)


@pytest.mark.parametrize("kind", EXPECTED)
def test_every_type_of_message_is_understood(kind: str) -> None:
    expected_kind, words, has_file = EXPECTED[kind]

    @quick
    @given(messages(kind))
    def understood(message: Json) -> None:
        [found] = said(payload({"contacts": [ANNA], "messages": [message]}))

        assert isinstance(found, IncomingMessage)
        assert (found.kind, found.external_id, found.account) == (expected_kind, message["id"], OURS["phone_number_id"])
        assert (found.sender.user, found.sender.name, found.sender.phone) == (
            "79001234567",
            "Anna Volkova",
            "+79001234567",
        )
        for word in words(message.get(kind)):
            assert str("" if word is None else word) in found.text
        assert [file.provider_id for file in found.attachments] == ([message[kind]["id"]] if has_file else [])
        if has_file:
            assert found.attachments[0].kind is expected_kind

    understood()


@quick
@given(st.lists(st.sampled_from(sorted(EXPECTED)).flatmap(messages), min_size=2, max_size=6))
def test_several_messages_in_one_call_are_all_there(batch: list[Json]) -> None:
    found = said(payload({"contacts": [ANNA], "messages": batch[:1]}, {"contacts": [ANNA], "messages": batch[1:]}))

    assert [event.external_id for event in found if isinstance(event, IncomingMessage)] == [one["id"] for one in batch]


STATES = {
    "sent": DeliveryState.ACCEPTED,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}


def test_every_status_that_can_come_is_expected_here() -> None:
    assert set(SCHEMAS["Statuses"]["properties"]["status"]["enum"]) == set(STATES)


@quick
@given(st.data())
def test_every_status_is_understood(data: st.DataObject) -> None:
    told = st.fixed_dictionaries({"id": ENVELOPE.map(lambda one: one["id"]), "timestamp": st.just("1750090702")})
    addressed = {"recipient_id": ANNA["wa_id"], "group_id": ""}
    status = data.draw(values(SCHEMAS["Statuses"], resolve)) | data.draw(told) | addressed

    [found] = said(payload({"statuses": [status]}))

    assert isinstance(found, IncomingStatus)
    assert (found.provider_id, found.state) == (status["id"], STATES[status["status"]])
    assert bool(found.reason) == (status["status"] == "failed")


@quick
@given(st.data())
def test_what_is_told_of_groups_is_nobodys_message(data: st.DataObject) -> None:
    fields = [name for name in SCHEMAS["Change"]["properties"]["field"]["enum"] if name != "messages"]
    value = data.draw(values(SCHEMAS["GroupValue"], resolve))

    [found] = said(payload(value, field=data.draw(st.sampled_from(fields))))

    assert isinstance(found, Ignored)


# What we send.

ME = Place(OURS["phone_number_id"], ANNA["wa_id"])  # type: ignore[arg-type]
LABELS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)
BUTTONS = st.lists(LABELS, max_size=10, unique_by=lambda label: label[:19]).map(
    lambda labels: tuple((Button(label, data=f"csat:{n}"),) for n, label in enumerate(labels))
)
MIMES = ("image/jpeg", "image/webp", "video/mp4", "audio/ogg", "application/pdf")


def file(kind: Kind, mime: str) -> File:
    return File("telegram", "700000001", Attachment(kind, "AgAC", "report", mime, 1000))


def upload(of: Attachment) -> Upload:
    link = "https://files.example.org/1"
    return Upload(of.kind, of.name or "", of.mime or "", of.size or 0, link, lambda: pytest.fail("WhatsApp fetches it"))


CONTENTS = st.one_of(
    st.builds(
        Content,
        text=st.text(min_size=1, max_size=200),
        html=st.booleans(),
        buttons=BUTTONS,
        reply_to=st.none() | st.just("wamid.1"),
        sent_as=st.none() | st.text(min_size=1, max_size=100),
    ),
    st.builds(
        Content,
        text=st.text(max_size=200),
        html=st.booleans(),
        reply_to=st.none() | st.just("wamid.1"),
        files=st.builds(file, st.sampled_from(sorted(ADAPTER.files)), st.sampled_from(MIMES)).map(lambda one: (one,)),
    ),
    st.builds(
        Content,
        text=st.just("Hello"),
        template=st.builds(
            Filled,
            st.from_regex(r"[a-z0-9_]{1,60}", fullmatch=True),
            st.sampled_from(["ru", "en_US"]),
            st.lists(st.tuples(st.sampled_from(["1", "2", "topic"]), st.text(min_size=1, max_size=60))).map(tuple),
        ),
    ),
    st.builds(Content, verb=st.just(Verb.REACT), text=st.sampled_from(["👍", ""]), message_id=st.just("wamid.1")),
)


@pytest.fixture(scope="module")
def meta() -> Iterator[Messenger]:
    with playing() as messenger:
        messenger.answers = [(200, {"messages": [{"id": "wamid.2"}]})]
        yield messenger


@pytest.fixture
def call(meta: Messenger, monkeypatch: pytest.MonkeyPatch) -> Callable[[Content], Json]:
    """The body of the call that sends ``content``."""
    monkeypatch.setenv("WHATSAPP_API_URL", meta.url)

    def call(content: Content) -> Json:
        uploads = [upload(file.attachment) for file in content.files]
        assert ADAPTER.send(content, ME, {"whatsapp_token": "secret"}.__getitem__, uploads) == Sent("wamid.2")
        return meta.bodies[-1]

    return call


@quick
@given(content=CONTENTS)
def test_every_call_is_what_the_schema_allows(call: Callable[[Content], Json], content: Content) -> None:
    path = find_spec(SCHEMA_FILE, None)
    assert path

    assert MessageSchema(path).violations(call(content)) == []


ROWS = tuple((Button(f"Label {n}", data=str(n)),) for n in range(4))


@pytest.mark.parametrize(
    ("example", "content"),
    [
        ("Send Text Message", Content(text="hi")),
        ("Send Reply to Text Message", Content(text="hi", reply_to="wamid.1")),
        ("Send Image Message by URL", Content(files=(file(Kind.PHOTO, "image/jpeg"),))),
        ("Send Video Message by URL", Content(text="hi", files=(file(Kind.VIDEO, "video/mp4"),))),
        ("Send Audio Message by URL", Content(files=(file(Kind.VOICE, "audio/ogg"),))),
        ("Send Sticker Message by URL", Content(files=(file(Kind.STICKER, "image/webp"),))),
        (
            "Send Reply to Image Message by URL",
            Content(reply_to="wamid.1", files=(file(Kind.PHOTO, "image/jpeg"),)),
        ),
        ("Send Reply Button", Content(text="hi", buttons=ROWS[:2])),
        ("Send Reply with Reaction Message", Content(Verb.REACT, text="👍", message_id="wamid.1")),
    ],
)
def test_our_calls_look_like_metas_examples(call: Callable[[Content], Json], example: str, content: Content) -> None:
    post = document(SCHEMA_FILE)["paths"]["/{Version}/{Phone-Number-ID}/messages"]["post"]
    published = post["requestBody"]["content"]["application/json"]["examples"][example]["value"]

    assert shape(call(content)) == shape(published)


def test_a_template_looks_like_metas_example(call: Callable[[Content], Json]) -> None:
    """Of its components ours has the body, and of the body's parameters texts."""
    post = document(SCHEMA_FILE)["paths"]["/{Version}/{Phone-Number-ID}/messages"]["post"]
    examples = post["requestBody"]["content"]["application/json"]["examples"]
    published = examples["Send Message Template Text"]["value"]
    ours = call(Content(text="hi", template=Filled("ready", "ru", (("1", "Vera"),))))
    [body], [theirs] = ours["template"]["components"], published["template"]["components"]

    assert ours.keys() == published.keys()
    assert (body["type"], shape(body["parameters"][0])) == (theirs["type"], shape(theirs["parameters"][0]))


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(field) for name, field in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return type(value)
