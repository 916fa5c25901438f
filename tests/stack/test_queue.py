"""Out of turn, on the running stack: people ask for the next ticket at once, and get different ones."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.stack.conftest import MARINA, OLEG, Desk, Json, eventually


@pytest.fixture
def vips(desk: Desk) -> dict[int, int]:
    """Three VIPs who wait, each with their topic. VIPs of other tests are somebody's by now."""
    for item in desk.admin("GET", "/admin/tickets?tier=vip&owner=none&limit=100")["items"]:
        desk.admin("POST", f"/admin/tickets/{item['id']}/actions", {"action": "take", "staff": "oleg"})
    users = [int(desk.sandbox("/clients", name="Nadia", language_code="en")["id"]) for _ in range(3)]
    for user in users:
        identity = {"messenger": "telegram", "user": str(user)}
        desk.admin("POST", "/admin/clients", {"name": f"Nadia {user}", "tier": "vip", "identities": [identity]})
        desk.say(user, f"Hello from {user}")
    return {user: desk.topic_with(f"Hello from {user}") for user in users}


def test_two_people_and_a_program_ask_for_the_next_at_once_and_get_different_tickets(
    desk: Desk, vips: dict[int, int]
) -> None:
    topic = min(vips.values())
    desk.write_in(topic, "/queue")

    def queue() -> int | None:
        said = (message for message in desk.chat(desk.group) if "Who waits" in message.get("text", ""))
        return next((message["message_id"] for message in said if message.get("message_thread_id") == topic), None)

    message_id = eventually(queue)
    assert message_id is not None
    with ThreadPoolExecutor(3) as at_once:
        asked = at_once.submit(desk.admin, "POST", "/admin/tickets/next", {"staff": "dina"})
        taps = [at_once.submit(desk.tap, desk.group, message_id, "🙋 Next", staff=staff) for staff in (MARINA, OLEG)]
        assert all("It is yours" in tap.result() for tap in taps)
    tickets = [desk.of_conversation(user, "TICKET#")[0] for user in vips]
    assert {ticket["owner"]["staff_id"] for ticket in tickets} == {"marina", "oleg", "dina"}
    eventually(lambda: len([text for text in desk.texts_to(desk.group, topic) if "the next is" in text]) == 2)
    assert all(not desk.texts_to(user) for user in vips)  # a command is no answer
    explained = desk.admin("GET", f"/admin/tickets/{asked.result()['id']}/why")["explained"]
    assert "1 minute of the calendar “24x7”" in explained[0]["words"]["en"]


def test_a_time_promised_by_two_taps_is_told_to_the_client_and_is_a_deadline(desk: Desk) -> None:
    user = desk.stranger()
    desk.say(user, f"When will it work? {user}")
    topic = desk.topic_with(f"When will it work? {user}")
    card = desk.card(topic)
    assert "Look below" in desk.tap(desk.group, card, "⏰ Promise a time")

    def question() -> int | None:
        there = (message for message in desk.chat(desk.group) if message.get("message_thread_id") == topic)
        return next((message["message_id"] for message in there if "By when?" in message.get("text", "")), None)

    asked = eventually(question)
    assert asked is not None
    before = datetime.now(UTC)
    assert "Look below" in desk.tap(desk.group, asked, "3 h")
    (told,) = eventually(lambda: [text for text in desk.texts_to(user) if "get back to you by" in text])
    ticket = desk.of_conversation(user, "TICKET#")[0]["id"]

    def promised() -> Json | None:
        """As soon as the messenger's word that it has taken the reply is recorded."""
        cycles = desk.admin("GET", f"/admin/tickets/{ticket}")["cycles"]
        return next((cycle for cycle in cycles if cycle["metric"] == "update"), None)

    update = eventually(promised)
    assert update
    due_at = datetime.fromisoformat(update["due_at"])
    assert timedelta(hours=3) <= due_at - before < timedelta(hours=3, seconds=60)
    by = due_at.astimezone(ZoneInfo("Europe/Moscow"))
    assert f"by {by:%H:%M} on {by.day} {by:%B}." in told

    desk.write_in(topic, "/закрыть")
    eventually(lambda: any("no command “/закрыть”" in text for text in desk.texts_to(desk.group, topic)))
    desk.write_in(topic, "/promise послезавтра 10.00")
    the_day = datetime.now(ZoneInfo("Europe/Moscow")) + timedelta(days=2)
    eventually(lambda: f"by 10:00 on {the_day.day} {the_day:%B}." in desk.texts_to(user)[-1])
    assert len(desk.texts_to(user)) == 2
