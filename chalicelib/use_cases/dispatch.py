"""Messages go out: drain one destination, oldest first, one claim and one send at a time.

Whatever kills the worker, the store knows how far it came: before the claim nothing happened; between the claim and the
record the lease runs out, and ``Outbound.claim`` decides by the kind of item whether to send again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from chalicelib.desk import gathering
from chalicelib.desk.outbound import Outbound, State
from chalicelib.store import outbound as store
from chalicelib.store.table import Lost, bumped, commit
from chalicelib.use_cases import aftermath, sending
from chalicelib.use_cases import settings as settings_in_use
from chalicelib.use_cases.pacing import Pace

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0  # a longer wait is left to the minute's check
# What a worker must have left to begin a send, and one that brings files along.
SEND_SECONDS, FILES_SECONDS = 15.0, 45.0


@dataclass(frozen=True)
class Wait:
    """The destination has to wait; its nudge comes again in ``seconds``."""

    seconds: float


def utc_now() -> datetime:
    return datetime.now(UTC)


def drain(destination: str, time_left: Callable[[], float], clock: Callable[[], datetime] = utc_now) -> Wait | None:
    """Send what ``destination`` has unfinished. ``time_left`` (seconds) says how long this worker may go on.

    Returns a Wait when something short stands in the way; None when all is sent, or has to wait so long that the minute's
    check will wake it.
    """
    while waiting := store.unfinished(destination):
        pace = Pace(destination, settings_in_use.current())
        while waiting:
            item = waiting[0]
            if time_left() < (FILES_SECONDS if item.brings_files else SEND_SECONDS):
                return Wait(0)
            try:
                if seconds := item.wait_seconds(clock()):
                    return _patient(seconds)
                if gathering.is_superseded(waiting):
                    commit(store.outbound_item(item.ended(State.SUPERSEDED, "superseded")))
                    waiting = waiting[1:]
                    continue
                if gathered := gathering.alerts_as_one(waiting):
                    commit(*map(store.outbound_item, gathered))
                    break  # more may wait behind them
                items = _together(waiting, pace, clock())
                if seconds := gathering.wait_seconds(items, clock()) or pace.wait_seconds(item, clock()):
                    if seconds > PATIENCE_SECONDS:
                        commit(store.outbound_item(item.held_back(clock() + timedelta(seconds=seconds))))
                    return _patient(seconds)
                if not _process(items, pace, clock):
                    break  # something came before it, or it has to wait: look again
                waiting = waiting[len(items) :]
            except Lost:
                return Wait(1)  # another worker has this destination
    return None


def _patient(seconds: float) -> Wait | None:
    return Wait(seconds) if seconds <= PATIENCE_SECONDS else None


def _together(waiting: list[Outbound], pace: Pace, now: datetime) -> list[Outbound]:
    """What leaves next in one call: an album always, texts only while the group has little left."""
    items = gathering.together(waiting)
    if len(items) > 1 and not items[0].content.album and not pace.is_short(now):
        return items[:1]
    return items


def _process(items: list[Outbound], pace: Pace, clock: Callable[[], datetime]) -> bool:
    """Claim, send, record. Whether the next item may follow at once."""
    now = clock()
    claims = [item.claim(now) for item in items]
    commit(*map(store.outbound_item, claims))
    claimed, *others = map(bumped, claims)
    if claimed.finished:
        aftermath.ended(claimed, pace.settings, clock())
        return True
    content = gathering.said((claimed, *others)) if others else claimed.content
    outcome = sending.send(replace(claimed, content=content), pace.settings, clock())
    pace.heed(claimed, outcome, clock())
    log.info(
        "outbound__tried",
        extra={
            "outcome": type(outcome).__name__,
            "purpose": claimed.purpose,
            "ticket_id": claimed.ticket_id,
            "attempt": claimed.attempts,
            "together": len(items),
        },
    )
    return aftermath.record(claimed, outcome, pace.settings, clock(), others)
