"""Many deadlines at once: all are told, once, in few messages; whatever happens to one ticket or one check."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.desk.digests import FEW, MOST_NAMED
from chalicelib.desk.outbound import State
from chalicelib.store import conversations
from chalicelib.store.table import commit
from chalicelib.use_cases import escalations, minute_check
from tests.unit.flows.conftest import MANAGER, START, World
from tests.unit.flows.deadlines import alerts_to, open_ticket
from tests.unit.flows.meeting import WRITES, meeting

MANY = 60


@pytest.fixture
def many(world: World) -> World:
    """So many VIPs wrote one second after the other, and their first replies are a few minutes late."""
    for n in range(MANY):
        open_ticket(n, START + timedelta(seconds=n))
    world.now += timedelta(minutes=8)
    return world


def told(world: World) -> int:
    waiting = (item.content.digest for item in alerts_to(world.bot) if item.state is not State.SUPERSEDED)
    return sum(digest.count for digest in waiting if digest)


def test_a_person_hears_of_many_in_one_message_with_the_most_urgent_by_name(many: World) -> None:
    assert many.check()["tickets_told"] == MANY
    many.deliver()
    (message,) = [call for call in many.calls("sendMessage") if call["chat_id"] == MANAGER]
    assert message["text"].startswith(
        f"🔔 {MANY} deadlines need attention. The most urgent:\n🔔 <b>Client 0</b>: the first reply"
    )
    assert message["text"].count("<b>") == MOST_NAMED
    assert message["text"].endswith(f"And {MANY - MOST_NAMED} more, all in order: /queue")


def test_a_few_come_one_by_one_each_with_its_own_buttons(world: World) -> None:
    for n in range(FEW):
        open_ticket(n, START)
    world.now += timedelta(minutes=5)
    world.check()
    world.now += timedelta(minutes=1)
    world.deliver()
    texts = [call for call in world.calls("sendMessage") if call["chat_id"] == MANAGER]
    assert len(texts) == FEW
    assert all("I'm on it" in str(call["reply_markup"]) for call in texts)


def test_the_buttons_of_a_digest_open_the_topics_that_there_are(world: World) -> None:
    world.register_vip(600_001)
    world.receive(world.private(600_001, 1, "Nothing works"))
    world.deliver()
    for n in range(FEW):
        open_ticket(n, START + timedelta(seconds=1))
    world.now += timedelta(minutes=5, seconds=1)
    world.check()
    world.deliver()
    digest = [call for call in world.calls("sendMessage") if call["chat_id"] == MANAGER][-1]
    topic, onward = digest["reply_markup"]["inline_keyboard"]
    assert topic == [{"text": "Anna Volkova", "url": topic[0]["url"]}]
    assert topic[0]["url"].endswith(f"/{world.thread(600_001)}")
    assert [button["callback_data"] for button in onward] == ["queue:below", "next"]


def test_from_a_digest_the_queue_opens_below_it_and_the_next_one_can_be_taken(many: World) -> None:
    many.check()
    many.deliver()
    digest = next(call for call in many.calls("sendMessage") if call["chat_id"] == MANAGER)
    queue, take_next = (button["callback_data"] for button in digest["reply_markup"]["inline_keyboard"][-1])
    many.receive(many.tap(MANAGER, MANAGER, "5", queue))
    many.deliver()
    assert "Who waits" in many.texts_to(MANAGER)[-1]
    assert many.calls("editMessageText") == []
    many.receive(many.tap(MANAGER, MANAGER, "5", take_next))
    owner = conversations.ticket_by_id("t0").owner
    assert owner
    assert owner.name == "Marina"


def test_alerts_that_wait_for_a_person_become_one_and_none_is_lost(many: World) -> None:
    for minute in range(5):
        open_ticket(100 + minute, many.now - timedelta(minutes=5))
        many.check()
        many.now += timedelta(minutes=1)
    before = told(many)
    many.deliver()
    assert told(many) == before == MANY + 5
    assert len([call for call in many.calls("sendMessage") if call["chat_id"] == MANAGER]) == 1


def test_what_a_check_has_no_time_for_the_next_one_tells(many: World) -> None:
    seconds = iter([60.0, escalations.LEAST_SECONDS])
    first = minute_check.run(many.now, lambda: next(seconds))["tickets_told"]
    assert first == escalations.AT_ONCE
    assert many.check()["tickets_told"] == MANY - first
    assert told(many) == MANY


def test_what_was_told_is_due_no_more(many: World) -> None:
    many.check()
    assert list(conversations.due(many.now)) == []


def test_a_change_that_meets_a_check_delays_nobody_elses_alert(many: World) -> None:
    def change() -> None:
        ticket = conversations.ticket_by_id("t3")
        commit(*conversations.ticket_items(replace(ticket, client_name="Anna")))

    with meeting(1, False, change, WRITES):
        assert many.check()["tickets_told"] == MANY


def test_a_ticket_that_cannot_be_told_keeps_no_other_from_it(many: World, capsys: pytest.CaptureFixture[str]) -> None:
    odd = conversations.ticket_by_id("t7")
    targets = {metric: replace(target, calendar_name="gone") for metric, target in odd.policy.targets.items()}
    commit(*conversations.ticket_items(replace(odd, policy=replace(odd.policy, targets=targets))))
    assert many.check()["tickets_told"] == MANY - 1
    assert '"Failed": 1' in capsys.readouterr().out
    commit(*conversations.ticket_items(replace(conversations.ticket_by_id("t7"), policy=odd.policy)))
    assert many.check()["tickets_told"] == 1
