"""The team: who has which role, and who hears when a ladder names a role."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.desk.ladder import Person
from chalicelib.desk.messages import Author


class Role(StrEnum):
    SUPPORT = "support"
    ACCOUNT = "account"
    SUCCESS = "success"
    LEAD = "lead"
    MANAGER = "manager"
    DEPUTY = "deputy"


MANAGING = frozenset((Role.LEAD, Role.MANAGER, Role.DEPUTY))
"""Whose word is enough to say who a client is."""


@dataclass(frozen=True)
class Member:
    """A member of the team. Alerts reach them in their private chat with the bot, which has their own user id. While they are
    ``absent``, until they are back or from one day to another (both included, either may be left out), others are told."""

    id: str
    name: str
    role: Role
    telegram_user_id: int
    on_duty: bool = False
    absent: bool = False
    absent_from: date | None = None
    absent_until: date | None = None

    def is_absent(self, day: date) -> bool:
        if self.absent_from is None and self.absent_until is None:
            return self.absent
        return self.absent or (self.absent_from or day) <= day <= (self.absent_until or day)

    @property
    def author(self) -> Author:
        return Author(self.id, self.name)


# Who stands in, in this order, when nobody who is there is what a step of a ladder names.
_STAND_INS: dict[Person, tuple[Person, ...]] = {
    Person.OWNER: (Person.DUTY, Person.LEAD, Person.MANAGER, Person.DEPUTY),
    Person.DUTY: (Person.LEAD, Person.MANAGER, Person.DEPUTY),
    Person.LEAD: (Person.MANAGER, Person.DEPUTY),
    Person.MANAGER: (Person.DEPUTY, Person.LEAD),
    Person.DEPUTY: (Person.MANAGER, Person.LEAD),
}


@dataclass(frozen=True)
class Team:
    members: tuple[Member, ...] = ()

    def by_telegram(self, user_id: str) -> Member | None:
        return next((member for member in self.members if str(member.telegram_user_id) == user_id), None)

    def by_id(self, member_id: str | None) -> Member | None:
        return next((member for member in self.members if member.id == member_id), None)

    def whom(self, notify: Iterable[Person], owner_id: str | None, day: date) -> tuple[Member, ...]:
        """The people whom the named roles mean on that day, each once, in the order named. A role that nobody has, or whose
        people are all absent, passes on. When there is nobody to pass to, the absent are told: better they than nobody."""
        people: dict[str, Member] = {}
        there = Team(tuple(member for member in self.members if not member.is_absent(day)))
        for person in notify:
            passing = (person, *_STAND_INS[person])
            called = (team._called(stand_in, owner_id) for team in (there, self) for stand_in in passing)
            people.update((member.id, member) for member in next(filter(None, called), ()))
        return tuple(people.values())

    def _called(self, person: Person, owner_id: str | None) -> tuple[Member, ...]:
        match person:
            case Person.OWNER:
                return tuple(member for member in self.members if member.id == owner_id)
            case Person.DUTY:
                return tuple(member for member in self.members if member.on_duty)
            case _:
                return tuple(member for member in self.members if member.role == person.value)
