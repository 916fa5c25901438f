"""Limits: never more than allowed, never less than promised, whatever the workers' clocks say."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.rates import Bucket, Limit, Steady, Windowed

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
A_LITTLE = timedelta(milliseconds=1)

ACCOUNT = Steady(30, burst=15, share=5)
GROUP = Windowed(20, 60, share=5)
limits = st.sampled_from([ACCOUNT, GROUP, Steady(1 / 6, burst=45), Windowed(3, 10)])
pauses = st.floats(min_value=0, max_value=20)
asked = st.lists(st.tuples(pauses, st.booleans(), st.floats(min_value=-2, max_value=2)), max_size=150)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def greedy(limit: Limit, seconds: float, *, favoured: bool, bucket: Bucket | None = None) -> list[datetime]:
    """When somebody who never has enough gets something."""
    now, bucket, got = START, bucket or Bucket(), list[datetime]()
    while now < after(seconds):
        if wait := limit.wait_seconds(bucket, now, 1, favoured=favoured):
            now += timedelta(seconds=wait) + timedelta(microseconds=1)
        else:
            bucket = limit.taken(bucket, now, 1)
            got.append(now)
    return got


@given(asked)
def test_no_more_than_burst_and_rate_allow_in_any_span(asked: list[tuple[float, bool, float]]) -> None:
    now, bucket, got = START, Bucket(), list[datetime]()
    for pause, favoured, _ in asked:
        now += timedelta(seconds=pause / 100)
        if not ACCOUNT.wait_seconds(bucket, now, 1, favoured=favoured):
            bucket = ACCOUNT.taken(bucket, now, 1)
            got.append(now)
    for first in range(len(got)):
        for last in range(first, len(got)):
            allowed = ACCOUNT.burst + ACCOUNT.per_second * (got[last] - got[first]).total_seconds()
            assert last - first + 1 <= allowed + 0.001


@given(asked)
def test_no_minute_sees_more_than_twenty(asked: list[tuple[float, bool, float]]) -> None:
    now, bucket, got = START, Bucket(), list[datetime]()
    for pause, favoured, _ in asked:
        now += timedelta(seconds=pause / 5)
        if not GROUP.wait_seconds(bucket, now, 1, favoured=favoured):
            bucket = GROUP.taken(bucket, now, 1)
            got.append(now)
    assert all(later - earlier >= timedelta(seconds=60) for earlier, later in zip(got, got[20:], strict=False))


@given(limits, asked)
def test_clocks_apart_never_turn_a_bucket_back(limit: Limit, asked: list[tuple[float, bool, float]]) -> None:
    now, buckets = START, [Bucket()]
    for pause, favoured, skew in asked:
        now += timedelta(seconds=pause)
        seen = now + timedelta(seconds=skew)
        if not limit.wait_seconds(buckets[-1], seen, 1, favoured=favoured):
            buckets.append(limit.taken(buckets[-1], seen, 1))
    for before, later in pairwise(buckets):
        assert before.full_at <= later.full_at
        assert list(later.taken_at) == sorted(later.taken_at)
        assert before.taken_at[-1:] <= later.taken_at[-1:]


@given(limits, asked, st.booleans())
def test_after_the_wait_there_is_some_and_before_it_there_is_not(
    limit: Limit, asked: list[tuple[float, bool, float]], favoured: bool
) -> None:
    now, bucket = START, Bucket()
    for pause, favoured_too, _ in asked:
        now += timedelta(seconds=pause / 10)
        if not limit.wait_seconds(bucket, now, 1, favoured=favoured_too):
            bucket = limit.taken(bucket, now, 1)
    wait = timedelta(seconds=limit.wait_seconds(bucket, now, 1, favoured=favoured))
    assert limit.wait_seconds(bucket, now + wait + A_LITTLE, 1, favoured=favoured) == 0
    if wait > A_LITTLE:
        assert limit.wait_seconds(bucket, now + wait - A_LITTLE, 1, favoured=favoured) > 0


class TestTheShare:
    def test_announcements_leave_a_third_to_conversations_at_once(self) -> None:
        bucket = Bucket()
        while not ACCOUNT.wait_seconds(bucket, START, 1, favoured=False):
            bucket = ACCOUNT.taken(bucket, START, 1)
        for _ in range(5):
            assert ACCOUNT.wait_seconds(bucket, START, 1, favoured=True) == 0
            bucket = ACCOUNT.taken(bucket, START, 1)
        assert ACCOUNT.wait_seconds(bucket, START, 1, favoured=True) > 0

    def test_alone_announcements_have_the_whole_pace(self) -> None:
        assert len(greedy(ACCOUNT, 600, favoured=False)) >= 0.999 * 30 * 600

    def test_in_the_group_others_leave_five_of_a_burst_and_one_always(self) -> None:
        got = greedy(GROUP, 60, favoured=False)
        assert [round((at - START).total_seconds()) for at in got] == [0] * 15 + [12, 24, 36, 48]

    def test_alone_others_have_95_percent_of_the_groups_pace_and_vips_98(self) -> None:
        assert len(greedy(GROUP, 3600, favoured=False)) >= 0.95 * 20 * 60
        assert len(greedy(GROUP, 3600, favoured=True)) >= 0.98 * 20 * 60

    @given(st.floats(min_value=0, max_value=600))
    def test_a_vip_always_finds_a_place_where_others_have_taken_all_they_may(self, seconds: float) -> None:
        bucket = Bucket()
        for at in greedy(GROUP, seconds, favoured=False):
            bucket = GROUP.taken(bucket, at, 1)
        assert GROUP.wait_seconds(bucket, after(seconds), 1, favoured=True) <= 1


class TestTooMany:
    @given(limits, st.floats(min_value=0.01, max_value=100), st.booleans())
    def test_shut_for_as_long_as_the_messenger_says(self, limit: Limit, seconds: float, favoured: bool) -> None:
        shut = limit.shut(Bucket(), after(seconds))
        assert limit.wait_seconds(shut, START, 1, favoured=favoured) >= seconds - 0.001

    def test_and_what_was_saved_up_is_gone(self) -> None:
        shut = ACCOUNT.shut(Bucket(), after(3))
        assert ACCOUNT.wait_seconds(shut, after(3), 1, favoured=True) == 0
        assert ACCOUNT.wait_seconds(ACCOUNT.taken(shut, after(3), 1), after(3), 1, favoured=True) > 0

    @given(limits)
    def test_a_shorter_hint_does_not_open_it(self, limit: Limit) -> None:
        shut = limit.shut(limit.shut(Bucket(), after(30)), after(3))
        assert limit.wait_seconds(shut, START, 1, favoured=True) >= 30


@given(limits, st.sampled_from([0.25, 4.0, 50.0]), st.booleans())
def test_a_faster_clock_shortens_every_wait_alike(limit: Limit, factor: float, favoured: bool) -> None:
    slow = [(at - START).total_seconds() for at in greedy(limit, 40, favoured=favoured)]
    fast = [(at - START).total_seconds() for at in greedy(limit.at_speed(factor), 40 / factor, favoured=favoured)]
    for one, other in zip(slow[:60], fast[:60], strict=False):
        assert abs(one - other * factor) < 0.2 + 0.001 * factor
