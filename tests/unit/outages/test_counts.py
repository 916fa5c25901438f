"""What is counted is what there is, in whatever order workers get on, however often they meet, wherever they die."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk import tallies
from chalicelib.desk.clients import Identity, Tier
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.tallies import Report, Tally
from chalicelib.store import deliveries as store
from chalicelib.store.table import Lost
from chalicelib.use_cases import delivering
from infra.bench.inbound import Cost, cost_of
from tests.unit.outages.conftest import World, deliveries_of, report_of

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
PEOPLE = [f"c{n}" for n in range(6)]
MESSENGERS = ("telegram", "whatsapp")
_numbers = count(1)

# What may befall a delivery, of which most do not fit where it stands: then it is left alone.
EVENTS: dict[str, Callable[[Delivery, Identity], Delivery]] = {
    "claim": lambda one, where: one.claim(NOW, where, first=where.messenger == "telegram"),
    "sent": lambda one, _: one.sent(NOW + timedelta(seconds=one.attempts), "1"),
    "unknown": lambda one, _: one.unknown(),
    "failed": lambda one, _: one.failed("blocked"),
    "refused": lambda one, _: one.refused("undelivered"),  # also after it was taken
    "again": lambda one, _: one.again("limited", counts=False),
    "overtaken": lambda one, _: one.overtaken(),
    "opted_out": lambda one, _: one.opted_out(),
}
STEPS = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(sorted(EVENTS)), st.sampled_from(MESSENGERS), st.booleans())


@given(st.lists(STEPS, max_size=25))
@settings(max_examples=15)
@pytest.mark.usefixtures("aws")
def test_counts_move_with_deliveries_or_not_at_all(steps: list[tuple[str, str, str, bool]]) -> None:
    n = next(_numbers)
    store.plan(_planned(n))
    stale = {each.client_id: each for each in _all(n)}
    for client_id, event, messenger, is_late in steps:
        found = store.delivery_if_any("o1", n, client_id)
        assert found
        read = (
            stale[client_id] if is_late else found
        )  # a worker that was overtaken loses, and so does what it would count
        changed = EVENTS[event](read, Identity(messenger, "1", client_id))
        try:
            store.save(changed)
        except Lost:
            assert read != found
    store.plan(_planned(n))  # once more, after a crash
    assert _counted(n) == _recounted(n)
    assert sum(sum(tally.counts.values()) for tally in store.tallies("o1", n)) == len(PEOPLE)


@pytest.mark.usefixtures("aws")
def test_a_crash_writes_neither_the_delivery_nor_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    n = next(_numbers)
    store.plan(_planned(n))
    (anna, *_) = _all(n)
    with monkeypatch.context() as broken:
        broken.setattr(store, "commit", _crash)
        with pytest.raises(RuntimeError):
            store.save(anna.failed("blocked"))
    assert _counted(n) == _recounted(n)
    assert _counted(n).not_yet == len(PEOPLE)


def test_an_audience_is_counted_in_many_places_and_reported_as_one(world: World) -> None:
    for user in range(700_001, 700_031):  # strangers to Telegram
        world.client(user)
    outage = world.declare()
    world.approve(outage)
    world.work()
    assert len(store.tallies(outage.id, 1)) > 10
    assert report_of(outage.id, 1).failed == {"no_chat": 30}


def test_what_a_delivery_costs(world: World) -> None:
    """Round trips are what the pace of a worker is made of."""
    for user in (600_001, 600_002):
        world.client(user)
    outage = world.declare()
    world.approve(outage)
    world.hear()

    def deliver(user: int) -> Cost:
        arguments = outage.id, 1, f"c{user}", lambda: 60.0, lambda: world.now
        return cost_of("", lambda: delivering.deliver(*arguments))

    deliver(600_001)
    cost = deliver(600_002)  # the worker still has a token in its hand
    assert world.told() == [600_001, 600_002]
    assert cost.round_trips == 9


def _planned(n: int) -> list[Delivery]:
    return [Delivery("o1", n, client_id, Tier.EVERYONE, NOW) for client_id in PEOPLE]


def _all(n: int) -> list[Delivery]:
    return sorted(deliveries_of("o1", n), key=lambda delivery: delivery.client_id)


def _counted(n: int) -> Report:
    return _without_times(tallies.report(store.tallies("o1", n), NOW, planned=True))


def _recounted(n: int) -> Report:
    everything = Tally("o1", n, 0).counting(replace(delivery, counted="") for delivery in _all(n))
    return _without_times(tallies.report([everything], NOW, planned=True))


def _without_times(report: Report) -> Report:
    """A send that was taken back leaves its time: the messenger had taken it."""
    return replace(report, first_after_seconds=None, last_after_seconds=None)


def _crash(*_: object) -> None:
    raise RuntimeError("the function was killed")
