"""The team says what a ticket is about: it finds a theme before it makes another one, and the numbers follow."""

from datetime import timedelta

import pytest

from chalicelib.store import themes as store
from chalicelib.use_cases import theme_report
from tests.unit.flows.conftest import SUPPORT, World
from tests.unit.flows.voices import PAVEL, Asked


@pytest.fixture
def pavel(world: World) -> Asked:
    asked = Asked(world)
    asked.writes("Where is the pay button?")
    return asked


def commands(pavel: Asked, text: str) -> dict[str, str]:
    """The buttons of the answer: what they carry, by their label."""
    world = pavel.world
    world.receive(world.in_topic(SUPPORT, world.thread(pavel.user), 9_500 + next(world.updates), text))
    world.deliver()
    return buttons(world.calls("sendMessage")[-1])


def buttons(call: dict) -> dict[str, str]:  # type: ignore[type-arg]
    rows = call.get("reply_markup", {}).get("inline_keyboard", [])
    return {row[0]["text"]: row[0]["callback_data"] for row in rows}


def titles(pavel: Asked) -> list[str]:
    known = store.all_themes()
    return [known[each].title for each in pavel.world.ticket(pavel.user).themes]


def clients_of(pavel: Asked) -> dict[str, int]:
    now = pavel.world.now + timedelta(seconds=1)
    return {count.theme.title: count.clients for count in theme_report.report(now - timedelta(days=7), now).counts}


def test_a_new_theme_is_asked_for_as_a_problem_and_marked(pavel: Asked) -> None:
    found = commands(pavel, "/theme cannot find the pay button")
    assert "not by what we would do" in pavel.topic()[-1]
    pavel.staff_taps(found["➕ New: cannot find the pay button"])
    assert titles(pavel) == ["cannot find the pay button"]
    assert clients_of(pavel) == {"cannot find the pay button": 1}
    shown = pavel.world.calls("editMessageText")[-1]
    assert "✓ cannot find the pay button" in buttons(shown)


def test_similar_ones_are_offered_first_and_nothing_is_made_twice(pavel: Asked) -> None:
    pavel.staff_taps(commands(pavel, "/theme cannot find the pay button")["➕ New: cannot find the pay button"])
    kate = Asked(pavel.world, user=600_003)
    kate.writes("I cannot pay")
    found = commands(kate, "/theme pay button not found")
    assert list(found) == ["cannot find the pay button", "➕ New: pay button not found"]
    kate.staff_taps(found["cannot find the pay button"])
    assert clients_of(pavel) == {"cannot find the pay button": 2}
    assert "➕" not in "".join(commands(kate, "/theme Cannot  find the PAY button"))


def test_a_mark_can_be_taken_off_and_put_on_again(pavel: Asked) -> None:
    pavel.staff_taps(commands(pavel, "/theme empty report")["➕ New: empty report"])
    pavel.staff_taps(commands(pavel, "/theme")["✓ empty report"])
    assert (titles(pavel), clients_of(pavel)) == ([], {})
    on = commands(pavel, "/theme")["empty report"]
    for _ in range(2):
        pavel.staff_taps(on)
    assert (titles(pavel), clients_of(pavel)) == (["empty report"], {"empty report": 1})


def test_the_card_has_the_button(pavel: Asked) -> None:
    answer = pavel.staff_taps(f"theme:{pavel.world.ticket(PAVEL).id}")
    assert "Themes are below" in answer
    assert "What this ticket is about" in pavel.world.texts_to(pavel.world.group)[-1]


@pytest.mark.parametrize("data", ["theme_on:x:y", "theme_on:", "theme_new:x:y"])
def test_a_made_up_button_changes_nothing(pavel: Asked, data: str) -> None:
    assert pavel.staff_taps(data)
    assert titles(pavel) == []


def test_a_theme_is_a_few_words(pavel: Asked) -> None:
    commands(pavel, "/theme " + "x" * 81)
    assert "80 characters" in pavel.topic()[-1]
