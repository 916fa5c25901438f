"""Policies: what is promised to whom, and who is told when a promise is at risk.

A policy is chosen by explicit order, never by its name: ``choose`` takes the first of the list that is for the
client's tier and messenger. ``DEFAULT_POLICIES`` ship; settings replace them whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from chalicelib.desk.clients import Tier
from chalicelib.desk.ladder import Ladder, Person, Step


class Metric(StrEnum):
    """What is measured. The order of the members is the order in which things of the same instant are listed."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    UPDATE = "update"
    RESOLVE = "resolve"
    HANDOFF = "handoff"
    CALLBACK = "callback"


@dataclass(frozen=True)
class Target:
    """So many minutes of the named calendar."""

    minutes: int
    calendar_name: str


@dataclass(frozen=True)
class Policy:
    """A metric without a target is not measured. ``ladders`` holds a ladder of its own for a metric, in place of
    ``ladder``. ``tier`` and ``messenger`` say whom the policy is for; None means any."""

    name: str
    targets: dict[Metric, Target]
    ladder: Ladder = ()
    ladders: dict[Metric, Ladder] = field(default_factory=dict)
    tier: Tier | None = None
    messenger: str | None = None
    reopen_window_hours: int = 72

    def ladder_of(self, metric: Metric) -> Ladder:
        return self.ladders.get(metric, self.ladder)

    def is_for(self, tier: Tier, messenger: str) -> bool:
        return self.tier in (None, tier) and self.messenger in (None, messenger)


def choose(policies: Iterable[Policy], tier: Tier, messenger: str) -> Policy:
    """The first policy of the list that is for this tier and messenger.

    :raises LookupError: none is; lists read by ``policy_documents`` always have one.
    """
    for policy in policies:
        if policy.is_for(tier, messenger):
            return policy
    raise LookupError(f"no policy for {tier} in {messenger}")


ALWAYS = "24x7"  # ships, and no calendar can be removed


def with_own(policy: Policy, minutes: Mapping[str, int], name: str) -> Policy:
    """The policy with targets of a client's own, each in the calendar that the policy counts that metric in; what it does not
    measure is counted around the clock."""
    own = {
        metric: Target(minutes[metric], policy.targets[metric].calendar_name if metric in policy.targets else ALWAYS)
        for metric in Metric
        if metric in minutes
    }
    return replace(policy, name=name, targets={**policy.targets, **own})


class Fit(StrEnum):
    """What became of a policy when one was chosen."""

    CHOSEN = "chosen"
    OTHER_TIER = "other_tier"
    OTHER_MESSENGER = "other_messenger"
    NOT_REACHED = "not_reached"  # one before it was chosen


def considered(policies: Iterable[Policy], tier: Tier, messenger: str) -> tuple[tuple[Policy, Fit], ...]:
    """Every policy of the list, in order, and what became of it in ``choose``."""
    given = tuple(policies)
    chosen = choose(given, tier, messenger)
    reached = given.index(chosen)
    return tuple((policy, _fit(n, reached, policy, tier)) for n, policy in enumerate(given))


def _fit(n: int, reached: int, policy: Policy, tier: Tier) -> Fit:
    if n >= reached:
        return Fit.CHOSEN if n == reached else Fit.NOT_REACHED
    return Fit.OTHER_TIER if policy.tier not in (None, tier) else Fit.OTHER_MESSENGER


def _targets(calendar_name: str, **minutes: int) -> dict[Metric, Target]:
    return {Metric(metric): Target(count, calendar_name) for metric, count in minutes.items()}


_CALLBACK_LADDER = (
    Step("50%", (Person.MANAGER,)),
    Step("0m", (Person.MANAGER,), loud=True),
    Step("+10m", (Person.DEPUTY,), loud=True),
)
_LADDER = (
    Step("75%", (Person.OWNER,)),
    Step("0m", (Person.OWNER, Person.DUTY), loud=True),
    Step("+15m", (Person.LEAD,), loud=True),
)
_VIP_LADDER = (
    Step("50%", (Person.OWNER,)),
    Step("80%", (Person.OWNER, Person.DUTY)),
    Step("0m", (Person.MANAGER,), loud=True),
    Step("+10m", (Person.DEPUTY,), loud=True),
)

DEFAULT_POLICIES: tuple[Policy, ...] = (
    Policy(
        "VIP",
        _targets("24x7", first_reply=5, next_reply=10, update=60, resolve=240, handoff=5, callback=20),
        _VIP_LADDER,
        {Metric.CALLBACK: _CALLBACK_LADDER},
        tier=Tier.VIP,
    ),
    Policy(
        "Our clients",
        _targets("office", first_reply=10, next_reply=15, update=120, resolve=480, handoff=15, callback=20),
        _LADDER,
        {Metric.CALLBACK: _CALLBACK_LADDER},
        tier=Tier.OUR,
    ),
    Policy(
        "Everyone else",
        _targets("office", first_reply=30, next_reply=30, update=480, resolve=960, handoff=15, callback=20),
        _LADDER,
        {Metric.CALLBACK: _CALLBACK_LADDER},
        tier=Tier.EVERYONE,
    ),
)
