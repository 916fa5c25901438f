"""Planned work and what is new on the running stack: announced ahead, in the emergency group and by a program; it begins by
itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.stack.conftest import Desk, Json, eventually
from tests.stack.emergency_group import TIMUR, Group, words
from tests.stack.emergency_group import group as group
from tests.stack.emergency_group import settle as settle
from tests.stack.people import Person


def test_planned_work_is_moved_begins_by_itself_and_is_finished_by_people(desk: Desk, group: Group) -> None:
    client = Person(desk, "telegram")
    group.begin("maintenance", "How much will clients feel")
    group.tap("🔴", "Will the product itself open")
    group.tap("No, it", "What does it concern")
    group.tap("➡️", "When does it begin")
    group.say("/at noon", "did not understand the time")
    group.say("/at 2h", "How long will it take")
    group.tap("1 h", "Shall we announce it?")
    group.tap("📣", "wait for a second person")
    eventually(lambda: (group.in_feed() or {}).get("state") == "scheduled")
    group.tap("✅ Approve", "are on their way", TIMUR)
    eventually(lambda: client.told(f"{group.title}: we are planning maintenance") == 1, 60)

    soon = datetime.now(UTC) + timedelta(seconds=3)
    group.announce(starts_at=soon.isoformat(), expected_at=(soon + timedelta(hours=1)).isoformat())
    group.approve(2)
    eventually(lambda: desk.stack.invoke("service-levels") and group.outage()["state"] == "in_progress")
    eventually(lambda: client.told(f"{group.title}: maintenance has begun") == 1, 60)
    group.announce(expected_at=hence(seconds=4))
    eventually(lambda: desk.stack.invoke("service-levels") and asked_about(desk, group))

    group.say("/maintenance", "Maintenance has begun")
    group.tap("✅ It is finished", "Shall we announce it?")
    group.tap("📣", "Maintenance is finished")
    eventually(lambda: client.told(f"{group.title}: maintenance is finished") == 1, 60)


def test_what_a_program_plans_begins_by_itself_in_words_that_were_given_ahead_or_settled(
    desk: Desk, settle: Callable[[str, Json], None]
) -> None:
    client, told, shown, ahead = Person(desk, "telegram"), Group(desk), Group(desk), Group(desk)
    settled = {"kind": "maintenance", "state": "in_progress", "text": words("Now {title} is being moved")}
    settle("announcements", {"rehearsal": {"clients": [client.client_id]}, "wordings": [settled]})
    ahead.declare(kind="novelty", level="green", starts_at=hence(days=7))
    soon: Json = {"kind": "maintenance", "starts_at": hence(seconds=5)}
    told.declare(**soon, begin_with=words(f"We begin, {told.title}"), rehearsal=True)
    told.approve(1)
    shown.declare(**soon, level="yellow")
    eventually(lambda: desk.stack.invoke("service-levels") and told.outage()["state"] == "in_progress")
    eventually(lambda: client.told(f"We begin, {told.title}") == 1)
    eventually(lambda: f"Now {shown.title} is being moved" in str(shown.in_feed()))
    assert (ahead.in_feed() or {})["state"] == "scheduled"


def hence(**time: float) -> str:
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


def asked_about(desk: Desk, group: Group) -> bool:
    """Whether the team was asked if it is over."""
    return any("was to be over" in text and group.title in text for text in desk.texts_to(desk.group))
