"""Somebody announces: the decision is committed with the intent to publish it, then handed to the topic.

A crash between the two is healed by the minute's check, so that what was decided is announced, whatever dies. Subscribers
may hear of an announcement twice and act once.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.desk import announcements, announcers, deliveries, outage_drafts, outage_life, outages
from chalicelib.desk.announcements import Announcement, Forbidden, Kind, Override, Publication, Refused, State
from chalicelib.desk.deliveries import Segment
from chalicelib.desk.forecasts import Census, Stretch
from chalicelib.desk.identifiers import new_id
from chalicelib.desk.messages import Author
from chalicelib.desk.outage_life import Declaration, Update
from chalicelib.desk.outage_tickets import STANDS_STILL_AFTER, Doing, Round
from chalicelib.desk.outages import Outage
from chalicelib.desk.progress import Progress
from chalicelib.desk.settings import Settings
from chalicelib.store import deliveries as plans
from chalicelib.store import forecasts as counts
from chalicelib.store import outage_tickets as tickets_of
from chalicelib.store import outages as store
from chalicelib.store import topics
from chalicelib.store.table import Exists, Item, bumped, commit, retrying
from chalicelib.use_cases import announcement_words, audience, outage_report

log = logging.getLogger(__name__)

RECENT = timedelta(days=30)  # what began earlier and has just ended is nobody's flapping
MOST_HEALED = 100  # of a kind in one check; the rest waits for the next minute


def declare(said: Declaration, by: Author, settings: Settings, now: datetime, *, anew: bool = False) -> Outage:
    """A new outage with its first announcement, which is published at once; direct messages wait for the second person.
    ``anew``: it is another one, whatever ended or was declared moments ago.

    Raises Forbidden for who may not announce, Refused when one of the same parts ended moments ago or exactly this was
    declared, and Invalid.
    """

    def attempt() -> Outage:
        outage = declared(said, by, settings, now)
        if outage.kind is Kind.OUTAGE and not anew and not said.rehearsal:
            _refuse_if_back(outage, now)
        once = None if anew else store.declared_item(outage, now)
        return publish(outage, audience.counted_at_once(outage, settings, now), now, once=once)

    try:
        return retrying(attempt)
    except Exists as exists:
        raise Refused("already_declared") from exists


def declared(said: Declaration, by: Author, settings: Settings, now: datetime) -> Outage:
    """The outage as it will be once it is published."""
    author = _author(by, said.override, settings)
    return outage_life.declare(said, new_id(now), author, settings.components, now)


def announce(outage_id: str, said: Update, by: Author, settings: Settings, now: datetime) -> Outage:
    """The next announcement of an outage. Raises NotFound, Forbidden, Refused and Invalid."""

    def attempt() -> Outage:
        outage = next_of(outage_id, said, by, settings, now)
        return publish(outage, audience.counted_at_once(outage, settings, now), now)

    return retrying(attempt)


def next_of(outage_id: str, said: Update, by: Author, settings: Settings, now: datetime) -> Outage:
    """The outage as it will be once its next announcement is published."""
    author, outage = _author(by, said.override, settings), store.outage(outage_id)
    if said.corrects:
        given = {code: words for code, words in said.text.items() if words.strip()}
        if given == outage.latest.text:
            raise Refused("already_announced", n=outage.latest.n)
        said = replace(said, text={code: announcement_words.correction(given[code], code) for code in given})
    return outage_life.announce(outage, said, author, now)


def _refuse_if_back(outage: Outage, now: datetime) -> None:
    recent = store.since(now - RECENT)
    if again := outage_drafts.flapping(recent, outage.title, outage.components, now):
        raise Refused("reopen_instead", id=again.id, title=again.title)


def approve(outage_id: str, n: int, by: Author, settings: Settings, now: datetime) -> Announcement:
    """Let the direct messages go. Approving twice sends once. Raises NotFound, Forbidden and Refused."""
    approver = announcers.second_person(settings.announcers, by)
    return retrying(lambda: _approve(outage_id, n, approver, now))


FAN_OUT = {"pause": outages.paused, "resume": outages.resumed, "cancel": outages.called_off}
"""What can be done to the direct messages that are on their way."""


def steer(outage_id: str, action: str, by: Author, settings: Settings, now: datetime) -> Outage:
    """Raises NotFound, Forbidden, and Refused when nothing is on its way."""
    announcers.named(settings.announcers, by)

    def attempt() -> Outage:
        before = store.outage(outage_id)
        after = FAN_OUT[action](before)
        if action != "resume" and not outage_report.is_under_way(before):
            raise Refused("nothing_on_its_way")
        if after != before:
            segments = _woken(after, now) if action == "resume" else []
            commit(store.outage_item(after), *segments)
        return after

    changed = retrying(attempt)
    log.info("fan_out__steered", extra={"outage_id": outage_id, "action": action})
    if action == "resume":
        with _healed_if_it_fails(outage_id):
            topics.announce(outage_id, changed.directed, emergency=False, direct=True)
    return changed


def _woken(outage: Outage, now: datetime) -> list[Item]:
    """The planner goes on where it stood still."""
    segments = plans.segments(outage.id, outage.directed)
    return [plans.segment_item(segment.handed_on(now)) for segment in segments if not segment.finished]


def _author(by: Author, override: Override | None, settings: Settings) -> Author:
    person = announcers.named(settings.announcers, by)
    if override and not person.manager:
        raise Forbidden("only_managers_override", name=person.name)
    return announcers.author(person)


def begin_due(settings: Settings, now: datetime) -> int:
    """Planned work and novelties are announced at their hour, without anybody awake. Returns how many."""
    due = store.beginning(now, MOST_HEALED)
    for outage in due:
        retrying(lambda outage_id=outage.id: _begin(outage_id, settings, now))  # type: ignore[misc]
    return len(due)


def _begin(outage_id: str, settings: Settings, now: datetime) -> None:
    outage = store.outage(outage_id)
    if outage.begins_at is None or outage.begins_at > now:
        return  # somebody has said so themselves, or has put it off
    words = outage.begin_with or announcement_words.wording(outage.kind, State.IN_PROGRESS, outage.title, settings)
    begun = outage_life.begun(outage, words, now)
    publish(begun, audience.counted_at_once(begun, settings, now), now)


def heal(now: datetime) -> int:
    """Hand over what a crash left behind, and wake segments that stand still. Returns how much that was."""
    publications = store.unpublished(now, MOST_HEALED)
    for publication in publications:
        _hand_over(publication)
    waiting = _parts_of_each(plans.standing_still(now, MOST_HEALED))
    for (outage_id, n), parts in waiting:
        topics.announce(outage_id, n, emergency=False, direct=True, only=parts)
    uncounted = _parts_of_each(counts.standing_still(now, MOST_HEALED))
    for (outage_id, n), parts in uncounted:
        topics.count(outage_id, n, only=parts)
    rounds = tickets_of.standing_still(now - STANDS_STILL_AFTER, MOST_HEALED)
    for each in rounds:
        topics.go_round(each.outage_id, each.id)
    if now.minute == 0:
        topics.refresh_status_page()  # its 90 days move on though nothing happens
    return len(publications) + len(waiting) + len(uncounted) + len(rounds)


def _parts_of_each(found: Iterable[Segment | Stretch]) -> list[tuple[tuple[str, int], list[str]]]:
    """Their names, by announcement."""
    parts: dict[tuple[str, int], list[str]] = {}
    for each in found:
        parts.setdefault((each.outage_id, each.n), []).append(each.part.name)
    return sorted(parts.items())


def publish(
    outage: Outage, known: Census | None, now: datetime, also: Sequence[Item] = (), once: Item | None = None
) -> Outage:
    """Commit the outage with its latest announcement, whom that is ``known`` to go to and ``also`` other items, and hand it to
    the topic. Raises Lost when the outage has changed meanwhile, Exists when ``once`` says that it was done."""
    latest = outage.latest
    publication = Publication(outage.id, latest.n, latest.channels.emergency)
    goes_to_people = latest.approved_at is not None
    outage = outages.let_go(outage, latest) if goes_to_people else outage
    end = Round(outage.id, new_id(now), Doing.END, now, latest.author) if latest.ends else None
    commit(
        store.outage_item(outage),
        store.announcement_item(latest),
        store.publication_item(publication, now),
        *(_plan(latest, now) if goes_to_people else ()),
        *([tickets_of.round_item(end)] if end else ()),
        *(counts.items(known) if known else ()),
        *also,
        once=once,
    )
    log.info("outage__announced", extra={"outage_id": outage.id, "n": latest.n, "state": latest.state})
    with _healed_if_it_fails(outage.id):
        _hand_over(publication)
        if goes_to_people:
            topics.announce(outage.id, latest.n, emergency=False, direct=True)
        if end:
            topics.go_round(outage.id, end.id)
        if known and not known.whole:
            topics.count(outage.id, latest.n)
    return bumped(outage)


def _plan(announcement: Announcement, now: datetime) -> list[Item]:
    """What the planner works off: the audience, cut into segments; and the message that shows how it comes along."""
    segments = deliveries.segments(announcement.outage_id, announcement.n, now, ends=announcement.ends)
    progress = Progress(announcement.outage_id, announcement.n, now)
    return [*map(plans.segment_item, segments), store.progress_item(progress)]


def _hand_over(publication: Publication) -> None:
    topics.announce(publication.outage_id, publication.n, emergency=publication.emergency, direct=False)
    store.published(publication)


def _approve(outage_id: str, n: int, approver: Author, now: datetime) -> Announcement:
    outage = store.outage(outage_id)
    before = store.announcement(outage_id, n)
    if outage.ended and before.approved_at is None:
        raise Refused("over_before_approval")
    approved = announcements.approved(before, outage.latest.n, approver, now)
    if approved is before:
        return approved
    commit(
        store.outage_item(outages.let_go(outage, approved)),
        store.announcement_item(approved),
        *_plan(approved, now),
    )
    log.info("announcement__approved", extra={"outage_id": outage_id, "n": n})
    with _healed_if_it_fails(outage_id):
        topics.announce(outage_id, n, emergency=False, direct=True)
    return bumped(approved)


@contextmanager
def _healed_if_it_fails(outage_id: str) -> Iterator[None]:
    """What is committed is safe: the minute's check hands it over. Whoever announces must not be told to do it again."""
    try:
        yield
    except (BotoCoreError, ClientError):
        log.exception("announcement__not_handed_over", extra={"outage_id": outage_id})
