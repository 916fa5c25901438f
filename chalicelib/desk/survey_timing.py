"""When a client may be asked, so that being asked stays rare: after a contact, and about the company."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.desk.service_levels import EventType
from chalicelib.desk.surveys import Kind
from chalicelib.desk.tickets import Closing, Ticket


@dataclass(frozen=True)
class LastAsked:
    """When a person was asked last, or answered, by the kind of survey."""

    client_id: str
    at: Mapping[Kind, datetime] = field(default_factory=dict)
    version: int = 0

    def noted(self, kind: Kind, at: datetime) -> "LastAsked":
        return replace(self, at={**self.at, kind: max(at, self.at.get(kind, at))})

    def is_within(self, kind: Kind, pause: timedelta, now: datetime) -> bool:
        return kind in self.at and now - self.at[kind] < pause


def of_one_person(client_id: str, records: Iterable[LastAsked]) -> LastAsked:
    """What is known of a person whom several clients turned out to be."""
    together = LastAsked(client_id)
    for record in records:
        for kind, at in record.at.items():
            together = together.noted(kind, at)
    return together


def is_contact_to_grade(ticket: Ticket, last: LastAsked, rest: timedelta, now: datetime) -> bool:
    """Whether the client of a ticket that has just been closed is asked how it went. Spam, and what the end of an outage or a
    merge closed, was no contact; a thank-you asked nothing. Soon after another question only a reopened ticket asks again."""
    types = {event.type for event in ticket.events}
    if ticket.closed_as is not Closing.SOLVED or EventType.CLIENT_MESSAGE not in types:
        return False
    return EventType.REOPENED in types or not last.is_within(Kind.CSAT, rest, now)
