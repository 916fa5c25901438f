"""How tests (and the examples in docs/service-levels.md) tell the story of a ticket and read what the desk says of it.

A story is a line such as ``10:00 client writes; 10:04 reply; Tue 09:00 closed``: times are UTC in the week of Monday
23 November 2026, Monday unless another weekday is named. What the desk says of a cycle is a line such as ``first
reply 10:00 → 10:05: met by reply 10:04`` (start, deadline, verdict, what ended it and when).
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from chalicelib.desk.calendars import ALWAYS, Calendar
from chalicelib.desk.clients import Tier
from chalicelib.desk.ladder import Person, Step
from chalicelib.desk.policies import DEFAULT_POLICIES, choose
from chalicelib.desk.service_levels import (
    Cycle,
    Escalation,
    Event,
    EventType,
    HandoffEnd,
    Metric,
    Policy,
    Target,
    Timeline,
    timeline,
)

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NINE_TO_SIX = Calendar("UTC", (((9 * 60, 18 * 60),),) * 5 + ((), ()))
CALENDARS = {"24x7": ALWAYS, "office": NINE_TO_SIX}

WORDS = {
    Metric.FIRST_REPLY: "first reply",
    Metric.NEXT_REPLY: "next reply",
    Metric.UPDATE: "update",
    Metric.RESOLVE: "resolve",
    Metric.HANDOFF: "hand-off",
    Metric.CALLBACK: "call-back",
}
METRICS = {words: metric for metric, words in WORDS.items()}
TIERS = {"VIP": Tier.VIP, "our client": Tier.OUR, "everyone else": Tier.EVERYONE}


def at(words: str) -> datetime:
    """``10:00``, ``10:00:30`` or ``Tue 10:00``."""
    weekday, _, clock = words.rpartition(" ")
    hours, minutes, seconds = ([int(part) for part in clock.split(":")] + [0])[:3]
    day = timedelta(days=WEEKDAYS.index(weekday) if weekday else 0)
    return MONDAY + day + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def clock(instant: datetime) -> str:
    """The inverse of ``at``; after that week the day of the month is added."""
    days, rest = divmod(instant - MONDAY, timedelta(days=1))
    shown = (MONDAY + rest).strftime("%H:%M:%S").removesuffix(":00")
    if days >= len(WEEKDAYS):
        return f"{instant:%a %-d} {shown}"
    return f"{WEEKDAYS[days]} {shown}" if days else shown


def targets(calendar_name: str = "24x7", **minutes: int) -> dict[Metric, Target]:
    return {Metric(metric): Target(count, calendar_name) for metric, count in minutes.items()}


def ladder(*steps: str) -> tuple[Step, ...]:
    """``ladder("50% owner", "0m manager")``."""
    return tuple(Step(step.split()[0], tuple(map(Person, step.split()[1:]))) for step in steps)


def policy_of(tier: str) -> Policy:
    return choose(DEFAULT_POLICIES, TIERS[tier], "telegram")


_WHEN = re.compile(rf"((?:(?:{'|'.join(WEEKDAYS)}) )?\d\d:\d\d(?::\d\d)?) (.+)")
_CLOCK = rf"((?:(?:{'|'.join(WEEKDAYS)}) )?\d\d:\d\d(?::\d\d)?)"

_EVENTS: Mapping[str, Callable[[datetime, re.Match[str]], Event | None]] = {
    "client writes": lambda when, _: Event(when, EventType.CLIENT_MESSAGE),
    "client thanks": lambda *_: None,
    "reply": lambda when, _: Event(when, EventType.STAFF_REPLY),
    "reply on its way": lambda when, _: Event(when, EventType.STAFF_REPLY, on_its_way=True),
    f"reply of {_CLOCK} failed": lambda when, words: Event(when, EventType.REPLY_FAILED, reply_at=at(words[1])),
    f"promise for {_CLOCK}": lambda when, words: Event(when, EventType.PROMISE, until=at(words[1])),
    "waiting": lambda when, _: Event(when, EventType.WAITING),
    "resumed": lambda when, _: Event(when, EventType.RESUMED),
    "closed": lambda when, _: Event(when, EventType.CLOSED),
    "reopened": lambda when, _: Event(when, EventType.REOPENED),
    "I'm on it: (.+)": lambda when, words: Event(when, EventType.ACKNOWLEDGED, metric=METRICS[words[1]]),
    "hand-off offered": lambda when, _: Event(when, EventType.HANDOFF_OFFERED),
    "hand-off (accepted|declined|withdrawn)": lambda when, words: Event(
        when, EventType.HANDOFF_ENDED, how=HandoffEnd(words[1])
    ),
    "low grade": lambda when, _: Event(when, EventType.LOW_GRADE),
    "called back": lambda when, _: Event(when, EventType.CALLBACK_DONE),
    "becomes (VIP|our client|everyone else)": lambda when, words: Event(
        when,
        EventType.TARGETS,
        targets=policy_of(words[1]).targets,
        ladder=policy_of(words[1]).ladder,
        ladders=policy_of(words[1]).ladders,
        policy=policy_of(words[1]).name,
    ),
}


def story(words: str) -> list[Event]:
    """The events of a story. Words that mean nothing are an error of the test."""
    return list(filter(None, (_event(part.strip()) for part in words.split(";"))))


def _event(words: str) -> Event | None:
    timed = _WHEN.fullmatch(words)
    assert timed, f"no time in {words!r}"
    for pattern, make in _EVENTS.items():
        if happened := re.fullmatch(pattern, timed[2]):
            return make(at(timed[1]), happened)
    raise AssertionError(f"nothing happens in {words!r}")


def look(
    happened: str | list[Event], when: str, policy: Policy | dict[Metric, Target], steps: tuple[Step, ...] = ()
) -> Timeline:
    """What the desk says at ``when``. ``policy`` may be just targets, with ``steps`` for a ladder."""
    events = story(happened) if isinstance(happened, str) else happened
    whole = policy if isinstance(policy, Policy) else Policy("test", policy, steps)
    return timeline(whole, CALENDARS, events, at(when))


def cycles(said: Timeline) -> list[str]:
    return [tell(cycle) for cycle in said.cycles]


def tell(cycle: Cycle) -> str:
    end = f" by {cycle.ended_by} {clock(cycle.ended_at)}" if cycle.ended_by and cycle.ended_at else ""
    return f"{WORDS[cycle.metric]} {clock(cycle.started_at)} → {clock(cycle.due_at)}: {cycle.verdict}{end}"


def steps(said: Timeline) -> list[str]:
    return [tell_step(escalation) for escalation in said.escalations]


def tell_step(escalation: Escalation) -> str:
    people = " ".join(escalation.notify)
    return f"{clock(escalation.at)} {WORDS[escalation.metric]} {escalation.cycle}: {escalation.step} {people}"
