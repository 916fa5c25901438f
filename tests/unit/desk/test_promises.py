"""A promised time is understood as people write it; what is none is not taken for one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk import moments
from chalicelib.desk.promises import Promise, can_be_promised, promise_in

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)  # 12:30 in Moscow


@pytest.mark.parametrize(
    ("written", "until"),
    [
        ("15:00", "25.11 15:00"),
        ("by 15:00", "25.11 15:00"),
        ("до 15:00", "25.11 15:00"),
        ("в 9:05", "26.11 09:05"),
        ("12:30", "26.11 12:30"),
        ("30m", "25.11 13:00"),
        ("in 30 minutes", "25.11 13:00"),
        ("через 30 мин.", "25.11 13:00"),
        ("2h", "25.11 14:30"),
        ("2 часа", "25.11 14:30"),
        ("1 day", "26.11 12:30"),
        ("3 дня", "28.11 12:30"),
        ("tomorrow 10:00", "26.11 10:00"),
        ("Завтра в 10:00", "26.11 10:00"),
        ("27.11 18:00", "27.11 18:00"),
        ("27.11 до 18:00", "27.11 18:00"),
        ("до 27.11.2026, 18:00", "27.11 18:00"),
        ("today 23:59", "25.11 23:59"),
        ("сегодня 23:59", "25.11 23:59"),
        ("the day after tomorrow 10:00", "27.11 10:00"),
        ("послезавтра в 10:00", "27.11 10:00"),
        ("15.00", "25.11 15:00"),
        ("завтра 15.10", "26.11 15:10"),
        ("half an hour", "25.11 13:00"),
        ("через полчаса", "25.11 13:00"),
        ("полтора часа", "25.11 14:00"),
        ("1.5h", "25.11 14:00"),
        ("1,5 ч.", "25.11 14:00"),
        ("1 ч. 30 мин.", "25.11 14:00"),
    ],
)
def test_times(written: str, until: str) -> None:
    found = promise_in(written, NOW, MOSCOW)
    assert found
    assert found.until.astimezone(MOSCOW).strftime("%d.%m %H:%M") == until
    assert found.words == ""


def test_a_date_that_has_passed_is_next_years() -> None:
    late = datetime(2026, 12, 30, 9, 0, tzinfo=UTC)
    assert promise_in("3.01 12:00", late, MOSCOW) == Promise(datetime(2027, 1, 3, 9, 0, tzinfo=UTC))


def test_what_follows_the_time_is_for_the_client() -> None:
    assert promise_in("2h – we are reading the logs.", NOW, MOSCOW) == Promise(
        NOW + timedelta(hours=2), "we are reading the logs."
    )


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "tomorrow",
        "25:00",
        "18:60",
        "2hello",
        "31.02 10:00",
        "29.02.2027 10:00",
        "15",
        "15.10",  # o'clock or October
        "27.11.2026",
        "15:00:30",
    ],
)
def test_no_times(written: str) -> None:
    assert promise_in(written, NOW, MOSCOW) is None


@pytest.mark.parametrize(
    "written", ["0m", "today 12:30", "24.11 10:00", "25.11.2026 12:00", "40 days", "27.11.2027 18:00"]
)
def test_times_that_are_understood_and_cannot_be_promised(written: str) -> None:
    found = promise_in(written, NOW, MOSCOW)
    assert found
    assert not can_be_promised(found.until, NOW)


@given(st.text(max_size=30) | st.from_regex(moments._IN) | st.from_regex(moments._AT))
def test_whatever_is_written_is_a_time_or_is_none(written: str) -> None:
    found = promise_in(written, NOW, MOSCOW)
    assert found is None or written.rstrip().endswith(found.words)


@given(st.integers(0, 60 * 24 * 800), st.sampled_from([":", "."]))
def test_a_day_with_its_year_is_that_moment(after: int, sign: str) -> None:
    meant = (NOW + timedelta(minutes=after)).astimezone(MOSCOW)
    found = promise_in(f"{meant:%d.%m.%Y %H{sign}%M} words", NOW, MOSCOW)
    assert found == Promise(meant.astimezone(UTC), "words")
