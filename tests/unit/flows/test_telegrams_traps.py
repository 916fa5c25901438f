"""What bites in Telegram, line by line. Deleted topics are in test_the_team_answers.py, limits and bad markup in
test_the_outbox.py, update ids and repeats in test_a_client_writes.py."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.desk.messages import Direction, Kind, Message
from chalicelib.store import messages
from infra.webhooks.telegram import UPDATES
from tests.unit.flows.conftest import SUPPORT, World

PAVEL = 600_002

Json = dict[str, Any]


@pytest.fixture
def thread(world: World) -> str:
    world.receive(world.private(PAVEL, 1, "The report is empty"))
    world.deliver()
    world.now += timedelta(minutes=1)
    return world.thread(PAVEL)


def kept(world: World) -> list[Message]:
    return messages.of_ticket(world.ticket(PAVEL).id)


def seen(world: World, chat: int | str) -> list[Json]:
    """What people see in a chat, without service messages."""
    found = next(one for one in world.sandbox.get("/state")["chats"] if one["id"] == int(chat))["messages"]
    return [message for message in found if not message["is_service"]]


def in_topic(world: World, thread: str, message_id: int = 50, **content: Any) -> None:
    update = world.in_topic(SUPPORT, thread, message_id, "")
    del update["message"]["text"]
    update["message"] |= content
    world.receive(update)
    world.deliver()


def react(world: World, message_id: int, *emoji: str, at: int = 5) -> None:
    new = [{"type": "emoji", "emoji": one} for one in emoji]
    chat, person = {"id": PAVEL, "type": "private"}, world.person(PAVEL)
    about = {"chat": chat, "user": person, "message_id": message_id, "date": int(world.now.timestamp()) + at}
    world.receive(world.update(message_reaction={**about, "old_reaction": [], "new_reaction": new}))
    world.deliver()


def test_the_root_of_a_topic_is_not_quoted_and_a_real_reply_is(world: World, thread: str) -> None:
    in_topic(world, thread, 50, text="We are looking")
    shown = seen(world, world.group)[-1]["message_id"]
    in_topic(world, thread, 51, text="It is fixed", reply_to_message={"message_id": shown, "chat": {"id": 1}})

    first, second = world.calls("sendMessage")[-2:]
    assert (first["text"], first.get("reply_parameters")) == ("We are looking", None)
    assert (second["text"], second["reply_parameters"]["message_id"]) == ("It is fixed", 1)


def test_general_has_no_thread_and_is_nobodys_topic(world: World, thread: str) -> None:
    in_topic(world, thread, 50, text="Lunch?", is_topic_message=False, message_thread_id=49)
    assert len(kept(world)) == 1
    assert seen(world, PAVEL) == []
    assert all(call.get("message_thread_id") != 1 for call in world.sandbox.get("/calls"))


def test_a_topic_in_the_private_chat_is_the_same_conversation(world: World, thread: str) -> None:
    world.receive(world.private(PAVEL, 2, "And the invoice", message_thread_id=9, is_topic_message=True))
    assert [message.text for message in kept(world)] == ["The report is empty", "And the invoice"]


def test_an_album_is_one_ticket_and_as_many_messages(world: World) -> None:
    for n, caption in enumerate(({"caption": "Three screens"}, {}, {})):
        world.receive(world.private(PAVEL, 1 + n, None, **world.media("photo"), **caption, media_group_id="7"))
    world.deliver()

    assert [(message.kind, message.text) for message in kept(world)] == [
        (Kind.PHOTO, "Three screens"),
        (Kind.PHOTO, ""),
        (Kind.PHOTO, ""),
    ]
    shown = [message for message in seen(world, world.group) if "photo" in message]
    assert [message.get("caption") for message in shown] == ["Three screens", None, None]
    assert {message["message_thread_id"] for message in shown} == {int(world.thread(PAVEL))}


def test_a_message_id_of_0_is_a_message(world: World, thread: str) -> None:
    world.receive(world.private(PAVEL, 0, "A video is on its way"))
    world.deliver()
    assert kept(world)[-1].external_id == f"{PAVEL}/0"
    react(world, 0, "👍")
    assert kept(world)[-1].reply_to == f"{PAVEL}/0"


def test_reactions_are_asked_for_and_shown_set_changed_and_taken_back(world: World, thread: str) -> None:
    assert {"message", "edited_message", "callback_query", "message_reaction", "my_chat_member"} <= set(UPDATES)
    for at, emoji in enumerate((("👍",), ("❤",), ())):
        react(world, 1, *emoji, at=at)
    assert [message.text for message in kept(world)[1:]] == ["👍", "❤", ""]
    assert world.texts_to(world.group)[-3:] == ["Reaction: 👍", "Reaction: ❤", "Reaction: taken back"]


def test_update_ids_may_jump_back_after_a_quiet_week(world: World, thread: str) -> None:
    late = world.private(PAVEL, 2, "One")
    world.receive({**late, "update_id": 2_000_000_000})
    world.receive({**world.private(PAVEL, 3, "Two"), "update_id": 3})
    world.receive({**late, "update_id": 4})
    assert [message.text for message in kept(world)[1:]] == ["One", "Two"]


@pytest.mark.parametrize("field", ["new_chat_members", "left_chat_member", "forum_topic_edited", "pinned_message"])
def test_what_telegram_says_in_the_group_is_nobodys_message(world: World, thread: str, field: str) -> None:
    told: Json = {field: [world.person(PAVEL)] if field.endswith("members") else world.person(PAVEL)}
    in_topic(world, thread, **told)
    assert len(kept(world)) == 1
    assert seen(world, PAVEL) == []


def test_an_admin_who_writes_in_the_groups_name_is_heard(world: World, thread: str) -> None:
    group = {"id": int(world.group), "title": "Support"}
    nobody: Json = {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}, "sender_chat": group}
    in_topic(world, thread, 50, text="Good morning", **nobody)
    assert world.texts_to(PAVEL) == ["Good morning"]
    author = kept(world)[-1].author
    assert author
    assert author.name == "Support"


@pytest.mark.parametrize("kind", ["photo", "video", "video_note", "animation", "voice", "audio", "document", "sticker"])
def test_the_teams_file_reaches_the_client_as_it_is(world: World, thread: str, kind: str) -> None:
    caption: Json = {"caption": "Here"} if kind not in ("sticker", "video_note") else {}
    bold: Json = {"caption_entities": [{"type": "bold", "offset": 0, "length": 4}]} if caption else {}
    in_topic(world, thread, **world.media(kind), **caption, **bold)

    [message] = seen(world, PAVEL)
    assert kind in message
    assert message.get("caption") == caption.get("caption")
    assert [entity["type"] for entity in message.get("caption_entities", [])] == (["bold"] if caption else [])
    assert kept(world)[-1].direction is Direction.OUT


def test_a_file_over_20_mb_goes_to_a_client_of_telegram_all_the_same(world: World, thread: str) -> None:
    in_topic(world, thread, **world.media("video", size=30_000_000))
    assert [message["video"]["file_size"] for message in seen(world, PAVEL)] == [30_000_000]


def test_a_changed_caption_is_changed_at_the_client(world: World, thread: str) -> None:
    photo = world.media("photo")
    in_topic(world, thread, 50, **photo, caption="Teh invoice")
    update = world.in_topic(SUPPORT, thread, 50, "")
    del update["message"]["text"]
    world.receive(world.update(edited_message={**update["message"], **photo, "caption": "The invoice", "edit_date": 9}))
    world.deliver()
    assert [message["caption"] for message in seen(world, PAVEL)] == ["The invoice"]


def test_a_live_place_is_kept_at_every_step_and_shown_where_it_stops(world: World, thread: str) -> None:
    update = world.private(PAVEL, 2, None, location={"latitude": 55.1, "longitude": 37.1, "live_period": 60})
    world.receive(update)
    for n, place in enumerate(({"latitude": 55.2, "live_period": 60}, {"latitude": 55.2})):
        moved = {**update["message"], "location": {"longitude": 37.1, **place}, "edit_date": n + 1}
        world.receive(world.update(edited_message=moved))
        assert kept(world)[-1].text == f"{place['latitude']}, 37.1"
    world.deliver()
    assert [text.splitlines()[-1] for text in world.texts_to(world.group)[-2:]] == ["55.1, 37.1", "55.2, 37.1"]
