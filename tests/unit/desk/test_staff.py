"""Whom a ladder means: the person in that role, or who stands in."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.desk.ladder import Person
from chalicelib.desk.staff import Member, Role, Team

MANAGER = Member("m", "Marina", Role.MANAGER, 1)
DEPUTY = Member("d", "Timur", Role.DEPUTY, 2)
SUPPORT = Member("s", "Oleg", Role.SUPPORT, 3)
DAY = date(2026, 3, 2)
ON_DUTY = Member("o", "Dina", Role.ACCOUNT, 4, on_duty=True)


@pytest.mark.parametrize(
    ("members", "notify", "owner", "told"),
    [
        ((MANAGER, SUPPORT), Person.OWNER, "s", [SUPPORT]),
        ((MANAGER, SUPPORT, ON_DUTY), Person.OWNER, None, [ON_DUTY]),
        ((MANAGER, SUPPORT), Person.OWNER, None, [MANAGER]),
        ((MANAGER, SUPPORT), Person.OWNER, "who left", [MANAGER]),
        ((MANAGER, DEPUTY), Person.DEPUTY, None, [DEPUTY]),
        ((MANAGER,), Person.DEPUTY, None, [MANAGER]),
        ((DEPUTY,), Person.MANAGER, None, [DEPUTY]),
        ((), Person.MANAGER, None, []),
    ],
)
def test_a_role_that_nobody_has_passes_to_the_next(
    members: tuple[Member, ...], notify: Person, owner: str | None, told: list[Member]
) -> None:
    assert list(Team(members).whom((notify,), owner, DAY)) == told


def test_a_person_named_twice_is_told_once() -> None:
    assert Team((MANAGER, ON_DUTY)).whom((Person.OWNER, Person.DUTY), "o", DAY) == (ON_DUTY,)


def away(member: Member) -> Member:
    return replace(member, absent=True)


@pytest.mark.parametrize(
    ("members", "notify", "told"),
    [
        ((MANAGER, away(SUPPORT), ON_DUTY), Person.OWNER, [ON_DUTY]),
        ((MANAGER, away(SUPPORT), away(ON_DUTY)), Person.OWNER, [MANAGER]),
        ((away(MANAGER), DEPUTY), Person.MANAGER, [DEPUTY]),
        ((away(MANAGER), replace(MANAGER, id="m2"), DEPUTY), Person.MANAGER, [replace(MANAGER, id="m2")]),
        ((away(MANAGER), away(DEPUTY)), Person.DEPUTY, [away(DEPUTY)]),
    ],
)
def test_an_absent_one_passes_to_the_next_and_somebody_is_always_told(
    members: tuple[Member, ...], notify: Person, told: list[Member]
) -> None:
    assert list(Team(members).whom((notify,), "s", DAY)) == told


@pytest.mark.parametrize(
    ("since", "until", "absent"),
    [
        (None, None, False),
        (date(2026, 3, 2), None, True),
        (date(2026, 3, 3), None, False),
        (None, date(2026, 3, 2), True),
        (None, date(2026, 3, 1), False),
        (date(2026, 3, 1), date(2026, 3, 3), True),
    ],
)
def test_absence_has_its_days(since: date | None, until: date | None, absent: bool) -> None:
    assert replace(MANAGER, absent_from=since, absent_until=until).is_absent(DAY) is absent
