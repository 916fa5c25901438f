"""What Telegram tells us, in the desk's words."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.desk.messages import (
    Attachment,
    Ignored,
    Incoming,
    IncomingEdit,
    IncomingMessage,
    IncomingTap,
    Kind,
    Sender,
)
from chalicelib.messengers.adapter import NotUnderstood
from chalicelib.messengers.telegram import ADAPTER

Json = dict[str, Any]

AT_SECONDS = 1_772_445_600
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ANNA: Json = {"id": 71, "is_bot": False, "first_name": "Анна", "last_name": "Волкова", "language_code": "ru"}
BOT: Json = {"id": 5, "is_bot": True, "first_name": "Vipdesk"}
GROUP: Json = {"id": -1001, "type": "supergroup", "title": "Support", "is_forum": True}
PRIVATE: Json = {"id": 71, "type": "private", "first_name": "Анна"}
FILE: Json = {"file_id": "f1", "file_unique_id": "u1"}
SIZES: list[Json] = [{**FILE, "file_id": "s"}, {**FILE, "file_id": "l", "file_size": 9}]
PLACE: Json = {"latitude": 55.75, "longitude": 37.6}


def message(**more: Any) -> Json:
    """In Anna's chat with the bot."""
    return {"message_id": 7, "from": ANNA, "chat": PRIVATE, "date": AT_SECONDS, **more}


def in_topic(**more: Any) -> Json:
    root = {"message_id": 40, "chat": GROUP, "date": 1, "forum_topic_created": {"name": "Anna"}}
    topic = {"message_thread_id": 40, "is_topic_message": True, "reply_to_message": root}
    return message(**{"chat": GROUP, **topic, **more})


def parsed(**what: Any) -> list[Incoming]:
    return ADAPTER.parse(json.dumps({"update_id": 1, **what}).encode(), "5", str)


def written(**more: Any) -> IncomingMessage:
    [found] = parsed(message=message(**more))
    assert isinstance(found, IncomingMessage)
    return found


def test_a_message() -> None:
    assert written(text="Здравствуйте") == IncomingMessage(
        external_id="71/7",
        account="5",
        chat="71",
        private=True,
        sender=Sender("71", "Анна Волкова", "ru"),
        at=AT,
        kind=Kind.TEXT,
        text="Здравствуйте",
    )


def test_a_message_id_can_be_0() -> None:
    assert written(message_id=0, text="Hi").external_id == "71/0"


@pytest.mark.parametrize(
    ("content", "kind", "text", "files"),
    [
        ({"photo": SIZES}, Kind.PHOTO, "", [Attachment(Kind.PHOTO, "l", None, "image/jpeg", 9)]),
        (
            {"live_photo": {**FILE, "photo": SIZES}, "photo": SIZES},
            Kind.PHOTO,
            "",
            [Attachment(Kind.PHOTO, "l", None, "image/jpeg", 9)],
        ),
        ({"animation": FILE, "document": FILE}, Kind.ANIMATION, "", [Attachment(Kind.ANIMATION, "f1")]),
        (
            {"video": {**FILE, "file_name": "a.mp4", "mime_type": "video/mp4", "file_size": 5}},
            Kind.VIDEO,
            "",
            [Attachment(Kind.VIDEO, "f1", "a.mp4", "video/mp4", 5)],
        ),
        ({"video_note": FILE}, Kind.VIDEO, "", [Attachment(Kind.VIDEO, "f1", None, "video/mp4")]),
        ({"voice": FILE}, Kind.VOICE, "", [Attachment(Kind.VOICE, "f1")]),
        ({"audio": FILE}, Kind.AUDIO, "", [Attachment(Kind.AUDIO, "f1")]),
        ({"document": FILE}, Kind.DOCUMENT, "", [Attachment(Kind.DOCUMENT, "f1")]),
        (
            {"sticker": {**FILE, "emoji": "😀"}},
            Kind.STICKER,
            "😀",
            [Attachment(Kind.STICKER, "f1", None, "image/webp")],
        ),
        (
            {"sticker": {**FILE, "is_animated": True}},
            Kind.STICKER,
            "",
            [Attachment(Kind.STICKER, "f1", None, "application/x-tgsticker")],
        ),
        (
            {"paid_media": {"star_count": 5, "paid_media": [{"type": "video", "video": FILE}, {"type": "preview"}]}},
            Kind.VIDEO,
            "5 ⭐",
            [Attachment(Kind.VIDEO, "f1")],
        ),
        (
            {"venue": {"location": PLACE, "title": "Office", "address": "Arbat 1"}, "location": PLACE},
            Kind.LOCATION,
            "Office\nArbat 1\n55.75, 37.6",
            [],
        ),
        ({"location": {**PLACE, "live_period": 60}}, Kind.LOCATION, "55.75, 37.6", []),
        (
            {"contact": {"phone_number": "+7900", "first_name": "Ivan", "last_name": "Orlov"}},
            Kind.CONTACT,
            "Ivan Orlov +7900",
            [],
        ),
        (
            {"poll": {"question": "When?", "options": [{"text": "Now"}, {"text": "Later"}]}},
            Kind.POLL,
            "When?\n– Now\n– Later",
            [],
        ),
        (
            {
                "checklist": {
                    "title": "To do",
                    "tasks": [{"id": 1, "text": "one", "completion_date": 9}, {"id": 2, "text": "two"}],
                }
            },
            Kind.TEXT,
            "To do\n☑ one\n☐ two",
            [],
        ),
        ({"dice": {"emoji": "🎲", "value": 4}}, Kind.TEXT, "🎲 4", []),
        ({"game": {"title": "Chess", "description": "A game"}}, Kind.TEXT, "🎮 Chess\nA game", []),
        (
            {"invoice": {"title": "Plan", "description": "A year", "currency": "USD", "total_amount": 1205}},
            Kind.TEXT,
            "Plan\nA year\n12.05 USD",
            [],
        ),
        ({"story": {"chat": {"username": "anna"}, "id": 3}}, Kind.UNSUPPORTED, "https://t.me/anna/s/3", []),
        ({"giveaway": {"winner_count": 3, "prize_description": "Cup"}}, Kind.SYSTEM, "🎁 Cup × 3", []),
        ({"web_app_data": {"button_text": "Form", "data": "a=1"}}, Kind.BUTTON, "Form: a=1", []),
        (
            {"users_shared": {"users": [{"user_id": 8, "first_name": "Oleg"}, {"user_id": 9}]}},
            Kind.CONTACT,
            "Oleg\nid 9",
            [],
        ),
        ({"gift": {"gift": {"star_count": 50}, "text": "Thanks"}}, Kind.SYSTEM, "🎁 50 ⭐ Thanks", []),
        ({"successful_payment": {"currency": "XTR", "total_amount": 7}}, Kind.SYSTEM, "💳 7 XTR", []),
        (
            {
                "checklist_tasks_done": {
                    "checklist_message": {"checklist": {"tasks": [{"id": 1, "text": "one"}]}},
                    "marked_as_done_task_ids": [1, 2],
                }
            },
            Kind.TEXT,
            "☑ one\n☑ 2",
            [],
        ),
    ],
)
def test_contents(content: Json, kind: Kind, text: str, files: list[Attachment]) -> None:
    found = written(**content)
    assert (found.kind, found.text, list(found.attachments)) == (kind, text, files)


def test_a_rich_message_is_read_block_by_block() -> None:
    blocks = [
        {"type": "heading", "text": "Report", "size": 1},
        {
            "type": "paragraph",
            "text": [
                "It ",
                {"type": "bold", "text": "fails"},
                {"type": "url", "text": " here", "url": "https://e.org"},
            ],
        },
        {
            "type": "list",
            "items": [
                {"label": "1.", "blocks": [{"type": "paragraph", "text": "one"}]},
                {"label": "•", "has_checkbox": True, "blocks": [{"type": "paragraph", "text": "two"}]},
            ],
        },
        {"type": "table", "cells": [[{"text": "a"}, {"text": "b"}]], "caption": "Numbers"},
        {"type": "photo", "photo": SIZES, "caption": {"text": "Screen", "credit": "Anna"}},
        {"type": "details", "summary": ["More"], "blocks": [{"type": "mathematical_expression", "expression": "x^2"}]},
    ]
    found = written(rich_message={"blocks": blocks})
    assert found.text == (
        "Report\nIt fails here (https://e.org)\n1. one\n☐ two\na | b\nNumbers\nScreen\nAnna\nMore\nx^2"
    )
    assert (found.kind, [file.provider_id for file in found.attachments]) == (Kind.PHOTO, ["l"])


def test_a_caption_and_its_formatting() -> None:
    found = written(photo=SIZES, caption="2 < 3", caption_entities=[{"type": "bold", "offset": 0, "length": 1}])
    assert (found.text, found.html) == ("2 < 3", "<b>2</b> &lt; 3")


def test_an_album_a_forward_and_a_reply() -> None:
    origin = {"type": "hidden_user", "sender_user_name": "Oleg", "date": 1}
    found = written(
        photo=SIZES, media_group_id="g1", forward_origin=origin, reply_to_message={"message_id": 3, "chat": PRIVATE}
    )
    assert (found.album, found.forwarded, found.reply_to) == ("g1", True, "3")


def test_the_root_of_a_topic_is_not_replied_to() -> None:
    [found] = parsed(message=in_topic(text="Hello"))
    assert isinstance(found, IncomingMessage)
    assert (found.thread, found.reply_to) == ("40", None)
    [found] = parsed(message=in_topic(text="Hello", reply_to_message={"message_id": 41, "chat": GROUP}))
    assert isinstance(found, IncomingMessage)
    assert (found.thread, found.reply_to) == ("40", "41")


def test_the_general_topic_has_no_thread() -> None:
    # A chain of replies there has a thread id that is no topic's.
    [found] = parsed(message=message(chat=GROUP, message_thread_id=12, text="Hello"))
    assert isinstance(found, IncomingMessage)
    assert found.thread is None


@pytest.mark.parametrize("signature", [None, "Oleg"])
def test_an_admin_may_write_in_the_name_of_the_group(signature: str | None) -> None:
    anonymous = {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}, "sender_chat": GROUP}
    more = {"author_signature": signature} if signature else {}
    [found] = parsed(message=in_topic(text="Hello", **anonymous, **more))
    assert isinstance(found, IncomingMessage)
    assert found.sender == Sender("-1001", signature or "Support")


@pytest.mark.parametrize(
    "said",
    [
        message(**{"from": BOT}, text="Hello"),
        message(pinned_message={"message_id": 1}),
        in_topic(forum_topic_edited={"name": "x"}),
        in_topic(new_chat_members=[ANNA]),
        in_topic(left_chat_member=ANNA),
        in_topic(gift={"gift": {"star_count": 50}}),
        in_topic(sender_chat={"id": -7, "type": "channel"}, is_automatic_forward=True, text="News"),
    ],
)
def test_what_is_nobodys_words(said: Json) -> None:
    [found] = parsed(message=said)
    assert isinstance(found, Ignored)


@pytest.mark.parametrize(
    ("odd", "kind", "text"),
    [
        ({"hologram": {"x": 1}, "caption": "Look"}, Kind.UNSUPPORTED, "Look"),
        ({"photo": 7, "caption": "Look"}, Kind.PHOTO, "Look"),
        ({"contact": {"first_name": "Ivan"}}, Kind.CONTACT, ""),
        ({"text": {"of": "tomorrow"}}, Kind.UNSUPPORTED, ""),
        ({}, Kind.UNSUPPORTED, ""),
    ],
)
def test_what_is_new_or_odd_is_shown_and_kept_raw(odd: Json, kind: Kind, text: str) -> None:
    with pytest.raises(NotUnderstood) as kept:
        parsed(message=message(**odd))
    [found] = kept.value.understood
    assert isinstance(found, IncomingMessage)
    assert (found.kind, found.text, kept.value.key) == (kind, text, "1")


@pytest.mark.parametrize(
    "odd",
    [
        {"entities": [{"type": "bold"}]},
        {"reply_to_message": True},
        {"media_group_id": 12},
        {"forward_origin": None},
        {"is_topic_message": True, "message_thread_id": {}},
        {"from": {**ANNA, "last_name": 7, "language_code": []}},
    ],
)
def test_one_odd_field_never_loses_the_words_beside_it(odd: Json) -> None:
    assert written(**{"text": "Help", **odd}).text == "Help"


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b'{"update_id": 1, "telepathy": {}}', b'{"update_id": 1, "message": 1}']
)
def test_what_has_no_shape_is_kept_raw(raw: bytes) -> None:
    with pytest.raises(NotUnderstood):
        ADAPTER.parse(raw, "5", str)


def test_an_edit_has_a_key_of_its_own() -> None:
    [found] = parsed(edited_message=message(text="Hi", edit_date=AT_SECONDS + 60))
    assert found == IncomingEdit(written(text="Hi"), f"71/7@{AT_SECONDS + 60}")


@pytest.mark.parametrize("moves", [True, False])
def test_a_live_place_moves_too_often_to_tell_each_time(moves: bool) -> None:
    place = {**PLACE, **({"live_period": 60} if moves else {})}
    [found] = parsed(edited_message=message(location=place, edit_date=AT_SECONDS + 5))
    assert isinstance(found, IncomingEdit)
    assert found.is_step == moves


EMOJI = {"type": "emoji", "emoji": "👍"}


def reaction(*new: Json, **more: Any) -> Json:
    change = {"chat": PRIVATE, "message_id": 0, "user": ANNA, "date": AT_SECONDS, "old_reaction": []}
    return {**change, "new_reaction": list(new), **more}


@pytest.mark.parametrize(
    ("new", "text"),
    [
        ((EMOJI,), "👍"),
        ((EMOJI, {"type": "custom_emoji", "custom_emoji_id": "5"}), "👍 ✨"),
        (({"type": "paid"},), "⭐"),
        (({"type": "of_tomorrow"},), "of_tomorrow"),
        ((), ""),
    ],
)
def test_reactions(new: tuple[Json, ...], text: str) -> None:
    [found] = parsed(message_reaction=reaction(*new))
    assert isinstance(found, IncomingMessage)
    assert (found.kind, found.text, found.reply_to) == (Kind.REACTION, text, "0")


def test_a_reaction_changed_within_a_second_is_two() -> None:
    keys = {
        found.external_id
        for new in ((), (EMOJI,), ({"type": "paid"},))
        for found in parsed(message_reaction=reaction(*new))
        if isinstance(found, IncomingMessage)
    }
    assert len(keys) == 3


def test_an_anonymous_reaction_is_nobodys() -> None:
    anonymous = {name: value for name, value in reaction(EMOJI, actor_chat=GROUP).items() if name != "user"}
    assert isinstance(parsed(message_reaction=anonymous)[0], Ignored)


def test_a_tap_also_on_a_message_that_is_gone() -> None:
    tap = {"id": "t1", "from": ANNA, "chat_instance": "x", "message": {"chat": PRIVATE, "message_id": 3, "date": 0}}
    assert parsed(callback_query={**tap, "data": "csat:5"}) == [
        IncomingTap("t1", "5", "71", "3", Sender("71", "Анна Волкова", "ru"), "csat:5")
    ]
    assert isinstance(parsed(callback_query={**tap, "game_short_name": "chess"})[0], Ignored)
