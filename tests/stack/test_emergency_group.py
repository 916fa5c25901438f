"""The emergency group through the real webhook, topic, queues and functions: one command and a few taps, and the way back."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from tests.stack.conftest import MARINA, Desk, Json, eventually
from tests.stack.emergency_group import TIMUR, Group, words
from tests.stack.emergency_group import group as group
from tests.stack.people import Person
from tests.stack.voices import edited


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
    [ticket] = desk.admin("GET", f"/admin/tickets?outage={outage['id']}")["items"]
    assert ticket["next_due"]["metric"] == "first_reply"  # the news was none

    other = Person(desk, "telegram")  # too late to be told directly
    for shown_in_product in ({"level": "yellow"}, {"in_app": True}):
        another = Group(desk)
        another.declare(**shown_in_product)
        assert another.outage()["announcements"][0]["channels"] == {"emergency": True, "direct": False}
    desk.write_in(other.topic, "/mark")  # the team says which of them it is about
    desk.tap(desk.group, *_offered(desk, group.title))
    eventually(lambda: group.outage()["tickets"] == 2)
    told = group.outage()["told_before_they_wrote"]
    assert told["affected"] == told["first"] + 1
    answer = {"ru": "Почти готово", "en": f"Nearly there, {group.title}"}
    desk.admin("POST", f"/admin/outages/{outage['id']}/reply", {"text": answer})
    eventually(lambda: (desk.texts_to(client).count(answer["en"]), other.told(answer["en"])) == (1, 1))

    group.tap("✅ Fixed", "Shall we announce it?")
    group.tap("📣", "works again")
    eventually(lambda: sum("works again" in t and group.title in t for t in desk.texts_to(client)) == 1, 60)
    eventually(lambda: other.told("works again") == 1)
    eventually(lambda: _ticket(desk, client)["closing_at"])
    _a_day_passes(desk, client)
    eventually(lambda: desk.stack.invoke("service-levels") and _ticket(desk, client)["closed_as"] == "outage")
    assert not any("How was it" in text for text in desk.texts_to(client))


def test_two_taps_on_go_at_once_announce_once(desk: Desk, group: Group) -> None:
    group.begin()
    group.tap("🟢", "banner is seen")
    group.tap("Yes", "What does it concern")
    group.tap("➡️", "How soon")
    group.tap("Nobody", "Shall we announce it?")
    go = group.button("📣")
    with ThreadPoolExecutor(2) as hands:
        taps = [hands.submit(desk.tap, group.chat, *go, MARINA) for _ in range(2)]
    assert "Done" in [tap.result() for tap in taps]
    eventually(lambda: group.outage()["announced"] == 1)
    listed = desk.admin("GET", "/admin/outages?limit=100")["items"]
    assert [outage["title"] for outage in listed].count(group.title) == 1
    posted = eventually(lambda: [call for call in group.calls() if "reply_markup" not in call])
    assert [call["disable_notification"] for call in posted] == [True]  # green wakes nobody


def test_news_is_green_and_what_was_wrong_is_corrected(desk: Desk, group: Group) -> None:
    client = Person(desk, "telegram")
    group.begin("news", "What does it concern")
    group.tap("➡️", "When does it come")
    group.tap("▶️ Right now", "Shall we announce it?")
    group.tap("📣", "arriving step by step")
    assert group.outage()["announcements"][0]["channels"] == {"emergency": False, "direct": False}
    group.tap("✏️", "What is right?")
    group.say(f"/text Не она\nNot it, {group.title}", "Shall we announce it?")
    group.say("/override Everybody has asked", "Everybody has asked")
    group.tap("📣", "wait for a second person")
    group.tap("✅ Approve", "are on their way", TIMUR)
    corrected = f"Correction to our last message: Not it, {group.title}"
    eventually(lambda: client.told(corrected) == 1, 60)
    eventually(lambda: (group.in_feed() or {})["latest"]["text"]["en"] == corrected)
    announced = group.outage()["announcements"]
    assert announced[1]["override"] == {"direct": True, "reason": "Everybody has asked"}

    group.announce(text=words(f"Nor that, {group.title}"), corrects=True)
    group.approve(3)
    corrected = f"Correction to our last message: Nor that, {group.title}"
    eventually(lambda: client.told(corrected) == 1, 60)
    eventually(lambda: (group.in_feed() or {})["latest"]["text"]["en"] == corrected)
    unchanged = [(each["at"], each["text"]) for each in group.outage()["announcements"][:2]]
    assert unchanged == [(each["at"], each["text"]) for each in announced]


def _offered(desk: Desk, label: str) -> tuple[int, str]:
    """The message of the team's group with this button, and the label."""

    def found() -> int | None:
        offers = (each for each in desk.chat(desk.group) if label in json.dumps(each.get("reply_markup", {})))
        return next((each["message_id"] for each in offers), None)

    message_id = eventually(found)
    assert message_id
    return message_id, label


def _a_day_passes(desk: Desk, user: int) -> None:
    """Since the end of the outage, in silence."""
    item = next(item for item in desk.items() if item["pk"].endswith(f":{user}") and item["sk"].startswith("TICKET#"))
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    edited(desk, "desk", item["pk"], item["sk"], lambda ticket: ticket.update(closing_at=now, look_at=now))
    desk.stack.aws("dynamodb").update_item(
        TableName="vipdesk-local-desk",
        Key={"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}},
        UpdateExpression="SET due_at = :now",
        ExpressionAttributeValues={":now": {"S": now}},
    )


def _ticket(desk: Desk, user: int) -> Json:
    (ticket,) = desk.of_conversation(user, "TICKET#")
    return ticket
