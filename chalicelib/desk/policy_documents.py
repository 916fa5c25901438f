"""Policies as people write them: read, checked whole, every mistake named. Called when settings are saved or loaded,
and, for targets and ladders, by ``simulation``.

    [{"name": "VIP", "tier": "vip", "messenger": null, "reopen_window_hours": 72,
      "targets": {"first_reply": {"minutes": 5, "calendar": "24x7"}},
      "ladder": [{"at": "50%", "notify": "owner"}, {"at": "0m", "notify": ["manager", "deputy"], "loud": true}],
      "ladders": {"callback": [{"at": "0m", "notify": "manager"}]}}]
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.desk.calendars import DAY_MINUTES, Calendar
from chalicelib.desk.clients import Tier
from chalicelib.desk.ladder import Ladder, Person, Step, is_step_time
from chalicelib.desk.policies import Metric, Policy, Target
from chalicelib.desk.validation import Findings, inside

MESSENGERS = ("telegram", "whatsapp", "vk", "viber", "max")
LONGEST_REOPEN_WINDOW_HOURS = 366 * 24

_WEEKS_OF_A_YEAR = 52


def read_policies(document: Any, calendars: Mapping[str, Calendar], path: str = "policies") -> tuple[Policy, ...]:
    """The policies of a document, in order of choice. ``calendars`` are those that targets may name.

    :raises Invalid: naming every bad field, policies that would never be chosen, and tiers that would have none.
    """
    findings = Findings()
    policies = tuple(
        _policy(findings, each, calendars, f"{path}[{n}]") for n, each in enumerate(findings.items_of(document, path))
    )
    if not findings.errors:
        _check_choice(findings, policies, path)
    findings.finish()
    return policies


def policies_document(policies: Iterable[Policy]) -> list[dict[str, Any]]:
    """The document that ``read_policies`` reads as these policies."""
    return [
        {
            "name": policy.name,
            "tier": policy.tier,
            "messenger": policy.messenger,
            "reopen_window_hours": policy.reopen_window_hours,
            "targets": {
                str(metric): {"minutes": target.minutes, "calendar": target.calendar_name}
                for metric, target in policy.targets.items()
            },
            "ladder": _ladder_document(policy.ladder),
            "ladders": {str(metric): _ladder_document(ladder) for metric, ladder in policy.ladders.items()},
        }
        for policy in policies
    ]


def find_targets(findings: Findings, value: Any, path: str, calendars: Mapping[str, Calendar]) -> dict[Metric, Target]:
    """Targets by metric; mistakes are added to ``findings``."""
    targets: dict[Metric, Target] = {}
    for name, written in findings.fields_of(value, path, optional=None).items():
        metric = findings.member(Metric, name, inside(path, name))
        target = metric and _target(findings, written, inside(path, name), calendars)
        if metric and target:
            targets[metric] = target
    return targets


def find_ladder(findings: Findings, value: Any, path: str) -> Ladder:
    """The steps of a ladder; mistakes are added to ``findings``."""
    steps: list[Step] = []
    for n, written in enumerate(findings.items_of(value, path)):
        step = _step(findings, written, f"{path}[{n}]")
        if step and any((step.at, step.notify) == (other.at, other.notify) for other in steps):
            findings.add(f"{path}[{n}]", "is the same step again")
        if step:
            steps.append(step)
    return tuple(steps)


def notify_document(notify: Sequence[Person]) -> str | list[str]:
    """One person as a word, several as a list."""
    return str(notify[0]) if len(notify) == 1 else [str(person) for person in notify]


def _policy(findings: Findings, value: Any, calendars: Mapping[str, Calendar], path: str) -> Policy:
    optional = ("messenger", "ladder", "ladders", "reopen_window_hours")
    written = findings.fields_of(value, path, ("name", "tier", "targets"), optional)
    name, tier, messenger = written.get("name"), written.get("tier"), written.get("messenger")
    hours = written.get("reopen_window_hours", Policy.reopen_window_hours)
    if "name" in written and not (isinstance(name, str) and name.strip()):
        findings.add(inside(path, "name"), "must be a text that is not empty")
    if not _is_count(hours, LONGEST_REOPEN_WINDOW_HOURS):
        findings.add(
            inside(path, "reopen_window_hours"), f"must be a whole number from 1 to {LONGEST_REOPEN_WINDOW_HOURS}"
        )
    return Policy(
        name=str(name),
        targets=find_targets(findings, written.get("targets", {}), inside(path, "targets"), calendars),
        ladder=find_ladder(findings, written.get("ladder", []), inside(path, "ladder")),
        ladders=_ladders(findings, written.get("ladders", {}), inside(path, "ladders")),
        tier=None if tier is None else findings.member(Tier, tier, inside(path, "tier")),
        messenger=None if messenger is None else findings.one_of(messenger, inside(path, "messenger"), MESSENGERS),
        reopen_window_hours=hours,
    )


def _ladders(findings: Findings, value: Any, path: str) -> dict[Metric, Ladder]:
    ladders: dict[Metric, Ladder] = {}
    for name, written in findings.fields_of(value, path, optional=None).items():
        ladder = find_ladder(findings, written, inside(path, name))
        if metric := findings.member(Metric, name, inside(path, name)):
            ladders[metric] = ladder
    return ladders


def _check_choice(findings: Findings, policies: Sequence[Policy], path: str) -> None:
    """Every policy can be chosen by somebody, and everybody has one."""
    left = {(tier, messenger) for tier in Tier for messenger in MESSENGERS}
    for n, policy in enumerate(policies):
        takes = {(tier, messenger) for tier, messenger in left if policy.is_for(tier, messenger)}
        if not takes:
            findings.add(f"{path}[{n}]", "is never chosen: policies before it are for all of its clients")
        left -= takes
    for tier in Tier:
        without = [messenger for messenger in MESSENGERS if (tier, messenger) in left]
        if without:
            findings.add(path, f"have none for tier {tier} in {', '.join(without)}")


def _target(findings: Findings, value: Any, path: str, calendars: Mapping[str, Calendar]) -> Target | None:
    written = findings.fields_of(value, path, ("minutes", "calendar"))
    minutes, name = written.get("minutes"), written.get("calendar")
    calendar = calendars.get(name) if isinstance(name, str) else None
    if "calendar" in written and calendar is None:
        findings.add(inside(path, "calendar"), "is not the name of a calendar")
    if "minutes" in written:
        most = _most_minutes(calendar) if calendar else _most_minutes_of_any
        if not _is_count(minutes, most):
            findings.add(
                inside(path, "minutes"),
                f"must be a whole number from 1 to {most}, which is the open time of a year",
            )
    if not isinstance(minutes, int) or not isinstance(name, str):
        return None
    return Target(minutes, name)


def _most_minutes(calendar: Calendar) -> int:
    """A year of ordinary weeks: what takes longer is a mistake, and would take long to count."""
    return _WEEKS_OF_A_YEAR * sum(ends - begins for hours in calendar.hours for begins, ends in hours)


_most_minutes_of_any = _WEEKS_OF_A_YEAR * 7 * DAY_MINUTES


def _step(findings: Findings, value: Any, path: str) -> Step | None:
    written = findings.fields_of(value, path, ("at", "notify"), ("loud",))
    at, loud = written.get("at"), written.get("loud", False)
    if "at" in written and not (isinstance(at, str) and is_step_time(at)):
        findings.add(
            inside(path, "at"), 'must be a share of the time such as "75%", or "0m" at the deadline, or "+15m" after it'
        )
    if not isinstance(loud, bool):
        findings.add(inside(path, "loud"), "must be true or false")
    notify = _people(findings, written["notify"], inside(path, "notify")) if "notify" in written else ()
    return Step(at, notify, loud is True) if isinstance(at, str) and notify else None


def _people(findings: Findings, value: Any, path: str) -> tuple[Person, ...]:
    if isinstance(value, list):
        found = [findings.member(Person, person, f"{path}[{n}]") for n, person in enumerate(value)]
        if not value:
            findings.add(path, "must name somebody")
    else:
        found = [findings.member(Person, value, path)]
    return tuple(person for person in found if person)


def _is_count(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _ladder_document(ladder: Ladder) -> list[dict[str, Any]]:
    return [{"at": step.at, "notify": notify_document(step.notify), "loud": step.loud} for step in ladder]
