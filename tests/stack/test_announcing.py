"""What holds for whoever announces, in the emergency group and through the admin endpoint: refusals, rehearsals, opting out."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.stack.conftest import MARINA, OLEG, Desk, Json, eventually, http
from tests.stack.emergency_group import TIMUR, Group, words
from tests.stack.emergency_group import group as group
from tests.stack.people import MESSENGERS, Person


@pytest.fixture
def settle(desk: Desk) -> Iterator[Callable[[Json], None]]:
    """Settles how announcements are worded and rehearsed, at once; as it was afterwards."""
    before = desk.admin("GET", "/admin/settings/announcements")

    def settled(document: Json) -> None:
        desk.settle("announcements", document)
        desk.stack.renew("api", "planner", "deliver-to-vips", "deliver")

    yield settled
    settled(before)


def refused(desk: Desk, path: str, body: Json | None, status: int, advice: str, token: str = "") -> None:
    headers = {"Authorization": f"Bearer {token or desk.stack.admin_token}", "Accept-Language": "en"}
    found, answer = http("POST", desk.stack.api_url + path, body, headers)
    assert (found, advice in answer.decode()) == (status, True), answer


def test_what_is_refused_says_what_to_do_through_the_admin_endpoint(desk: Desk, group: Group) -> None:
    said = {"title": group.title, "kind": "outage", "level": "red", "in_app": False, "text": words("It is down")}
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    for wrong, advice in (
        ({"expected_at": past}, "has passed; give a time to come"),
        ({"text": {"ru": "Не работает", "en": " "}}, "must not be empty"),
        ({"components": ["Coffee"]}, "is not a known component; known are"),
        ({"kind": "maintenance", "starts_at": past}, "has passed; give a time to come"),
        ({"kind": "novelty"}, "must be green for a novelty"),
    ):
        refused(desk, "/admin/outages", {**said, **wrong}, 400, advice)
    group.declare()
    path = f"/admin/outages/{group.outage()['id']}/announcements"
    refused(desk, f"{path}/1/approve", None, 403, "a second person has to approve")
    group.announce(state="identified")
    refused(desk, f"{path}/1/approve", None, 409, "A newer announcement", desk.stack.approver_token)
    refused(desk, path, {"text": words("Back"), "state": "investigating"}, 400, "is required to go back")
    group.announce(state="resolved")
    refused(desk, path, {"text": words("Again"), "state": "monitoring"}, 409, "Declare a new outage")
    refused(desk, "/admin/outages", said, 409, "ended less than five minutes ago")


def test_what_is_refused_says_what_to_do_in_the_emergency_group(desk: Desk, group: Group) -> None:
    group.say(f"/outage {group.title}", "not among the announcers", OLEG)
    group.begin()
    group.tap("🔴", "banner is seen")
    group.tap("No, it", "What does it concern")
    group.tap("➡️", "How soon")
    yesterday = datetime.now(UTC) - timedelta(days=2)
    group.say(f"/until {yesterday:%d.%m} 12:00", "That time has passed")
    group.say("/text Не работает", "It takes two lines")
    group.tap("Nobody", "Shall we announce it?")
    group.tap("📣", "wait for a second person")
    assert "a second person has to approve" in group.tap("✅ Approve")
    approve, fixed, found = group.button("✅ Approve"), group.button("✅ Fixed"), group.button("🔎")
    group.announce(state="identified")
    assert "A newer announcement" in desk.tap(group.chat, *approve, TIMUR)
    desk.tap(group.chat, *fixed, MARINA)
    group.tap("📣", "works again")
    desk.tap(group.chat, *found, MARINA)
    group.tap("Nobody", "the cause is found")
    assert "has ended" in group.tap("📣")
    group.begin()
    for label, then in (
        ("🔴", "banner is seen"),
        ("No, it", "concern"),
        ("➡️", "How soon"),
        ("Nobody", "Is it the same"),
    ):
        group.tap(label, then)
    group.tap("🔁", "looking into it")
    assert group.outage()["announcements"][-1]["reason"] == "it came back right after it was fixed"


def test_a_rehearsal_reaches_only_those_who_take_part_in_words_that_were_settled(
    desk: Desk, group: Group, settle: Callable[[Json], None]
) -> None:
    taking_part, other = Person(desk, "telegram"), Person(desk, "telegram")
    settled = {"kind": "outage", "state": "investigating", "text": {"ru": "Беда: {title}", "en": "Trouble: {title}"}}
    settle({"rehearsal": {"clients": [taking_part.client_id]}, "wordings": [settled]})
    group.begin("rehearsal")
    group.tap("🔴", "banner is seen")
    group.tap("No, it", "What does it concern")
    group.tap("➡️", "How soon")
    group.tap("1 h", f"Trouble: {group.title}")
    group.tap("📣", "wait for a second person")
    group.tap("✅ Approve", "are on their way", TIMUR)
    by_program = Group(desk)
    by_program.declare(rehearsal=True)
    by_program.approve(1)
    for each in (group, by_program):
        report = each.delivered(1)
        assert (report["told"], report["failed"], report["unknown"]) == (1, {}, 0)
        assert (taking_part.told(each.title), other.told(each.title), each.in_feed()) == (1, 0, None)


def test_out_by_a_word_in_and_out_again_by_buttons_in_all_five(desk: Desk, group: Group) -> None:
    people = [Person(desk, messenger) for messenger in MESSENGERS]
    for person in people:
        person.says("Stop")
    for person in people:
        eventually(lambda person=person: person.told("no more messages here"))  # type: ignore[misc]
        person.taps("opt_in")
    for person in people:
        eventually(lambda person=person: person.told("We shall write here"))  # type: ignore[misc]
    group.declare()
    group.approve(1)
    group.delivered(1)
    for person in people:
        assert person.told(group.title) == 1, person.messenger
        person.taps("opt_out")
    for person in people:
        eventually(lambda person=person: person.told("no more messages here") == 2)  # type: ignore[misc]
    group.announce(state="resolved")
    eventually(lambda: group.outage()["announcements"][1]["delivery"]["opted_out"] >= len(people), 60)
    for person in people:
        assert person.told(group.title) == 1, person.messenger
