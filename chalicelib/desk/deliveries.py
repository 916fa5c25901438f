"""An announcement on its way to clients: the plan of whom to tell, and the life of each delivery.

    pending ──claim──▶ sending ──▶ sent
       │  ▲               │  ├───▶ unknown    the worker died or the answer never came: nobody can tell, never sent again
       │  ├─ retry later ─┤  └───▶ failed     refused in every messenger they have
       │  └─ refused, or out of attempts: the next messenger
       ├──▶ opted_out    they asked not to be told directly
       ├──▶ overtaken    a newer announcement goes to them instead, or it is over
       ├──▶ cancelled    somebody called the direct messages off
       └──▶ not_told     this is the end, and they never got the news

Before anything is sent the delivery is claimed by a conditional write, so that each recipient gets each announcement at
most once, whatever is repeated or dies. ``unknown`` counts as told.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.desk.audience import ALL_PARTS, Part
from chalicelib.desk.clients import Identity, Tier

LEASE = timedelta(seconds=25)  # longer than a send may take
MOST_ATTEMPTS = 6
FIRST_RETRY = timedelta(seconds=5)
STANDS_STILL_AFTER = timedelta(seconds=45)  # a page takes a second or two, the head start of VIPs 20
FIRST = "first"  # in what a delivery is counted as: nobody had told them of it before
SECOND_LOOK_AFTER = timedelta(seconds=60)  # longer than a lease: what was in the air then has landed


class State(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    OVERTAKEN = "overtaken"
    NOT_TOLD = "not_told"
    OPTED_OUT = "opted_out"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Delivery:
    """One announcement for one client. ``reason`` is a key of the texts when it failed. ``refused_by`` are those of the
    client's messengers that will not take it. ``first``: no earlier announcement has told them of the outage. ``counted`` is
    what it is counted as in the tally of its shard."""

    outage_id: str
    n: int
    client_id: str
    tier: Tier
    created_at: datetime
    state: State = State.PENDING
    attempts: int = 0
    lease_until: datetime | None = None
    identity: Identity | None = None  # where it was sent; before that, where it is going by the plan
    sent_at: datetime | None = None
    provider_id: str | None = None
    reason: str | None = None
    refused_by: tuple[Identity, ...] = ()
    first: bool = True
    counted: str = ""
    version: int = 0

    @property
    def standing(self) -> str:
        """What it is to be counted as."""
        if not self.finished:
            return State.PENDING
        if self.told:
            where = self.identity.messenger if self.identity else ""
            return f"{self.state}:{where}:{FIRST}" if self.first else f"{self.state}:{where}"
        return f"{self.state}:{self.reason or ''}" if self.state is State.FAILED else self.state

    @property
    def finished(self) -> bool:
        return self.state not in (State.PENDING, State.SENDING)

    @property
    def told(self) -> bool:
        return self.state in (State.SENT, State.UNKNOWN)

    @property
    def may_have_arrived(self) -> bool:
        """An attempt before may have: it is only repeated where the messenger itself shows it once."""
        return self.state is State.PENDING and self.reason == "unknown"

    def in_the_air(self, now: datetime) -> float:
        """Seconds for which a living worker may still be sending it; 0 when nobody is."""
        if self.state is not State.SENDING or self.lease_until is None:
            return 0.0
        return max((self.lease_until - now).total_seconds(), 0.0)

    def claim(self, now: datetime, identity: Identity, *, first: bool = True) -> "Delivery":
        attempt = self.attempts + 1
        return replace(
            self, state=State.SENDING, attempts=attempt, lease_until=now + LEASE, identity=identity, first=first
        )

    def sent(self, now: datetime, provider_id: str | None) -> "Delivery":
        return replace(self._ended(State.SENT, None), sent_at=now, provider_id=provider_id)

    def unknown(self) -> "Delivery":
        return self._ended(State.UNKNOWN, "unknown")

    def failed(self, reason: str) -> "Delivery":
        return self._ended(State.FAILED, reason)

    def refused(self, reason: str) -> "Delivery":
        """Not there: the next messenger gets a try, from the first attempt on."""
        tried = (*self.refused_by, self.identity) if self.identity else self.refused_by
        free = replace(self, state=State.PENDING, attempts=0, lease_until=None, sent_at=None, provider_id=None)
        return replace(free, refused_by=tried, reason=reason)

    def opted_out(self) -> "Delivery":
        return self._ended(State.OPTED_OUT, None)

    def cancelled(self) -> "Delivery":
        return self._ended(State.CANCELLED, None)

    def overtaken(self) -> "Delivery":
        return self._ended(State.OVERTAKEN, None)

    def not_told(self) -> "Delivery":
        return self._ended(State.NOT_TOLD, None)

    def again(self, reason: str, *, counts: bool) -> "Delivery":
        """Back to the start; out of attempts, to the next messenger. Waiting for a messenger's limit is no attempt
        (``counts=False``)."""
        if counts and self.attempts >= MOST_ATTEMPTS:
            return self.unknown() if reason == "unknown" else self.refused(reason)
        attempts = self.attempts if counts else self.attempts - 1
        return replace(self, state=State.PENDING, attempts=attempts, lease_until=None, reason=reason)

    def pause(self) -> timedelta:
        """Before the next attempt, when the messenger gave no hint: twice as long each time."""
        return FIRST_RETRY * 2.0 ** (self.attempts - 1)

    def _ended(self, state: State, reason: str | None) -> "Delivery":
        return replace(self, state=state, reason=reason, lease_until=None)


@dataclass(frozen=True)
class Segment:
    """A part of the audience, planned page by page; ``cursor`` is where the next page begins, so that a crash resumes.

    The end of an outage looks twice (``looks_left``): who was just being told the news at the first look is found at the
    second. ``wake_at`` is when the minute's check wakes it: for the second look, or because nobody got further since.
    """

    outage_id: str
    n: int
    part: Part
    wake_at: datetime
    looks_left: int = 1
    resting: bool = False  # between two looks
    cursor: str | None = None
    version: int = 0

    @property
    def finished(self) -> bool:
        return self.looks_left == 0

    @property
    def planned(self) -> bool:
        """Whether it has been walked to its end once."""
        return self.finished or self.resting

    def waits(self, now: datetime) -> bool:
        """Whether nothing is to be done for it now."""
        return self.finished or (self.resting and now < self.wake_at)

    def advanced(self, cursor: str | None, now: datetime) -> "Segment":
        """A page has been planned; ``cursor`` is None after the last one."""
        if cursor is not None:
            return replace(self, cursor=cursor, resting=False, wake_at=now + STANDS_STILL_AFTER)
        left = self.looks_left - 1
        return replace(self, cursor=None, resting=left > 0, looks_left=left, wake_at=now + SECOND_LOOK_AFTER)

    def abandoned(self) -> "Segment":
        """Nobody further is to be told: a newer announcement has taken over, or all is over."""
        return replace(self, cursor=None, resting=False, looks_left=0)

    def paused(self, now: datetime) -> "Segment":
        """Somebody has to look again in a while whether it goes on."""
        return replace(self, wake_at=now + STANDS_STILL_AFTER)

    def handed_on(self, now: datetime) -> "Segment":
        """The planner's time is over: the next minute's check wakes another."""
        return replace(self, wake_at=now)


def segments(outage_id: str, n: int, now: datetime, *, ends: bool) -> list[Segment]:
    """The plan of an announcement: one segment per part of everybody, VIPs first."""
    wake_at = now + STANDS_STILL_AFTER
    return [Segment(outage_id, n, part, wake_at, looks_left=2 if ends else 1) for part in ALL_PARTS]
