"""The policies are edited while tickets are open: what runs keeps its deadline, what begins later follows the edit."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.desk.clients import Tier
from chalicelib.desk.cycles import Cycle
from chalicelib.desk.messages import Author
from chalicelib.desk.policies import Metric
from chalicelib.desk.service_levels import EventType
from chalicelib.use_cases import registry, setting_documents
from chalicelib.use_cases.settings import DEFAULTS, current
from tests.unit.flows.conftest import SUPPORT, World

ANNA = 600_001  # a VIP
BOSS = Author("token:boss", "boss")


@pytest.fixture
def anna(world: World) -> World:
    """Her first reply is due in five minutes."""
    world.register_vip(ANNA)
    world.receive(world.private(ANNA, 1, "Nothing works"))
    world.deliver()
    world.now += timedelta(minutes=1)
    return world


def edit(world: World, **minutes: int) -> None:
    """Other targets for VIPs."""
    policies: Any = deepcopy(DEFAULTS["policies"])
    for metric, target in minutes.items():
        policies[0]["targets"][metric]["minutes"] = target
    setting_documents.replace(setting_documents.document("policies"), policies, BOSS, world.now)


def pass_minutes(world: World, minutes: int) -> None:
    world.now += timedelta(minutes=minutes)


def answer(world: World, message_id: int) -> None:
    world.receive(world.in_topic(SUPPORT, world.thread(ANNA), message_id, "We are looking"))
    world.deliver()


def cycles(world: World, metric: Metric) -> list[Cycle]:
    line = world.ticket(ANNA).timeline(current().calendars, world.now + timedelta(seconds=1))
    return [cycle for cycle in line.cycles if cycle.metric is metric]


def length(cycle: Cycle) -> timedelta:
    return cycle.due_at - cycle.started_at


def test_what_runs_keeps_its_deadline_and_what_begins_later_follows(anna: World) -> None:
    edit(anna, first_reply=2, next_reply=3, update=7)
    pass_minutes(anna, 1)
    answer(anna, 90)
    pass_minutes(anna, 1)
    anna.receive(anna.private(ANNA, 2, "And now?"))
    assert [length(cycle) for cycle in cycles(anna, Metric.FIRST_REPLY)] == [timedelta(minutes=5)]
    assert [length(cycle) for cycle in cycles(anna, Metric.UPDATE)] == [timedelta(minutes=7)]
    assert [length(cycle) for cycle in cycles(anna, Metric.NEXT_REPLY)] == [timedelta(minutes=3)]


def test_a_message_that_was_written_before_the_edit_counts_by_what_held_then(anna: World) -> None:
    answer(anna, 90)
    pass_minutes(anna, 1)
    written = anna.private(ANNA, 2, "And now?")
    pass_minutes(anna, 1)
    edit(anna, next_reply=3)
    anna.receive(written)
    anna.receive(anna.private(ANNA, 3, "Hello?"))
    assert [length(cycle) for cycle in cycles(anna, Metric.NEXT_REPLY)] == [timedelta(minutes=10)]


def test_an_edit_is_noted_once_and_one_that_changes_nothing_never(anna: World) -> None:
    edit(anna)
    anna.receive(anna.private(ANNA, 2, "Hello"))
    edit(anna, next_reply=3)
    for n in range(3):
        pass_minutes(anna, 1)
        anna.receive(anna.private(ANNA, 3 + n, "Hello?"))
    events = [event for event in anna.ticket(ANNA).events if event.type is EventType.TARGETS]
    assert [event.future_only for event in events] == [True]


def test_another_tier_and_then_an_edit(anna: World) -> None:
    """The edit is of VIPs' policy, which is not the client's any more."""
    registry.change(anna.client(ANNA).id, {"tier": Tier.EVERYONE}, (), "Letter 7", BOSS, current(), anna.now)
    pass_minutes(anna, 1)
    edit(anna, next_reply=3)
    pass_minutes(anna, 1)
    answer(anna, 90)
    pass_minutes(anna, 1)
    anna.receive(anna.private(ANNA, 2, "And now?"))
    (cycle,) = cycles(anna, Metric.NEXT_REPLY)
    assert length(cycle) == timedelta(minutes=30)
