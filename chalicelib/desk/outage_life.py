"""What somebody announces becomes an outage, or the next announcement of one; or it is refused, naming every wrong field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.desk.announcements import (
    ENDS,
    Announcement,
    Channels,
    Kind,
    Level,
    Override,
    Refused,
    State,
    channels,
)
from chalicelib.desk.messages import Author
from chalicelib.desk.outages import DESK, LANGUAGES, LIVES, Outage
from chalicelib.desk.validation import Findings

MOST_AHEAD = timedelta(days=60)  # before it begins, and then until it is over


@dataclass(frozen=True)
class Declaration:
    """What an announcer says when they declare an outage. Without ``state`` its life begins at the beginning."""

    title: str
    kind: Kind
    level: Level
    text: Mapping[str, str]
    components: tuple[str, ...] = ()
    in_app: bool = True
    state: State | None = None
    starts_at: datetime | None = None
    expected_at: datetime | None = None
    begin_with: Mapping[str, str] | None = None
    override: Override | None = None
    rehearsal: bool = False


@dataclass(frozen=True)
class Update:
    """What an announcer says next. ``changes`` has the fields that were given: ``state``, ``level``, ``in_app``,
    ``expected_at``, ``starts_at``; the others stay as they are. ``corrects``: what was said last was
    wrong, and the text says so."""

    text: Mapping[str, str]
    changes: Mapping[str, Any]
    reason: str = ""
    override: Override | None = None
    corrects: bool = False


def declare(
    said: Declaration, outage_id: str, author: Author, known_components: Collection[str], now: datetime
) -> Outage:
    """A new outage with its first announcement.

    :raises Invalid: naming every field that does not hold.
    """
    findings = Findings()
    life = LIVES[said.kind]
    state = said.state or life[0]
    _check_state(findings, state, said.kind)
    if state in ENDS:
        findings.add("state", "is the end: declare it while it lasts")
    for n, component in enumerate(said.components):
        if component not in known_components:
            known = ", ".join(known_components) or "none yet: add them to /admin/settings/components"
            findings.add(f"components[{n}]", f"is not a known component; known are {known}")
    if said.kind is Kind.NOVELTY and said.level is not Level.GREEN:
        findings.add("level", "must be green for a novelty")
    _check_start(findings, said.starts_at, state)
    _check_text(findings, said.text)
    if said.begin_with is not None:
        _check_text(findings, said.begin_with, "begin_with")
    _check_times(findings, said.starts_at, said.expected_at, now)
    findings.finish()
    first = Announcement(
        outage_id=outage_id,
        n=1,
        at=now,
        state=state,
        level=said.level,
        text=dict(said.text),
        author=author,
        channels=channels(said.kind, said.level, in_app=said.in_app, override=said.override),
        override=said.override,
        starts_at=said.starts_at,
        expected_at=said.expected_at,
    )
    return Outage(
        id=outage_id,
        title=said.title,
        kind=said.kind,
        components=said.components,
        in_app=said.in_app,
        created_at=now,
        latest=first,
        worst=said.level,
        started_at=said.starts_at if state is State.SCHEDULED else now,
        emergency=first.channels.emergency,
        begin_with=said.begin_with,
        rehearsal=said.rehearsal,
    )


def announce(outage: Outage, said: Update, author: Author, now: datetime) -> Outage:
    """The outage with its next announcement as ``latest``.

    :raises Refused: it has ended and nobody said why it begins again, or this was announced already.
    :raises Invalid: naming every field that does not hold.
    """
    state: State = said.changes.get("state", outage.state)
    level: Level = said.changes.get("level", outage.level)
    in_app: bool = said.changes.get("in_app", outage.in_app)
    if outage.ended and (not said.reason or state in ENDS):
        raise Refused("outage_has_ended")
    findings = Findings()
    _check_state(findings, state, outage.kind)
    if not findings.errors and _goes_back(outage, state) and not said.reason:
        findings.add("reason", f"is required to go back from {outage.state} to {state}; it is kept")
    if outage.kind is Kind.NOVELTY and level is not Level.GREEN:
        findings.add("level", "must be green for a novelty")
    _check_text(findings, said.text)
    starts_at, expected_at = said.changes.get("starts_at"), said.changes.get("expected_at")
    _check_times(findings, starts_at, expected_at, now)
    starts_at = said.changes.get("starts_at", outage.latest.starts_at if state is State.SCHEDULED else None)
    _check_start(findings, starts_at, state)
    expected_at = _expected_at(outage, said, state, now)
    if not findings.errors:
        _check_order(findings, starts_at, expected_at)
    findings.finish()
    reached = _channels(outage, said, state, level, in_app=in_app)
    latest = Announcement(
        outage_id=outage.id,
        n=outage.latest.n + 1,
        at=now,
        state=state,
        level=level,
        text=dict(said.text),
        author=author,
        channels=reached,
        starts_at=starts_at,
        expected_at=expected_at,
        called_off=outage.planned and state in ENDS,
        reason=said.reason,
        override=said.override,
        approved_at=now if state in ENDS and reached.direct else None,
    )
    if _says_the_same(latest, outage.latest) and not outage.latest.is_too_late(now):
        raise Refused("already_announced", n=outage.latest.n)
    return replace(
        outage,
        latest=latest,
        worst=min(outage.worst, level, key=lambda found: found.rank),
        in_app=in_app,
        started_at=_started_at(outage, latest, now),
        ended_at=now if state in ENDS else None,
        emergency=outage.emergency or latest.channels.emergency,
    )


def begun(outage: Outage, text: Mapping[str, str], now: datetime) -> Outage:
    """Its hour has come: it is in progress. Whoever approved what was announced ahead has approved the words for the beginning
    with it, if there were any; else direct messages wait for a second person as ever."""
    after = announce(outage, Update(text, {"state": State.IN_PROGRESS}), DESK, now)
    is_approved = outage.begin_with is not None and outage.directed == outage.latest.n
    if not is_approved or not after.latest.channels.direct:
        return after
    return replace(after, latest=replace(after.latest, approver=outage.latest.approver, approved_at=now))


def _channels(outage: Outage, said: Update, state: State, level: Level, *, in_app: bool) -> Channels:
    """The end goes by the channels that the news went by, whatever level it has by then; a
    correction, where the mistake went."""
    if state in ENDS:
        return Channels(emergency=outage.emergency, direct=outage.directed > 0)
    if said.corrects and not said.override:
        return outage.latest.channels
    return channels(outage.kind, level, in_app=in_app, override=said.override)


def _goes_back(outage: Outage, state: State) -> bool:
    life = LIVES[outage.kind]
    return life.index(state) < life.index(outage.state)


def _started_at(outage: Outage, latest: Announcement, now: datetime) -> datetime | None:
    """Planned work starts when it is said to be in progress; until then this is when it will. What was called off never has."""
    if latest.state is State.SCHEDULED:
        return latest.starts_at
    if latest.called_off:
        return None
    return outage.started_at if outage.started_at and not outage.planned else now


def _expected_at(outage: Outage, said: Update, state: State, now: datetime) -> datetime | None:
    """As given; else as before, unless that has passed, or all is over or has just been repaired."""
    if "expected_at" in said.changes:
        given: datetime | None = said.changes["expected_at"]
        return given
    before = outage.latest.expected_at
    is_repaired = state is State.MONITORING and outage.state is not State.MONITORING
    return before if before and before > now and state not in ENDS and not is_repaired else None


def _says_the_same(one: Announcement, other: Announcement) -> bool:
    """A second tap on the same button announces nothing new."""

    def said(announcement: Announcement) -> tuple[Any, ...]:
        return (
            announcement.state,
            announcement.level,
            announcement.text,
            announcement.starts_at,
            announcement.expected_at,
            announcement.channels.direct,
        )

    return said(one) == said(other)


def _check_state(findings: Findings, state: State, kind: Kind) -> None:
    life = LIVES[kind]
    if state not in life:
        findings.add("state", f"must be one of {', '.join(life)} for {kind}")


def _check_text(findings: Findings, text: Mapping[str, str], path: str = "text") -> None:
    for language in LANGUAGES:
        if not text.get(language, "").strip():
            findings.add(f"{path}.{language}", "must not be empty: clients read it in their own language")


def _check_start(findings: Findings, starts_at: datetime | None, state: State) -> None:
    if starts_at and state is not State.SCHEDULED:
        findings.add("starts_at", "is only for what is scheduled; leave it out")
    if starts_at is None and state is State.SCHEDULED:
        findings.add("starts_at", "is required for what is scheduled: say when it begins, or that it is in_progress")


def _check_times(findings: Findings, starts_at: datetime | None, expected_at: datetime | None, now: datetime) -> None:
    if starts_at and starts_at <= now:
        findings.add("starts_at", "has passed; give a time to come, or the state in_progress")
    _check_ahead(findings, "starts_at", starts_at, now)
    _check_ahead(findings, "expected_at", expected_at, starts_at or now)
    if expected_at and expected_at <= now:
        findings.add("expected_at", "has passed; give a time to come, or leave it out")
    else:
        _check_order(findings, starts_at, expected_at)


def _check_ahead(findings: Findings, name: str, at: datetime | None, since: datetime) -> None:
    if at and at > since + MOST_AHEAD:
        findings.add(name, f"is more than {MOST_AHEAD.days} days ahead; announce it later, or give an earlier time")


def _check_order(findings: Findings, starts_at: datetime | None, expected_at: datetime | None) -> None:
    if expected_at and starts_at and expected_at <= starts_at:
        findings.add("expected_at", "must be after starts_at")
