"""Nobody answers a VIP: the manager hears of it by the real schedule, once, and "I'm on it" ends the ladder."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.desk.digests import FEW, MOST_NAMED
from tests.stack.conftest import MARINA, Desk, Json, eventually

SCHEDULE_SECONDS = 60
MARGIN_SECONDS = 15  # for a loaded machine: the check itself, the queue, the send


@pytest.fixture
def vip(desk: Desk) -> int:
    """A VIP nobody else's test writes as; in the demo their first reply is due in a minute."""
    return registered(desk, "Vera")


def registered(desk: Desk, name: str) -> int:
    vip = int(desk.sandbox("/clients", name=name, language_code="en")["id"])
    identity = {"messenger": "telegram", "user": str(vip)}
    desk.admin("POST", "/admin/clients", {"name": f"{name} {vip}", "tier": "vip", "identities": [identity]})
    return vip


def alerts(desk: Desk, vip: int, words: str) -> list[str]:
    return [text for text in desk.texts_to(MARINA) if f"Vera {vip}" in text and words in text]


def test_within_a_minute_of_the_deadline_the_schedule_tells_the_manager(desk: Desk, vip: int) -> None:
    desk.webhook(desk.update(vip, f"Is anybody there? {vip}", datetime.now(UTC) - timedelta(seconds=50)))
    eventually(lambda: alerts(desk, vip, "the first reply was due"), 10 + SCHEDULE_SECONDS + MARGIN_SECONDS)


def test_checks_that_overlap_tell_the_manager_once(desk: Desk, vip: int) -> None:
    desk.webhook(desk.update(vip, f"Hello? {vip}", datetime.now(UTC) - timedelta(seconds=90)))
    desk.topic_with(f"Hello? {vip}")
    with ThreadPoolExecutor(4) as at_once:
        list(at_once.map(lambda _: desk.stack.invoke("service-levels"), range(4)))
    eventually(lambda: alerts(desk, vip, "the first reply was due"))
    desk.stack.invoke("service-levels")
    assert len(alerts(desk, vip, "the first reply was due")) == 1


def test_im_on_it_stops_the_ladder(desk: Desk, vip: int) -> None:
    written = datetime.now(UTC) - timedelta(seconds=90)
    desk.webhook(desk.update(vip, f"Hello? {vip}", written))
    desk.topic_with(f"Hello? {vip}")
    desk.stack.invoke("service-levels")
    alert = eventually(lambda: alerts(desk, vip, "the first reply was due"))
    assert alert
    message = next(
        message
        for message in reversed(desk.chat(MARINA))
        if f"Vera {vip}" in message["text"] and "the first reply" in message["text"]
    )
    assert "No more reminders" in desk.tap(MARINA, message["message_id"], "👌 I'm on it", staff=MARINA)
    ticket = desk.of_conversation(vip, "TICKET#")[0]
    look_at = datetime.fromisoformat(ticket["look_at"])
    assert look_at > written + timedelta(minutes=12)  # not the ladder's +10m of the first reply


def test_a_reply_that_is_late_between_two_checks_is_a_miss(desk: Desk, vip: int) -> None:
    desk.webhook(desk.update(vip, f"Hello? {vip}", datetime.now(UTC) - timedelta(seconds=61)))
    topic = desk.topic_with(f"Hello? {vip}")
    desk.write_in(topic, f"Here we are, {vip}")
    eventually(lambda: desk.texts_to(vip))
    ticket = desk.of_conversation(vip, "TICKET#")[0]["id"]
    cycles = desk.admin("GET", f"/admin/tickets/{ticket}")["cycles"]
    assert [cycle["verdict"] for cycle in cycles if cycle["metric"] == "first_reply"] == ["missed"]


def test_many_deadlines_at_once_are_one_message_that_leads_to_each_topic_and_to_the_queue(desk: Desk) -> None:
    """So many that even if the schedule comes in between, more than a few are left for the check that is called here."""
    vips = [registered(desk, "Gleb") for _ in range(2 * FEW + 2)]
    written = datetime.now(UTC) - timedelta(seconds=40)
    for vip in vips:
        desk.webhook(desk.update(vip, f"All at once, {vip}", written))
    topics = {f"Gleb {vip}": desk.topic_with(f"All at once, {vip}") for vip in vips}

    def digest() -> Json | None:
        desk.stack.invoke("service-levels")
        said = desk.calls("sendMessage", chat_id=MARINA)
        return next((call for call in said if "need attention" in call["text"] and "Gleb" in call["text"]), None)

    found = eventually(digest)
    assert found
    *to_topics, onward = found["reply_markup"]["inline_keyboard"]
    assert len(to_topics) == MOST_NAMED
    for (button,) in to_topics:
        assert f"<b>{button['text']}</b>: the first reply was due" in found["text"]
        assert button["url"].endswith(f"/{topics[button['text']]}")
    message = next(each for each in reversed(desk.chat(MARINA)) if "need attention" in each["text"])
    assert "This is how it is now" in desk.tap(MARINA, message["message_id"], onward[0]["text"], staff=MARINA)
    eventually(lambda: any("Who waits" in text and "Gleb" in text for text in desk.texts_to(MARINA)))
