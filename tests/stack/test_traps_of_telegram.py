"""What bites in Telegram, on the running stack: each through the real webhook, queues and functions."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from infra.local.ports import Ports
from infra.local.running import RunningStack
from infra.local.stack import LocalStack
from tests.stack.conftest import OLEG, Desk, Json, eventually


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack of its own: the last test moves the team's group."""
    with LocalStack(tmp_path_factory.mktemp("telegram"), Ports.free(), limits_speed=100) as running:
        yield running


@pytest.fixture
def client(desk: Desk) -> int:
    """Somebody with an open topic."""
    client = desk.stranger()
    desk.say(client, f"Hello from {client}")
    desk.topic_with(f"Hello from {client}")
    return client


def topic_of(desk: Desk, client: int) -> int:
    return desk.topic_with(f"Hello from {client}")


def refuse(desk: Desk, status: int, description: str, path: str = "sendMessage", **more: object) -> None:
    body = {"ok": False, "error_code": status, "description": description, **more}
    desk.sandbox("/faults", messenger="telegram", path=path, status=status, count=1, body=body)


def test_the_root_of_a_topic_is_no_reply_and_a_quote_is_one(desk: Desk, client: int) -> None:
    topic = topic_of(desk, client)
    desk.write_in(topic, f"Looking, {client}")
    eventually(lambda: f"Looking, {client}" in desk.texts_to(client))
    shown = next(m for m in desk.chat(desk.group) if m.get("text") == f"Hello from {client}")
    quote = {"text": f"Fixed, {client}", "reply_to": shown["message_id"]}
    desk.sandbox("/say", messenger="telegram", staff=OLEG, topic=topic, **quote)
    eventually(lambda: f"Fixed, {client}" in desk.texts_to(client))
    first, second = desk.calls("sendMessage", chat_id=client)[-2:]
    assert "reply_parameters" not in first
    assert second["reply_parameters"]["message_id"]


def test_what_is_said_in_general_goes_to_nobody_and_no_call_names_thread_1(desk: Desk, client: int) -> None:
    desk.sandbox("/say", messenger="telegram", staff=OLEG, chat=desk.group, text="Lunch?")
    desk.write_in(topic_of(desk, client), "After lunch")
    eventually(lambda: "After lunch" in desk.texts_to(client))
    assert "Lunch?" not in desk.texts_to(client)
    assert [call for call in desk.all_calls() if (call["body"] or {}).get("message_thread_id") == 1] == []


def test_a_deleted_topic_is_made_anew_with_its_card_and_the_message_goes_there_once(desk: Desk, client: int) -> None:
    before = topic_of(desk, client)
    desk.sandbox("/topics/delete", messenger="telegram", chat=desk.group, topic=before)
    desk.say(client, f"Anybody, {client}?")
    after = desk.topic_with(f"Anybody, {client}?")
    assert after != before
    assert desk.card(after)
    assert desk.texts_to(desk.group, after)[1:] == [f"Anybody, {client}?"]
    desk.write_in(after, "Yes, we are")
    eventually(lambda: "Yes, we are" in desk.texts_to(client))


def test_a_topic_in_the_private_chat_is_the_same_conversation(desk: Desk, client: int) -> None:
    update = desk.update(client, f"And this, {client}")
    update["message"] |= {"message_thread_id": 9, "is_topic_message": True}
    assert desk.webhook(update) == 200
    assert desk.topic_with(f"And this, {client}") == topic_of(desk, client)
    assert len(desk.of_conversation(client, "TICKET#")) == 1


def test_an_album_is_one_ticket_and_as_many_messages_together(desk: Desk) -> None:
    client = desk.stranger()
    for text in (f"Screens of {client}", "", ""):
        caption = {"text": text} if text else {}
        who = {"user": client, "name": f"Client {client}", "album": f"album-{client}"}
        desk.sandbox("/say", messenger="telegram", **who, media={"kind": "photo"}, **caption)

    def shown() -> list[Json]:
        theirs = [m for m in desk.chat(desk.group) if m.get("caption") == f"Screens of {client}"]
        thread = theirs[0]["message_thread_id"] if theirs else None
        return [m for m in desk.chat(desk.group) if "photo" in m and m.get("message_thread_id") == thread]

    eventually(lambda: len(shown()) == 3)
    assert len(desk.of_conversation(client, "TICKET#")) == 1
    assert len(desk.of_conversation(client, "MESSAGE#")) == 3


def test_a_message_id_of_0_is_a_message(desk: Desk, client: int) -> None:
    update = desk.update(client, f"Number nought of {client}")
    update["message"]["message_id"] = 0
    assert desk.webhook(update) == 200
    assert desk.topic_with(f"Number nought of {client}") == topic_of(desk, client)


def test_reactions_are_shown_set_and_taken_back(desk: Desk) -> None:
    client = desk.stranger()
    said = desk.say(client, f"Hello from {client}")
    topic = topic_of(desk, client)
    who = {"messenger": "telegram", "user": client, "message_id": said["message_id"]}
    desk.sandbox("/react", **who, emoji="🔥")
    eventually(lambda: any("🔥" in text for text in desk.texts_to(desk.group, topic)))
    desk.sandbox("/react", **who)
    eventually(lambda: any("taken back" in text for text in desk.texts_to(desk.group, topic)))


def test_an_update_id_may_jump_back_after_a_quiet_week(desk: Desk, client: int) -> None:
    far, back = (desk.update(client, f"{word} of {client}") for word in ("One", "Two"))
    for update in ({**far, "update_id": 2_000_000_000}, {**back, "update_id": 3}, {**far, "update_id": 4}):
        assert desk.webhook(update) == 200
    desk.topic_with(f"Two of {client}")
    assert len(desk.of_conversation(client, "MESSAGE#")) == 3


def test_markup_that_telegram_cannot_read_is_sent_again_plain(desk: Desk, client: int) -> None:
    refuse(desk, 400, "Bad Request: can't parse entities: Unsupported start tag")
    bold = {"text": f"Done, {client}", "entities": [{"type": "bold", "offset": 0, "length": 4}]}
    desk.sandbox("/say", messenger="telegram", staff=OLEG, topic=topic_of(desk, client), **bold)
    eventually(lambda: desk.texts_to(client).count(f"Done, {client}") == 1)
    assert "parse_mode" not in desk.calls("sendMessage", chat_id=client)[-1]


def test_a_429_is_waited_out_and_the_answer_comes_once(desk: Desk, client: int) -> None:
    refuse(desk, 429, "Too Many Requests: retry after 1", parameters={"retry_after": 1})
    desk.write_in(topic_of(desk, client), f"In a second, {client}")
    eventually(lambda: f"In a second, {client}" in desk.texts_to(client))
    assert desk.texts_to(client).count(f"In a second, {client}") == 1


def test_what_was_changed_into_the_same_is_no_failure(desk: Desk, client: int) -> None:
    answer = desk.write_in(topic_of(desk, client), f"Teh answer, {client}")
    eventually(lambda: f"Teh answer, {client}" in desk.texts_to(client))
    refuse(desk, 400, "Bad Request: message is not modified", path="editMessageText")
    change = {"message_id": answer["message_id"], "text": f"The answer, {client}"}
    desk.sandbox("/edit", messenger="telegram", staff=OLEG, **change)
    eventually(lambda: [c for c in desk.calls("setMessageReaction") if c["reaction"][0]["emoji"] == "✍"])


def test_a_file_over_20_mb_is_shown_to_the_team_and_never_fetched(desk: Desk, client: int) -> None:
    large = {"kind": "video", "size": 30_000_000}
    desk.sandbox("/say", messenger="telegram", user=client, name="x", media=large, text=f"Film of {client}")
    eventually(lambda: desk.calls("sendVideo", caption=f"Film of {client}"))
    assert desk.calls("getFile") == []


def test_an_upgraded_group_is_followed_and_keeps_its_conversations(desk: Desk) -> None:
    new = int(desk.sandbox("/group", messenger="telegram", upgrade=True)["chat"])
    client = desk.stranger()
    desk.say(client, f"After the move, {datetime.now(UTC)}")
    eventually(lambda: desk.admin("GET", "/admin/settings/desk")["group"] == str(new))
    desk.stack.renew("api", "outbox")  # those there were learn it within a minute
    eventually(lambda: desk.calls("createForumTopic", chat_id=new), 60)
    eventually(lambda: any("After the move" in text for text in desk.texts_to(new)))
