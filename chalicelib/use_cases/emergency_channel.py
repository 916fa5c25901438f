"""The emergency channel hears of an outage: one message per announcement, in their order, through the outbox."""

import logging
from datetime import datetime

from chalicelib.desk.announcements import Announcement
from chalicelib.desk.outages import Outage
from chalicelib.desk.outbound import Content, Purpose, to_chat
from chalicelib.desk.settings import Settings
from chalicelib.store import messages
from chalicelib.store import outages as store
from chalicelib.store.table import Exists, commit
from chalicelib.use_cases import announcement_words
from chalicelib.use_cases import settings as settings_in_use
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)


def post(outage_id: str, n: int, now: datetime) -> None:
    """Post announcement ``n``, and whatever came before it and has not been posted: SNS keeps no order, the channel does."""
    in_use, outage = settings_in_use.current(), store.outage(outage_id)
    chat = in_use.announcements.rehearsal.chat if outage.rehearsal else in_use.desk.emergency_chat
    if not chat:
        log.warning("emergency_channel__not_set", extra={"outage_id": outage_id})
        return
    for announcement in store.announcements(outage_id):
        if announcement.n <= n and announcement.channels.emergency:
            _post(outage, announcement, chat, in_use, now)


def _post(outage: Outage, announcement: Announcement, chat: str, in_use: Settings, now: datetime) -> None:
    desk = in_use.desk
    words = announcement_words.told(outage, announcement, desk.language, desk.timezone)
    leaving = Leaving(int(announcement.at.timestamp() * 1000), now)
    leaving.add(
        to_chat("telegram", desk.account, chat),
        Purpose.ANNOUNCEMENT,
        Content(text=words, html=True, silent=in_use.announcements.is_quiet(announcement, now, desk.timezone)),
    )
    once = messages.seen_item(f"ANNOUNCEMENT#{outage.id}#{announcement.n:04d}", now)
    try:
        commit(*leaving.items(), once=once)
    except Exists:
        return  # SNS handed it over before
    leaving.nudge()
    log.info("emergency_channel__told", extra={"outage_id": outage.id, "n": announcement.n})
