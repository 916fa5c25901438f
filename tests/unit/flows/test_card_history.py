"""The card of a VIP tells what was promised and how the last questions ended, and is drawn anew when that changes."""

from datetime import timedelta

import pytest

from chalicelib.use_cases import card_history, console, registry
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import World
from tests.unit.flows.people import MARINA
from tests.unit.flows.voices import PAVEL, Asked

ANNA = 600_001


@pytest.fixture
def anna(world: World) -> Asked:
    world.register_vip(ANNA)
    return Asked(world, ANNA)


def asks_and_grades(who: Asked, score: int) -> None:
    who.world.now += timedelta(days=8)
    who.writes("The report is empty")
    who.is_answered()
    who.is_closed()
    who.grades(score)


def card(world: World) -> str:
    return str(world.calls("editMessageText")[-1]["text"])


def test_a_grade_is_there_at_once(anna: Asked) -> None:
    asks_and_grades(anna, 5)
    assert "🗂 Last questions:\n· 10 Mar 13:00 · closed · 5 of 5" in card(anna.world)


def test_the_last_ones_are_listed_the_newest_first_and_the_open_one_above_them(anna: Asked) -> None:
    for n in range(card_history.SHOWN + 2):
        asks_and_grades(anna, 4 + n % 2)
    anna.world.now += timedelta(days=8)
    anna.writes("Another question")
    shown = [line for line in card(anna.world).splitlines() if line.startswith("· ")]
    assert [line[-6:] for line in shown] == ["4 of 5", "5 of 5", "4 of 5", "5 of 5", "4 of 5"]
    assert "open · since" in card(anna.world)


def test_what_was_promised_is_there_until_the_next_reply(anna: Asked) -> None:
    anna.writes("The report is empty")
    world, ticket = anna.world, anna.world.ticket(ANNA)
    until = world.now + timedelta(hours=2)
    console.act("promise", ticket.id, MARINA, current(), world.now, until=until, text="We look into it.")
    world.deliver()
    assert "⏳ Promised: an answer by 02 Mar 15:00" in card(anna.world)
    anna.world.now += timedelta(hours=1)
    anna.is_answered()
    assert "Promised" not in card(anna.world)


def test_the_card_of_everyone_else_costs_no_further_read(world: World) -> None:
    asks_and_grades(Asked(world, PAVEL), 2)
    assert card_history.recent(world.client(PAVEL)) == ()
    assert "Last questions" not in card(world)


def test_targets_of_their_own_are_on_the_card_within_the_term_of_the_contract(anna: Asked) -> None:
    world = anna.world
    anna.writes("The report is empty")
    fields = {"targets": {"first_reply": 3}, "valid_until": (world.now + timedelta(days=20)).date()}
    registry.change(world.client(ANNA).id, fields, (), "Annex 4", MARINA, current(), world.now)
    anna.staff_taps(f"take:{world.ticket(ANNA).id}")
    assert "🎯 By the contract: the first reply – 3 minutes" in card(world)
    anna.is_closed()
    world.now += timedelta(days=30)
    anna.writes("It is empty again")
    anna.staff_taps(f"take:{world.ticket(ANNA).id}")
    assert "By the contract" not in card(world)
