"""Which policy holds for whom, and policies that are refused."""

from typing import Any

import pytest

from chalicelib.desk.calendars import ALWAYS
from chalicelib.desk.clients import Tier
from chalicelib.desk.policies import DEFAULT_POLICIES, Metric, Policy, choose
from chalicelib.desk.policy_documents import policies_document, read_policies
from chalicelib.desk.validation import Invalid
from tests.unit.desk.telling import CALENDARS

DEFAULTS = """
tier           first reply  next reply  update  resolve  hand-off  call-back  calendar
vip                      5          10      60      240         5         20  24x7
our                     10          15     120      480        15         20  office
everyone                30          30     480      960        15         20  office
"""


@pytest.mark.parametrize("line", DEFAULTS.strip().splitlines()[1:])
def test_defaults(line: str) -> None:
    tier, *minutes, calendar_name = line.split()
    found = choose(DEFAULT_POLICIES, Tier(tier), "telegram").targets
    assert [found[metric].minutes for metric in Metric] == list(map(int, minutes))
    assert {target.calendar_name for target in found.values()} == {calendar_name}


class TestChoosing:
    LISTED = (
        Policy("nobody reads this name", {}, tier=Tier.VIP, messenger="whatsapp"),
        Policy("vip", {}, tier=Tier.VIP),
        Policy("viber", {}, messenger="viber"),
        Policy("rest", {}),
    )

    @pytest.mark.parametrize(
        ("tier", "messenger", "chosen"),
        [
            (Tier.VIP, "whatsapp", 0),
            (Tier.VIP, "telegram", 1),
            (Tier.VIP, "viber", 1),
            (Tier.OUR, "viber", 2),
            (Tier.OUR, "whatsapp", 3),
            (Tier.EVERYONE, "max", 3),
        ],
    )
    def test_is_by_the_order_of_the_list(self, tier: Tier, messenger: str, chosen: int) -> None:
        assert choose(self.LISTED, tier, messenger) is self.LISTED[chosen]

    def test_needs_somebody_to_choose(self) -> None:
        with pytest.raises(LookupError, match="everyone in max"):
            choose(self.LISTED[:3], Tier.EVERYONE, "max")


def test_what_is_written_is_read_as_the_same_policies() -> None:
    assert read_policies(policies_document(DEFAULT_POLICIES), CALENDARS) == DEFAULT_POLICIES


REST: dict[str, Any] = {"name": "rest", "tier": None, "targets": {}}


def fields(document: Any) -> list[str]:
    with pytest.raises(Invalid) as refused:
        read_policies(document, {"24x7": ALWAYS})
    return [error.field for error in refused.value.errors]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": 7}, "name"),
        ({"tier": "gold"}, "tier"),
        ({"messenger": "icq"}, "messenger"),
        ({"reopen_window_hours": 0}, "reopen_window_hours"),
        ({"reopen_window_hours": True}, "reopen_window_hours"),
        ({"colour": "red"}, "colour"),
        ({"targets": []}, "targets"),
        ({"targets": {"reply": {"minutes": 5, "calendar": "24x7"}}}, "targets.reply"),
        ({"targets": {"update": 5}}, "targets.update"),
        ({"targets": {"update": {"minutes": 5, "calendar": "night"}}}, "targets.update.calendar"),
        ({"targets": {"update": {"minutes": 5, "calendar": ["24x7"]}}}, "targets.update.calendar"),
        ({"targets": {"update": {"minutes": 5}}}, "targets.update.calendar"),
        ({"targets": {"update": {"calendar": "24x7"}}}, "targets.update.minutes"),
        ({"targets": {"update": {"minutes": 0, "calendar": "24x7"}}}, "targets.update.minutes"),
        ({"targets": {"update": {"minutes": -5, "calendar": "24x7"}}}, "targets.update.minutes"),
        ({"targets": {"update": {"minutes": 5.5, "calendar": "24x7"}}}, "targets.update.minutes"),
        ({"targets": {"update": {"minutes": "5", "calendar": "24x7"}}}, "targets.update.minutes"),
        ({"targets": {"update": {"minutes": True, "calendar": "24x7"}}}, "targets.update.minutes"),
        ({"targets": {"update": {"minutes": 10**9, "calendar": "24x7"}}}, "targets.update.minutes"),
        ({"targets": {"update": {"minutes": 5, "calendar": "24x7", "hours": 1}}}, "targets.update.hours"),
        ({"ladder": {}}, "ladder"),
        ({"ladder": ["50%"]}, "ladder[0]"),
        ({"ladder": [{"at": "50", "notify": "owner"}]}, "ladder[0].at"),
        ({"ladder": [{"at": 50, "notify": "owner"}]}, "ladder[0].at"),
        ({"ladder": [{"notify": "owner"}]}, "ladder[0].at"),
        ({"ladder": [{"at": "50%"}]}, "ladder[0].notify"),
        ({"ladder": [{"at": "50%", "notify": "boss"}]}, "ladder[0].notify"),
        ({"ladder": [{"at": "50%", "notify": []}]}, "ladder[0].notify"),
        ({"ladder": [{"at": "50%", "notify": ["owner", "boss"]}]}, "ladder[0].notify[1]"),
        ({"ladder": [{"at": "50%", "notify": "owner", "loud": "yes"}]}, "ladder[0].loud"),
        ({"ladder": [{"at": "50%", "notify": "owner"}, {"at": "50%", "notify": "owner"}]}, "ladder[1]"),
        ({"ladders": {"update": [{"at": "", "notify": "owner"}]}}, "ladders.update[0].at"),
        ({"ladders": {"sleep": []}}, "ladders.sleep"),
    ],
)
def test_what_cannot_be_read_is_named(changes: dict[str, Any], field: str) -> None:
    assert fields([{**REST, **changes}]) == [f"policies[0].{field}"]


def test_what_is_missing_is_named() -> None:
    assert fields([{}]) == ["policies[0].name", "policies[0].tier", "policies[0].targets"]


def test_a_policy_that_nobody_would_get_is_refused() -> None:
    assert fields([REST, {**REST, "tier": "vip"}]) == ["policies[1]"]


def test_a_tier_without_a_policy_is_refused() -> None:
    assert fields([{**REST, "tier": "vip"}, {**REST, "tier": "our"}]) == ["policies"]
    assert fields([{**REST, "messenger": "vk"}, {**REST, "tier": "vip"}, {**REST, "tier": "our"}]) == ["policies"]
    assert fields([]) == ["policies", "policies", "policies"]
