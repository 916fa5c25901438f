"""Whoever told us three times in 90 days what could be better is proposed for our clients; a manager says yes, or not now."""

from datetime import timedelta

import pytest

from chalicelib.desk.clients import Tier
from chalicelib.desk.outbound import Outbound
from chalicelib.desk.tickets import Ticket
from chalicelib.store import clients, settings
from chalicelib.store.settings import Document
from chalicelib.use_cases import registry
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import MANAGER, SUPPORT, World
from tests.unit.flows.deadlines import alerts_to
from tests.unit.flows.meeting import WRITES, meeting
from tests.unit.flows.people import MARINA
from tests.unit.flows.voices import PAVEL, Asked

WEEK = timedelta(days=8)


@pytest.fixture
def pavel(world: World) -> Asked:
    return Asked(world)


def tells_us(pavel: Asked, score: int = 2) -> None:
    """A question of their own, closed, and graded."""
    pavel.world.now += WEEK
    pavel.writes("The report is empty")
    pavel.is_answered()
    pavel.is_closed()
    pavel.grades(score)


def complains(pavel: Asked) -> Ticket:
    """A question of their own, marked and closed."""
    pavel.world.now += WEEK
    pavel.writes("The report is empty, as last week")
    pavel.is_answered("/complaint")
    pavel.is_closed()
    return pavel.world.ticket(PAVEL)


def proposals(world: World) -> list[Outbound]:
    return [alert for alert in alerts_to(world.bot) if "our clients" in alert.content.text]


def answers(pavel: Asked, action: str, staff: int = MANAGER) -> str:
    return pavel.staff_taps(f"{action}:{pavel.world.client(PAVEL).id}", staff)


def test_the_third_time_the_manager_is_asked_once(pavel: Asked) -> None:
    for _ in range(2):
        tells_us(pavel)
    assert proposals(pavel.world) == []
    tells_us(pavel)
    (asked,) = proposals(pavel.world)
    assert "3 times in 90 days" in asked.content.text
    assert asked.content.link_to_topic_of == pavel.world.client(PAVEL).id
    tells_us(pavel)
    assert len(proposals(pavel.world)) == 1


def test_good_grades_and_another_grade_for_the_same_contact_do_not_count(pavel: Asked) -> None:
    for score in (5, 2, 4, 2):
        tells_us(pavel, score)
    pavel.grades(5)
    pavel.grades(1)
    assert proposals(pavel.world) == []


def test_complaints_and_low_grades_count_alike_and_once_for_each_ticket(pavel: Asked) -> None:
    complains(pavel)
    pavel.grades(1)
    tells_us(pavel)
    assert proposals(pavel.world) == []
    complains(pavel)
    assert "3 times in 90 days" in proposals(pavel.world)[0].content.text


def test_a_mark_that_was_taken_off_and_praise_do_not_count(pavel: Asked) -> None:
    tickets = [complains(pavel) for _ in range(2)]
    pavel.staff_taps(f"complaint_off:{tickets[0].id}")
    pavel.staff_taps(f"praise:{tickets[1].id}")
    for _ in range(2):
        complains(pavel)
    assert proposals(pavel.world) == []
    pavel.staff_taps(f"complaint:{tickets[1].id}")
    assert len(proposals(pavel.world)) == 1


def test_of_two_complaints_at_the_same_time_the_second_sees_the_first(pavel: Asked) -> None:
    world, tickets = pavel.world, [complains(pavel) for _ in range(2)]
    pavel.staff_taps(f"complaint_off:{tickets[1].id}")
    world.now += WEEK
    pavel.writes("It is empty once more")
    taps = [world.tap(SUPPORT, world.group, "3", f"complaint:{each.id}") for each in (tickets[1], world.ticket(PAVEL))]
    with meeting(1, False, lambda: world.receive(taps[0]), WRITES):
        world.receive(taps[1])
    world.deliver()
    assert len(proposals(world)) == 1


def test_two_colleagues_who_mark_the_same_ticket_mark_it_once(pavel: Asked) -> None:
    world = pavel.world
    pavel.writes("The report is empty")
    data = f"complaint:{world.ticket(PAVEL).id}"
    with meeting(1, False, lambda: world.receive(world.tap(MANAGER, world.group, "3", data)), WRITES):
        assert "Marked as a complaint" in pavel.staff_taps(data)
    world.receive(world.tap(SUPPORT, world.group, "3", data))
    world.deliver()
    assert [(change.action, change.by) for change in world.ticket(PAVEL).history] == [("complaint", MARINA)]
    assert sum("this is a complaint" in text for text in pavel.topic()) == 1


def test_the_card_shows_the_mark_and_takes_it_back(pavel: Asked) -> None:
    pavel.writes("Thank you, it is so much quicker now!")
    pavel.is_answered("/praise")
    data = f"praise_off:{pavel.world.ticket(PAVEL).id}"
    shown = pavel.world.calls("editMessageText")[-1]
    assert "Praise: marked by" in shown["text"]
    assert data in str(shown["reply_markup"])
    pavel.staff_taps(data)
    assert pavel.world.ticket(PAVEL).marked is None
    assert "Praise" not in pavel.world.calls("editMessageText")[-1]["text"]


def test_what_is_long_ago_does_not_count(pavel: Asked) -> None:
    tells_us(pavel)
    pavel.world.now += timedelta(days=83)
    for _ in range(2):
        tells_us(pavel)
    assert proposals(pavel.world) == []


def test_yes_makes_them_one_with_the_ground_in_the_history(pavel: Asked) -> None:
    for _ in range(3):
        tells_us(pavel)
    pavel.world.now += timedelta(days=1)
    pavel.writes("It is empty again")
    assert "One of our clients" in answers(pavel, "our_yes")
    assert "One of our clients" in answers(pavel, "our_yes")
    client = pavel.world.client(PAVEL)
    assert client.tier is Tier.OUR
    (change,) = [each for each in clients.changes_of(client.id) if "tier" in each.fields]
    assert (change.by, "3 complaints or call-backs" in change.ground) == (MARINA, True)
    assert pavel.world.ticket(PAVEL).tier is Tier.OUR


def test_not_now_leaves_them_and_asks_again_after_the_span(pavel: Asked) -> None:
    for _ in range(3):
        tells_us(pavel)
    assert "not ask again soon" in answers(pavel, "our_no")
    assert pavel.world.client(PAVEL).tier is Tier.EVERYONE
    pavel.world.now += timedelta(days=60)
    for _ in range(4):
        tells_us(pavel)
    assert len(proposals(pavel.world)) == 2


def test_only_who_manages_decides_and_only_one_of_them(pavel: Asked) -> None:
    staff = [{"id": "m", "name": "M", "role": "manager", "telegram_user_id": MANAGER}]
    staff += [{"id": "l", "name": "L", "role": "lead", "telegram_user_id": 500_009}]
    for _ in range(3):
        tells_us(pavel)
    assert "Only a manager" in answers(pavel, "our_yes", SUPPORT)
    settings.replace_document(Document("staff", {"members": staff}, 2))
    answers(pavel, "our_no")
    assert "decided already" in answers(pavel, "our_yes", 500_009)
    assert pavel.world.client(PAVEL).tier is Tier.EVERYONE


def test_vips_are_not_proposed(pavel: Asked) -> None:
    tells_us(pavel)
    client = pavel.world.client(PAVEL)
    registry.change(client.id, {"tier": Tier.VIP}, (), "", MARINA, current(), pavel.world.now)
    for _ in range(2):
        tells_us(pavel)
    assert proposals(pavel.world) == []


def test_how_often_and_within_which_time_is_a_setting(pavel: Asked) -> None:
    settings.replace_document(Document("our_clients", {"times": 1, "days": 10}, 1))
    tells_us(pavel)
    assert "1 time in 10 days" in proposals(pavel.world)[0].content.text
