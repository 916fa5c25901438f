"""The shapes in which the admin endpoint gives outages away: they change only by growing."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.desk import announcements, outages
from chalicelib.desk.announcements import Channels, Kind, Level, Override, State
from chalicelib.desk.forecasts import Forecast
from chalicelib.desk.outage_tickets import ToldBefore
from chalicelib.desk.tallies import Report
from chalicelib.use_cases.outage_report import OutageReport


@dataclass(frozen=True)
class Outage:
    """``started_at`` of what is scheduled is when it will start. ``announced`` counts its announcements."""

    id: str
    title: str
    kind: Kind
    level: Level
    state: State
    components: tuple[str, ...]
    in_app: bool
    created_at: datetime
    started_at: datetime | None
    expected_at: datetime | None
    resolved_at: datetime | None
    announced: int
    paused: bool
    rehearsal: bool


@dataclass(frozen=True)
class Announcement:
    """``channels`` beside the banner and the status page. ``awaits_approval``: direct messages wait for the second person.
    ``delivery`` is how they came through; null while none has been let go. ``author`` and ``approver`` are names."""

    n: int
    at: datetime
    state: State
    level: Level
    text: dict[str, str]
    starts_at: datetime | None
    expected_at: datetime | None
    reason: str
    override: Override | None
    author: str
    approver: str | None
    approved_at: datetime | None
    channels: Channels
    awaits_approval: bool
    delivery: Report | None


@dataclass(frozen=True)
class WholeOutage(Outage):
    """``forecast``: whom its direct messages would reach, while they wait for approval. ``tickets`` counts those of this
    outage. ``told_before_they_wrote``: of the affected clients, the share whose announcement was sent before their first
    message about it."""

    announcements: list[Announcement]
    forecast: Forecast | None
    tickets: int
    told_before_they_wrote: ToldBefore


@dataclass(frozen=True)
class Reply:
    """One answer to all tickets of an outage is on its way."""

    id: str


def outage(found: outages.Outage) -> Outage:
    return Outage(
        id=found.id,
        title=found.title,
        kind=found.kind,
        level=found.level,
        state=found.state,
        components=found.components,
        in_app=found.in_app,
        created_at=found.created_at,
        started_at=found.started_at,
        expected_at=found.latest.expected_at,
        resolved_at=found.ended_at,
        announced=found.latest.n,
        paused=found.paused,
        rehearsal=found.rehearsal,
    )


def whole_outage(found: outages.Outage, report: OutageReport, forecast: Forecast | None) -> WholeOutage:
    return WholeOutage(
        **vars(outage(found)),
        announcements=[_announcement(announcement, each) for announcement, each in report.announcements],
        forecast=forecast,
        tickets=report.tickets,
        told_before_they_wrote=report.told_before,
    )


def _announcement(found: announcements.Announcement, report: Report | None) -> Announcement:
    return Announcement(
        n=found.n,
        at=found.at,
        state=found.state,
        level=found.level,
        text=found.text,
        starts_at=found.starts_at,
        expected_at=found.expected_at,
        reason=found.reason,
        override=found.override,
        author=found.author.name,
        approver=found.approver.name if found.approver else None,
        approved_at=found.approved_at,
        channels=found.channels,
        awaits_approval=found.awaits_approval,
        delivery=report,
    )
