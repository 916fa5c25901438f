"""One announcement to one client, at most once: claim, send, record.

    the end of an outage ──▶ waits while the news is in the air; goes only to those who got the news
    a stale announcement ──▶ is not sent: a newer one goes to this client instead, or nothing does
    a messenger refuses  ──▶ the client's next one gets it; what may have arrived is never sent elsewhere

Whatever kills the worker after the claim leaves a delivery in ``sending``; when its lease has run out it is ``unknown`` and
stays so, since nobody can tell whether the messenger got it.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.desk.announcements import Announcement
from chalicelib.desk.clients import Client, Identity
from chalicelib.desk.deliveries import Delivery, State
from chalicelib.desk.outages import Outage
from chalicelib.desk.settings import Settings
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import Outcome, Place, Readdress, Refused, RetryLater, Sent, TopicGone, Uncertain
from chalicelib.store import clients, conversations
from chalicelib.store import deliveries as store
from chalicelib.store.deliveries import Task
from chalicelib.store.secrets import secret
from chalicelib.store.table import Lost, NotFound, bumped, commit, retrying
from chalicelib.use_cases import announcement_ways, announcing_pace, settings, way_back
from chalicelib.use_cases.announcement_ways import Telling, Way
from chalicelib.use_cases.metrics import count

log = logging.getLogger(__name__)

LEAST_SECONDS = 12.0  # a send takes 10 at most
LOOK_AGAIN_SECONDS = 2.0
PAUSED_SECONDS = 60.0  # between two looks whether it goes on: the queue allows a thousand of them

# Why a messenger may refuse without anything being wrong with us.
EXPECTED = frozenset(
    ("blocked", "no_chat", "not_allowed", "deactivated", "opted_out", "window_closed", "tier_used_up", "undelivered")
)


def utc_now() -> datetime:
    return datetime.now(UTC)


def deliver(
    outage_id: str,
    n: int,
    client_id: str,
    time_left: Callable[[], float],
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
    left: int = announcing_pace.AHEAD,
) -> float | None:
    """Bring the delivery as far as it gets now. Returns None when it is finished, else the seconds until it is to be tried
    again; ``time_left`` (seconds) is what this worker still has, ``left`` how many deliveries, this one included."""
    seconds: float | None = 0.0
    while seconds == 0.0 and time_left() >= LEAST_SECONDS:
        task = store.task_if_any(outage_id, n, client_id)
        if task is None or task.delivery.finished:
            return None
        try:
            seconds = _advance(task, clock, sleep, left)
        except Lost:
            return LOOK_AGAIN_SECONDS  # another worker has it
    return seconds


def _advance(task: Task, clock: Callable[[], datetime], sleep: Callable[[float], None], left: int) -> float | None:
    now, delivery, outage, announcement = clock(), task.delivery, task.outage, task.announcement
    if delivery.state is State.SENDING:
        return _settle(delivery, now)
    if outage.overtakes(announcement):
        return _end(_stopped(delivery, outage, announcement))
    if outage.paused:
        return PAUSED_SECONDS
    if waiting := max((before.in_the_air(now) for before in task.earlier), default=0.0):
        return min(waiting, LOOK_AGAIN_SECONDS)  # mostly it lands at once, and the newest news is waiting
    told = [before for before in task.earlier if _was_told(before, now)]
    if announcement.ends and not told:
        return _end(delivery.not_told())
    where = told[-1].identity if told else None
    return _send(delivery, outage, announcement, where, clock, sleep, left)


def _stopped(delivery: Delivery, outage: Outage, announcement: Announcement) -> Delivery:
    if delivery.may_have_arrived:
        return delivery.unknown()
    return delivery.cancelled() if outage.calls_off(announcement) else delivery.overtaken()


def _settle(delivery: Delivery, now: datetime) -> float | None:
    """Another worker has claimed it: it is sending, or it died."""
    if seconds := delivery.in_the_air(now):
        return seconds
    return _end(delivery.unknown())


def _was_told(before: Delivery, now: datetime) -> bool:
    """Sent, or nobody can tell: the same thing here."""
    return before.told or (before.state is State.SENDING and not before.in_the_air(now))


def _send(
    delivery: Delivery,
    outage: Outage,
    announcement: Announcement,
    before: Identity | None,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    left: int,
) -> float | None:
    in_use = settings.current()
    client = _recipient(delivery, outage, in_use)
    if client is None:
        return _end(delivery.not_told())
    if client.opted_out:
        return _end(delivery.opted_out())
    found = announcement_ways.way(Telling(delivery, client, outage, announcement, before), in_use, clock())
    if isinstance(found, str):
        return _end(delivery.failed(found))
    if not announcing_pace.ready(found.identity, clock()):
        # Look again then: it may have been overtaken meanwhile.
        return announcing_pace.fetch(found.identity, clock, sleep, left)
    if seconds := announcing_pace.wait_of_person(found.identity, found.conversation.chat, clock()):
        return seconds
    if found.outside and not announcing_pace.within_tier(found.identity, in_use, clock()):
        store.save(replace(delivery, identity=found.identity).refused("tier_used_up"))
        return 0.0
    claimed = delivery.claim(clock(), found.identity, first=before is None)
    store.save(claimed)
    claimed = bumped(claimed)
    announcing_pace.spend(found.identity)
    place = Place(found.identity.account, found.conversation.chat)
    outcome = ADAPTERS[found.identity.messenger].send(found.content, place, secret)
    return _record(claimed, outcome, client, found, clock())


def _recipient(delivery: Delivery, outage: Outage, in_use: Settings) -> Client | None:
    """None for whoever is gone, and in a rehearsal for everybody but those who take part in it."""
    if outage.rehearsal and delivery.client_id not in in_use.announcements.rehearsal.clients:
        log.error("rehearsal__kept_from_a_client", extra={"outage_id": outage.id})
        return None
    try:
        return clients.client_by_id(delivery.client_id)
    except NotFound:
        return None


def _record(claimed: Delivery, outcome: Outcome, client: Client, way: Way, now: datetime) -> float | None:
    """The worker that holds the claim writes down how it went; the delivery goes on, perhaps elsewhere, or is finished."""
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
            _told(claimed.sent(now, provider_id), client, way, now)
            return None
        case Uncertain():
            _told(claimed.unknown(), client, way, now)
            return None
        case Refused(reason, unreachable):
            if unreachable:
                _note_unreachable(way.identity)
            return _elsewhere(claimed.refused(reason))
        case RetryLater(after, reason, limited, of_chat):
            if limited:
                announcing_pace.shut(way.identity, way.conversation.chat if of_chat else None, after, now)
            again = claimed.again(reason, counts=not limited)
            if again.finished:
                return _end(again)
            if again.refused_by != claimed.refused_by:
                return _elsewhere(again)
            store.save(again)
            pause = after if after is not None else claimed.pause()
            return pause.total_seconds()
        case Readdress() | TopicGone():
            return _elsewhere(claimed.refused("no_chat"))


def _told(delivery: Delivery, client: Client, way: Way, now: datetime) -> None:
    """What they write next is about it, which is noted first: a worker that dies here has told them all the same."""
    way_back.note_told(client, way.conversation, delivery.outage_id, now)
    _end(delivery)


def _elsewhere(delivery: Delivery) -> float:
    """This messenger will not take it: the next look finds another, or that there is none."""
    store.save(delivery)
    if delivery.reason not in EXPECTED:
        count("Failed")
        log.error("delivery__refused", extra={"outage_id": delivery.outage_id, "reason": delivery.reason})
    return 0.0


def _note_unreachable(identity: Identity) -> None:
    """Nobody tries there again until the person writes. The team is not told of each: a fan-out would fill its group."""

    def attempt() -> None:
        conversation = conversations.head(identity).conversation
        if conversation and conversation.reachable:
            commit(conversations.conversation_item(replace(conversation, reachable=False)))

    retrying(attempt)


def _end(delivery: Delivery) -> float | None:
    """Write down the end; nothing is left to come back for."""
    store.save(delivery)
    return None
