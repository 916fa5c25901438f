"""One announcement to one client, at most once: claim, send, record.

    the end of an outage ──▶ waits while the news is in the air; goes only to those who got the news
    a stale announcement ──▶ is not sent: a newer one goes to this client instead, or nothing does

Whatever kills the worker after the claim leaves a delivery in ``sending``; when its lease has run out it is ``unknown`` and
stays so, since nobody can tell whether the messenger got it.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.desk.announcements import Announcement
from chalicelib.desk.clients import Client, Conversation, Identity
from chalicelib.desk.deliveries import Delivery, State
from chalicelib.desk.outages import Outage
from chalicelib.desk.outbound import Content
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import Outcome, Place, Readdress, Refused, RetryLater, Sent, TopicGone, Uncertain
from chalicelib.store import clients, conversations, outages
from chalicelib.store import deliveries as store
from chalicelib.store.secrets import secret
from chalicelib.store.table import Lost, NotFound, bumped, commit, retrying
from chalicelib.use_cases import announcement_words, announcing_pace, settings
from chalicelib.use_cases.metrics import count

log = logging.getLogger(__name__)

LEAST_SECONDS = 12.0  # a send takes 10 at most
LOOK_AGAIN_SECONDS = 2.0


def utc_now() -> datetime:
    return datetime.now(UTC)


def deliver(
    outage_id: str,
    n: int,
    client_id: str,
    time_left: Callable[[], float],
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> float | None:
    """Bring the delivery as far as it gets now. Returns None when it is finished, else the seconds until it is to be tried
    again; ``time_left`` (seconds) is what this worker still has."""
    seconds: float | None = 0.0
    while seconds == 0.0 and time_left() >= LEAST_SECONDS:
        delivery = store.delivery_if_any(outage_id, n, client_id)
        if delivery is None or delivery.finished:
            return None
        try:
            seconds = _advance(delivery, clock, sleep)
        except Lost:
            return LOOK_AGAIN_SECONDS  # another worker has it
    return seconds


def _advance(delivery: Delivery, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> float | None:
    now = clock()
    if delivery.state is State.SENDING:
        return _settle(delivery, now)
    outage, announcement = outages.outage(delivery.outage_id), outages.announcement(delivery.outage_id, delivery.n)
    if outage.overtakes(announcement):
        return _end(delivery.overtaken())
    earlier = _earlier(delivery)
    if waiting := max((before.in_the_air(now) for before in earlier), default=0.0):
        return waiting
    if announcement.ends and not any(_was_told(before, now) for before in earlier):
        return _end(delivery.not_told())
    return _send(delivery, outage, announcement, clock, sleep)


def _settle(delivery: Delivery, now: datetime) -> float | None:
    """Another worker has claimed it: it is sending, or it died."""
    if seconds := delivery.in_the_air(now):
        return seconds
    return _end(delivery.unknown())


def _earlier(delivery: Delivery) -> list[Delivery]:
    """What the same client was to be told of this outage before."""
    found = (store.delivery_if_any(delivery.outage_id, n, delivery.client_id) for n in range(1, delivery.n))
    return [before for before in found if before]


def _was_told(before: Delivery, now: datetime) -> bool:
    """Sent, or nobody can tell: the same thing here."""
    return before.told or (before.state is State.SENDING and not before.in_the_air(now))


def _send(
    delivery: Delivery,
    outage: Outage,
    announcement: Announcement,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> float | None:
    found = _reachable(delivery.client_id)
    if found is None:
        return _end(delivery.failed("blocked"))
    client, conversation = found
    desk, identity = settings.current().desk, conversation.identity
    if not announcing_pace.ready(identity, clock()):
        return announcing_pace.fetch(identity, clock, sleep)  # look again then: it may have been overtaken meanwhile
    words = announcement_words.told_to_client(outage, announcement, client.language, desk.timezone)
    claimed = delivery.claim(clock(), identity)
    commit(store.delivery_item(claimed))
    claimed = bumped(claimed)
    announcing_pace.spend(identity)
    content = Content(text=words, html=True, silent=announcement.silent)
    outcome = ADAPTERS[identity.messenger].send(content, Place(identity.account, conversation.chat), secret)
    return _record(claimed, outcome, clock())


def _reachable(client_id: str) -> tuple[Client, Conversation] | None:
    """Where the client is told: the conversation used last, else any that lets us write. None when there is none."""
    try:
        client = clients.client_by_id(client_id)
    except NotFound:
        return None
    for identity in dict.fromkeys(filter(None, (client.current, *reversed(client.identities)))):
        conversation = conversations.head(identity).conversation
        if conversation and conversation.reachable:
            return client, conversation
    return None


def _record(claimed: Delivery, outcome: Outcome, now: datetime) -> float | None:
    """The worker that holds the claim writes down how it went; the delivery goes on or is finished."""
    log.info(
        "delivery__tried",
        extra={
            "outage_id": claimed.outage_id,
            "n": claimed.n,
            "outcome": type(outcome).__name__,
            "attempt": claimed.attempts,
        },
    )
    match outcome:
        case Sent(provider_id):
            return _end(claimed.sent(now, provider_id))
        case Uncertain():
            return _end(claimed.unknown())
        case Refused(reason, unreachable):
            if unreachable and claimed.identity:
                _note_unreachable(claimed.identity)
            return _end(claimed.failed(reason))
        case RetryLater(after, reason, limited, of_chat):
            if limited and not of_chat and claimed.identity:
                announcing_pace.shut(claimed.identity, after, now)
            again = claimed.again(reason, counts=not limited)
            commit(store.delivery_item(again))
            pause = after if after is not None else claimed.pause()
            return None if again.finished else pause.total_seconds()
        case Readdress() | TopicGone():
            return _end(claimed.failed("no_chat"))


def _note_unreachable(identity: Identity) -> None:
    """Nobody tries there again until the person writes. The team is not told of each: a fan-out would fill its group."""

    def attempt() -> None:
        conversation = conversations.head(identity).conversation
        if conversation and conversation.reachable:
            commit(conversations.conversation_item(replace(conversation, reachable=False)))

    retrying(attempt)


def _end(delivery: Delivery) -> float | None:
    """Write down the end; nothing is left to come back for."""
    commit(store.delivery_item(delivery))
    if delivery.state is State.FAILED and delivery.reason not in ("blocked", "no_chat"):
        count("Failed")
        log.error("delivery__failed", extra={"outage_id": delivery.outage_id, "reason": delivery.reason})
    return None
