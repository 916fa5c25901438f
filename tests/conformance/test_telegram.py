"""Everything that Telegram's schema says can arrive is understood; everything we ask is what the schema allows."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.desk.messages import (
    Attachment,
    File,
    Ignored,
    Incoming,
    IncomingEdit,
    IncomingGroupChange,
    IncomingGroupMove,
    IncomingMessage,
    IncomingReachability,
    IncomingTap,
    Kind,
)
from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers.adapter import NotUnderstood, Place, Sent
from chalicelib.messengers.telegram import ADAPTER
from chalicelib.messengers.telegram_contents import SERVICE
from infra.local.sandbox.published import find_spec
from infra.local.sandbox.telegram.schema import SCHEMA_FILE, Schema
from tests.conformance.published import needs
from tests.conformance.telegram_walk import Walk, fields
from tests.unit.messengers.messenger import Messenger, playing, secrets

pytestmark = needs(SCHEMA_FILE)

Json = dict[str, Any]

GENERATED = 24  # values of each field, from the barest to the fullest
ANNA: Json = {"id": 71, "is_bot": False, "first_name": "Анна"}
PRIVATE: Json = {"id": 71, "type": "private", "first_name": "Анна"}
GROUP: Json = {"id": -1001, "type": "supergroup", "title": "Support", "is_forum": True}

# Fields of a message that say nothing by themselves: who, where, when, in answer to what, how it is shown.
ENVELOPE = frozenset(
    (
        *("message_id", "message_thread_id", "direct_messages_topic", "from"),
        *("sender_chat", "sender_boost_count", "sender_business_bot", "sender_tag"),
        *("date", "guest_query_id", "business_connection_id", "chat"),
        *("forward_origin", "is_topic_message", "is_automatic_forward", "reply_to_message"),
        *("external_reply", "quote", "reply_to_story", "reply_to_checklist_task_id"),
        *("reply_to_poll_option_id", "via_bot", "guest_bot_caller_user", "guest_bot_caller_chat"),
        *("edit_date", "has_protected_content", "is_from_offline", "is_paid_post"),
        *("media_group_id", "author_signature", "paid_star_count", "entities"),
        *("link_preview_options", "suggested_post_info", "effect_id", "caption"),
        *("caption_entities", "show_caption_above_media", "has_media_spoiler", "reply_markup"),
    )
)
OF_GROUPS = {"sender_chat", "is_automatic_forward", "is_topic_message"}


def one(media: Json) -> list[str]:
    return [media["file_id"]]


def largest(sizes: list[Json]) -> list[str]:
    return [sizes[-1]["file_id"]]


def still(live: Json) -> list[str]:
    return largest(live["photo"]) if live.get("photo") else one(live)


def paid(bought: Json) -> list[str]:
    ways: dict[str, Callable[[Any], list[str]]] = {"photo": largest, "video": one, "live_photo": still}
    return [
        file
        for media in bought["paid_media"]
        for name, ids in ways.items()
        if name in media
        for file in ids(media[name])
    ]


def nothing(_: Any) -> list[str]:
    return []


def said(*names: str) -> Callable[[Json], list[str]]:
    """What these fields hold, if they are there."""
    return lambda value: [str(value[name]) for name in names if value.get(name)]


def texts_in(value: Any) -> list[str]:
    """Every text of a rich message, however deep."""
    if isinstance(value, list):
        return [text for part in value for text in ([part] if isinstance(part, str) else texts_in(part))]
    if isinstance(value, dict):
        own = [
            value[name]
            for name in ("text", "expression", "alternative_text", "summary", "credit", "caption")
            if name in value
        ]
        inner = [value[name] for name in ("blocks", "items", "cells") if name in value]
        return texts_in([*own, *inner])
    return []


# What the desk has to make of each content: the kind (None: as its files say), what its text has to tell, its files.
Expected = tuple[Kind | None, Callable[[Any], list[str]], Callable[[Any], list[str]]]

EXPECTED: dict[str, Expected] = {
    "text": (Kind.TEXT, lambda text: [text], nothing),
    "rich_message": (None, texts_in, nothing),
    "animation": (Kind.ANIMATION, nothing, one),
    "audio": (Kind.AUDIO, nothing, one),
    "document": (Kind.DOCUMENT, nothing, one),
    "live_photo": (Kind.PHOTO, nothing, still),
    "paid_media": (None, said("star_count"), paid),
    "photo": (Kind.PHOTO, nothing, largest),
    "sticker": (Kind.STICKER, said("emoji"), one),
    "story": (Kind.UNSUPPORTED, nothing, nothing),
    "video": (Kind.VIDEO, nothing, one),
    "video_note": (Kind.VIDEO, nothing, one),
    "voice": (Kind.VOICE, nothing, one),
    "checklist": (Kind.TEXT, lambda it: [it["title"], *(task["text"] for task in it["tasks"])], nothing),
    "contact": (Kind.CONTACT, said("phone_number", "first_name", "last_name"), nothing),
    "dice": (Kind.TEXT, said("emoji", "value"), nothing),
    "game": (Kind.TEXT, said("title", "description", "text"), nothing),
    "poll": (Kind.POLL, lambda it: [it["question"], *(option["text"] for option in it["options"])], nothing),
    "venue": (Kind.LOCATION, said("title", "address"), nothing),
    "location": (Kind.LOCATION, said("latitude", "longitude"), nothing),
    "invoice": (Kind.TEXT, said("title", "description", "currency"), nothing),
    "successful_payment": (Kind.SYSTEM, said("currency"), nothing),
    "refunded_payment": (Kind.SYSTEM, said("currency"), nothing),
    "users_shared": (Kind.CONTACT, lambda it: [name for user in it["users"] for name in said("first_name")(user)], nothing),
    "chat_shared": (Kind.CONTACT, said("title"), nothing),
    "gift": (Kind.SYSTEM, said("text"), nothing),
    "gift_upgrade_sent": (Kind.SYSTEM, said("text"), nothing),
    "unique_gift": (Kind.SYSTEM, lambda it: [it["gift"]["base_name"]], nothing),
    "passport_data": (Kind.SYSTEM, lambda it: [part["type"] for part in it["data"]], nothing),
    "giveaway": (Kind.SYSTEM, said("prize_description", "winner_count"), nothing),
    "giveaway_winners": (Kind.SYSTEM, said("prize_description", "winner_count"), nothing),
    "web_app_data": (Kind.BUTTON, said("data", "button_text"), nothing),
    "checklist_tasks_added": (Kind.TEXT, lambda it: [task["text"] for task in it["tasks"]], nothing),
    "checklist_tasks_done": (None, nothing, nothing),
}  # fmt: skip

# Where a content of tomorrow also comes as one of today, for those who do not know it yet.
TWINS = {"animation": "document", "live_photo": "photo", "venue": "location"}


def message(walk: Walk, field: str, chat: Json = PRIVATE, **more: Any) -> Json:
    """A message with this content, and more around it."""
    around = walk.object("Message", among=ENVELOPE - OF_GROUPS)
    if field in TWINS:
        around[TWINS[field]] = walk.field("Message", TWINS[field])
        if field == "live_photo":
            around["photo"] = walk.field("LivePhoto", "photo")
    return {**around, "message_id": 7, "from": ANNA, "chat": chat, field: walk.field("Message", field), **more}


def parsed(field: str, told: Json) -> list[Incoming]:
    return ADAPTER.parse(json.dumps({"update_id": 10_000, field: told}).encode(), "5", str)


def test_every_field_of_a_message_is_expected_here() -> None:
    assert set(fields("Message")) == ENVELOPE | set(EXPECTED) | SERVICE


@pytest.mark.parametrize("field", EXPECTED)
def test_every_content(field: str) -> None:
    kind, told, files = EXPECTED[field]
    for seed in range(GENERATED):
        given = message(Walk(seed), field)
        content = given[field]
        if field == "checklist_tasks_done" and not content.keys() & {
            "marked_as_done_task_ids",
            "marked_as_not_done_task_ids",
        }:
            continue  # says nothing
        [found] = parsed("message", given)
        assert isinstance(found, IncomingMessage)
        assert kind in (None, found.kind)
        assert found.private
        assert [file.provider_id for file in found.attachments] == files(content) or field == "rich_message"
        words = told(content) + ([given["caption"]] if "caption" in given and field != "text" else [])
        assert [word for word in words if word not in found.text] == []
        assert found.forwarded == ("forward_origin" in given)
        assert found.album == given.get("media_group_id")
        assert found.reply_to == (str(given["reply_to_message"]["message_id"]) if "reply_to_message" in given else None)
        assert parsed("message", given) == [found]  # and the same again


@pytest.mark.parametrize("field", sorted(SERVICE))
@pytest.mark.parametrize("chat", [PRIVATE, GROUP], ids=["private", "group"])
def test_what_telegram_says_itself_is_nobodys_message(field: str, chat: Json) -> None:
    for seed in range(4):
        given = {"message_id": 7, "from": ANNA, "chat": chat, "date": 1, field: Walk(seed).field("Message", field)}
        [found] = parsed("message", given)
        assert isinstance(found, IncomingGroupMove if field == "migrate_to_chat_id" else Ignored)


def test_formatting_loses_no_word() -> None:
    for seed in range(GENERATED):
        entities = [Walk(seed + n).object("MessageEntity") for n in range(5)]
        [found] = parsed("message", message(Walk(seed), "text", text="Ёж 🦔 <&> bites", entities=entities))
        assert isinstance(found, IncomingMessage)
        assert found.text == "Ёж 🦔 <&> bites"
        if found.html:
            assert re.sub(r"<[^<>]+>", "", found.html) == "Ёж 🦔 &lt;&amp;&gt; bites"


# What the desk has to make of each kind of update.
UPDATES: dict[str, tuple[type[Incoming], ...]] = {
    "message": (IncomingMessage, IncomingGroupMove, Ignored),
    "edited_message": (IncomingEdit, Ignored),
    "callback_query": (IncomingTap, Ignored),
    "message_reaction": (IncomingMessage, Ignored),
    "my_chat_member": (IncomingReachability, IncomingGroupChange),
}


def test_every_kind_of_update() -> None:
    kinds = {name: field for name, field in fields("Update").items() if name != "update_id"}
    assert UPDATES.keys() <= kinds.keys()
    for name in kinds:
        for seed in range(GENERATED):
            given = Walk(seed).field("Update", name)
            if name == "edited_message":
                given |= {"edit_date": 2_000_000_000}
            try:
                found = parsed(name, given)
            except NotUnderstood as odd:  # a message whose random parts say nothing
                found = list(odd.understood)
                assert found
            assert isinstance(found[0], UPDATES.get(name, (Ignored,)))


@pytest.mark.parametrize("name", ["callback_query", "message_reaction", "my_chat_member"])
def test_what_a_client_does_beside_writing(name: str) -> None:
    """With all that makes it a client's: a person, in private, with a button of ours."""
    own: Json = {"from": ANNA, "user": ANNA, "chat": PRIVATE, "data": "csat:5"}
    for seed in range(GENERATED):
        given = Walk(seed).field("Update", name)
        given |= {field: value for field, value in own.items() if field in given or field in ("data", "user")}
        if name == "callback_query":
            given["message"] = {"chat": PRIVATE, "message_id": 3, "date": 0}
        [found] = parsed(name, given)
        assert isinstance(found, UPDATES[name][0])


# What we ask.

LABELS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
BUTTONS = st.builds(Button, LABELS, data=st.text("abc:1", min_size=1, max_size=64)) | st.builds(
    Button, LABELS, url=st.integers(0, 99).map(lambda n: f"https://desk.example/{n}")
)
ROWS = st.lists(st.lists(BUTTONS, min_size=1, max_size=4).map(tuple), max_size=3).map(tuple)
FILES = st.builds(
    lambda kind, n: File("telegram", "5", Attachment(kind, f"file{n}")),
    st.sampled_from(list(ADAPTER.files)),
    st.integers(0, 99),
)
SAID = st.builds(
    Content,
    verb=st.sampled_from([Verb.TEXT, Verb.EDIT]),
    text=st.text(min_size=1, max_size=100),
    html=st.booleans(),
    buttons=ROWS,
    message_id=st.just("7"),
    silent=st.booleans(),
    reply_to=st.none() | st.just("3"),
    files=st.lists(FILES, max_size=12).map(tuple),
)
DONE = st.builds(
    Content,
    verb=st.sampled_from([Verb.CARD, Verb.PIN_CARD, Verb.REACT, Verb.OPEN_TOPIC, Verb.ANSWER_TAP]),
    text=st.text(min_size=1, max_size=300),
    message_id=st.just("7"),
    silent=st.booleans(),
)


@pytest.fixture(scope="module")
def messenger() -> Iterator[Messenger]:
    with playing() as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TELEGRAM_API_URL", found.url)
        found.answers = [(200, {"ok": True, "result": {"message_id": 7, "message_thread_id": 7}})]
        yield found


@cache
def published() -> Schema:
    path = find_spec(SCHEMA_FILE, None)
    assert path
    return Schema.published(path)


@given(SAID | DONE, st.sampled_from([None, "40"]))
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
def test_everything_we_send(messenger: Messenger, content: Content, thread: str | None) -> None:
    before = len(messenger.asked)

    assert ADAPTER.send(content, Place("5", "-1001", thread), secrets(telegram_token="t")) == Sent("7")

    for asked in messenger.asked[before:]:
        assert published().violations(asked.path.rpartition("/")[2], asked.body) == []
