"""The team's group stands in the way: it is said what to do, nothing is lost, and it all comes in order afterwards."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.desk.clients import Topic
from chalicelib.desk.outbound import State, to_topic
from chalicelib.store import clients, outbound, settings
from chalicelib.store.table import commit
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import MANAGER, SUPPORT, World
from tests.unit.flows.test_the_outbox import all_of

PAVEL, ANNA = 600_002, 600_001


def change_group(world: World, **what: Any) -> int:
    """Of which Telegram tells us, too, if it tells bots."""
    return int(world.sandbox.post("/group", messenger="telegram", **what)["chat"])


def tell(world: World, bot: str, **rights: bool) -> None:
    """The update of what has become of the bot."""
    has = {"can_manage_topics": True, "can_pin_messages": True, **rights} if bot == "administrator" else {}
    me = {"id": int(world.bot), "is_bot": True, "first_name": "Vipdesk"}
    chat = {"id": int(world.group), "type": "supergroup", "title": "Team", "is_forum": True}
    change = {
        "chat": chat,
        "from": world.person(SUPPORT),
        "date": int(world.now.timestamp()),
        "old_chat_member": {"status": "administrator", "user": me},
        "new_chat_member": {"status": bot, "user": me, **has},
    }
    assert world.receive(world.update(my_chat_member=change)).status == 200
    world.deliver()


def alerts(world: World) -> list[str]:
    return world.texts_to(MANAGER)


def shown(world: World) -> list[str]:
    """What the team was shown, cards aside, and taken; what was gathered into one message, by the messages it was."""
    taken = [call for call in world.sandbox.get("/calls") if call["method"] == "sendMessage" and call["status"] == 200]
    return [
        words
        for one in taken
        for words in one["body"]["text"].split("\n\n")
        if one["body"]["chat_id"] == int(world.group) and "parse_mode" not in one["body"]
    ]


def go_on(world: World, times: int, minutes: int = 1) -> None:
    """The minute's check wakes what waits."""
    for _ in range(times):
        world.now += timedelta(minutes=minutes)
        world.check()
        world.deliver()


BROKEN: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "no_topics": ({"topics": False}, {"topics": True}, "Topics are switched off"),
    "no_rights": ({"bot": "member"}, {"bot": "administrator"}, "lacks rights"),
    "kicked": ({"bot": "kicked"}, {"bot": "administrator"}, "no longer in the team"),
}


@pytest.mark.parametrize("trouble", BROKEN)
def test_messages_wait_for_the_group_and_come_in_order_afterwards(world: World, trouble: str) -> None:
    breaks, mends, words = BROKEN[trouble]
    change_group(world, **breaks)
    for n in range(1, 4):
        world.receive(world.private(PAVEL, n, f"message {n}"))
        world.receive(world.private(ANNA, 10 + n, f"other {n}"))
    world.deliver()
    go_on(world, 3)
    assert shown(world) == []
    assert [words in alert for alert in alerts(world)] == [True]  # of six messages and many attempts

    change_group(world, **mends)
    go_on(world, 8)
    assert sorted(shown(world)) == sorted([f"message {n}" for n in range(1, 4)] + [f"other {n}" for n in range(1, 4)])
    assert [text for text in shown(world) if text.startswith("message")] == [f"message {n}" for n in range(1, 4)]
    assert len(alerts(world)) == 1


def test_what_lasts_is_said_again_each_hour(world: World) -> None:
    change_group(world, topics=False)
    world.receive(world.private(PAVEL, 1, "Hello"))
    world.deliver()
    go_on(world, 25, minutes=5)
    told = [alert for alert in alerts(world) if "Topics are switched off" in alert]
    assert len(told) == 3  # at 10, 11 and 12 o'clock


def test_a_missing_right_to_pin_holds_up_no_message(world: World) -> None:
    change_group(world, lacks="can_pin_messages")
    world.receive(world.private(PAVEL, 1, "Hello"))
    world.deliver()
    assert shown(world) == ["Hello"]
    assert ["lacks rights" in alert for alert in alerts(world)] == [True]


def test_a_desk_without_a_group_keeps_what_comes_until_it_has_one(world: World) -> None:
    named = settings.document("desk")
    settings.replace_document(settings.Document("desk", {**named.value, "group": ""}, 2))
    world.receive(world.private(PAVEL, 1, "Hello"))
    world.deliver()
    assert ["not set yet" in alert for alert in alerts(world)] == [True]
    settings.replace_document(settings.Document("desk", named.value, 3))
    go_on(world, 3)
    assert shown(world) == ["Hello"]


@pytest.mark.parametrize(
    ("bot", "rights", "words"),
    [
        ("member", {}, "lacks rights"),
        ("administrator", {"can_manage_topics": False}, "lacks rights"),
        ("kicked", {}, "no longer in the team"),
        ("left", {}, "no longer in the team"),
    ],
)
def test_a_bot_that_was_demoted_says_so_before_anything_fails(
    world: World, bot: str, rights: dict[str, bool], words: str
) -> None:
    tell(world, bot, **rights)
    tell(world, bot, **rights)
    assert [words in alert for alert in alerts(world)] == [True]


def test_a_bot_that_was_promoted_says_nothing(world: World) -> None:
    tell(world, "administrator")
    assert alerts(world) == []


def test_an_upgraded_group_is_followed_by_the_message_that_says_so(world: World) -> None:
    new = change_group(world, upgrade=True)
    chat = {"id": int(world.group), "type": "group", "title": "Team"}
    said = {"message_id": 9, "from": world.person(SUPPORT), "chat": chat, "date": 1, "migrate_to_chat_id": new}
    world.receive(world.update(message=said))
    world.receive(world.update(message=said))
    assert current().desk.group == str(new)
    world.receive(world.private(PAVEL, 1, "Hello"))
    world.deliver()
    assert world.client(PAVEL).topic is not None
    assert [call["chat_id"] for call in world.calls("createForumTopic")] == [new]
    assert ["nothing is to be done" in alert for alert in alerts(world)] == [True]


def test_a_topic_whose_number_is_anothers_in_the_upgraded_group_is_opened_anew(world: World) -> None:
    world.receive(world.private(PAVEL, 1, "Hello"))
    world.deliver()
    before = world.client(PAVEL)
    assert before.topic is not None
    new = change_group(world, upgrade=True)
    commit(clients.topic_item(str(new), before.topic.thread, "somebody-else"))
    world.receive(world.private(PAVEL, 2, "Anybody?"))
    world.deliver()
    go_on(world, 1)
    world.deliver()
    after = world.client(PAVEL).topic
    assert after is not None
    assert after.chat == str(new)
    assert clients.client_of_topic(str(new), before.topic.thread) == "somebody-else"
    assert clients.client_of_topic(str(new), after.thread) == before.id
    assert "Anybody?" in world.texts_to(new)
    assert outbound.unfinished(to_topic(before.id)) == []


def test_an_upgraded_group_is_followed_by_the_error_and_takes_its_clients_topics_along(world: World) -> None:
    world.receive(world.private(PAVEL, 1, "Hello"))
    world.deliver()
    before = world.client(PAVEL)
    assert before.topic is not None
    new = change_group(world, upgrade=True)
    thread = world.sandbox.call("createForumTopic", chat_id=new, name="the same")["result"]["message_thread_id"]
    topic = Topic(before.topic.chat, str(thread))
    commit(clients.client_item(replace(before, topic=topic)))
    world.receive(world.private(PAVEL, 2, "Anybody?"))
    world.deliver()
    go_on(world, 1)
    assert current().desk.group == str(new)
    assert world.client(PAVEL).topic == Topic(str(new), str(thread))
    assert clients.client_of_topic(str(new), str(thread)) == before.id
    assert "Anybody?" in world.texts_to(new)
    assert {item.state for item in all_of(to_topic(before.id))} == {State.SENT}
    assert outbound.unfinished(to_topic(before.id)) == []
