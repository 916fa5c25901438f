"""Promised times as people write them, and then words to go with it. Pure; called for ``/promise`` and its buttons."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.desk.moments import moment_in

LONGEST = timedelta(days=30)


@dataclass(frozen=True)
class Promise:
    """``words`` are what else the client is told."""

    until: datetime
    words: str = ""


def promise_in(text: str, now: datetime, local: ZoneInfo) -> Promise | None:
    """What ``text`` promises at ``now``, whether it ``can_be_promised`` or not; None when it begins with no time."""
    found = moment_in(text, now, local)
    return Promise(*found) if found else None


def can_be_promised(until: datetime, now: datetime) -> bool:
    return now < until <= now + LONGEST
