"""Being asked about the company, which is not tied to any contact: who is asked in a wave, and when it is a good moment.

    planned ──▶ waits: asked lately, something open, a quiet hour ──▶ asked
                  └── no good moment before the wave ends ──▶ left in peace until the next

A wave is a quarter. VIPs are all in it; of the others a sample, another one each time.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.desk.audience import ALL_PARTS
from chalicelib.desk.clients import Tier
from chalicelib.desk.survey_settings import SurveySettings
from chalicelib.desk.survey_timing import LastAsked
from chalicelib.desk.surveys import Kind
from chalicelib.desk.tickets import Status, Ticket
from chalicelib.desk.whereabouts import awake

NPS_REST = timedelta(days=90)  # nobody is asked about the company more often
CLEAR_OF_CONTACTS = timedelta(days=7)  # of a CSAT and of an open ticket
LOOK_AGAIN = timedelta(days=1)  # while something is open

WAVES = (Kind.NPS, Kind.CSI)


@dataclass(frozen=True)
class Wave:
    """How far the planning of a wave has come: ``part`` is the place in ``ALL_PARTS`` of the list being read, ``after`` the
    place in that list."""

    kind: Kind
    quarter: str
    part: int = 0
    after: str = ""
    version: int = 0

    @property
    def finished(self) -> bool:
        return self.part >= len(ALL_PARTS)


@dataclass(frozen=True)
class Candidate:
    """Somebody who is to be asked in a wave, at ``look_at`` or at the next good moment after it."""

    client_id: str
    kind: Kind
    quarter: str
    ends_at: datetime
    look_at: datetime
    version: int = 0


def quarter_of(now: datetime) -> str:
    at = now.astimezone(UTC)
    return f"{at.year}-Q{(at.month + 2) // 3}"


def end_of_quarter(now: datetime) -> datetime:
    at = now.astimezone(UTC)
    months = at.year * 12 + (at.month - 1) // 3 * 3 + 3
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


def is_on(kind: Kind, settings: SurveySettings) -> bool:
    return settings.nps.on if kind is Kind.NPS else settings.csi.on and bool(settings.csi.qualities)


def is_in(kind: Kind, quarter: str, client_id: str, tier: Tier, settings: SurveySettings) -> bool:
    """CSI is for VIPs alone. Whoever is asked always knows the same, however often it is asked: chance has no memory."""
    if tier is Tier.VIP:
        return True
    if kind is Kind.CSI:
        return False
    drawn = int.from_bytes(hashlib.sha256(f"{quarter} {client_id}".encode()).digest()[:4]) % 100
    return drawn < settings.nps.sample_percent


def good_moment(
    kind: Kind,
    last: LastAsked,
    of_client: Iterable[Ticket],
    settings: SurveySettings,
    now: datetime,
    zones: Sequence[ZoneInfo],
) -> datetime:
    """The earliest time at which the client may be asked, as far as is known now: ``now`` itself, or when to look again.
    ``zones``: those in which the client may be."""
    rest = NPS_REST if kind is Kind.NPS else timedelta(days=settings.csi.every_days)
    asked = [last.at[kind] + rest] if kind in last.at else []
    asked += [last.at[other] + CLEAR_OF_CONTACTS for other in Kind if other is not kind and other in last.at]
    contacts = [_clear_of(ticket, now) for ticket in of_client]
    return awake(max((now, *asked, *contacts)), zones, settings.quiet)


def _clear_of(ticket: Ticket, now: datetime) -> datetime:
    if ticket.status is not Status.CLOSED or ticket.closed_at is None:
        return now + LOOK_AGAIN
    return ticket.closed_at + CLEAR_OF_CONTACTS
