"""Who may announce and who may approve, in the emergency group and through the admin endpoint: so many of each side, within
the hour."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.stack.conftest import OLEG, Desk, Json, eventually, http
from tests.stack.emergency_group import TIMUR, Group, refused, words
from tests.stack.emergency_group import group as group
from tests.stack.emergency_group import settle as settle
from tests.stack.people import Person
from tests.stack.voices import edited

DINA = 500_003


def test_of_each_side_so_many_may_announce(desk: Desk, group: Group, settle: Callable[[str, Json], None]) -> None:
    marina, timur = desk.admin("GET", "/admin/settings/announcers")["people"]
    dina = {"name": "Dina Park", "side": "customer", "telegram_user_id": DINA}
    people = [timur, dina, {**marina, "side": "customer"}]
    headers = {"Authorization": f"Bearer {desk.stack.admin_token}", "If-Match": "*"}
    document = {"people": people, "most_per_side": {"us": 5, "customer": 1}}
    status, answer = http("PUT", f"{desk.stack.api_url}/admin/settings/announcers", document, headers)
    assert (status, "are 2 of side customer, 1 at most" in answer.decode()) == (400, True)

    people[-1]["manager"] = False
    settle("announcers", {"people": people, "most_per_side": {"us": 5, "customer": 2}})
    said = {"title": group.title, "kind": "outage", "level": "red", "text": words("It is down")}
    override = {"direct": True, "reason": "Everybody asks"}
    refused(desk, "/admin/outages", {**said, "override": override}, 403, "Only a manager may depart from the rule")
    group.say(f"/outage {group.title}", "How bad", DINA)
    group.say("/override Everybody asks", "Only a manager may depart from the rule", DINA)
    edited(desk, "settings", "SETTINGS", "announcers", lambda stored: stored.update(value=document))
    desk.stack.renew("api")  # it was stored when nobody looked
    too_many = "Marina Sokolova is beyond the 1 announcer that the side “customer” may have. Remove somebody in"
    group.say(f"/outage {group.title}", too_many)
    refused(desk, "/admin/outages", said, 403, too_many)
    group.say(f"/outage {group.title}", "How bad", DINA)


def test_a_manager_keeps_from_clients_what_the_rule_would_tell_them(
    desk: Desk, group: Group, settle: Callable[[str, Json], None]
) -> None:
    client, by_program, later = Person(desk, "telegram"), Group(desk), Group(desk)
    settle("announcements", {"rehearsal": {"clients": [client.client_id], "chat": str(group.chat)}})
    override = {"direct": False, "reason": "Nobody works at night"}
    group.preview(command="rehearsal")
    group.say("/override Nobody works at night", "Nobody works at night")
    group.tap("📣", "looking into it")
    by_program.declare(rehearsal=True, override=override)
    for each in (group, by_program):
        (announced,) = each.outage()["announcements"]
        assert (announced["override"], announced["channels"]["direct"]) == (override, False)
        eventually(lambda each=each: [call for call in each.calls() if "reply_markup" not in call])  # type: ignore[misc]
    later.declare(rehearsal=True)
    later.approve(1)
    assert later.delivered(1)["told"] == 1
    assert [client.told(each.title) for each in (group, by_program, later)] == [0, 0, 1]


def test_who_leads_the_team_approves_without_being_an_announcer(
    desk: Desk, group: Group, settle: Callable[[str, Json], None]
) -> None:
    client = Person(desk, "telegram")
    settle("announcements", {"rehearsal": {"clients": [client.client_id]}})
    group.preview(command="rehearsal")
    group.tap("📣", "wait for a second person")
    assert "not among the announcers" in group.tap("✅ Approve", staff=OLEG)
    staff = desk.admin("GET", "/admin/settings/staff")
    for member in staff["members"]:
        if member["telegram_user_id"] == OLEG:
            member["role"] = "lead"
    settle("staff", staff)
    group.tap("✅ Approve", "are on their way", OLEG)
    assert group.delivered(1)["told"] == 1


def test_what_nobody_approved_within_an_hour_is_announced_once_more(
    desk: Desk, group: Group, settle: Callable[[str, Json], None]
) -> None:
    client, by_program = Person(desk, "telegram"), Group(desk)
    settle("announcements", {"rehearsal": {"clients": [client.client_id]}})
    group.preview(command="rehearsal")
    group.tap("📣", "wait for a second person")
    by_program.declare(rehearsal=True)
    for each in (group, by_program):
        an_hour_passes(desk, each.outage()["id"])
    assert "More than an hour has passed" in group.tap("✅ Approve", staff=TIMUR)
    path = f"/admin/outages/{by_program.outage()['id']}/announcements/1/approve"
    refused(desk, path, None, 409, "Announce how it stands now", desk.stack.approver_token)
    group.tap("⏳ It takes longer", "How soon")
    group.tap("Nobody", "Shall we announce it?")
    group.go()
    by_program.announce(text=words("It is down"))  # it still is
    by_program.approve(2)
    for each in (group, by_program):
        eventually(lambda each=each: client.told(each.title) == 1, 60)  # type: ignore[misc]


def an_hour_passes(desk: Desk, outage_id: str) -> None:
    """Since its announcement."""
    at = f"{datetime.now(UTC) - timedelta(minutes=61):%Y-%m-%dT%H:%M:%SZ}"
    edited(desk, "outages", f"OUTAGE#{outage_id}", "ANNOUNCEMENT#0001", lambda announced: announced.update(at=at))
    edited(desk, "outages", "OUTAGES", outage_id, lambda outage: outage["latest"].update(at=at))
