"""The way back: tickets of an outage, what is done to all of them, who was told before they wrote (product lines 21, 22)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.desk.clients import Conversation
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.messages import Author

ANSWERS_FOR = timedelta(hours=24)  # after an announcement, what its reader writes is about it
CLOCKS_APART = timedelta(seconds=5)  # messengers tell whole seconds, and by a clock of their own
SILENT_FOR = timedelta(hours=24)  # after the end, before a ticket closes by itself
STANDS_STILL_AFTER = timedelta(seconds=90)  # longer than a worker has


@dataclass(frozen=True)
class OutageTicket:
    """``wrote_at``: the client's first message about it."""

    outage_id: str
    ticket_id: str
    client_id: str
    wrote_at: datetime


class Doing(StrEnum):
    REPLY = "reply"  # the team answers all who wrote
    END = "end"  # it is over: who was not told directly hears it, and silence closes the ticket


@dataclass(frozen=True)
class Round:
    """Something is done to every ticket of an outage, one after the other; ``cursor`` is where it goes on after a crash."""

    outage_id: str
    id: str
    doing: Doing
    wake_at: datetime
    by: Author
    text: Mapping[str, str] = field(default_factory=dict)
    cursor: str = ""
    finished: bool = False
    done: int = 0
    version: int = 0

    def advanced(self, cursor: str | None, done: int, now: datetime) -> "Round":
        wake_at = now + STANDS_STILL_AFTER
        return replace(
            self, cursor=cursor or self.cursor, finished=cursor is None, done=self.done + done, wake_at=wake_at
        )


def is_about(conversation: Conversation, at: datetime) -> str | None:
    """The outage that a message written at ``at`` is about: the client was told of it less than a day before."""
    told_at = conversation.told_at
    if told_at is None or not -CLOCKS_APART <= at - told_at <= ANSWERS_FOR:
        return None
    return conversation.told_of


@dataclass(frozen=True)
class ToldBefore:
    """Of the ``affected`` clients (who were told, or wrote about it), how many were told ``first``. ``share`` is null when
    there are none."""

    affected: int
    first: int
    share: float | None


def told_before(told: int, who_wrote: Iterable[Delivery], tickets: Iterable[OutageTicket]) -> ToldBefore:
    """``told`` counts clients; ``who_wrote`` is what went to those of them who wrote, of each with the first of which it is
    known when. Whoever wrote and of whom nobody can tell when they were told counts as not told first. Messengers tell whole
    seconds: what was written in the second in which we told of it was written after that."""
    at: dict[str, datetime | None] = {}
    for delivery in who_wrote:
        if delivery.told:
            at[delivery.client_id] = min(filter(None, (at.get(delivery.client_id), delivery.sent_at)), default=None)
    wrote: dict[str, datetime] = {}
    for ticket in tickets:
        wrote[ticket.client_id] = min(wrote.get(ticket.client_id, ticket.wrote_at), ticket.wrote_at)
    later = sum(
        client in wrote and (told_at is None or told_at.replace(microsecond=0) > wrote[client])
        for client, told_at in at.items()
    )
    affected, first = told + len(wrote.keys() - at.keys()), told - later
    return ToldBefore(affected, first, round(first / affected, 4) if affected else None)
