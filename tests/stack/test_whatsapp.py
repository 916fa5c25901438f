"""WhatsApp through the real triggers: files both ways, the closed window, what failed and goes again."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta

from tests.stack.conftest import Desk, Json, eventually
from tests.stack.test_messengers import _whatsapp as post_signed

ACCOUNT = "106540352242922"


def client(desk: Desk) -> str:
    """The phone of somebody nobody has seen before."""
    return f"7900{desk.stranger():07d}"


def write(desk: Desk, user: str, text: str) -> int:
    """They write; the topic in which the team sees it."""
    desk.sandbox("/say", messenger="whatsapp", user=user, name=f"Client {user}", text=text)
    return desk.topic_with(text)


def written_yesterday(desk: Desk, user: str, text: str) -> int:
    """As Meta tells what was written more than 24 hours ago: it repeats for days what nobody took."""
    desk.sandbox("/clients", messenger="whatsapp", user=user, name=f"Client {user}")
    told(desk, of(ACCOUNT, messages=[message(text, {"from": user}, hours_ago=25)], contacts=[contact(user)]))
    return desk.topic_with(text)


def message(text: str, who: Json, hours_ago: float = 0) -> Json:
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    said = {"id": f"wamid.{text}", "timestamp": str(int(at.timestamp())), "type": "text", "text": {"body": text}}
    return who | said


def contact(user: str) -> Json:
    return {"profile": {"name": f"Client {user}"}, "wa_id": user}


def of(number_id: str, **parts: list[Json]) -> Json:
    """What one of our numbers is told."""
    ours = {"display_phone_number": "15550783881", "phone_number_id": number_id}
    return {"messaging_product": "whatsapp", "metadata": ours} | parts


def told(desk: Desk, *values: Json) -> None:
    """Meta tells all of it in one call."""
    entry = {"id": "1", "changes": [{"field": "messages", "value": value} for value in values]}
    assert post_signed(desk, json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()) == 200


def said_to(desk: Desk, user: str) -> list[Json]:
    """What the client sees of ours."""
    chats = desk.seen("/state")["messengers"]["whatsapp"]["chats"]
    chat = next(each for each in chats if each["id"] == user)
    return [said for said in chat["messages"] if said["by"] == "desk"]


def notice(desk: Desk, topic: int, words: str) -> Json:
    """The newest message of the topic with these words."""

    def found() -> Json | None:
        shown = [each for each in desk.chat(desk.group) if each.get("message_thread_id") == topic]
        return next((each for each in reversed(shown) if words in (each.get("text") or "")), None)

    message = eventually(found)
    assert message is not None
    return message


def test_a_photo_from_the_topic_arrives_at_the_client(desk: Desk) -> None:
    user = client(desk)
    topic = write(desk, user, f"Show me, {user}")
    photo = {"kind": "photo", "size": 4000}
    desk.sandbox("/say", messenger="telegram", staff=500_002, topic=topic, text="Here it is", media=photo)
    [said] = eventually(lambda: said_to(desk, user))
    assert said["text"] == "Here it is"
    [file] = said["files"]
    assert (file["kind"], file["mime"], file["size_bytes"]) == ("photo", "image/jpeg", 4000)
    assert said["tick"] == "read"


def test_a_photo_from_the_client_is_opened_by_the_link_in_the_topic(desk: Desk) -> None:
    user = client(desk)
    topic = write(desk, user, f"Here comes the bill, {user}")
    bill = {"kind": "document", "name": "bill.pdf", "size": 3000}
    desk.sandbox("/say", messenger="whatsapp", user=user, media=bill, text=f"The bill of {user}")
    shown = notice(desk, topic, f"The bill of {user}")
    [[button]] = shown["reply_markup"]["inline_keyboard"]
    with urllib.request.urlopen(button["url"], timeout=30) as answer:
        content = answer.read()
    assert (len(content), content[:4]) == (3000, b"%PDF")


def test_when_the_window_is_closed_a_template_is_offered_sent_and_answered(desk: Desk) -> None:
    user = client(desk)
    topic = written_yesterday(desk, user, f"Is anybody there, {user}?")
    desk.write_in(topic, "The report is ready")
    offered = notice(desk, topic, "Not sent: WhatsApp")
    assert "‹the client's name›" in offered["text"]
    desk.tap(desk.group, offered["message_id"], "📄 1. follow_up")
    preview = notice(desk, topic, "The client will get")
    assert said_to(desk, user) == []
    desk.tap(desk.group, preview["message_id"], "✅ Send")
    [said] = eventually(lambda: said_to(desk, user))
    assert said["text"].startswith("We have news about your question")
    desk.sandbox("/say", messenger="whatsapp", user=user, text=f"Good to hear, {user}, go on")
    held = notice(desk, topic, "“The report is ready”")
    desk.tap(desk.group, held["message_id"], "✅ Send it now")
    assert eventually(lambda: said_to(desk, user)[1:])[0]["text"] == "The report is ready"


def test_what_failed_is_said_with_a_button_that_sends_it_again(desk: Desk) -> None:
    user = client(desk)
    topic = write(desk, user, f"Help me, {user}")
    desk.sandbox("/fail", messenger="whatsapp", code=131000)
    desk.write_in(topic, f"Of course, {user}")
    failed = notice(desk, topic, "Not delivered")
    assert f"+{user}" in failed["text"]
    desk.tap(desk.group, failed["message_id"], "🔁 Send again")
    eventually(lambda: said_to(desk, user)[1:])
    assert [(said["text"], said["tick"]) for said in said_to(desk, user)] == [
        (f"Of course, {user}", "failed"),
        (f"Of course, {user}", "read"),
    ]


def test_statuses_in_any_order_show_the_furthest(desk: Desk) -> None:
    user = client(desk)
    topic = write(desk, user, f"How far is it, {user}?")
    desk.sandbox("/statuses", messenger="whatsapp", states=["read", "delivered", "sent"])
    answer = desk.write_in(topic, f"All the way, {user}")
    eventually(
        lambda: [each for each in reactions(desk, answer["message_id"]) if "👀" in json.dumps(each, ensure_ascii=False)]
    )
    assert state_of(desk, f"All the way, {user}") == "read"


def reactions(desk: Desk, message_id: int) -> list[Json]:
    return [call["reaction"] for call in desk.calls("setMessageReaction", message_id=message_id)]


def state_of(desk: Desk, text: str) -> str:
    bodies = [json.loads(item["body"]) for item in desk.items() if item["sk"].startswith("MESSAGE#")]
    found: str = next(body["delivery"]["state"] for body in bodies if body["text"] == text)
    return found


def test_one_call_with_messages_and_statuses_of_two_numbers(desk: Desk) -> None:
    one, other = client(desk), client(desk)
    topic = write(desk, one, f"First of {one}")
    desk.sandbox("/statuses", messenger="whatsapp", states=["sent"])
    desk.write_in(topic, f"Answer to {one}")
    [said] = eventually(lambda: said_to(desk, one))
    status = {"id": said["id"], "status": "delivered", "timestamp": "1800000000", "recipient_id": one}
    told(
        desk,
        of(ACCOUNT, messages=[message(f"Second of {one}", {"from": one})], contacts=[contact(one)]),
        of(ACCOUNT, statuses=[status]),
        of("2", messages=[message(f"To the other number, {other}", {"from": other})], contacts=[contact(other)]),
    )
    assert desk.topic_with(f"Second of {one}") == topic
    assert desk.topic_with(f"To the other number, {other}") != topic
    eventually(lambda: state_of(desk, f"Answer to {one}") == "delivered")


def test_somebody_who_shows_no_phone_is_heard_and_answered(desk: Desk) -> None:
    user = f"RU.{desk.stranger()}"
    topic = write(desk, user, f"Guess who, {user}")
    desk.write_in(topic, f"We know you, {user}")
    assert eventually(lambda: said_to(desk, user))[0]["text"] == f"We know you, {user}"


def test_none_of_it_breaks_whatsapps_rules(desk: Desk) -> None:
    assert [call for call in desk.seen("/calls?messenger=whatsapp") if call["violations"]] == []
