"""The emergency group through the real webhook, topic, queues and functions: one command and a few taps, and the way back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.stack.conftest import MARINA, Desk, eventually

Json = dict[str, Any]

TIMUR = 500_004  # the demo's second announcer


class Group:
    """The emergency group of the demo, as its announcers see it."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.chat = desk, desk.stack.telegram["emergency_chat_id"]
        self.title = f"Payments {datetime.now(UTC):%H:%M:%S.%f}"

    def begin(self) -> None:
        self.desk.sandbox("/say", staff=MARINA, chat=self.chat, text=f"/outage {self.title}")
        eventually(lambda: self._shown("How bad"))

    def tap(self, label: str, then: str, staff: int = MARINA) -> str:
        """Tap the button that begins so, under the newest message about this outage; until ``then`` is read there."""
        message = eventually(lambda: self.with_button(label))
        assert message
        rows = message["reply_markup"]["inline_keyboard"]
        data = next(button["callback_data"] for row in rows for button in row if button["text"].startswith(label))
        words = self.desk.tap(self.chat, message["message_id"], data, staff)
        eventually(lambda: self._shown(then))
        return words

    def _messages(self) -> list[Json]:
        return [message for message in self.desk.chat(self.chat) if self.title in message.get("text", "")]

    def _shown(self, words: str) -> bool:
        return any(words in message["text"] for message in self._messages())

    def with_button(self, label: str) -> Json | None:
        for message in reversed(self._messages()):
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            if any(button["text"].startswith(label) for row in rows for button in row):
                return message
        return None

    def outage(self) -> Json:
        listed = self.desk.admin("GET", "/admin/outages?limit=100")["items"]
        found = next(outage for outage in listed if outage["title"] == self.title)
        whole: Json = self.desk.admin("GET", f"/admin/outages/{found['id']}")
        return whole


@pytest.fixture
def group(desk: Desk) -> Group:
    return Group(desk)


def test_from_it_is_down_to_everybody_knows_and_back_to_who_answered(desk: Desk, group: Group) -> None:
    client = desk.stranger()
    desk.say(client, f"Hello from {client}")
    desk.topic_with(f"Hello from {client}")
    group.begin()
    group.tap("🔴", "banner is seen")
    group.tap("No, it", "What does it concern")
    group.tap("◻️ Payments", "What does it concern")
    group.tap("➡️", "How soon")
    group.tap("1 h", "Shall we announce it?")
    group.tap("📣", "wait for a second person")
    assert "second person" in group.tap("✅ Approve", "wait for a second person")  # the author may not
    group.tap("✅ Approve", "are on their way", TIMUR)
    eventually(lambda: any(group.title in text for text in desk.texts_to(client)), 60)
    eventually(lambda: group.outage()["announcements"][0]["delivery"]["not_yet"] == 0)

    desk.say(client, "It is slow at mine")
    eventually(lambda: any("we know about it" in text for text in desk.texts_to(client)))
    outage = eventually(lambda: found if (found := group.outage())["tickets"] else None)
    assert outage
    told = outage["told_before_they_wrote"]
    assert told["affected"] == told["first"] >= 1
    words = {"ru": "Почти готово", "en": f"Nearly there, {group.title}"}
    desk.admin("POST", f"/admin/outages/{outage['id']}/reply", {"text": words})
    eventually(lambda: desk.texts_to(client).count(words["en"]) == 1)

    group.tap("✅ Fixed", "Shall we announce it?")
    group.tap("📣", "works again")
    eventually(lambda: sum("works again" in t and group.title in t for t in desk.texts_to(client)) == 1, 60)
    eventually(lambda: _ticket(desk, client)["closing_at"])


def test_two_taps_on_go_at_once_announce_once(desk: Desk, group: Group) -> None:
    group.begin()
    group.tap("🟢", "banner is seen")
    group.tap("Yes", "What does it concern")
    group.tap("➡️", "How soon")
    group.tap("Nobody", "Shall we announce it?")
    message = group.with_button("📣")
    assert message
    data = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    with ThreadPoolExecutor(2) as hands:
        taps = [hands.submit(desk.tap, group.chat, message["message_id"], data, MARINA) for _ in range(2)]
    assert "Done" in [tap.result() for tap in taps]
    eventually(lambda: group.outage()["announced"] == 1)
    listed = desk.admin("GET", "/admin/outages?limit=100")["items"]
    assert [outage["title"] for outage in listed].count(group.title) == 1


def test_who_says_stop_hears_no_more_announcements(desk: Desk, group: Group) -> None:
    client = desk.stranger()
    desk.say(client, f"Hello from {client}")
    desk.topic_with(f"Hello from {client}")
    desk.say(client, "Stop")
    eventually(lambda: any("no more messages here" in text for text in desk.texts_to(client)))
    said = {"title": group.title, "kind": "outage", "level": "red", "in_app": False, "text": {"ru": "Нет", "en": "No"}}
    outage = desk.admin("POST", "/admin/outages", said)
    path = f"/admin/outages/{outage['id']}/announcements/1/approve"
    desk.admin("POST", path, token=desk.stack.approver_token)

    def report() -> Json | None:
        found = group.outage()["announcements"][0]["delivery"]
        return found if found["planned"] and not found["not_yet"] else None

    found = eventually(report, 60)
    assert found
    assert found["opted_out"] >= 1
    assert not any(group.title in text for text in desk.texts_to(client))


def _ticket(desk: Desk, user: int) -> Json:
    (ticket,) = desk.of_conversation(user, "TICKET#")
    return ticket
