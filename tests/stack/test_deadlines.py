"""Nobody answers a VIP: the manager hears of it by the real schedule, once, and "I'm on it" ends the ladder."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.stack.conftest import MARINA, Desk, eventually

SCHEDULE_SECONDS = 60
MARGIN_SECONDS = 15  # for a loaded machine: the check itself, the queue, the send


@pytest.fixture
def vip(desk: Desk) -> int:
    """A VIP nobody else's test writes as; in the demo their first reply is due in a minute."""
    vip = int(desk.sandbox("/clients", name="Vera", language_code="en")["id"])
    identity = {"messenger": "telegram", "user": str(vip)}
    desk.admin("POST", "/admin/clients", {"name": f"Vera {vip}", "tier": "vip", "identities": [identity]})
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
