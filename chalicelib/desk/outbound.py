"""What leaves the desk, and the life of it.

                      claim (lease, attempts + 1)
    pending ───────────────────────────────▶ sending ──▶ sent
       ▲                                        │  ├──▶ failed        never, or our mistake, or out of attempts
       │            retry later (not_before)    │  ├──▶ unreachable   the person blocked us
       ├────────────────────────────────────────┘  │
       │   conversation: sent again                ▼
       └───────────────────────────────────────  unknown   lease ran out or the answer never came: nobody can tell
                                                 announcement: stays unknown, never sent twice

``superseded``: it waited, and what came behind it says the same and more (a card, a digest of alerts): never sent, nothing
follows.

An item in ``unknown`` is either left so (announcements: at most once) or goes round again (conversations: at least once);
``unknowns`` counts how often that happened, so that reports can say it.
"""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.desk.clients import Identity
from chalicelib.desk.digests import Digest
from chalicelib.desk.messages import Author, File, MessageKey
from chalicelib.desk.templates import Filled

LEASE = timedelta(seconds=25)  # longer than a send may take, shorter than the queue's visibility
FILES_LEASE = timedelta(seconds=75)  # the same, where files have to be brought from one messenger to another first
MOST_ATTEMPTS = 10
SHORTEST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=15)


class State(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"
    SUPERSEDED = "superseded"  # never sent: what came after it says the same and more


class Verb(StrEnum):
    """What to do at the destination."""

    TEXT = "text"
    OPEN_TOPIC = "open_topic"
    CARD = "card"
    PIN_CARD = "pin_card"
    REACT = "react"
    EDIT = "edit"
    ANSWER_TAP = "answer_tap"  # ``message_id`` is the tap's own key


class Purpose(StrEnum):
    """Why it leaves: decides what follows from its success or failure."""

    RELAY = "relay"  # a client's message, shown to the team
    REPLY = "reply"  # the team's answer, on its way to the client
    CORRECTION = "correction"  # the team's change of such an answer
    TOPIC = "topic"  # the client's topic, its card and its pin
    RECEIPT = "receipt"  # tells the team what became of a reply
    ALERT = "alert"  # tells one person of the team
    NOTICE = "notice"  # the desk itself says something
    SURVEY = "survey"
    TAP = "tap"  # ends the wait of whoever tapped a button; when that fails nothing is lost
    ANNOUNCEMENT = "announcement"


@dataclass(frozen=True)
class Button:
    """Either ``data`` (comes back as a tap) or ``url``."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True)
class Content:
    """What to say or do. ``html`` says that ``text`` is marked up in Telegram's subset of HTML; it is the caption of
    ``files``, of which there are several only in an album. Relays of one ``album`` were sent together.

    ``answers`` and ``changes`` name messages of the desk; ``use_cases.quoting`` finds what they are called at the
    destination, ``reply_to`` and ``message_id``, when the item is sent: what was sent there before has its id by then."""

    verb: Verb = Verb.TEXT
    text: str = ""
    html: bool = False
    buttons: tuple[tuple[Button, ...], ...] = ()
    message_id: str | None = None  # of the message to edit or to react to
    silent: bool = False
    link_to_topic_of: str | None = None  # client id: a button to the topic is added when it is sent
    files: tuple[File, ...] = ()
    album: str | None = None
    answers: MessageKey | None = None
    changes: str | None = None  # the order of the item, of the same destination, whose message is edited
    before: str | None = None  # the words that are changed: they stay what the client has if that is refused
    reply_to: str | None = None  # of the message that this one answers
    template: Filled | None = None  # ``text`` is then what the client sees of it
    digest: Digest | None = None  # what alerts are about; the words for more than one are found when it is sent
    thread: str | None = None  # a topic of the chat, where that is no client's
    sent_as: str | None = None  # names the item to the messenger, where that keeps a repeated send from showing twice


@dataclass(frozen=True)
class Outbound:
    """One thing that has to leave. Items of a destination leave in the order of ``order``."""

    destination: str
    order: str
    purpose: Purpose
    content: Content
    created_at: datetime
    client_id: str | None = None
    ticket_id: str | None = None
    message_id: str | None = None  # our message (its external id) that this carries
    identity: Identity | None = None  # whose conversation that message is in, where the destination does not tell
    author: Author | None = None
    state: State = State.PENDING
    attempts: int = 0
    unknowns: int = 0
    lease_until: datetime | None = None
    not_before: datetime | None = None
    sent_at: datetime | None = None
    provider_id: str | None = None
    reason: str | None = None
    version: int = field(default=0)

    @property
    def at_most_once(self) -> bool:
        return self.purpose is Purpose.ANNOUNCEMENT

    @property
    def brings_files(self) -> bool:
        """Whether files go from one messenger to another with it, which takes its time."""
        kind, _, where = self.destination.partition(":")
        messenger = "telegram" if kind == "topic" else where.partition(":")[0]
        return any(file.messenger != messenger for file in self.content.files)

    @property
    def finished(self) -> bool:
        return self.state not in (State.PENDING, State.SENDING)

    def wait_seconds(self, now: datetime) -> float:
        """How long this item, and so everything behind it, has to wait: a live lease or a time to start."""
        until = self.lease_until if self.state is State.SENDING else self.not_before
        return max((until - now).total_seconds(), 0.0) if until else 0.0

    def claim(self, now: datetime) -> "Outbound":
        """Taken by one worker for a lease. A lease that ran out means that a worker died in between: nobody knows
        whether the provider got it. At most once then ends as unknown; at least once goes on, but not for ever."""
        ran_out = self.state is State.SENDING
        taken = replace(self, unknowns=self.unknowns + ran_out)
        if ran_out and self.at_most_once:
            return taken.ended(State.UNKNOWN, "unknown")
        if ran_out and self.attempts >= MOST_ATTEMPTS:
            return taken.ended(State.FAILED, "unknown")
        return replace(
            taken,
            state=State.SENDING,
            attempts=self.attempts + 1,
            lease_until=now + (FILES_LEASE if self.brings_files else LEASE),
            not_before=None,
        )

    def held_back(self, until: datetime) -> "Outbound":
        """Not yet tried: a limit stands before it for longer than anybody waits."""
        return replace(self, not_before=until)

    def let_go(self, reason: str | None = None, *, unknown: bool = False) -> "Outbound":
        """Back as it was: it was to leave together with others, and did not, or nobody knows."""
        free = replace(self, state=State.PENDING, attempts=self.attempts - 1, lease_until=None)
        return replace(free, unknowns=self.unknowns + unknown, reason=reason or self.reason)

    def sent(self, now: datetime, provider_id: str | None) -> "Outbound":
        return replace(self, state=State.SENT, sent_at=now, provider_id=provider_id, lease_until=None, reason=None)

    def ended(self, state: State, reason: str) -> "Outbound":
        return replace(self, state=state, reason=reason, lease_until=None)

    def uncertain(self, now: datetime) -> "Outbound":
        """The answer never came. At least once: again at once; at most once: stays unknown."""
        if self.at_most_once:
            return replace(self.ended(State.UNKNOWN, "unknown"), unknowns=self.unknowns + 1)
        return replace(self.again(now, None, "unknown"), unknowns=self.unknowns + 1)

    def again(self, now: datetime, after: timedelta | None, reason: str, *, counts: bool = True) -> "Outbound":
        """Try later: after the provider's hint, or twice as long as the last time. Out of attempts: failed. Waiting for a
        limit is no attempt (``counts=False``)."""
        if counts and self.attempts >= MOST_ATTEMPTS:
            return self.ended(State.FAILED, reason)
        pause = after if after is not None else min(SHORTEST_RETRY * 2 ** (self.attempts - 1), LONGEST_RETRY)
        attempts = self.attempts if counts else self.attempts - 1
        later = now + max(pause, SHORTEST_RETRY)
        return replace(self, state=State.PENDING, attempts=attempts, lease_until=None, not_before=later, reason=reason)


def order(clock: int, n: int = 0) -> str:
    """The place of an item in its destination's queue: a clock in milliseconds that only moves forward, ``n`` for items
    made together, and a little chance, since two conversations may write to one destination in the same millisecond."""
    return f"{clock:015d}.{n:03d}.{secrets.token_hex(3)}"


def clock_of(place: str) -> int:
    return int(place.split(".")[0])


# Destinations are strings, since queues carry them: what kind of place it is, then where.


def to_client(identity_key: str) -> str:
    return f"client:{identity_key}"


def to_topic(client_id: str) -> str:
    return f"topic:{client_id}"


def to_chat(messenger: str, account: str, chat: str) -> str:
    """Any other chat: a person of the team, the emergency channel."""
    return f"chat:{messenger}:{account}:{chat}"
