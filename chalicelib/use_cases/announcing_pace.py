"""The pace of a fan-out: tokens of an account, a few at a time, down to the share of conversations. Used by ``delivering``.

A worker that finds none waits a moment for them: hiding the delivery would cost a receive for each of those waiting, over and
over, and the queue allows a thousand. What a person's chat may still get is asked last, since it is almost always there.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.desk import limits
from chalicelib.desk.clients import Identity
from chalicelib.desk.outbound import SHORTEST_RETRY
from chalicelib.desk.rates import Budget, Daily
from chalicelib.desk.settings import Settings
from chalicelib.store import buckets
from chalicelib.use_cases.pacing import speed

AHEAD = 5  # taken with one write, at most
# What is taken ahead must not be saved up: five deliveries take a second, however fast the messenger's clock runs.
GOOD_FOR = timedelta(seconds=2)
PATIENCE_SECONDS = 5.0  # a longer wait is left to the queue
APART_SECONDS = 0.1  # at most: workers that wait for the same tokens do not all come back at once


@dataclass
class _Hand:
    """What this process has taken of an account and not yet used."""

    tokens: int
    good_until: datetime


_hands: dict[str, _Hand] = {}


def fetch(identity: Identity, clock: Callable[[], datetime], sleep: Callable[[float], None], left: int) -> float:
    """Have a token for a message to ``identity``, and some for the next ones of the ``left`` that the worker has: what it
    takes and cannot use is lost to all. 0: it is there, perhaps after a moment. Else the seconds to come back in."""
    waited, ahead = 0.0, min(AHEAD, left)
    while seconds := buckets.take(_budgets(identity), clock(), ahead):
        if waited + seconds > PATIENCE_SECONDS:
            return seconds
        seconds += random.uniform(0, APART_SECONDS)
        sleep(seconds)
        waited += seconds
    _hands[_account(identity)] = _Hand(ahead, clock() + GOOD_FOR / min(speed(), 1.0))
    return 0.0


def ready(identity: Identity, now: datetime) -> bool:
    """Whether there is a token for a message to ``identity``."""
    hand = _hands.get(_account(identity))
    return hand is not None and hand.tokens > 0 and now < hand.good_until


def spend(identity: Identity) -> None:
    _hands[_account(identity)].tokens -= 1


def wait_of_person(identity: Identity, chat: str, now: datetime) -> float:
    """0: the person may be written to, and that is taken. An answer of the team in the same second counts too."""
    return buckets.take(_of_person(identity, chat), now)


def within_tier(identity: Identity, in_use: Settings, now: datetime) -> bool:
    """Whether the account may still write to one more person outside their window today; if so, that is taken."""
    return not buckets.take(_tier(_account(identity), in_use), now)


def left_of_tier(account: str, in_use: Settings, now: datetime) -> int | None:
    """How many more people WhatsApp lets the account write to today outside their windows; None: any number."""
    counted = [buckets.found(budget) for budget in _tier(f"whatsapp:{account}", in_use)]
    return Daily(in_use.announcements.whatsapp.people_a_day).left(counted[0], now) if counted else None


def _tier(account: str, in_use: Settings) -> tuple[Budget, ...]:
    most = in_use.announcements.whatsapp.people_a_day
    return (Budget(f"{account}:outside", Daily(most), favoured=False),) if most else ()


def shut(identity: Identity, chat: str | None, after: timedelta | None, now: datetime) -> None:
    """The messenger said "too many": of this ``chat``, or, with everybody written to once, of the account."""
    if chat is None:
        _hands.pop(_account(identity), None)
    closed = _budgets(identity) if chat is None else _of_person(identity, chat)
    buckets.shut(closed, now + (after or SHORTEST_RETRY), now)


def _of_person(identity: Identity, chat: str) -> tuple[Budget, ...]:
    return limits.of_chat(identity.messenger, identity.account, chat, speed(), favoured=False)


def _budgets(identity: Identity) -> tuple[Budget, ...]:
    return limits.of_account(identity.messenger, identity.account, speed(), favoured=False)


def _account(identity: Identity) -> str:
    return f"{identity.messenger}:{identity.account}"
