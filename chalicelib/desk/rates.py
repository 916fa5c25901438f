"""How often something may be done: a limit says it, and a bucket remembers what was taken. Pure; used by ``store.buckets``.

Both kinds of limit keep a **share** for whoever comes first (conversations before announcements, VIPs before others in the
team's group): only the favoured may take the last of it. Workers' clocks may differ, so nothing in a bucket ever goes back.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
ARRIVAL_SECONDS = 1.0  # a send reaches the messenger a little after it was allowed, and not always equally late


@dataclass(frozen=True)
class Bucket:
    """``full_at``: when all that a Steady limit gives at once is there again. ``taken_at``: the last takes from a Windowed
    limit, oldest first. ``hours``: how many a Daily limit gave in each. ``shut_until``: the messenger has said "too many"."""

    full_at: datetime = _LONG_AGO
    taken_at: tuple[datetime, ...] = ()
    shut_until: datetime = _LONG_AGO
    hours: tuple[tuple[datetime, int], ...] = ()
    version: int = 0


class Limit(Protocol):
    def wait_seconds(self, bucket: Bucket, now: datetime, n: int, *, favoured: bool) -> float:
        """Until ``n`` can be taken; 0: now."""
        ...

    def taken(self, bucket: Bucket, now: datetime, n: int) -> Bucket: ...

    def shut(self, bucket: Bucket, until: datetime) -> Bucket:
        """Empty until then, and only one is there at that moment: the messenger counts otherwise than we do."""
        ...

    def at_speed(self, factor: float) -> "Limit":
        """The same on a clock that runs ``factor`` times as fast."""
        ...


@dataclass(frozen=True)
class Steady:
    """``burst`` at once, then ``per_second``. ``n`` of a take is at most ``burst - share``."""

    per_second: float
    burst: float
    share: float = 0

    def wait_seconds(self, bucket: Bucket, now: datetime, n: int, *, favoured: bool) -> float:
        left_over = self.burst - (0 if favoured else self.share) - n
        return _seconds(max(bucket.full_at - self._time_of(left_over), bucket.shut_until), now)

    def taken(self, bucket: Bucket, now: datetime, n: int) -> Bucket:
        return replace(bucket, full_at=max(bucket.full_at, now) + self._time_of(n))

    def shut(self, bucket: Bucket, until: datetime) -> Bucket:
        full_at = max(bucket.full_at, until + self._time_of(self.burst - 1))
        return replace(bucket, full_at=full_at, shut_until=max(bucket.shut_until, until))

    def at_speed(self, factor: float) -> "Steady":
        return replace(self, per_second=self.per_second * factor)

    def _time_of(self, tokens: float) -> timedelta:
        return timedelta(seconds=tokens / self.per_second)


@dataclass(frozen=True)
class Windowed:
    """No more than ``most`` in any ``seconds``.

    A window that was used up at once is shut for all its length, so whoever is not favoured leaves ``share`` of it to
    those who are. The share shrinks evenly to one until the next take falls out of the window: nothing is left unused.
    """

    most: int
    seconds: float
    share: float = 0

    def wait_seconds(self, bucket: Bucket, now: datetime, n: int, *, favoured: bool) -> float:
        kept = 0 if favoured or not self.share else 1
        # The one that is kept also makes up for takes that arrive late; whoever takes it waits for that instead.
        length = timedelta(seconds=self.seconds if kept else self.seconds + self._arrival_seconds)
        recent = [at for at in bucket.taken_at if at > now - length]
        gone = max(len(recent) + n + kept - self.most, 0)  # how many have to fall out of the window first
        start = recent[gone - 1] + length if gone else now
        if kept and gone < len(recent):
            left_over = self.most - (len(recent) - gone) - n
            start = max(start, recent[gone] + length * (1 - left_over / self.share))
        return _seconds(max(start, bucket.shut_until), now)

    def taken(self, bucket: Bucket, now: datetime, n: int) -> Bucket:
        at = max((now, *bucket.taken_at[-1:]))
        return replace(bucket, taken_at=(*bucket.taken_at, *[at] * n)[-self.most :])

    def shut(self, bucket: Bucket, until: datetime) -> Bucket:
        return replace(bucket, shut_until=max(bucket.shut_until, until))

    def at_speed(self, factor: float) -> "Windowed":
        return replace(self, seconds=self.seconds / factor)

    @property
    def _arrival_seconds(self) -> float:
        return min(ARRIVAL_SECONDS, self.seconds / 60)


@dataclass(frozen=True)
class Daily:
    """No more than ``most`` in any 24 hours. Counted by the hour, so that a hundred thousand are a few numbers; each hour
    counts until 24 hours after its end, which is never too few. It counts people, so no clock makes it faster."""

    most: int

    def wait_seconds(self, bucket: Bucket, now: datetime, n: int, *, favoured: bool) -> float:  # noqa: ARG002
        left = self.most - n
        for hour, taken in reversed(self._of_today(bucket, now)):
            left -= taken
            if left < 0:
                return _seconds(max(hour + timedelta(hours=25), bucket.shut_until), now)
        return _seconds(bucket.shut_until, now)

    def taken(self, bucket: Bucket, now: datetime, n: int) -> Bucket:
        hour, counts = now.replace(minute=0, second=0, microsecond=0), dict(self._of_today(bucket, now))
        counts[hour] = counts.get(hour, 0) + n
        return replace(
            bucket, hours=tuple(sorted(counts.items())), full_at=max(bucket.full_at, hour + timedelta(hours=25))
        )

    def shut(self, bucket: Bucket, until: datetime) -> Bucket:
        return replace(bucket, shut_until=max(bucket.shut_until, until))

    def at_speed(self, factor: float) -> "Daily":  # noqa: ARG002
        return self

    def left(self, bucket: Bucket, now: datetime) -> int:
        return max(self.most - sum(taken for _, taken in self._of_today(bucket, now)), 0)

    def _of_today(self, bucket: Bucket, now: datetime) -> list[tuple[datetime, int]]:
        return [(hour, taken) for hour, taken in bucket.hours if hour > now - timedelta(hours=25)]


@dataclass(frozen=True)
class Budget:
    """One bucket that a send draws on. ``favoured``: this send may use the share that others leave."""

    key: str
    limit: Limit
    favoured: bool


def _seconds(until: datetime, now: datetime) -> float:
    return max((until - now).total_seconds(), 0.0)
