"""Who is asked how it went, and who is not: once in a while, about a contact with us, and again when a ticket came back."""

from datetime import timedelta

import pytest

from chalicelib.desk.messages import Author
from chalicelib.desk.tickets import Closing
from chalicelib.use_cases import console
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import SUPPORT, World
from tests.unit.flows.voices import Asked, with_surveys

OPERATOR = Author("token:x", "x")


@pytest.fixture
def pavel(world: World) -> Asked:
    asked = Asked(world)
    asked.writes("The report is empty")
    asked.is_answered()
    return asked


def asks_again(pavel: Asked, after: timedelta) -> bool:
    """Whether the client is asked about a second ticket, that much after the first."""
    pavel.is_closed()
    pavel.world.now += after
    before = pavel.questions
    pavel.writes("Another thing")
    pavel.is_closed()
    return pavel.questions > before


def test_a_closed_question_is_asked_about(pavel: Asked) -> None:
    pavel.is_closed()
    assert pavel.questions == 1


def test_not_again_within_the_rest_period(pavel: Asked) -> None:
    window = timedelta(hours=73)  # so that it is another ticket
    assert not asks_again(pavel, window)


def test_again_after_the_rest_period(pavel: Asked) -> None:
    assert asks_again(pavel, timedelta(days=7))


def test_the_rest_period_is_a_setting(pavel: Asked) -> None:
    with_surveys(csat={"rest_days": 3})
    assert asks_again(pavel, timedelta(hours=73))


def test_an_answer_begins_the_rest_anew(pavel: Asked) -> None:
    pavel.is_closed()
    pavel.world.now += timedelta(days=6)
    pavel.grades(5)
    pavel.world.now += timedelta(days=2)
    pavel.writes("Another thing")
    pavel.is_closed()
    assert pavel.questions == 1


def test_again_after_a_reopening_with_an_invitation_of_its_own(pavel: Asked) -> None:
    pavel.is_closed()
    pavel.grades(5)
    pavel.world.now += timedelta(hours=1)
    pavel.writes("It is empty again")
    pavel.is_closed()
    assert pavel.questions == 2
    first, second = pavel.invitations
    assert (first.id != second.id, first.score, second.score) == (True, 5, None)
    assert "ended" in pavel.taps(f"csat:{first.id}:1")
    pavel.grades(4)
    assert [each.score for each in pavel.invitations] == [5, 4]


def test_somebody_who_only_said_thanks_is_not_asked(world: World) -> None:
    pavel = Asked(world)
    pavel.writes("Спасибо!")
    pavel.is_closed()
    assert pavel.questions == 0


@pytest.mark.parametrize("reason", [Closing.SPAM, Closing.MERGED, Closing.OUTAGE])
def test_what_was_no_contact_is_not_asked_about(pavel: Asked, reason: Closing) -> None:
    world = pavel.world
    console.act("close", world.ticket(pavel.user).id, OPERATOR, current(), world.now, reason=reason)
    world.deliver()
    assert pavel.questions == 0
    assert any(word in pavel.topic()[-1] for word in ("spam", "another ticket", "outage"))


def test_spam_is_closed_by_a_command_in_its_topic(pavel: Asked) -> None:
    world = pavel.world
    world.receive(world.in_topic(SUPPORT, world.thread(pavel.user), 95, "/spam"))
    world.deliver()
    assert world.ticket(pavel.user).closed_as is Closing.SPAM
    assert pavel.questions == 0


def test_a_ticket_that_was_spam_by_mistake_is_asked_about_once_it_was_solved(pavel: Asked) -> None:
    world = pavel.world
    console.act("close", world.ticket(pavel.user).id, OPERATOR, current(), world.now, reason=Closing.SPAM)
    world.now += timedelta(minutes=1)
    pavel.writes("I am no spam")
    pavel.is_closed()
    assert pavel.questions == 1
