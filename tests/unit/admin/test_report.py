"""/admin/report: what became of the promises of a period."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.attainment import percentile
from chalicelib.desk.clients import Tier
from tests.unit.admin.conftest import Api, Clients

VIP, OTHER = 1, 2


@pytest.fixture
def desk(api: Api, people: Clients) -> Api:
    """A VIP whose first reply was promised sooner than anybody wrote, and somebody who was answered at once."""
    people.now = datetime.now(UTC) - timedelta(minutes=30)
    people.registered(VIP, Tier.VIP)
    people.writes(VIP)
    people.now = datetime.now(UTC)
    answered = people.writes(OTHER)
    for act in ({"action": "reply", "text": "Done"}, {"action": "close"}):
        assert api.post(f"/admin/tickets/{answered.id}/actions", act).status == 200
    return api


def test_kept_and_broken_promises_by_tier_and_metric(desk: Api) -> None:
    found = desk.get("/admin/report").body
    promises = {(each["tier"], each["metric"]): each for each in found["promises"]}
    broken, kept = promises["vip", "first_reply"], promises["everyone", "first_reply"]
    assert (broken["met"], broken["missed"], broken["attainment"], broken["ended"]) == (0, 1, 0.0, 0)
    assert (kept["met"], kept["missed"], kept["attainment"], kept["ended"]) == (1, 0, 100.0, 1)
    assert broken["minutes"] == {}
    assert 0 <= kept["minutes"]["p50"] <= kept["minutes"]["p95"] < 5
    assert 0 < kept["interval"]["low"] < kept["interval"]["high"] == 100
    assert found["opened"] == {"vip": 1, "our": 0, "everyone": 1}
    assert found["closed"] == {"vip": 0, "our": 0, "everyone": 1}
    assert found["told_before_they_wrote"] == {"affected": 0, "first": 0, "share": None}
    assert "oleg" not in str(found)


def test_the_share_of_complaints_is_of_what_was_opened(desk: Api) -> None:
    assert desk.get("/admin/report").body["complaint_share"] == 0
    (vip,) = desk.get("/admin/tickets?tier=vip").body["items"]
    desk.post(f"/admin/tickets/{vip['id']}/actions", {"action": "complaint"})
    found = desk.get("/admin/report").body
    assert (found["complaints"], found["complaint_share"]) == ({"vip": 1, "our": 0, "everyone": 0}, 50.0)
    desk.post(f"/admin/tickets/{vip['id']}/actions", {"action": "praise"})
    assert desk.get("/admin/report").body["complaint_share"] == 0


def test_a_promise_counts_when_it_is_decided(desk: Api) -> None:
    """Before its deadline it is nobody's; after it a broken one is not counted again, however long nobody answers."""
    until = f"{datetime.now(UTC) - timedelta(minutes=29, seconds=30):%Y-%m-%dT%H:%M:%SZ}"
    since = f"{datetime.now(UTC) - timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}"
    assert desk.get(f"/admin/report?to={until}").body["promises"] == []
    assert {each["tier"] for each in desk.get(f"/admin/report?from={since}").body["promises"]} == {"everyone"}


def test_no_farther_back_than_it_can_be_read_in_time(api: Api) -> None:
    long_ago = f"{datetime.now(UTC) - timedelta(days=33):%Y-%m-%d}"
    assert api.get(f"/admin/report?from={long_ago}").wrong_fields == ["from"]


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.sampled_from([50, 90, 95, 100]))
def test_a_percentile_is_the_least_that_so_many_do_not_exceed(values: list[float], percent: int) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(each <= found for each in values) * 100 >= percent * len(values)
    assert sum(each < found for each in values) * 100 < percent * len(values)
