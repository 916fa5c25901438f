"""What was to be over by now: nobody ends it but people, so the team is asked, once for each time that clients were told.

Asked in the team's group, where the buttons work for announcers as in the emergency one; that may be a channel for everybody.
Called by the minute's check.
"""

import logging
from dataclasses import replace
from datetime import datetime

from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.outages import Outage
from chalicelib.desk.outbound import Purpose, to_chat
from chalicelib.desk.settings import Settings
from chalicelib.store import outages as store
from chalicelib.store.table import Lost, commit
from chalicelib.texts import text
from chalicelib.use_cases import outage_panel
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)

MOST_ASKED = 10  # in one check


def ask(settings: Settings, now: datetime) -> int:
    """Returns how many were asked about."""
    due = store.overdue(now, MOST_ASKED)
    for outage in due:
        try:
            _ask(store.outage(outage.id), settings, now)
        except Lost:
            log.info("overdue__taken_by_another", extra={"outage_id": outage.id})
    return len(due)


def _ask(outage: Outage, settings: Settings, now: datetime) -> None:
    if outage.overdue_at is None or outage.overdue_at > now:
        return  # it is over, or somebody has said that it takes longer
    leaving, desk = Leaving(milliseconds(now), now), settings.desk
    if desk.group and not outage.rehearsal:
        shown = outage_panel.announced(outage, settings)
        words = text("outage_overdue", desk.language) + "\n\n" + shown.text
        leaving.add(to_chat("telegram", desk.account, desk.group), Purpose.NOTICE, replace(shown, text=words))
    commit(store.outage_item(replace(outage, asked_about=outage.latest.n)), *leaving.items())
    leaving.nudge()
    log.info("overdue__asked", extra={"outage_id": outage.id})
