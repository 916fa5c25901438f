"""The pace of a fan-out: tokens of an account, a few at a time, down to the share of conversations. Used by ``delivering``.

A worker that finds none waits a moment for them: hiding the delivery would cost a receive for each of those waiting, over and
over, and the queue allows a thousand. An announcement is one message to a person, so it asks nothing of their chat's limit.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.desk import limits
from chalicelib.desk.clients import Identity
from chalicelib.desk.outbound import SHORTEST_RETRY
from chalicelib.desk.rates import Budget
from chalicelib.store import buckets
from chalicelib.use_cases.pacing import speed

AHEAD = 5  # taken with one write
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


def fetch(identity: Identity, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> float:
    """Have a token for a message to ``identity``. 0: it is there, perhaps after a moment. Else the seconds to come back in."""
    waited = 0.0
    while seconds := buckets.take(_budgets(identity), clock(), AHEAD):
        if waited + seconds > PATIENCE_SECONDS:
            return seconds
        seconds += random.uniform(0, APART_SECONDS)
        sleep(seconds)
        waited += seconds
    _hands[_account(identity)] = _Hand(AHEAD, clock() + GOOD_FOR / min(speed(), 1.0))
    return 0.0


def ready(identity: Identity, now: datetime) -> bool:
    """Whether there is a token for a message to ``identity``."""
    hand = _hands.get(_account(identity))
    return hand is not None and hand.tokens > 0 and now < hand.good_until


def spend(identity: Identity) -> None:
    _hands[_account(identity)].tokens -= 1


def shut(identity: Identity, after: timedelta | None, now: datetime) -> None:
    """The messenger said "too many". With everybody written to once, it can only be the account's limit."""
    _hands.pop(_account(identity), None)
    buckets.shut(_budgets(identity), now + (after or SHORTEST_RETRY), now)


def _budgets(identity: Identity) -> tuple[Budget, ...]:
    return limits.of_account(identity.messenger, identity.account, speed(), favoured=False)


def _account(identity: Identity) -> str:
    return f"{identity.messenger}:{identity.account}"
