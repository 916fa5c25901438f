"""What-ifs: a policy, calendars and events in, what the desk would have said out. Pure; the endpoint
``POST /admin/service-levels/simulate`` only hands the decoded request over and the answer back.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.desk.calendar_documents import find_calendars
from chalicelib.desk.calendars import Calendar
from chalicelib.desk.policies import Metric, Policy
from chalicelib.desk.policy_documents import find_ladder, find_targets, notify_document
from chalicelib.desk.service_level_events import REPLIES
from chalicelib.desk.service_levels import Cycle, Escalation, Event, EventType, HandoffEnd, timeline
from chalicelib.desk.thanks import is_plain_thanks
from chalicelib.desk.validation import Findings, inside

# More than any ticket has; a what-if must not keep a function busy for long.
MOST_EVENTS = 2000


def simulate(document: Any) -> dict[str, Any]:
    """The answer to a decoded request.

    :raises Invalid: naming every bad field of it.
    """
    findings = Findings()
    request = findings.fields_of(document, "", ("targets", "events", "until"), ("calendars", "ladder"))
    calendars = find_calendars(findings, request.get("calendars", {}), "calendars")
    policy = Policy(
        "what-if",
        find_targets(findings, request.get("targets", {}), "targets", calendars),
        find_ladder(findings, request.get("ladder", []), "ladder"),
    )
    events = _events(findings, request.get("events", []), calendars)
    until = findings.instant(request["until"], "until") if "until" in request else None
    findings.finish()
    assert until  # it is required, so it has been read or found wrong
    result = timeline(policy, calendars, events, until)
    return {
        "cycles": [_cycle_answer(cycle) for cycle in result.cycles],
        "escalations": [_escalation_answer(escalation) for escalation in result.escalations],
    }


# The fields of each type of event besides "at" and "type"; those of client_message alone may be left out.
_FIELDS: Mapping[EventType, tuple[str, ...]] = {
    EventType.CLIENT_MESSAGE: (),
    EventType.STAFF_REPLY: (),
    EventType.REPLY_FAILED: ("reply_at",),
    EventType.WAITING: (),
    EventType.RESUMED: (),
    EventType.CLOSED: (),
    EventType.REOPENED: (),
    EventType.PROMISE: ("until",),
    EventType.TARGETS: ("targets",),
    EventType.ACKNOWLEDGED: ("metric",),
    EventType.HANDOFF_OFFERED: (),
    EventType.HANDOFF_ENDED: ("how",),
    EventType.LOW_GRADE: (),
    EventType.CALLBACK_DONE: (),
}
_OPTIONAL_FIELDS: Mapping[EventType, tuple[str, ...]] = {EventType.CLIENT_MESSAGE: ("text",)}


def _events(findings: Findings, value: Any, calendars: Mapping[str, Calendar]) -> list[Event]:
    written = findings.items_of(value, "events")
    if len(written) > MOST_EVENTS:
        findings.add("events", f"must be {MOST_EVENTS} at most")
        return []
    read = {n: _event(findings, each, f"events[{n}]", calendars) for n, each in enumerate(written)}
    events = {n: event for n, event in read.items() if event}
    replied_at = {event.at for event in events.values() if event.type in REPLIES}
    for n, event in events.items():
        if event.type is EventType.REPLY_FAILED and event.reply_at not in replied_at:
            findings.add(f"events[{n}].reply_at", "is not the time of a staff_reply or promise of these events")
    return [event for n, event in events.items() if not _is_thanks(written[n])]


def _event(findings: Findings, value: Any, path: str, calendars: Mapping[str, Calendar]) -> Event | None:
    if not isinstance(value, dict):
        findings.add(path, "must be an object")
        return None
    found_before = len(findings.errors)
    event_type = findings.member(EventType, value.get("type"), inside(path, "type"))
    if not event_type:
        return None
    optional = _OPTIONAL_FIELDS.get(event_type, ())
    findings.fields_of(value, path, ("at", "type", *_FIELDS[event_type]), optional)
    fields = {
        name: _READ[name](findings, value[name], inside(path, name), calendars)
        for name in ("at", *_FIELDS[event_type], *optional)
        if name in value
    }
    if len(findings.errors) > found_before:
        return None
    fields.pop("text", None)
    if event_type is EventType.PROMISE and fields["until"] <= fields["at"]:
        findings.add(inside(path, "until"), "must be later than the promise itself")
    return Event(type=event_type, **fields)


def _text(findings: Findings, value: Any, path: str) -> str:
    if isinstance(value, str):
        return value
    findings.add(path, "must be a text")
    return ""


_READ: Mapping[str, Callable[[Findings, Any, str, Mapping[str, Calendar]], Any]] = {
    "at": lambda findings, value, path, _: findings.instant(value, path),
    "reply_at": lambda findings, value, path, _: findings.instant(value, path),
    "until": lambda findings, value, path, _: findings.instant(value, path),
    "text": lambda findings, value, path, _: _text(findings, value, path),
    "metric": lambda findings, value, path, _: findings.member(Metric, value, path),
    "how": lambda findings, value, path, _: findings.member(HandoffEnd, value, path),
    "targets": find_targets,
}


def _is_thanks(written: Mapping[str, Any]) -> bool:
    return written["type"] == EventType.CLIENT_MESSAGE and is_plain_thanks(written.get("text", ""))


def _cycle_answer(cycle: Cycle) -> dict[str, Any]:
    return {
        "metric": str(cycle.metric),
        "cycle": cycle.cycle,
        "started_at": _written(cycle.started_at),
        "due_at": _written(cycle.due_at),
        "ended_at": _written(cycle.ended_at) if cycle.ended_at else None,
        "ended_by": str(cycle.ended_by) if cycle.ended_by else None,
        "verdict": str(cycle.verdict),
        "business_minutes": cycle.business_minutes,
    }


def _escalation_answer(escalation: Escalation) -> dict[str, Any]:
    return {
        "metric": str(escalation.metric),
        "cycle": escalation.cycle,
        "step": escalation.step,
        "notify": notify_document(escalation.notify),
        "at": _written(escalation.at),
    }


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
