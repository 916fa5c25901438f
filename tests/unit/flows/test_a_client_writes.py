"""A client writes: kept once, on one ticket, shown in a topic of its own."""

import json
from datetime import timedelta

import pytest

from chalicelib.desk.clients import Tier
from chalicelib.desk.messages import Kind
from chalicelib.desk.tickets import Status
from chalicelib.store import messages
from tests.unit.flows.conftest import MANAGER, World

PAVEL, ANNA = 600_002, 600_001


def test_a_new_client_gets_a_ticket_and_a_topic_with_card_and_message(world: World) -> None:
    assert world.receive(world.private(PAVEL, 1, "The report is empty")).status == 200
    world.deliver()
    assert len(world.calls("createForumTopic")) == 1
    card, message = world.texts_to(world.group)
    assert "Person 600002" in card
    assert message == "The report is empty"
    topic = world.client(PAVEL).topic
    assert topic is not None
    assert world.calls("pinChatMessage")[0]["message_id"] == int(topic.card or 0)


def test_nothing_outside_aws_is_called_while_the_messenger_waits(world: World) -> None:
    world.receive(world.private(PAVEL, 1, "The report is empty"))
    assert [call for call in world.sandbox.get("/calls") if call["method"] != "getMe"] == []
    world.deliver()
    assert world.texts_to(world.group)[1:] == ["The report is empty"]


def test_a_vip_is_recognised_and_the_manager_is_told_with_a_way_to_the_topic(world: World) -> None:
    world.register_vip(ANNA)
    world.receive(world.private(ANNA, 1, "Nothing works"))
    world.deliver()
    assert world.ticket(ANNA).tier is Tier.VIP
    assert world.calls("createForumTopic")[0]["name"] == "⭐ Anna Volkova · Acme"
    assert "VIP · Anna Volkova" in world.texts_to(world.group)[0]
    (alert,) = [call for call in world.calls("sendMessage") if call["chat_id"] == MANAGER]
    assert "Nothing works" in alert["text"]
    assert alert["reply_markup"]["inline_keyboard"][0][0]["url"].endswith(f"/{world.thread(ANNA)}")


def test_the_next_message_goes_on_with_the_ticket_and_opens_nothing(world: World) -> None:
    world.receive(world.private(PAVEL, 1, "one"))
    world.receive(world.private(PAVEL, 2, "two"))
    world.deliver()
    assert [message.text for message in messages.of_ticket(world.ticket(PAVEL).id)] == ["one", "two"]
    assert len(world.calls("createForumTopic")) == 1
    assert world.texts_to(world.group)[1:] == ["one", "two"]


def test_the_same_message_again_changes_nothing(world: World) -> None:
    update = world.private(PAVEL, 0, "once")
    assert [world.receive(update).status for _ in range(3)] == [200, 200, 200]
    world.deliver()
    assert world.texts_to(world.group)[1:] == ["once"]
    assert world.ticket(PAVEL).version == 1


def test_the_same_message_under_another_update_id_is_the_same_message(world: World) -> None:
    update = world.private(PAVEL, 1, "once")
    world.receive(update)
    world.receive({**update, "update_id": 9})
    assert len(messages.of_ticket(world.ticket(PAVEL).id)) == 1


def test_a_wrong_secret_is_refused_and_touches_nothing(world: World) -> None:
    assert world.receive(world.private(PAVEL, 1), secret="guess").status == 401
    assert world.nudged() == []


@pytest.mark.parametrize(
    ("field", "kind", "shown"),
    [
        ({"location": {"latitude": 55.75, "longitude": 37.6}}, Kind.LOCATION, "📍 Location\n55.75, 37.6"),
        ({"contact": {"phone_number": "+7900", "first_name": "Ivan"}}, Kind.CONTACT, "👤 Contact\nIvan +7900"),
        (
            {"gift_of_tomorrow": {"x": 1}},
            Kind.UNSUPPORTED,
            "A kind of message that cannot be shown yet. It is kept.",
        ),
    ],
)
def test_other_kinds_are_kept_and_shown_as_placeholders(
    world: World, field: dict[str, object], kind: Kind, shown: str
) -> None:
    world.receive(world.private(PAVEL, 1, None, **field))
    world.deliver()
    (message,) = messages.of_ticket(world.ticket(PAVEL).id)
    assert message.kind is kind
    assert world.texts_to(world.group)[1] == shown


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("photo", "sendPhoto"),
        ("video", "sendVideo"),
        ("video_note", "sendVideoNote"),
        ("animation", "sendAnimation"),
        ("voice", "sendVoice"),
        ("audio", "sendAudio"),
        ("document", "sendDocument"),
        ("sticker", "sendSticker"),
    ],
)
def test_a_file_is_shown_as_it_is(world: World, kind: str, method: str) -> None:
    media = world.media(kind)
    caption = "See" if kind not in ("sticker", "video_note") else None
    world.receive(world.private(PAVEL, 1, None, **media, **({"caption": caption} if caption else {})))
    world.deliver()
    (message,) = messages.of_ticket(world.ticket(PAVEL).id)
    (call,) = world.calls(method)
    assert call[kind] == message.attachments[0].provider_id
    assert (call["message_thread_id"], call.get("caption")) == (int(world.thread(PAVEL)), caption)


def test_an_edit_is_kept_on_the_message_and_shown(world: World) -> None:
    update = world.private(PAVEL, 1, "teh report")
    world.receive(update)
    edited = {"update_id": 7, "edited_message": {**update["message"], "text": "the report", "edit_date": 1_800_000_000}}
    world.receive(edited)
    world.receive({**edited, "update_id": 8})
    world.deliver()
    (message,) = messages.of_ticket(world.ticket(PAVEL).id)
    assert (message.text, message.edited_at) == ("the report", world.now)
    assert world.texts_to(world.group)[1:] == ["teh report", "✏️ Changed by the client:\nthe report"]


def test_a_change_of_nothing_that_is_shown_is_not_told(world: World) -> None:
    update = world.private(PAVEL, 1, "See https://example.org")
    world.receive(update)
    world.receive(world.update(edited_message={**update["message"], "edit_date": 1_800_000_000}))
    world.deliver()
    (message,) = messages.of_ticket(world.ticket(PAVEL).id)
    assert message.edited_at is None
    assert world.texts_to(world.group)[1:] == ["See https://example.org"]


def test_a_thank_you_is_shown_and_reopens_nothing(world: World) -> None:
    world.receive(world.private(PAVEL, 1, "Help"))
    close(world, PAVEL)
    world.now += timedelta(hours=1)
    world.receive(world.private(PAVEL, 2, "Спасибо!"))
    world.deliver()
    assert world.ticket(PAVEL).status is Status.CLOSED
    assert world.texts_to(world.group)[-1] == "Спасибо!"


def test_pressing_start_is_greeted_and_asks_nothing_of_the_team(world: World) -> None:
    start = world.private(PAVEL, 1, "/start")
    world.receive(start)
    world.receive(start)
    world.deliver()
    assert [text for text in world.texts_to(PAVEL) if text.startswith("Hello, Person")] == world.texts_to(PAVEL)
    assert len(world.texts_to(PAVEL)) == 1
    assert world.texts_to(world.group) == []
    world.receive(world.private(PAVEL, 2, "The report is empty"))
    world.deliver()
    assert world.texts_to(world.group)[1:] == ["The report is empty"]


def test_what_the_group_cannot_show_the_manager_hears_in_private(world: World) -> None:
    odd = {"ok": False, "error_code": 400, "description": "Bad Request: nobody knows why"}
    world.sandbox.post("/faults", messenger="telegram", path="createForumTopic", status=400, body=odd, count=9)
    world.receive(world.private(PAVEL, 1, "Is anybody there?"))
    world.deliver()
    assert [text for text in world.texts_to(MANAGER) if "Is anybody there?" in text and "could not be shown" in text]


def test_a_message_from_a_clock_ahead_of_ours_has_its_deadline_all_the_same(world: World) -> None:
    world.now += timedelta(seconds=2)
    update = world.private(PAVEL, 1, "Hello")
    world.now -= timedelta(seconds=2)
    world.receive(update)
    assert world.ticket(PAVEL).look_at is not None
    assert world.ticket(PAVEL).next_due is not None


def test_within_the_window_a_message_reopens_the_ticket(world: World) -> None:
    world.receive(world.private(PAVEL, 1, "Help"))
    ticket = close(world, PAVEL)
    world.now += timedelta(hours=71)
    world.receive(world.private(PAVEL, 2, "It broke again"))
    assert (world.ticket(PAVEL).id, world.ticket(PAVEL).status) == (ticket, Status.OPEN)


def test_in_the_second_of_the_closing_it_does_too(world: World) -> None:
    """Telegram tells whole seconds: by its own time the message would lie before the closing."""
    world.receive(world.private(PAVEL, 1, "Help"))
    world.now = world.now.replace(microsecond=700_000) + timedelta(minutes=1)
    ticket = close(world, PAVEL)
    world.now += timedelta(milliseconds=100)
    world.receive(world.private(PAVEL, 2, "Wait, it is still broken"))
    assert (world.ticket(PAVEL).id, world.ticket(PAVEL).status) == (ticket, Status.OPEN)
    assert world.ticket(PAVEL).next_due is not None


def test_after_the_window_a_message_opens_a_new_ticket_linked_to_the_old(world: World) -> None:
    world.receive(world.private(PAVEL, 1, "Help"))
    ticket = close(world, PAVEL)
    world.now += timedelta(hours=73)
    world.receive(world.private(PAVEL, 2, "Another question"))
    world.deliver()
    assert world.ticket(PAVEL).id != ticket
    assert world.ticket(PAVEL).previous == ticket
    assert len(world.calls("createForumTopic")) == 1


def test_a_malformed_update_is_kept_raw_and_answered_with_success(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = b'{"update_id": 5, "message": {"message_id": "x", "from": 3}}'
    assert world.receive(odd).status == 200
    assert world.receive(odd).status == 200
    assert world.receive(b"\xff not json").status == 200
    kept = messages.raw_of_day("telegram", world.now)
    assert len(kept) == 2
    assert any("message_id" in raw for raw in kept)
    assert '"NotUnderstood": 1' in capsys.readouterr().out


@pytest.mark.parametrize("text", [None, 5, ["a"]])
def test_a_text_that_is_no_text_is_kept_raw(world: World, text: object) -> None:
    update = world.private(PAVEL, 1)
    update["message"]["text"] = text
    assert world.receive(update).status == 200
    assert len(messages.raw_of_day("telegram", world.now)) == 1


def test_half_a_character_is_shown_as_one_that_cannot_be_read(world: World) -> None:
    whole = json.dumps(world.private(PAVEL, 1, r"a HALF b 😀 \ud83d"))
    assert world.receive(whole.replace("HALF", r"\ud83d").encode()).status == 200
    (message,) = messages.of_ticket(world.ticket(PAVEL).id)
    assert message.text == "a \ufffd b 😀 \\ud83d"


def test_an_update_larger_than_any_is_kept_as_far_as_it_can_be(world: World) -> None:
    assert world.receive(world.private(PAVEL, 1, "я" * 900_000)).status == 200
    (kept,) = messages.raw_of_day("telegram", world.now)
    assert '"bytes":5400' in kept


def test_a_client_who_blocks_the_bot_is_shown_as_unreachable(world: World) -> None:
    world.receive(world.private(PAVEL, 1, "Help"))
    chat = {"id": PAVEL, "type": "private"}
    member = {"chat": chat, "from": world.person(PAVEL), "date": 5, "new_chat_member": {"status": "kicked"}}
    world.receive(world.update(my_chat_member=member))
    world.deliver()
    assert world.texts_to(world.group)[-1].startswith("🚫")


def test_a_member_of_the_team_in_private_is_no_client(world: World) -> None:
    world.receive(world.private(MANAGER, 1, "/start"))
    world.deliver()
    assert world.calls("createForumTopic") == []
    assert world.texts_to(MANAGER)[0].startswith("Hello, Person")


def test_every_call_we_make_is_one_telegram_takes(world: World) -> None:
    world.register_vip(ANNA)
    for client in (ANNA, PAVEL):
        world.receive(world.private(client, 1, "<b>Hello & goodbye"))
    world.deliver()
    assert [call for call in world.sandbox.get("/calls") if call["violations"] or call["status"] != 200] == []


def close(world: World, user: int) -> str:
    """The team closes the client's ticket with the card's button. Its id."""
    world.deliver()
    ticket = world.ticket(user)
    topic = world.client(user).topic
    assert topic is not None
    world.receive(world.tap(MANAGER, world.group, topic.card or "", f"close:{ticket.id}"))
    world.deliver()
    assert world.ticket(user).status is Status.CLOSED
    return ticket.id


def test_a_kind_of_tomorrow_is_shown_as_a_placeholder_and_kept_as_it_came(world: World) -> None:
    world.receive(world.private(600_002, 1, None, hologram={"says": "come in"}))
    world.deliver()
    assert "cannot be shown yet" in world.texts_to(world.group)[-1]
    (kept,) = messages.raw_of_day("telegram", world.now)
    assert "come in" in kept
