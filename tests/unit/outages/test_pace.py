"""A fan-out keeps to the account's limit, uses all of it that conversations leave, and is sent as fast as that."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.desk.limits import of_account
from chalicelib.store import buckets, outages
from chalicelib.store.environment import environment
from chalicelib.use_cases import announcing_pace, delivering
from chalicelib.use_cases.announcing_pace import AHEAD
from infra.bench.virtual_fan_out import FanOut, Queue
from tests.unit.outages.conftest import World, deliveries_of

FIRST, MANY = 700_001, 60


@pytest.fixture(autouse=True)
def _real_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LIMITS_SPEED", "1")
    monkeypatch.setattr(announcing_pace, "_hands", {})  # as in a new process
    environment.cache_clear()
    yield
    environment.cache_clear()


@pytest.fixture
def planned(world: World) -> World:
    """An announcement for sixty people, on the queue."""
    for user in range(FIRST, FIRST + MANY):
        world.client(user)
    world.approve(world.declare())
    world.hear()
    return world


def test_conversations_find_their_share_and_the_rest_goes_at_the_whole_pace(planned: World) -> None:
    conversation = of_account("telegram", planned.bot, 1.0, favoured=True)
    waits = list[float]()

    def meanwhile(seconds: float) -> None:
        """Whenever the fan-out has to wait, it has taken all that it may."""
        planned.now += timedelta(seconds=seconds)
        waits.append(buckets.take(conversation, planned.now))

    planned.pass_time = meanwhile  # type: ignore[method-assign]
    started = planned.now
    planned.deliver()
    assert Counter(planned.told()) == dict.fromkeys(range(FIRST, FIRST + MANY), 1)
    assert len(waits) > 5
    assert set(waits) == {0}
    sent, took = MANY + len(waits), (planned.now - started).total_seconds()
    assert sent - 15 <= 30 * took <= sent / 0.95  # fifteen are there at once


@pytest.mark.parametrize(("left", "taken"), [(1, 1), (3, 3), (9, AHEAD)])
def test_a_worker_takes_no_more_than_it_can_use(planned: World, left: int, taken: int) -> None:
    (announced,) = outages.listed()
    first = deliveries_of(announced[1].id, 1)[0]
    delivering.deliver(first.outage_id, 1, first.client_id, lambda: 60.0, lambda: planned.now, planned.pass_time, left)
    conversation = of_account("telegram", planned.bot, 1.0, favoured=True)
    assert buckets.wait_seconds(conversation, planned.now, 15 - taken) == 0
    assert buckets.wait_seconds(conversation, planned.now, 15 - taken + 1) > 0


@pytest.mark.parametrize(("messenger", "people", "workers"), [("telegram", 150, 8), ("vk", 110, 6)])
def test_at_the_real_limits_many_workers_use_them_up_and_an_answer_hardly_waits(
    aws: None, messenger: str, people: int, workers: int
) -> None:
    fan_out = FanOut([Queue({messenger: people}, workers)], answers_at=[1.0, 2.0])
    (pace,) = fan_out.run()
    assert Counter(fan_out.chats).most_common(1)[0][1] == 1
    assert len(fan_out.chats) == people + 2
    assert pace.share >= 0.95
    assert pace.least_left >= 0
    assert pace.longest_wait is not None
    assert pace.longest_wait < 2
