"""The life of what leaves: whatever happens in whatever order, it ends, and it is never sent twice when it must not be."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.identifiers import new_id
from chalicelib.desk.outbound import LEASE, MOST_ATTEMPTS, Content, Outbound, Purpose, State, clock_of, order

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

# What may happen to a claimed item: the worker dies, or the messenger answers in one of its ways.
FATES = ("dies", "sent", "refused", "limited", "later", "uncertain")


def live(purpose: Purpose, fates: list[str]) -> tuple[Outbound, int]:
    """The item after these fates, and how often the provider may have got it."""
    item, now, possible = Outbound("client:x", order(1), purpose, Content(text="x"), START), START, 0
    for fate in fates:
        now += timedelta(seconds=item.wait_seconds(now))
        item = item.claim(now)
        if item.finished:
            break
        possible += fate in ("dies", "sent", "uncertain")
        match fate:
            case "dies":
                now += LEASE
            case "sent":
                item = item.sent(now, "1")
            case "refused":
                item = item.ended(State.FAILED, "refused")
            case "limited":
                item = item.again(now, timedelta(seconds=3), "limited", counts=False)
            case "later":
                item = item.again(now, None, "server_error")
            case "uncertain":
                item = item.uncertain(now)
        if item.finished:
            break
    return item, possible


@given(st.lists(st.sampled_from(FATES)))
def test_an_announcement_reaches_nobody_twice(fates: list[str]) -> None:
    _, possible = live(Purpose.ANNOUNCEMENT, fates)
    assert possible <= 1


@given(st.lists(st.sampled_from([fate for fate in FATES if fate != "limited"]), min_size=MOST_ATTEMPTS * 2))
def test_a_reply_ends_as_sent_or_failed_after_some_attempts(fates: list[str]) -> None:
    item, _ = live(Purpose.REPLY, fates)
    assert item.state in (State.SENT, State.FAILED)


@given(st.integers(0, 10**14), st.integers(0, 10**14))
def test_places_in_the_queue_sort_as_their_clocks(one: int, other: int) -> None:
    assert (order(one) < order(other)) == (one < other) or one == other
    assert clock_of(order(one)) == one


def test_items_made_together_keep_their_order() -> None:
    places = [order(7, n) for n in range(30)]
    assert places == sorted(places)


@given(st.integers(0, 29 * 10**9), st.integers(1, 10**9))
def test_ids_made_later_sort_later(seconds: int, milliseconds: int) -> None:
    early = datetime.fromtimestamp(seconds, UTC)
    assert new_id(early) < new_id(early + timedelta(milliseconds=milliseconds))
