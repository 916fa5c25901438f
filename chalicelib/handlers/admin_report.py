"""/admin/report: the work of a period in numbers. It names nobody of the team: nobody is ranked."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from chalice import Blueprint

from chalicelib.desk.attainment import Attainment
from chalicelib.desk.outage_tickets import ToldBefore
from chalicelib.desk.validation import FieldError, Invalid
from chalicelib.handlers import http, periods
from chalicelib.use_cases import settings, ticket_report

bp = Blueprint(__name__)

USUAL_PERIOD = timedelta(days=7)
FARTHEST = timedelta(days=32)  # back: every ticket since is read for an answer that has to come within 29 seconds


class Report(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """``opened`` and ``closed`` are tickets, by the tier that the client is served by. ``complaints``: how
    many of the opened are marked so, and ``complaint_share`` in percent of all. ``promises``: what became of those that were
    decided in the period. ``told_before_they_wrote`` is about the outages declared in the period."""

    since: datetime
    until: datetime
    opened: dict[str, int]
    closed: dict[str, int]
    complaints: dict[str, int]
    complaint_share: float | None
    promises: list[Attainment]
    told_before_they_wrote: ToldBefore


@http.admin(bp, "GET /admin/report", scope="read", query=periods.fields(USUAL_PERIOD), answer=Report)
def report(call: http.Call) -> Any:
    """Tickets, kept promises and waiting times of a period of the last 32 days."""
    since, until = periods.asked_for(call, USUAL_PERIOD)
    if since < call.now - FARTHEST:
        raise Invalid([FieldError("from", f"must not be more than {FARTHEST.days} days ago")])
    found = ticket_report.report(since, until, settings.current().calendars, call.now)
    return Report(
        since,
        until,
        {str(tier): n for tier, n in found.opened.items()},
        {str(tier): n for tier, n in found.closed.items()},
        {str(tier): n for tier, n in found.complaints.items()},
        found.complaint_share,
        found.promises,
        found.told_before,
    )
