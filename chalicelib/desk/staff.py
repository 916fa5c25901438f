"""The team: who has which role, and who hears when a ladder names a role."""

from collections.abc import Iterable
from dataclasses import dataclass
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
    """A member of the team. Alerts reach them in their private chat with the bot, which has their own user id."""

    id: str
    name: str
    role: Role
    telegram_user_id: int
    on_duty: bool = False

    @property
    def author(self) -> Author:
        return Author(self.id, self.name)


# Who stands in, in this order, when nobody is what a step of a ladder names.
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

    def whom(self, notify: Iterable[Person], owner_id: str | None) -> tuple[Member, ...]:
        """The people whom the named roles mean now, each once, in the order named; a role that nobody has passes on."""
        people: dict[str, Member] = {}
        for person in notify:
            called = (self._called(stand_in, owner_id) for stand_in in (person, *_STAND_INS[person]))
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
