"""What holds for whoever announces, in the emergency group and through the admin endpoint: refusals, rehearsals, opting out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.stack.conftest import OLEG, Desk, Json, eventually
from tests.stack.emergency_group import TIMUR, Group, refused, words
from tests.stack.emergency_group import group as group
from tests.stack.emergency_group import settle as settle
from tests.stack.people import MESSENGERS, Person


def test_what_is_refused_says_what_to_do_through_the_admin_endpoint(desk: Desk, group: Group) -> None:
    said = {"title": group.title, "kind": "outage", "level": "red", "in_app": False, "text": words("It is down")}
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    for wrong, advice in (
        ({"expected_at": past}, "has passed; give a time to come"),
        ({"text": {"ru": "Не работает", "en": " "}}, "must not be empty"),
        ({"components": ["Coffee"]}, "is not a known component; known are"),
        ({"kind": "maintenance"}, "say when it begins"),
        ({"expected_at": "2099-01-01T00:00:00Z"}, "is more than 60 days ahead"),
        ({"kind": "maintenance", "starts_at": past}, "has passed; give a time to come"),
        ({"kind": "novelty"}, "must be green for a novelty"),
    ):
        refused(desk, "/admin/outages", {**said, **wrong}, 400, advice)
    group.declare()
    refused(desk, "/admin/outages", said, 409, "Exactly this was announced already")
    path = f"/admin/outages/{group.outage()['id']}/announcements"
    refused(desk, f"{path}/1/approve", None, 403, "a second person has to approve")
    group.announce(state="identified")
    refused(desk, f"{path}/1/approve", None, 409, "A newer announcement", desk.stack.approver_token)
    refused(desk, path, {"text": words(f"News of {group.title}")}, 409, "Exactly this was announced already")
    refused(desk, path, {"text": words("Back"), "state": "investigating"}, 400, "is required to go back")
    group.announce(state="resolved")
    refused(desk, path, {"text": words("Again"), "state": "monitoring"}, 409, "Declare a new outage")
    refused(desk, "/admin/outages", said, 409, "ended less than five minutes ago")
    group.announce(state="investigating", reason="It came back")
    assert group.outage()["announcements"][-1]["reason"] == "It came back"


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
    group.ask(fixed)
    group.tap("📣", "works again")
    group.ask(found)
    group.say("/reason", "Say why it goes back")
    group.say("/reason It fails again", "How soon")
    group.tap("Nobody", "Shall we announce it?")
    group.tap("📣")
    eventually(lambda: group.outage()["announcements"][-1]["reason"] == "It fails again")
    group.ask(fixed)
    group.tap("📣")
    eventually(lambda: group.outage()["state"] == "resolved")
    group.ask(fixed)
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
    assert group.outage()["state"] == "resolved"
    group.tap("📣", "wait for a second person")
    assert group.outage()["announcements"][-1]["reason"] == "it came back right after it was fixed"


def test_a_rehearsal_reaches_only_those_who_take_part_in_words_that_were_settled(
    desk: Desk, group: Group, settle: Callable[[str, Json], None]
) -> None:
    taking_part, other = Person(desk, "telegram"), Person(desk, "telegram")
    settled = {"kind": "outage", "state": "investigating", "text": {"ru": "Беда: {title}", "en": "Trouble: {title}"}}
    settle("announcements", {"rehearsal": {"clients": [taking_part.client_id]}, "wordings": [settled]})
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


def test_out_and_in_by_word_and_by_button_in_all_five(
    desk: Desk, group: Group, settle: Callable[[str, Json], None]
) -> None:
    people = [Person(desk, messenger) for messenger in MESSENGERS]
    settle("announcements", {"rehearsal": {"clients": [person.client_id for person in people]}})
    each_does(people, lambda person: person.says("“Stop”"), "no more messages here", 1)
    each_does(people, lambda person: person.says("Subscribe"), "We shall write here", 1)
    group.declare(rehearsal=True)
    group.approve(1)
    assert group.delivered(1)["told"] == len(people)
    each_does(people, lambda person: person.taps("opt_out"), "no more messages here", 2)
    group.announce(state="identified")
    group.approve(2)
    assert group.delivered(2)["opted_out"] == len(people)
    assert [person.told(group.title) for person in people] == [1] * len(people)
    each_does(people, lambda person: person.taps("opt_in"), "We shall write here", 2)
    group.announce(state="resolved")
    for person in people:
        eventually(lambda person=person: person.told(f"News of {group.title}") == 1, 60)  # type: ignore[misc]


def each_does(people: list[Person], something: Callable[[Person], object], then: str, times: int) -> None:
    """Until all of them have read ``then`` so often."""
    for person in people:
        something(person)
    for person in people:
        eventually(lambda person=person: person.told(then) == times)  # type: ignore[misc]
