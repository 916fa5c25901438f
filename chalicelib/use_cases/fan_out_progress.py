"""How a fan-out comes along, in one message of the team's group. Called by the minute's check."""

import logging
from dataclasses import replace
from datetime import datetime

from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.outages import Outage
from chalicelib.desk.outbound import Content, Purpose, Verb, to_chat
from chalicelib.desk.progress import Progress
from chalicelib.desk.settings import Settings
from chalicelib.desk.tallies import Report
from chalicelib.store import outages as store
from chalicelib.store import outbound
from chalicelib.store.table import Lost, commit
from chalicelib.texts import text
from chalicelib.use_cases import outage_report
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)

MOST_SHOWN = 10  # in one check


def show(settings: Settings, now: datetime) -> int:
    """Bring up to date what is due. Returns how many fan-outs are on their way."""
    due = store.progress_due(now, MOST_SHOWN)
    for progress in due:
        try:
            _show(progress, settings, now)
        except Lost:
            log.info("progress__taken_by_another", extra={"outage_id": progress.outage_id})
    return len(due)


def _show(progress: Progress, settings: Settings, now: datetime) -> None:
    desk, outage = settings.desk, store.outage(progress.outage_id)
    report = outage_report.of_announcement(store.announcement(progress.outage_id, progress.n))
    is_over = report is None or not desk.group or (report.planned and not report.not_yet)
    after = progress.looked(now, finished=is_over)
    leaving = Leaving(milliseconds(now), now)
    words = _words(outage, report, desk.language) if report and desk.group else progress.shown
    group = to_chat("telegram", desk.account, desk.group)
    if words != progress.shown and not progress.order:
        carrier = leaving.add(group, Purpose.NOTICE, Content(text=words, html=True, silent=True))
        after = replace(after, order=carrier.order, shown=words)
    elif words != progress.shown:
        sent = outbound.outbound_if_any(group, progress.order)
        if sent is None or sent.provider_id is None:
            after = replace(after, finished=sent is None or sent.finished)  # not there yet, or never will be
        else:
            leaving.add(group, Purpose.NOTICE, Content(Verb.EDIT, words, html=True, message_id=sent.provider_id))
            after = replace(after, shown=words)
    commit(store.progress_item(after), *leaving.items())
    leaving.nudge()


def _words(outage: Outage, report: Report, language: str) -> str:
    is_done = report.planned and not report.not_yet
    key = "progress_done" if is_done else "progress_paused" if outage.paused else "progress_going"
    lines = [
        *([text("announcement_rehearsal", language)] if outage.rehearsal else []),
        text(key, language, html=True, title=outage.title),
        text("progress_counts", language, told=report.told, waiting=report.not_yet, unknown=report.unknown),
    ]
    others = {"opted_out": report.opted_out, "cancelled": report.cancelled, "overtaken": report.overtaken}
    lines += (text(f"progress_{name}", language, n=n) for name, n in others.items() if n)
    lines += (
        text("progress_failed", language, n=n, reason=text(f"reason_{reason}", language))
        for reason, n in sorted(report.failed.items())
    )
    if report.last_after_seconds is not None:
        first, last = round(report.first_after_seconds or 0), round(report.last_after_seconds)
        lines.append(text("progress_seconds", language, first=first, last=last))
    return "\n".join(lines)
