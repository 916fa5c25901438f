"""Telegram's limits on what a bot sends, in memory. The API endpoint asks before every counted call.

Telegram publishes "about 30 a second", "one a second in a chat, short bursts may pass" and "20 a minute in a group"
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). Here they are exact, so that a
test can rely on them.
"""

import math
from collections import deque
from dataclasses import dataclass, field

from infra.local.sandbox.clock import Clock

BOT_PER_SECOND = 30
PRIVATE_CHAT_PER_SECOND = 1
PRIVATE_CHAT_BURST = 3
GROUP_PER_MINUTE = 20


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
    """One budget for the bot and one for each chat. A refused call costs nothing."""

    def __init__(self, clock: Clock, *, enforce: bool = True) -> None:
        self.enforce = enforce
        self._clock = clock
        self._bot = TokenBucket(BOT_PER_SECOND, BOT_PER_SECOND)
        self._chats: dict[int, TokenBucket | MinuteWindow] = {}

    def refuse(self, chat_id: int) -> int | None:
        """Take one send to `chat_id`, or say in how many whole real seconds to come back."""
        if not self.enforce:
            return None
        now = self._clock.now()
        budgets = (self._bot, self._chat(chat_id))
        wait_seconds = max(budget.wait_seconds(now) for budget in budgets)
        # A millisecond of arithmetic is not a reason to send anybody away.
        if wait_seconds > 0.001:
            return max(1, math.ceil(wait_seconds / self._clock.speed))
        for budget in budgets:
            budget.take(now)
        return None

    def _chat(self, chat_id: int) -> TokenBucket | MinuteWindow:
        if chat_id not in self._chats:
            self._chats[chat_id] = (
                TokenBucket(PRIVATE_CHAT_PER_SECOND, PRIVATE_CHAT_BURST)
                if chat_id > 0
                else MinuteWindow(GROUP_PER_MINUTE)
            )
        return self._chats[chat_id]
