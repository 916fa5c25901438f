"""The shapes in which the admin endpoint explains deadlines and the choice of policies: they change only by growing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.desk import policies
from chalicelib.desk.clients import Tier
from chalicelib.desk.explanations import Explanation, Span, StartedBy, explain
from chalicelib.desk.policies import Fit, Metric
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import Ticket
from chalicelib.handlers import admin_shapes as shapes
from chalicelib.texts import LANGUAGES
from chalicelib.use_cases import explaining, policy_choice


@dataclass(frozen=True)
class Target:
    minutes: int
    calendar: str


@dataclass(frozen=True)
class Explained:
    """Of the running cycle of a metric, or of its last one. ``target`` is null where the time was promised. ``spans`` lead
    without a gap from ``counted_from`` to the deadline, and what of them is ``counted`` is the target; while ``paused``, as
    if the cycle went on now. ``words``: the same by language."""

    cycle: shapes.Cycle
    paused: bool
    started_by: StartedBy
    policy: str
    target: Target | None
    timezone: str
    counted_from: datetime
    spans: list[Span]
    words: dict[str, str]


@dataclass(frozen=True)
class Why:
    ticket: str
    tier: Tier
    messenger: str
    explained: list[Explained]


@dataclass(frozen=True)
class Considered:
    policy: str
    tier: Tier | None
    messenger: str | None
    fit: Fit


@dataclass(frozen=True)
class PolicyChoice:
    """What a ticket gets that the client opens now. ``served_as`` is the tier today: outside its dates a VIP is served like
    everyone else. ``own_targets`` are the client's, in minutes; ``targets`` has them already. ``considered`` is the whole
    list of policies in its order."""

    client: str
    tier: Tier
    served_as: Tier
    messenger: str
    policy: str
    targets: dict[Metric, Target]
    own_targets: dict[str, int]
    reopen_window_hours: int
    considered: list[Considered]
    words: dict[str, str]


def why(ticket: Ticket, settings: Settings, now: datetime) -> Why:
    explained = explain(ticket, settings.calendars, now)
    return Why(
        ticket.id, ticket.tier, ticket.identity.messenger, [_explained(each, settings, now) for each in explained]
    )


def policy_choice_of(found: policy_choice.Choice) -> PolicyChoice:
    return PolicyChoice(
        client=found.client.id,
        tier=found.client.tier,
        served_as=found.served_as,
        messenger=found.messenger,
        policy=found.policy.name,
        targets=_targets(found.targets),
        own_targets=found.own_targets,
        reopen_window_hours=found.policy.reopen_window_hours,
        considered=[Considered(one.name, one.tier, one.messenger, fit) for one, fit in found.considered],
        words={language: policy_choice.in_words(found, language) for language in LANGUAGES},
    )


def _explained(of: Explanation, settings: Settings, now: datetime) -> Explained:
    target = of.ground.target
    return Explained(
        cycle=shapes.cycle(of.cycle),
        paused=of.cycle.paused,
        started_by=of.started_by,
        policy=of.ground.policy,
        target=Target(target.minutes, target.calendar_name) if target else None,
        timezone=of.timezone,
        counted_from=of.ground.counted_from,
        spans=list(of.spans),
        words={language: explaining.words(of, settings.desk, language, now) for language in LANGUAGES},
    )


def _targets(of: Mapping[Metric, policies.Target]) -> dict[Metric, Target]:
    return {metric: Target(target.minutes, target.calendar_name) for metric, target in of.items()}
