"""Every minute: what has come due is told, and what a crash left behind is woken. It costs what is due, not what is open."""

import logging
from collections.abc import Callable
from datetime import datetime

from chalicelib.store import outbound, queues
from chalicelib.use_cases import announcing, escalations, fan_out_progress, moving, overdue, vip_import
from chalicelib.use_cases import settings as settings_in_use

log = logging.getLogger(__name__)

MOST_STUCK_PER_SHARD = 250


def run(now: datetime, time_left: Callable[[], float]) -> dict[str, int]:
    """Returns what was found, for the log and for whoever runs it by hand. ``time_left`` (seconds): how long it may go on."""
    stuck = outbound.stuck(now, MOST_STUCK_PER_SHARD)
    queues.nudge(stuck, healing=True)
    told = escalations.check(settings_in_use.current(), now, time_left)
    begun = announcing.begin_due(settings_in_use.current(), now)
    asked = overdue.ask(settings_in_use.current(), now)
    announced = announcing.heal(now)
    moved = moving.go_on(settings_in_use.current(), now)
    settled = vip_import.go_on(settings_in_use.current(), now)
    shown = fan_out_progress.show(settings_in_use.current(), now)
    found = {
        "tickets_told": told,
        "conversations_moved": moved,
        "list_parts_settled": settled,
        "destinations_woken": len(stuck),
        "outages_begun": begun,
        "outages_overdue": asked,
        "announcements_woken": announced,
        "fan_outs_shown": shown,
    }
    log.info("minute__checked", extra=found)
    return found
