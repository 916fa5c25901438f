"""What is left of each limit, shared by all workers: one item per bucket, each take one conditional write."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.desk.rates import Bucket, Budget
from chalicelib.store.table import DeskItem, Item, bumped, commit, decode, encode, retrying

KEPT_FOR = timedelta(days=1)  # a bucket that is full again and one that is not there are the same


def take(budgets: Sequence[Budget], now: datetime, n: int = 1) -> float:
    """Take ``n`` of each, or of none: then the seconds until it is worth asking again.

    One read of all and a write of each. Between two writes another worker may empty the next bucket: what was taken of
    the first is then lost, which is never too much sent.
    """
    left = list(budgets)

    def attempt() -> float:
        found = _read(left)
        wait = _longest_wait(found, left, now, n)
        while left and not wait:
            commit(_item(left[0].key, left[0].limit.taken(found[left[0].key], now, n), now))
            left.pop(0)
        return wait

    return retrying(attempt) if left else 0.0


def wait_seconds(budgets: Sequence[Budget], now: datetime, n: int) -> float:
    """How long until ``n`` of each could be taken."""
    return _longest_wait(_read(budgets), budgets, now, n) if budgets else 0.0


def _longest_wait(found: dict[str, Bucket], budgets: Sequence[Budget], now: datetime, n: int) -> float:
    return max(each.limit.wait_seconds(found[each.key], now, n, favoured=each.favoured) for each in budgets)


def found(budget: Budget) -> Bucket:
    """As it is now."""
    return _read([budget])[budget.key]


def shut(budgets: Sequence[Budget], until: datetime, now: datetime) -> None:
    """The messenger refused: nothing is left of these until then."""

    def attempt(budget: Budget) -> None:
        (bucket,) = _read([budget]).values()
        commit(_item(budget.key, budget.limit.shut(bucket, until), now))

    for budget in budgets:
        retrying(lambda budget=budget: attempt(budget))  # type: ignore[misc]


def _read(budgets: Sequence[Budget]) -> dict[str, Bucket]:
    """Strongly consistent; one that is not there is full."""
    keys = [(_partition(budget.key), "BUCKET") for budget in budgets]
    items = {item.pk: decode(item, Bucket) for item in DeskItem.batch_get(keys, consistent_read=True)}
    return {budget.key: items.get(_partition(budget.key), Bucket()) for budget in budgets}


def _item(key: str, bucket: Bucket, now: datetime) -> Item:
    bucket = bumped(bucket)
    expires_at = int((max(now, bucket.full_at, bucket.shut_until) + KEPT_FOR).timestamp())
    return DeskItem(_partition(key), "BUCKET", body=encode(bucket), version=bucket.version, expires_at=expires_at)


def _partition(key: str) -> str:
    return f"BUCKET#{key}"
