"""Whom an announcement will go to, where there are too many to be counted at once: page by page, each part of everybody by a
counter of its own as soon as there is more than a page of one. The team is told once, when the last page is counted.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from chalicelib.desk.forecasts import Census, Count, Stretch
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.outages import Outage
from chalicelib.desk.outbound import Content, Purpose, to_chat
from chalicelib.desk.settings import Settings
from chalicelib.store import forecasts as store
from chalicelib.store import outages, topics
from chalicelib.store.table import Lost, bumped, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import audience
from chalicelib.use_cases import settings as settings_in_use
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)

LEAST_SECONDS = 15.0  # left to the function, or it stops before the next page


def go_on(
    outage_id: str,
    n: int,
    time_left: Callable[[], float],
    clock: Callable[[], datetime],
    only: Collection[str] = (),
) -> None:
    """Count what is not counted yet for announcement ``n``, or ``only`` these parts of everybody (by name), as far as
    ``time_left`` (seconds) reaches; the minute's check wakes the next counter for the rest."""
    mine = [stretch for stretch in store.stretches(outage_id, n) if not only or stretch.part.name in only]
    try:
        while mine:
            if time_left() < LEAST_SECONDS:
                commit(store.stretch_item(mine[0].handed_on(clock())))
                return
            mine = _go_on(mine, clock())
    except Lost:
        log.info("stretch__taken_by_another", extra={"outage_id": outage_id, "n": n, "part": mine[0].part.name})


def _go_on(mine: Sequence[Stretch], now: datetime) -> list[Stretch]:
    """The next page of the first of these stretches. Returns what is left to do. Raises Lost."""
    stretch, *others = mine
    outage, settings = outages.outage(stretch.outage_id), settings_in_use.current()
    if not outage.latest.awaits_approval or outage.latest.n != stretch.n:
        commit(gone=[store.as_read(each) for each in mine])  # nobody asks any more
        return []
    stretch = audience.counted_on(stretch, outage, settings, now)
    if stretch.cursor is None:
        _join(stretch, outage, settings, now)
        return others
    commit(store.stretch_item(stretch))
    for each in others:
        topics.count(each.outage_id, each.n, only=[each.part.name])
    return [bumped(stretch)]


def _join(stretch: Stretch, outage: Outage, settings: Settings, now: datetime) -> None:
    """It is counted to its end. Others join the same count at the same time, and then one of them tries again. Raises Lost."""

    def attempt() -> bool:
        count = store.count(stretch.outage_id, stretch.n).joined(stretch)
        leaving = Leaving(milliseconds(now), now)
        if count.stretches_left == 0:
            _tell(count, outage, settings, leaving)
        try:
            commit(store.count_item(count), *leaving.items(), gone=[store.as_read(stretch)])
        except Lost as lost:
            if lost.args == store.stretch_key(stretch):
                return False
            raise
        leaving.nudge()
        return True

    if not retrying(attempt):
        raise Lost(*store.stretch_key(stretch))


def _tell(count: Count, outage: Outage, settings: Settings, leaving: Leaving) -> None:
    """The second person, who may be waiting for it. What WhatsApp will not allow makes a sound."""
    desk = settings.desk
    log.info("audience__counted", extra={"outage_id": outage.id, "n": count.n, "people": count.found.people})
    if not desk.group:
        return
    expected = audience.of_census(Census(count), settings, leaving.now)
    words = [text("outage_audience_counted", desk.language, html=True, title=outage.title)]
    words += audience.in_words(expected, desk.language)
    content = Content(text="\n".join(words), html=True, silent=not expected.is_beyond_tier)
    leaving.add(to_chat("telegram", desk.account, desk.group), Purpose.NOTICE, content)
