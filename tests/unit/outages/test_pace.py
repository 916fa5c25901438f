"""A fan-out keeps to the account's limit, uses all of it that conversations leave, and is sent as fast as that."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.desk.limits import of_account
from chalicelib.store import buckets
from chalicelib.store.environment import environment
from tests.unit.outages.conftest import World

FIRST, MANY = 700_001, 60


@pytest.fixture(autouse=True)
def _real_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LIMITS_SPEED", "1")
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
