"""What has its own time: the developers' digest each week, the waves of surveys about the company, the list of VIPs in the
team's topic."""

import logging
from collections.abc import Callable
from datetime import datetime

from chalicelib.use_cases import kept_list, waves, weekly_digest
from chalicelib.use_cases import settings as settings_in_use

log = logging.getLogger(__name__)


def run(now: datetime, time_left: Callable[[], float]) -> dict[str, int]:
    """Returns what was done, for the log and for whoever runs it by hand. ``time_left`` (seconds): how long it may go on. What
    is not done is still to be done the next time."""
    settings = settings_in_use.current()
    done = {
        "digests": int(weekly_digest.post_if_due(settings, now)),
        "planned": waves.plan(settings, now, time_left),
        "directory_changed": kept_list.keep_up(settings, now),
        "asked": waves.ask(settings, now, time_left),
    }
    log.info("rhythm__run", extra=done)
    return done
