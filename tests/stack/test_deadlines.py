"""Nobody answers a VIP: the manager hears of it by the real schedule, once, and "I'm on it" ends the ladder."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.desk.digests import FEW, MOST_NAMED
from tests.stack.conftest import MARINA, Desk, Json, eventually

SCHEDULE_SECONDS = 60
MARGIN_SECONDS = 15  # for a loaded machine: the check itself, the queue, the send
TIMUR = 500_004  # the demo's deputy


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


def test_who_is_away_passes_it_on_to_the_next(desk: Desk) -> None:
    """The deputy, who else hears of what nobody answered for ten minutes: after they are back of what is late then alone."""
    document = desk.admin("GET", "/admin/settings/staff")
    away = [{**each, "absent": each["role"] == "deputy"} for each in document["members"]]

    def late() -> int:
        vip = registered(desk, "Vera")
        desk.webhook(desk.update(vip, f"Hello? {vip}", datetime.now(UTC) - timedelta(minutes=12)))
        desk.topic_with(f"Hello? {vip}")
        eventually(lambda: desk.stack.invoke("service-levels") and alerts(desk, vip, "the first reply was due"))
        return vip

    desk.settle("staff", {**document, "members": away})
    try:
        desk.stack.renew("service-levels")
        passed_on = late()
    finally:
        desk.settle("staff", document)
        desk.stack.renew("service-levels")
    own = late()
    eventually(lambda: any(f"Vera {own}" in text for text in desk.texts_to(TIMUR)))
    assert not any(f"Vera {passed_on}" in text for text in desk.texts_to(TIMUR))


def test_the_card_tells_how_it_went_and_what_was_promised_and_a_reopened_ticket_is_served_as_its_client_is_now(
    desk: Desk, vip: int
) -> None:
    def act(**fields: Any) -> Json:
        done: Json = desk.admin("POST", f"/admin/tickets/{ticket['id']}/actions", fields)
        return done

    def card() -> str:
        pinned = desk.card(topic)
        return next(str(each["text"]) for each in desk.chat(desk.group) if each["message_id"] == pinned)

    desk.say(vip, f"The report is empty, {vip}")
    topic = desk.topic_with(f"The report is empty, {vip}")
    ticket = desk.of_conversation(vip, "TICKET#")[0]
    act(action="close")
    asked = eventually(lambda: [each for each in desk.chat(vip) if "csat:" in json.dumps(each)])[0]
    desk.tap(vip, asked["message_id"], next(iter(re.findall(r"csat:\w+:5", json.dumps(asked)))))
    eventually(lambda: "5 of 5" in card())
    desk.admin("PATCH", f"/admin/clients/{ticket['client_id']}", {"tier": "our"})
    desk.say(vip, f"It is empty again, {vip}")
    eventually(lambda: desk.of_conversation(vip, "TICKET#")[0]["status"] == "open")
    act(action="promise", until=(datetime.now(UTC) + timedelta(hours=2)).isoformat())
    eventually(lambda: "Promised: an answer by" in card())
    [reopened] = desk.admin("GET", f"/admin/tickets?client={ticket['client_id']}")["items"]
    assert (reopened["id"], reopened["client"]["tier"]) == (ticket["id"], "our")
    assert next(cycle["metric"] for cycle in reopened["cycles"] if not cycle["ended_at"]) == "resolve"


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
