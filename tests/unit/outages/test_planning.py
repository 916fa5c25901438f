"""A large audience is planned in parts, by several planners at once: VIPs first, everybody once, whoever dies."""

from collections import Counter
from datetime import timedelta

import pytest

from chalicelib.desk.audience import ALL_PARTS
from chalicelib.desk.clients import Tier
from chalicelib.desk.deliveries import STANDS_STILL_AFTER
from chalicelib.store import clients
from chalicelib.store import deliveries as store
from chalicelib.use_cases import planning
from tests.unit.conftest import QUEUES
from tests.unit.outages.conftest import World, deliveries_of, planners_asked, report_of, waiting_at

FIRST, MANY, VIP = 700_001, 60, 600_001
EVERYBODY = range(FIRST, FIRST + MANY)


@pytest.fixture
def crowd(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A VIP and sixty others, two on a page."""
    monkeypatch.setattr(planning, "PAGE", 2)
    for user in EVERYBODY:
        world.client(user)
    world.client(VIP, Tier.VIP)
    return world


def test_lists_in_parts_are_read_as_one_in_order_and_page_by_page(crowd: World) -> None:
    whole = list(clients.listed(Tier.EVERYONE))
    assert [client.name for _, client in whole] == [f"Person {user}" for user in EVERYBODY]
    assert list(clients.listed(Tier.EVERYONE, whole[20][0])) == whole[21:]
    parts = [[client.id for _, client in clients.of_part(part)] for part in ALL_PARTS]
    assert sum(map(len, parts)) == MANY + 1
    assert all(len(part) < MANY / 3 for part in parts)
    assert crowd.told() == []


def test_the_first_planner_tells_vips_and_shares_the_others_out(crowd: World) -> None:
    outage = crowd.declare()
    crowd.approve(outage)
    (first,) = planners_asked()
    crowd.plan(first)
    shared = planners_asked()
    assert [len(each["only"]) for each in shared] == [1] * 15
    planned = len(deliveries_of(outage.id, 1))
    assert 2 < planned < MANY / 2
    for each in reversed(shared):
        crowd.plan(each)
    crowd.work()
    assert Counter(crowd.told()) == dict.fromkeys([VIP, *EVERYBODY], 1)
    assert crowd.told()[0] == VIP
    assert report_of(outage.id, 1).planned


def test_nobody_else_is_planned_while_another_planner_is_at_the_vips(crowd: World) -> None:
    outage = crowd.declare()
    crowd.approve(outage)
    (message,) = planners_asked()
    crowd.plan({**message, "only": ["everyone#03"]})
    assert deliveries_of(outage.id, 1) == []
    crowd.plan({**message, "only": ["vip#00", "our#00"]})
    crowd.plan({**message, "only": ["everyone#03"]})
    assert len(deliveries_of(outage.id, 1)) > 1


def test_planners_that_died_are_replaced_for_what_stands_still_alone(
    crowd: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    outage = crowd.declare()
    crowd.approve(outage)
    (first,) = planners_asked()
    crowd.plan(first)
    lost, *lived = planners_asked()
    for each in lived:
        crowd.plan(each)
    with monkeypatch.context() as broken:
        broken.setattr(planning, "enqueue", _crash)  # planned and on no queue
        with pytest.raises(RuntimeError):
            crowd.plan(lost)
    crowd.check(after=STANDS_STILL_AFTER + timedelta(seconds=1))
    (again,) = planners_asked()
    assert again["only"] == lost["only"]
    crowd.plan(again)
    crowd.work()
    assert Counter(crowd.told()) == dict.fromkeys([VIP, *EVERYBODY], 1)
    assert all(segment.finished for segment in store.segments(outage.id, 1))


def test_each_messenger_has_a_queue_so_that_nobody_waits_for_anothers_limit(world: World) -> None:
    world.client(VIP, Tier.VIP)
    world.client(FIRST)
    world.also_in(world.client(FIRST + 1), "vk", "1")
    world.approve(world.declare())
    world.hear()
    found = {name: waiting_at(queue) for name, queue in QUEUES.items() if "DELIVERIES" in name}
    once = {"VK_DELIVERIES_QUEUE_URL", "TELEGRAM_DELIVERIES_QUEUE_URL", "VIP_DELIVERIES_QUEUE_URL"}
    assert {name for name, count in found.items() if count == 1} == once
    assert sum(found.values()) == 3


def _crash(*_: object) -> None:
    raise RuntimeError("the function was killed")
