"""Clients write and the team answers, through the real triggers: webhook, table, queue, Telegram."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stack.conftest import ANNA, MARINA, OLEG, Desk, eventually

pytestmark = pytest.mark.usefixtures("calls_before")


def test_a_new_client_gets_a_topic_headed_by_a_card_with_the_message_in_it(desk: Desk) -> None:
    client = desk.stranger()
    desk.say(client, f"The report of {client} is empty")
    topic = desk.topic_with(f"The report of {client} is empty")
    card, message = desk.texts_to(desk.group, topic)
    assert f"Client {client}" in card
    assert message.startswith("The report")
    assert desk.card(topic)


def test_a_vip_gets_a_vip_card_and_the_manager_is_told(desk: Desk) -> None:
    desk.say(ANNA, "Nothing works since this morning")
    topic = desk.topic_with("Nothing works since this morning")
    assert desk.texts_to(desk.group, topic)[0].startswith("⭐ <b>VIP")
    eventually(lambda: [text for text in desk.texts_to(MARINA) if "Nothing works since this morning" in text])


def test_an_answer_reaches_the_client_with_a_receipt_and_a_note_stays_inside(desk: Desk) -> None:
    client = desk.stranger()
    desk.say(client, f"Hello from {client}")
    topic = desk.topic_with(f"Hello from {client}")
    desk.write_in(topic, "// who knows this client?")
    answer = desk.write_in(topic, "Good morning! How can we help?")
    eventually(lambda: desk.calls("setMessageReaction", message_id=answer["message_id"]))
    assert desk.texts_to(client) == ["Good morning! How can we help?"]
    directions = {message["text"]: message["direction"] for message in desk.of_conversation(client, "MESSAGE#")}
    assert directions["who knows this client?"] == "note"


def test_files_travel_both_ways_as_they_are_and_a_caption_can_be_changed(desk: Desk) -> None:
    client = desk.stranger()
    desk.say(client, f"Screen of {client}", media={"kind": "photo"})
    topic = eventually(lambda: desk.calls("sendPhoto", caption=f"Screen of {client}"))[0]["message_thread_id"]
    bold = [{"type": "bold", "offset": 0, "length": 4}]
    act = {"text": "Sign here", "media": {"kind": "document", "name": "act.pdf"}, "entities": bold}
    answer = desk.sandbox("/say", messenger="telegram", staff=OLEG, topic=topic, **act)
    got = eventually(lambda: [message for message in desk.chat(client) if "document" in message])[0]
    assert (got["document"]["file_name"], got["caption"], got["caption_entities"]) == ("act.pdf", "Sign here", bold)
    desk.sandbox("/edit", messenger="telegram", staff=OLEG, message_id=answer["message_id"], text="Sign it, please")
    eventually(lambda: [message for message in desk.chat(client) if message.get("caption") == "Sign it, please"])
    kept = desk.of_conversation(client, "MESSAGE#")
    assert {message["kind"] for message in kept} == {"photo", "document"}


def test_the_buttons_of_the_card_and_the_survey_after_closing(desk: Desk) -> None:
    client = desk.stranger()
    desk.say(client, f"Question of {client}")
    topic = desk.topic_with(f"Question of {client}")
    card = desk.card(topic)
    assert desk.tap(desk.group, card, "🙋 Take") == "It is yours now"
    eventually(lambda: [c for c in desk.calls("editMessageText", message_id=card) if "Oleg Ivanov" in c["text"]])
    for button in ("⏳ Waiting for the client", "▶️ Go on", "✅ Close"):
        eventually(lambda button=button: _tapped(desk, card, button))  # type: ignore[misc]
    question = eventually(lambda: desk.calls("sendMessage", chat_id=client))[0]
    assert question["reply_markup"]["inline_keyboard"][0][0]["text"].endswith("Wow")
    thanks = _grade(desk, client, "2")
    assert "Thank you for being open" in thanks
    eventually(lambda: [text for text in desk.texts_to(MARINA) if f"Client {client}" in text and "2 of 5" in text])
    eventually(lambda: _tapped(desk, card, "🔄 Reopen"))
    assert desk.of_conversation(client, "TICKET#")[0]["status"] == "open"


def _tapped(desk: Desk, card: int, button: str) -> bool:
    """Tap when the card, which is edited in its own time, has the button."""
    labels = [
        label["text"]
        for call in desk.calls("editMessageText", message_id=card)[-1:]
        for row in call["reply_markup"]["inline_keyboard"]
        for label in row
    ]
    return button in labels and bool(desk.tap(desk.group, card, button))


def _grade(desk: Desk, client: int, score: str) -> str:
    """Tap a grade as the client. What the question then becomes."""
    (question,) = desk.calls("sendMessage", chat_id=client)
    grades = [row[0]["callback_data"] for row in question["reply_markup"]["inline_keyboard"]]
    data = next(grade for grade in grades if grade.endswith(score))
    assert desk.tap(client, desk.chat(client)[-1]["message_id"], data) == "Thank you!"
    edited = eventually(lambda: desk.calls("editMessageText", chat_id=client))
    return str(edited[0]["text"])


def test_the_same_update_64_times_at_once_is_one_message_on_one_ticket(desk: Desk) -> None:
    client = desk.stranger()
    update = desk.update(client, f"Once, from {client}")
    with ThreadPoolExecutor(64) as at_once:
        assert set(at_once.map(lambda _: desk.webhook(update), range(64))) == {200}
    topic = desk.topic_with(f"Once, from {client}")
    assert len(desk.of_conversation(client, "MESSAGE#")) == 1
    assert len(desk.of_conversation(client, "TICKET#")) == 1
    assert desk.webhook(update) == 200
    assert desk.texts_to(desk.group, topic)[1:] == [f"Once, from {client}"]


def test_two_first_messages_of_a_new_client_at_once_make_one_ticket(desk: Desk) -> None:
    client = desk.stranger()
    updates = [desk.update(client, f"{word} of {client}") for word in ("First", "Second")]
    with ThreadPoolExecutor(2) as at_once:
        assert list(at_once.map(desk.webhook, updates)) == [200, 200]
    assert desk.topic_with(f"First of {client}") == desk.topic_with(f"Second of {client}")
    assert len(desk.of_conversation(client, "TICKET#")) == 1
    assert len(desk.of_conversation(client, "MESSAGE#")) == 2


def test_a_wrong_secret_is_refused_and_touches_nothing(desk: Desk) -> None:
    client = desk.stranger()
    assert desk.webhook(desk.update(client, "Let me in"), secret="guess") == 401
    assert desk.of_conversation(client, "TICKETS") == desk.of_conversation(client, "MESSAGE#") == []


def test_a_malformed_update_is_kept_raw_and_answered_with_success(desk: Desk) -> None:
    odd = b'{"update_id": 77, "message": {"message_id": {}, "from": {"id": 1}, "note": "nobody knows this shape"}}'
    assert desk.webhook(odd) == 200
    assert [item for item in desk.items() if item["pk"].startswith("RAW#") and "nobody knows" in item["body"]]


def test_nothing_that_telegram_was_told_breaks_its_rules(desk: Desk, calls_before: int) -> None:
    client = desk.stranger()
    desk.say(client, f"<i>Odd & ends of {client}")
    desk.topic_with(f"<i>Odd & ends of {client}")
    assert [call for call in desk.seen(f"/calls?since={calls_before}") if call["violations"]] == []
