"""The ladder: who is told when a deadline draws near and passes, and how loudly."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache


class Person(StrEnum):
    """Whom a step may name. Who that is now, the team's settings say."""

    OWNER = "owner"
    DUTY = "duty"
    LEAD = "lead"
    MANAGER = "manager"
    DEPUTY = "deputy"


MOST_MINUTES_AFTER = 30 * 24 * 60

_PERCENT = re.compile(r"(100|[1-9]?\d)%", re.ASCII)
_AFTER = re.compile(r"\+(\d{1,5})m", re.ASCII)
_AT_DEADLINE = "0m"


@dataclass(frozen=True)
class Step:
    """``at``: ``75%`` of the calendar time from the cycle's start to its deadline, ``0m`` at the deadline, ``+15m``
    after it in the same calendar."""

    at: str
    notify: tuple[Person, ...]
    loud: bool = False

    @property
    def is_at_deadline(self) -> bool:
        return self.at == _AT_DEADLINE

    def position(self, total: timedelta) -> timedelta:
        """How much calendar time after its start a cycle comes to this step, if its deadline comes after ``total``."""
        percent, minutes_after = _measures(self.at)
        return total * percent // 100 + timedelta(minutes=minutes_after)


@cache
def _measures(at: str) -> tuple[int, int]:
    """Per cent of the time to the deadline, and minutes on top.

    :raises ValueError: not the time of a step.
    """
    if percent := _PERCENT.fullmatch(at):
        return int(percent[1]), 0
    if at == _AT_DEADLINE:
        return 100, 0
    after = _AFTER.fullmatch(at)
    if after and int(after[1]) <= MOST_MINUTES_AFTER:
        return 100, int(after[1])
    raise ValueError(at)


def is_step_time(at: str) -> bool:
    """Whether a step may have this ``at``."""
    try:
        _measures(at)
    except ValueError:
        return False
    return True


Ladder = tuple[Step, ...]
