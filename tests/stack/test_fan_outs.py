"""Direct messages on their way, from the emergency group and through the admin endpoint: paused, called off, without a sound,
and as many as WhatsApp allows. Rehearsals, so that few are told."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.desk.zones import zone
from tests.stack.conftest import Desk, Json, eventually, http
from tests.stack.emergency_group import TIMUR, Group
from tests.stack.emergency_group import group as group
from tests.stack.emergency_group import settle as settle
from tests.stack.people import Person
from tests.stack.test_whatsapp import written_yesterday
from tests.stack.voices import ago, edited

DIRECTLY = {"override": {"direct": True, "reason": "To see what it sounds like"}, "rehearsal": True}


def test_a_pause_holds_whoever_waits_and_what_is_called_off_is_never_told(
    desk: Desk, settle: Callable[[str, Json], None]
) -> None:
    vip, other = Person(desk, "max"), Person(desk, "telegram")  # the other's turn comes after the VIP's
    desk.admin("PATCH", f"/admin/clients/{vip.client_id}", {"tier": "vip"})
    settle("announcements", {"rehearsal": {"clients": [vip.client_id, other.client_id]}})
    busy = {"status": 429, "headers": {"Retry-After": "1"}, "count": 1000}
    desk.sandbox("/faults", messenger="max", path="/messages", **busy)
    paused = paused_here, paused_there = Group(desk), Group(desk)
    called_off = off_here, off_there = Group(desk), Group(desk)
    for each in (*paused, *called_off):
        each.declare(rehearsal=True)
        each.approve(1)
        eventually(lambda each=each: report(each)["not_yet"] == 1)  # type: ignore[misc]
    for each in paused:
        is_shown_in_time(desk, each, "clients are being told", "Told: 0. Waiting: 1.")
    paused_here.say("/rehearsal", paused_here.title)
    paused_here.tap("⏸")
    paused_there.steer("pause")
    off_here.tap("⏹")
    off_there.steer("cancel")
    eventually(lambda: all(everybody_else_waits(desk, each) for each in paused))
    http("DELETE", f"{desk.stack.sandbox_url}/faults")

    later = Group(desk)
    later.declare(rehearsal=True)
    later.approve(1)
    assert later.delivered(1)["told"] == 2
    for each in called_off:
        found = each.delivered(1)
        assert (found["told"], found["cancelled"]) == (0, 1)
        is_shown_in_time(desk, each, "telling clients is done", "Called off: 1.")
    assert [person.told(each.title) for person in (vip, other) for each in (*paused, *called_off)] == [0] * 8

    paused_there.say("/rehearsal", paused_there.title)
    paused_there.tap("▶️ Go on")
    paused_here.steer("resume")
    for each in paused:
        as_the_queue_would(desk, each, vip)
        eventually(lambda each=each: [vip.told(each.title), other.told(each.title)] == [1, 1], 60)  # type: ignore[misc]
        is_shown_in_time(desk, each, "telling clients is done", "Told: 2. Waiting: 0.")
    assert [person.told(each.title) for person in (vip, other) for each in called_off] == [0] * 4


def test_who_may_have_been_told_is_told_nowhere_else_and_hears_of_the_end_there(
    desk: Desk, group: Group, settle: Callable[[str, Json], None]
) -> None:
    here, there = Person(desk, "telegram"), Person(desk, "max")  # where the one person of both has written last
    join = {"client": there.client_id, "ground": "the same person"}
    desk.admin("POST", f"/admin/clients/{here.client_id}/join", join)
    settle("announcements", {"rehearsal": {"clients": [here.client_id]}})
    desk.sandbox("/faults", messenger="max", path="/messages", delay_ms=7_000, after=True)  # longer than we wait
    group.declare(rehearsal=True)
    group.approve(1)
    found = group.delivered(1)
    assert (found["told"], found["unknown"], found["failed"]) == (0, 1, {})
    group.announce(state="resolved")
    eventually(lambda: there.told(f"News of {group.title}") == 1)
    assert (here.told(group.title), there.told(group.title)) == (0, 2)


def test_each_level_has_its_own_quiet_hours(desk: Desk, group: Group, settle: Callable[[str, Json], None]) -> None:
    client, by_program = Person(desk, "telegram"), Group(desk)
    quiet = {
        "yellow": hours(desk, -1, 2),
        "ended": hours(desk, -1, 2),
        "red": hours(desk, 2, 3),
        "green": hours(desk, 2, 3),
    }
    rehearsal = {"clients": [client.client_id], "chat": str(group.chat)}
    settle("announcements", {"quiet": quiet, "rehearsal": rehearsal})
    group.preview("🔴", command="rehearsal")
    group.go()
    eventually(lambda: sounds(client, group) == [True, True])
    group.tap("✅ Fixed", "Shall we announce it?")
    group.tap("📣")
    eventually(lambda: sounds(client, group) == [True, False, True, False], 60)
    by_program.declare(level="yellow", **DIRECTLY)
    by_program.approve(1)
    eventually(lambda: sounds(client, by_program) == [False, False])
    by_program.announce(level="green", override=DIRECTLY["override"])
    by_program.approve(2)
    eventually(lambda: sounds(client, by_program) == [False, True, False, True])


class Silent(Person):
    """Has written to us in WhatsApp more than a day ago."""

    def says(self, text: str) -> None:
        written_yesterday(self.desk, self.user, text)


def test_what_whatsapp_does_not_allow_today_is_told_before_the_start(
    desk: Desk, group: Group, settle: Callable[[str, Json], None]
) -> None:
    people = [Silent(desk, "whatsapp") for _ in range(2)]
    whatsapp = {"templates": {"en": "how_it_went"}, "people_a_day": 1}
    settle("announcements", {"whatsapp": whatsapp, "rehearsal": {"clients": [each.client_id for each in people]}})
    group.preview(command="rehearsal")
    group.tap("📣", "today it lets us write to only 1 more of those")
    forecast = group.outage()["forecast"]
    assert (forecast["outside_windows"], forecast["silent"] >= 2) == (1, True)
    group.tap("✅ Approve", "are on their way", TIMUR)
    found = group.delivered(1)
    assert (found["told"], found["failed"]) == (1, {"tier_used_up": 1})
    assert sorted(person.told(group.title) for person in people) == [0, 1]


def report(group: Group) -> Json:
    found: Json = group.outage()["announcements"][0]["delivery"]
    return found


def is_shown_in_time(desk: Desk, group: Group, *words: str) -> None:
    """To the team, in the message that is edited each minute: it passes here at once."""
    key = f"OUTAGE#{group.outage()['id']}", "PROGRESS#0001"

    def is_there() -> bool:
        a_minute_ago = ago(minutes=1)
        edited(desk, "outages", *key, lambda progress: progress.update(wake_at=a_minute_ago), due_at=a_minute_ago)
        desk.stack.invoke("service-levels")
        return all(each in progress(desk, group) for each in words)

    eventually(is_there, 60)


def progress(desk: Desk, group: Group) -> str:
    """What the team reads of it now."""
    messages = [message["text"] for message in desk.chat(desk.group) if group.title in message.get("text", "")]
    return str(messages[-1]) if messages else ""


def everybody_else_waits(desk: Desk, group: Group) -> bool:
    """Whether the planner has seen of itself that nobody is to be planned for now."""
    about = f"OUTAGE#{group.outage()['id']}"
    items = [each for each in desk.items("outages") if each["pk"] == about and each["sk"].startswith("SEGMENT#")]
    segments = [json.loads(each["body"]) for each in items]
    waiting = [each for each in segments if each["looks_left"]]
    return bool(waiting) and all(each["version"] > 1 for each in waiting)


def as_the_queue_would(desk: Desk, group: Group, person: Person) -> None:
    """It hands over within a minute what was held."""
    queue_url = desk.stack.aws("sqs").get_queue_url(QueueName="vipdesk-local-vip-deliveries")["QueueUrl"]
    body = {"outage_id": group.outage()["id"], "n": 1, "client_id": person.client_id}
    desk.stack.aws("sqs").send_message(QueueUrl=queue_url, MessageBody=json.dumps(body))


def hours(desk: Desk, since: int, until: int) -> list[str]:
    """So many hours from now, by the desk's clock."""
    now = datetime.now(zone(desk.admin("GET", "/admin/settings/desk")["timezone"]))
    return [f"{now + timedelta(hours=each):%H:%M}" for each in (since, until)]


def sounds(client: Person, group: Group) -> list[bool]:
    """Whether each message about it made one: those in the channel, then the client's."""
    in_channel = [call for call in group.calls() if "reply_markup" not in call]
    to_client = [call for call in group.desk.calls("sendMessage", chat_id=client.user) if group.title in call["text"]]
    return [not call.get("disable_notification") for call in (*in_channel, *to_client)]
