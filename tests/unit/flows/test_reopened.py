"""A ticket that is reopened is served as its client is by then, not as they were when it was closed."""

from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.cycles import Cycle
from chalicelib.desk.policies import Metric
from chalicelib.use_cases import registry, tickets
from chalicelib.use_cases.settings import current
from chalicelib.use_cases.tickets import Doing
from tests.unit.flows.conftest import World
from tests.unit.flows.deadlines import alerts_to
from tests.unit.flows.people import MARINA, register, ticket_of, whatsapp, write


def closed_then(world: World, was: Tier, **becomes: Any) -> Client:
    """They asked something, it was closed, and then their contract changed."""
    client = register(world, tier=was)
    write(world, whatsapp(), "The report is empty")
    world.now += timedelta(minutes=1)
    tickets.act("close", ticket_of(whatsapp()).id, Doing(world.now, MARINA), current())
    world.now += timedelta(hours=1)
    registry.change(client.id, becomes, (), "Annex 3", MARINA, current(), world.now)
    world.now += timedelta(hours=1)
    return client


def running(world: World) -> dict[Metric, Cycle]:
    line = ticket_of(whatsapp()).timeline(current().calendars, world.now)
    return {cycle.metric: cycle for cycle in line.cycles if cycle.ended_at is None}


def writes_again(world: World) -> None:
    write(world, whatsapp(), "It is empty again")


def by_the_button(world: World) -> None:
    tickets.act("reopen", ticket_of(whatsapp()).id, Doing(world.now, MARINA), current())


@pytest.mark.parametrize("reopened", [writes_again, by_the_button])
def test_who_became_a_vip_is_served_as_one(world: World, reopened: Any) -> None:
    closed_then(world, Tier.EVERYONE, tier=Tier.VIP)
    reopened(world)
    ticket, cycles = ticket_of(whatsapp()), running(world)
    assert ticket.tier is Tier.VIP
    assert cycles[Metric.RESOLVE].due_at == ticket.opened_at + timedelta(hours=2, minutes=240)
    if reopened is writes_again:
        assert cycles[Metric.NEXT_REPLY].due_at == world.now + timedelta(minutes=10)


def test_whose_term_has_ended_is_served_like_everyone(world: World) -> None:
    closed_then(world, Tier.VIP, valid_until=date(2026, 3, 1))
    writes_again(world)
    assert ticket_of(whatsapp()).tier is Tier.EVERYONE
    assert running(world)[Metric.NEXT_REPLY].due_at == world.now + timedelta(minutes=30)


def test_the_manager_hears_of_a_vips_question_that_is_open_again(world: World) -> None:
    closed_then(world, Tier.VIP, position="CEO")
    writes_again(world)
    assert ["It is empty again" in alert.content.text for alert in alerts_to(world.bot)] == [False, True]
