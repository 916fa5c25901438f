"""The commands of the emergency group: what begins an announcement, and what is written because no button says it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chalicelib.desk import outage_drafts, status_feed
from chalicelib.desk.announcements import Forbidden, Kind, Refused
from chalicelib.desk.identifiers import milliseconds, new_id
from chalicelib.desk.moments import moment_in
from chalicelib.desk.outage_drafts import OutageDraft
from chalicelib.desk.outages import Outage
from chalicelib.desk.outbound import Content
from chalicelib.desk.zones import zone
from chalicelib.store import outages as store
from chalicelib.store.table import commit
from chalicelib.texts import text
from chalicelib.use_cases import audience, outage_panel
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.outage_saying import RECENT, Saying

MOST_SHOWN = 5


def _begin(saying: Saying, kind: Kind, *, rehearsal: bool = False) -> None:
    """What is announced, in a line: the first question. Without words, how to begin and what there is already."""
    author, asked = saying.author, saying.asked
    title, words = outage_drafts.words_in(asked.words)
    if not title:
        _show(saying, kind, rehearsal=rehearsal)
        return
    most = outage_drafts.LONGEST_TITLE
    if len(title) > most:
        raise Refused("outage_title_long", n=len(title), most=most)
    before = saying.draft
    draft = OutageDraft(
        new_id(asked.now), saying.place, author, title, asked.now, words, kind=kind, rehearsal=rehearsal
    )
    saying.ask(replace(draft, version=before.version if before else 0))


def _show(saying: Saying, kind: Kind, *, rehearsal: bool) -> None:
    asked, leaving = saying.asked, Leaving(milliseconds(saying.asked.now), saying.asked.now)
    how_to = text("rehearsal_how_to" if rehearsal else f"{kind}_how_to", saying.settings.desk.language)
    asked.answered_by(leaving, Content(text=how_to, html=True))
    for outage in _going_on(kind, asked.now, rehearsal=rehearsal)[:MOST_SHOWN]:
        expected = audience.forecast(outage, saying.settings, asked.now)
        asked.answered_by(leaving, outage_panel.announced(outage, saying.settings, expected))
    commit(*leaving.items(), once=asked.once)
    leaving.nudge()


def _going_on(kind: Kind, now: datetime, *, rehearsal: bool) -> list[Outage]:
    """Also what is planned; the most urgent first."""
    found = [each for each in store.since(now - RECENT) if each.kind is kind and each.rehearsal == rehearsal]
    return [*status_feed.current(found), *status_feed.planned(found)]


def _outage(saying: Saying) -> None:
    _begin(saying, Kind.OUTAGE)


def _maintenance(saying: Saying) -> None:
    _begin(saying, Kind.MAINTENANCE)


def _novelty(saying: Saying) -> None:
    _begin(saying, Kind.NOVELTY)


def _rehearsal(saying: Saying) -> None:
    _begin(saying, Kind.OUTAGE, rehearsal=True)


def _text(saying: Saying) -> None:
    """Their own words, in both languages."""
    draft = saying.open_draft()
    words = outage_drafts.texts_in(saying.asked.words.splitlines())
    if words is None:
        raise Refused("outage_two_lines")
    saying.ask(replace(draft, text=words))


def _at(saying: Saying) -> None:
    """When it begins."""
    saying.ask(saying.open_draft().beginning(_moment(saying), saying.asked.now))


def _until(saying: Saying) -> None:
    """When it will be over."""
    saying.ask(saying.open_draft().ending(_moment(saying), saying.asked.now))


def _override(saying: Saying) -> None:
    """A manager decides whether clients are written to directly, and says why."""
    announcer, draft = saying.announcer, saying.open_draft()
    if not announcer.manager:
        raise Forbidden("only_managers_override", name=announcer.name)
    if not saying.asked.words:
        raise Refused("override_needs_a_reason")
    saying.ask(draft.overridden(saying.asked.words[:500]))


def _reason(saying: Saying) -> None:
    """Why it goes back to an earlier state."""
    draft = saying.open_draft()
    if not saying.asked.words:
        raise Refused("back_needs_a_reason")
    saying.ask(draft.explained(saying.asked.words[:500]))


def _moment(saying: Saying) -> datetime:
    """:raises Refused: it is no time, or more than that."""
    found = moment_in(saying.asked.words, saying.asked.now, zone(saying.settings.desk.timezone))
    if found is None or found[1]:
        raise Refused("time_unclear", zone=saying.settings.desk.timezone)
    return found[0]


COMMANDS: dict[str, Callable[[Saying], None]] = {
    "outage": _outage,
    "maintenance": _maintenance,
    "news": _novelty,
    "rehearsal": _rehearsal,
    "text": _text,
    "at": _at,
    "until": _until,
    "override": _override,
    "reason": _reason,
}
"""``texts`` describe them: command_…."""
