"""What can happen to a ticket that matters to its service levels."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.desk.ladder import Ladder
from chalicelib.desk.policies import Metric, Target


class EventType(StrEnum):
    """What can happen to a ticket. The order of the members is the order of things that happen at the same instant:
    what the team does comes before the client's message, a reply before the closing that goes with it, and what is
    reopened is served by what counts from then on."""

    REOPENED = "reopened"
    TARGETS = "targets"
    REPLY_FAILED = "reply_failed"
    STAFF_REPLY = "staff_reply"
    PROMISE = "promise"
    WAITING = "waiting"
    RESUMED = "resumed"
    HANDOFF_OFFERED = "handoff_offered"
    HANDOFF_ENDED = "handoff_ended"
    CALLBACK_DONE = "callback_done"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    LOW_GRADE = "low_grade"
    CLIENT_MESSAGE = "client_message"


class HandoffEnd(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Event:
    """Something that happened at ``at``: the provider's time of a client's message, the moment a member of staff acted.

    - client_message: anything but a plain thank-you (see ``thanks``), which is no event at all.
    - staff_reply, promise (``until``: the promised time): ``on_its_way`` while the messenger has not yet taken it.
    - reply_failed (``reply_at``: when the reply was posted).
    - acknowledged (``metric``), handoff_ended (``how``).
    - targets: the client's tier changed to one with these ``targets`` and, if given, this ``ladder`` and these
      ``ladders``, by the ``policy`` of this name. With ``future_only`` it was the policy that was edited: running cycles
      keep what they have.
    """

    at: datetime
    type: EventType
    id: str = ""
    reply_at: datetime | None = None
    until: datetime | None = None
    metric: Metric | None = None
    how: HandoffEnd | None = None
    targets: dict[Metric, Target] | None = None
    ladder: Ladder | None = None
    ladders: dict[Metric, Ladder] | None = None
    future_only: bool = False
    on_its_way: bool = False
    policy: str | None = None


REPLIES = (EventType.STAFF_REPLY, EventType.PROMISE)

_RANK = {event_type: rank for rank, event_type in enumerate(EventType)}


def in_order(event: Event) -> tuple[datetime, int, str]:
    """By time, then by kind; the last part only makes the order of events of one kind and instant independent of
    arrival."""
    details = (
        event.until,
        event.metric,
        event.how,
        event.targets,
        event.ladder,
        event.ladders,
        event.future_only,
        event.policy,
    )
    return event.at, _RANK[event.type], repr(details) if any(details) else ""
