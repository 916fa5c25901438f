"""The buttons under the questions of the emergency group, up to the one that announces. Each is a row of ``STEPS``."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.desk.announcements import Level, Refused, State
from chalicelib.desk.outage_drafts import OutageDraft
from chalicelib.desk.outbound import Content
from chalicelib.store import outage_drafts as drafts
from chalicelib.store import outages as store
from chalicelib.texts import text
from chalicelib.use_cases import announcing, audience, outage_panel
from chalicelib.use_cases.outage_saying import DROPPED, Saying


def _level(saying: Saying, draft: OutageDraft) -> str:
    return saying.ask(replace(draft, level=Level(saying.asked.words)))


def _in_app(saying: Saying, draft: OutageDraft) -> str:
    return saying.ask(replace(draft, in_app=saying.asked.words == "yes"))


def _part(saying: Saying, draft: OutageDraft) -> str:
    parts = saying.settings.components[int(saying.asked.words) :]
    return saying.ask(draft.toggled(parts[0])) if parts else saying.ask(draft, "outage_part_gone")


def _leaf(saying: Saying, draft: OutageDraft) -> str:
    """To other parts than those that are shown."""
    return saying.ask(replace(draft, parts_from=int(saying.asked.words)))


def _parts(saying: Saying, draft: OutageDraft) -> str:
    return saying.ask(replace(draft, parts_known=True))


def _begins(saying: Saying, draft: OutageDraft) -> str:
    """At a time that was offered."""
    at = datetime.fromtimestamp(int(saying.asked.words), UTC)
    return saying.ask(draft.beginning(at, saying.asked.now))


def _begins_now(saying: Saying, draft: OutageDraft) -> str:
    return saying.ask(replace(draft, state=State.IN_PROGRESS))


def _expected(saying: Saying, draft: OutageDraft) -> str:
    return saying.ask(replace(draft, minutes=int(saying.asked.words)))


def _again(saying: Saying, draft: OutageDraft) -> str:
    """It is the outage that ended moments ago: that one goes on, as bad as it was answered to be now."""
    reason = text("outage_reason_back", saying.settings.desk.language)
    before = store.outage(saying.asked.words)
    if not before.ended:
        raise Refused("outage_moved_on")
    draft = replace(draft, title=before.title, components=before.components, outage_id=before.id, before=before.state)
    return saying.ask(replace(draft, state=State.INVESTIGATING, reason=reason))


def _drop(saying: Saying, draft: OutageDraft) -> str:
    dropped = text("outage_dropped", saying.settings.desk.language)
    saying.keep(replace(draft, announced=DROPPED), Content(text=dropped))
    return dropped


def _go(saying: Saying, draft: OutageDraft) -> str:
    """Announce it: the outage, the draft that is done with, and the message that says so are one transaction. What has become
    untrue while the draft lay there is asked once more."""
    now, settings = saying.asked.now, saying.settings
    checked = draft.still_true(settings.components, now)
    if checked != draft:
        return saying.ask(checked, "outage_once_more")
    words = outage_panel.wording(draft, settings)
    if draft.outage_id:
        if store.outage(draft.outage_id).state is not draft.before:
            raise Refused("outage_moved_on")
        outage = announcing.next_of(draft.outage_id, draft.update(words, now), saying.by, settings, now)
    else:
        declaration = draft.declaration(words, outage_panel.begin_with(draft, settings), now)
        outage = announcing.declared(declaration, saying.by, settings, now)
    known = audience.counted_at_once(outage, settings, now)
    expected = audience.of_census(known, settings, now) if known else None
    leaving = saying.leaving(outage_panel.announced(outage, settings, expected))
    done = drafts.draft_item(replace(draft, announced=outage.id))
    announcing.publish(outage, known, now, (done, *leaving.items()), saying.asked.once)
    leaving.nudge()
    return text("outage_noted", settings.desk.language)


STEPS: dict[str, Callable[[Saying, OutageDraft], str]] = {
    "level": _level,
    "app": _in_app,
    "part": _part,
    "leaf": _leaf,
    "parts": _parts,
    "at": _begins,
    "now": _begins_now,
    "in": _expected,
    "again": _again,
    "drop": _drop,
    "go": _go,
}
