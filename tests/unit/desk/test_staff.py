"""Whom a ladder means: the person in that role, or who stands in."""

import pytest

from chalicelib.desk.ladder import Person
from chalicelib.desk.staff import Member, Role, Team

MANAGER = Member("m", "Marina", Role.MANAGER, 1)
DEPUTY = Member("d", "Timur", Role.DEPUTY, 2)
SUPPORT = Member("s", "Oleg", Role.SUPPORT, 3)
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
    assert list(Team(members).whom((notify,), owner)) == told


def test_a_person_named_twice_is_told_once() -> None:
    assert Team((MANAGER, ON_DUTY)).whom((Person.OWNER, Person.DUTY), "o") == (ON_DUTY,)
