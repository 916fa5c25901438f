"""Where a client may be, and when it is day there: whatever the zone, on the days when clocks change too."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.clients import Client, Identity
from chalicelib.desk.survey_settings import Quiet
from chalicelib.desk.whereabouts import ToldBy, awake, whereabouts
from chalicelib.desk.zones import zone, zone_names

NOW = datetime(2026, 1, 11, 9, tzinfo=UTC)
SOMEBODY = Client("c", "C", NOW)
RUSSIA = "+79161234567"


def told(*phones: str, timezone: str | None = None) -> tuple[list[str], ToldBy]:
    client = replace(SOMEBODY, phones=phones, timezone=timezone)
    found = whereabouts(client, "Europe/Moscow", NOW)
    return [each.key for each in found.zones], found.told_by


def test_what_the_team_said_goes_before_the_number_and_the_number_before_the_desk() -> None:
    assert told("+74232123456", timezone="Asia/Tokyo") == (["Asia/Tokyo"], ToldBy.TEAM)
    assert told("+74232123456") == (["Asia/Vladivostok"], ToldBy.PHONE)
    assert told("+74012123456") == (["Europe/Kaliningrad"], ToldBy.PHONE)
    assert told() == (["Europe/Moscow"], ToldBy.DESK)


def test_the_number_that_says_most_is_believed_and_one_that_says_nothing_is_not() -> None:
    assert told(RUSSIA, "+14155552671") == (["America/Los_Angeles"], ToldBy.PHONE)
    assert told("+80012345678") == (["Europe/Moscow"], ToldBy.DESK)  # a freephone number of no country


def test_whatsapp_knows_people_by_their_numbers() -> None:
    client = replace(SOMEBODY, identities=(Identity("whatsapp", "1", "14155552671"), Identity("telegram", "7", "5")))
    assert [each.key for each in whereabouts(client, "Europe/Moscow", NOW).zones] == ["America/Los_Angeles"]


@pytest.mark.parametrize("hour", range(24))
def test_a_mobile_number_of_all_russia_is_asked_when_it_is_day_nearly_everywhere(hour: int) -> None:
    zones = whereabouts(replace(SOMEBODY, phones=(RUSSIA,)), "Europe/Moscow", NOW).zones
    assert zones[0].key == "Europe/Moscow"
    at = awake(NOW.replace(hour=hour), zones, Quiet()).astimezone(zone("Europe/Moscow"))
    assert at.hour == 11  # in Kaliningrad it is 10, in Magadan 19; only Kamchatka's 20 is too late


QUARTERS = st.integers(0, 95).map(lambda n: f"{n // 4:02}:{n % 4 * 15:02}")


@given(
    st.integers(0, 6 * 365 * 1440).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.lists(st.sampled_from(sorted(zone_names())), min_size=1, max_size=4),
    st.builds(Quiet, QUARTERS, QUARTERS),
)
@settings(max_examples=60)
def test_it_is_the_first_moment_that_is_day_in_as_many_as_can_be(at: datetime, names: list[str], quiet: Quiet) -> None:
    zones = [zone(name) for name in names]

    def is_day(moment: datetime, count: int) -> bool:
        return not any(quiet.is_at(moment.astimezone(each).time()) for each in zones[:count])

    found = awake(at, zones, quiet)
    assert at <= found <= at + timedelta(days=3)
    counted = next(count for count in range(len(zones), 0, -1) if is_day(found, count))
    earlier = [at + timedelta(minutes=5 * n) for n in range(3 * 288) if at + timedelta(minutes=5 * n) < found]
    assert not any(is_day(moment, counted) for moment in earlier)
    later = [at + timedelta(minutes=5 * n) for n in range(288)]
    assert counted == len(zones) or not any(is_day(moment, counted + 1) for moment in later)
