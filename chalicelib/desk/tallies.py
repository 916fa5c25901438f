"""How many deliveries of an announcement stand where: counted as they move, so that nobody has to read a million of them.

A delivery says what it is counted as, and moves from there to where it stands in the transaction that writes it: no crash
can make the counts differ from the deliveries. They are spread over a few dozen tallies, so that workers seldom meet in one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from zlib import crc32

from chalicelib.desk.deliveries import FIRST, Delivery, State

SHARDS = 32


def shard_of(client_id: str) -> int:
    """Of the high bits: the low ones say which part of the audience somebody is in, and those are planned side by side."""
    return crc32(client_id.encode()) // 64 % SHARDS


@dataclass(frozen=True)
class Tally:
    """Of the clients in one shard. ``counts``: by where deliveries stand. ``first_at`` and ``last_at``: when a messenger took
    one, also if it said later that it did not arrive."""

    outage_id: str
    n: int
    shard: int
    counts: dict[str, int] = field(default_factory=dict)
    first_at: datetime | None = None
    last_at: datetime | None = None
    version: int = 0

    def counting(self, deliveries: Iterable[Delivery]) -> "Tally":
        """Once these have been written."""
        counts, times = Counter(self.counts), [self.first_at, self.last_at]
        for delivery in deliveries:
            counts.subtract([delivery.counted] if delivery.counted else ())
            counts[delivery.standing] += 1
            times.append(delivery.sent_at)
        known = [at for at in times if at]
        return replace(
            self,
            counts={standing: n for standing, n in sorted(counts.items()) if n},
            first_at=min(known, default=None),
            last_at=max(known, default=None),
        )


@dataclass(frozen=True)
class Report:
    """How an announcement came through; ``by_messenger`` where it went, told or unknown. Seconds count from the decision to
    send it."""

    planned: bool
    told: int
    failed: dict[str, int]
    unknown: int
    opted_out: int
    not_yet: int
    overtaken: int
    cancelled: int
    by_messenger: dict[str, int]
    first_after_seconds: float | None
    last_after_seconds: float | None


def report(tallies: Iterable[Tally], decided_at: datetime, *, planned: bool) -> Report:
    """``planned`` says that all of its audience has been looked at."""
    found = list(tallies)
    states: Counter[State] = Counter()
    reasons: Counter[str] = Counter()
    messengers: Counter[str] = Counter()
    for state, detail, n in _standings(found):
        states[state] += n
        if state is State.FAILED:
            reasons[detail or "refused"] += n
        elif detail:
            messengers[detail.partition(":")[0]] += n
    first = min((tally.first_at for tally in found if tally.first_at), default=None)
    last = max((tally.last_at for tally in found if tally.last_at), default=None)
    return Report(
        planned=planned,
        told=states[State.SENT],
        failed=dict(reasons),
        unknown=states[State.UNKNOWN],
        opted_out=states[State.OPTED_OUT],
        not_yet=states[State.PENDING],
        overtaken=states[State.OVERTAKEN] + states[State.NOT_TOLD],
        cancelled=states[State.CANCELLED],
        by_messenger=dict(messengers),
        first_after_seconds=(first - decided_at).total_seconds() if first else None,
        last_after_seconds=(last - decided_at).total_seconds() if last else None,
    )


def told_first(tallies: Iterable[Tally]) -> int:
    """How many had not been told of the outage by an earlier announcement."""
    return sum(n for _, detail, n in _standings(tallies) if detail.endswith(f":{FIRST}"))


def _standings(tallies: Iterable[Tally]) -> Iterator[tuple[State, str, int]]:
    for tally in tallies:
        for standing, n in tally.counts.items():
            state, _, detail = standing.partition(":")
            yield State(state), detail, n
