"""Budgets of calls, in memory, and the switch of all limits. A side has a table of its own budgets and asks before it sends.

Messengers publish their limits roughly. Here they are exact, so that a test can rely on them.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from infra.local.sandbox.clock import Clock


class Budget(Protocol):
    def wait_seconds(self, now: float) -> float: ...

    def take(self, now: float) -> None: ...


@dataclass
class TokenBucket:
    """`burst` at once, then `per_second`."""

    per_second: float
    burst: int
    tokens: float = field(init=False)
    read_at_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.tokens = float(self.burst)

    def wait_seconds(self, now: float) -> float:
        self.tokens = min(float(self.burst), self.tokens + (now - self.read_at_seconds) * self.per_second)
        self.read_at_seconds = now
        return max(0.0, (1 - self.tokens) / self.per_second)

    def take(self, now: float) -> None:
        self.wait_seconds(now)
        self.tokens -= 1


@dataclass
class MinuteWindow:
    """No more than `per_minute` in any sixty seconds."""

    per_minute: int
    taken_at_seconds: deque[float] = field(default_factory=deque)

    def wait_seconds(self, now: float) -> float:
        while self.taken_at_seconds and self.taken_at_seconds[0] <= now - 60:
            self.taken_at_seconds.popleft()
        return self.taken_at_seconds[0] + 60 - now if len(self.taken_at_seconds) >= self.per_minute else 0.0

    def take(self, now: float) -> None:
        self.taken_at_seconds.append(now)


class Limits:
    """Whether limits are enforced, for all messengers, and the clock they run by. A refused call costs nothing."""

    def __init__(self, clock: Clock, *, enforce: bool = True) -> None:
        self.enforce = enforce
        self._clock = clock

    def refuse(self, *budgets: Budget) -> int | None:
        """Take one of each budget, or say in how many whole real seconds to come back."""
        if not self.enforce:
            return None
        now = self._clock.now()
        wait_seconds = max(budget.wait_seconds(now) for budget in budgets)
        # A millisecond of arithmetic is not a reason to send anybody away.
        if wait_seconds > 0.001:
            return max(1, math.ceil(wait_seconds / self._clock.speed))
        for budget in budgets:
            budget.take(now)
        return None
