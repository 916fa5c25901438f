"""Whatever is killed and wherever: nothing is lost, order is kept, and what cannot be known is counted."""

from datetime import timedelta

import pytest

from chalicelib.desk.outbound import LEASE, Content, Outbound, Purpose, State, order, to_client
from chalicelib.store import outbound
from chalicelib.store.table import DeskItem, bumped, commit, decode
from tests.unit.flows.conftest import SUPPORT, World

PAVEL = 600_002


@pytest.fixture
def thread(world: World) -> str:
    world.receive(world.private(PAVEL, 1, "The report is empty"))
    world.deliver()
    world.now += timedelta(minutes=1)
    return world.thread(PAVEL)


def answers(world: World, thread: str, *texts: str) -> str:
    """The team writes these. The destination they wait at."""
    for n, text in enumerate(texts):
        world.receive(world.in_topic(SUPPORT, thread, 50 + n, text))
    return to_client(world.identity(PAVEL).key)


def all_of(destination: str) -> list[Outbound]:
    return [decode(item, Outbound) for item in DeskItem.query(f"OUT#{destination}")]


def test_a_kill_between_commit_and_nudge_is_healed_by_the_minutes_check(world: World, thread: str) -> None:
    destination = answers(world, thread, "one")
    world.nudged()  # lost
    world.now += timedelta(seconds=20)
    assert world.check()["destinations_woken"] == 0  # a nudge may still be on its way
    world.now += timedelta(seconds=11)
    assert world.check()["destinations_woken"] == 1
    assert world.nudged() == [destination]
    world.drain(destination)
    assert world.texts_to(PAVEL) == ["one"]


def test_a_kill_before_the_send_is_healed_when_the_lease_ends(world: World, thread: str) -> None:
    destination = answers(world, thread, "one", "two")
    first = outbound.unfinished(destination)[0]
    commit(outbound.outbound_item(first.claim(world.now)))  # and the worker dies
    wait = world.drain(destination)
    assert wait is not None
    assert world.texts_to(PAVEL) == []  # "two" does not overtake
    world.now += LEASE
    world.deliver()
    assert world.texts_to(PAVEL) == ["one", "two"]
    assert [(item.state, item.unknowns) for item in all_of(destination)] == [(State.SENT, 1), (State.SENT, 0)]


def test_a_kill_after_the_send_repeats_that_message_and_keeps_the_order(world: World, thread: str) -> None:
    destination = answers(world, thread, "one", "two")
    world.sandbox.call("sendMessage", chat_id=PAVEL, text="one")  # sent, and the worker dies before it records that
    commit(outbound.outbound_item(outbound.unfinished(destination)[0].claim(world.now)))
    world.now += LEASE
    world.deliver()
    assert world.texts_to(PAVEL) == ["one", "one", "two"]
    assert [item.unknowns for item in all_of(destination)] == [1, 0]


def test_a_redelivered_nudge_finds_nothing_to_do(world: World, thread: str) -> None:
    destination = answers(world, thread, "one")
    for _ in range(3):
        assert world.drain(destination) is None
    assert world.texts_to(PAVEL) == ["one"]


def test_a_second_worker_leaves_a_claimed_destination_alone(world: World, thread: str) -> None:
    destination = answers(world, thread, "one")
    seen_by_both = outbound.unfinished(destination)[0]
    commit(outbound.outbound_item(seen_by_both.claim(world.now)))
    with pytest.raises(Exception, match="OUT#client"):
        commit(outbound.outbound_item(seen_by_both.claim(world.now)))


def test_an_answer_that_never_came_is_unknown_and_sent_again(world: World, thread: str) -> None:
    world.sandbox.post("/faults", messenger="telegram", path="sendMessage", drop=True, count=1)
    destination = answers(world, thread, "one", "two")
    world.deliver()
    assert world.texts_to(PAVEL) == ["one", "one", "two"]
    assert all_of(destination)[0].unknowns == 1


def test_a_limit_is_waited_for_and_counts_as_no_attempt(world: World, thread: str) -> None:
    limited = {"ok": False, "error_code": 429, "description": "x", "parameters": {"retry_after": 7}}
    world.sandbox.post("/faults", messenger="telegram", path="sendMessage", status=429, body=limited, count=1)
    destination = answers(world, thread, "one", "two")
    before = world.now
    wait = world.drain(destination)
    assert wait is not None
    assert 6 < wait.seconds <= 7
    world.now = before + timedelta(seconds=7)
    world.deliver()
    assert [item.attempts for item in all_of(destination)] == [1, 1]
    assert world.texts_to(PAVEL)[-2:] == ["one", "two"]


def test_errors_without_end_are_said_in_the_topic(world: World, thread: str) -> None:
    broken = {"ok": False, "error_code": 500, "description": "Internal Server Error"}
    world.sandbox.post("/faults", messenger="telegram", path="sendMessage", status=500, body=broken, count=10)
    destination = answers(world, thread, "one")
    for _ in range(10):
        world.drain(destination)
        world.now += timedelta(minutes=15)
    world.deliver()
    assert all_of(destination)[0].state is State.FAILED
    assert "Not delivered: the messenger answered with errors" in world.texts_to(world.group)[-1]


def test_bad_markup_is_sent_again_plain(world: World, thread: str) -> None:
    destination = to_client(world.identity(PAVEL).key)
    content = Content(text="1 < 2 <b>and</b> <u>open", html=True)
    commit(
        outbound.outbound_item(Outbound(destination, order(10**14), Purpose.NOTICE, content, world.now)),
    )
    world.drain(destination)
    assert world.texts_to(PAVEL)[-1] == "1 < 2 and open"


def test_what_is_sent_at_most_once_stays_unknown(world: World, thread: str) -> None:
    destination = to_client(world.identity(PAVEL).key)
    item = Outbound(destination, order(1), Purpose.ANNOUNCEMENT, Content(text="Outage"), world.now)
    commit(outbound.outbound_item(item))
    commit(outbound.outbound_item(bumped(item).claim(world.now)))
    world.now += LEASE
    world.drain(destination)
    assert [item.state for item in all_of(destination)] == [State.UNKNOWN]
    assert world.texts_to(PAVEL) == []


def test_an_alert_that_cannot_reach_its_person_goes_to_the_whole_team(world: World) -> None:
    world.sandbox.post("/block", user=500_001, blocked=True)
    world.register_vip(600_001)
    world.receive(world.private(600_001, 1, "Nothing works"))
    world.deliver()
    said = [call for call in world.calls("sendMessage") if "Nothing works" in call["text"]]
    to_team = [call for call in said if str(call["chat_id"]) == world.group and "message_thread_id" not in call]
    assert "Marina cannot be reached" in to_team[0]["text"]
