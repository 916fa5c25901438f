"""The emergency group: /outage and a few taps walk a stressed person from "it is down" to "everybody knows", in a minute.

Only announcers are listened to, each by what Telegram says who they are. One message is edited from question to question, and
becomes the place where the outage is led on: what is next, the second person's approval, a pause. Whatever is tapped twice,
or by two people at once, happens once: the draft and the outage are written on the condition that they are as they were seen.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.desk import announcers, outage_drafts, status_feed
from chalicelib.desk.announcements import Level, Refused, State
from chalicelib.desk.commands import Command, command_in
from chalicelib.desk.identifiers import milliseconds, new_id
from chalicelib.desk.messages import Author, IncomingMessage, IncomingTap, Kind
from chalicelib.desk.outage_drafts import OutageDraft
from chalicelib.desk.outbound import Content, Verb
from chalicelib.desk.settings import Settings
from chalicelib.desk.validation import Invalid
from chalicelib.store import outage_drafts as drafts
from chalicelib.store import outages as store
from chalicelib.store.table import Exists, NotFound, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import announcing, audience, outage_panel
from chalicelib.use_cases.asked import Asked, by_command, by_tap
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)

OUTAGE, WORDS = "outage", "text"  # the commands
DROPPED = "dropped"  # in place of the outage that came of a draft
RECENT = timedelta(days=30)


@dataclass(frozen=True)
class _Saying:
    """Somebody does something in the dialogue. ``by`` is who they are for Telegram."""

    asked: Asked
    by: Author

    @property
    def settings(self) -> Settings:
        return self.asked.settings

    @property
    def author(self) -> Author:
        return announcers.author(announcers.named(self.settings.announcers, self.by))

    @property
    def place(self) -> str:
        return f"{self.asked.chat}/{self.asked.thread or ''}"


def command_of(message: IncomingMessage, messenger: str, settings: Settings) -> Command | None:
    """The command that is for this dialogue: of anybody in the emergency group or the team's, of an announcer in private."""
    if messenger != "telegram" or message.kind is not Kind.TEXT or message.forwarded:
        return None
    found = command_in(message.text)
    if found is None or found.name not in (OUTAGE, WORDS):
        return None
    is_place = message.chat in (settings.desk.emergency_chat, *settings.desk.all_groups)
    known = {str(person.telegram_user_id) for person in settings.announcers.people}
    return found if is_place or (message.private and message.sender.user in known) else None


def receive(message: IncomingMessage, command: Command, settings: Settings, now: datetime) -> None:
    """Raises Exists when the same message came before."""
    by = Author(f"telegram:{message.sender.user}", message.sender.name)
    saying = _Saying(by_command(message, command.words, None, settings, now), by)
    begin = _begin if command.name == OUTAGE else _reword
    try:
        retrying(lambda: begin(saying))
    except Refused as refused:
        words = text(refused.reason, settings.desk.language, **refused.fields)
        saying.asked.answer(Content(text=words))


def tapped(tap: IncomingTap, settings: Settings, now: datetime) -> str:
    """Returns the words shown to whoever tapped; the same tap again does nothing twice."""
    _, about, action, *rest = [*tap.data.split(":"), "", "", ""]
    by = Author(f"telegram:{tap.sender.user}", tap.sender.name)
    saying = _Saying(by_tap(tap, rest[0], settings, now), by)
    language = settings.desk.language
    try:
        if action in _STEPS:
            return retrying(lambda: _answered(saying, about, action))
        if action in _LED:
            return retrying(lambda: _LED[action](saying, about))
    except Refused as refused:
        return text(refused.reason, language, **refused.fields)
    except Invalid as invalid:
        return "; ".join(f"{error.field} {error.message}" for error in invalid.errors)
    except NotFound:
        return text("outage_draft_gone", language)
    except Exists:
        log.info("tap__repeated")
        return text("outage_noted", language)
    return text("tap_not_understood", language)


def _begin(saying: _Saying) -> None:
    """/outage and what is broken: the first question. Without words, what goes on and how to begin."""
    author, asked = saying.author, saying.asked
    title, words = outage_drafts.words_in(asked.words)
    if not title:
        _show_current(saying)
        return
    before = drafts.of(author, saying.place)
    draft = OutageDraft(new_id(asked.now), saying.place, author, title, asked.now, words)
    _ask(saying, replace(draft, version=before.version if before else 0))


def _show_current(saying: _Saying) -> None:
    current = status_feed.current(store.since(saying.asked.now - RECENT))
    leaving = Leaving(milliseconds(saying.asked.now), saying.asked.now)
    saying.asked.answered_by(leaving, Content(text=text("outage_how_to", saying.settings.desk.language), html=True))
    for outage in current[:5]:
        saying.asked.answered_by(leaving, outage_panel.announced(outage, saying.settings))
    commit(*leaving.items(), once=saying.asked.once)
    leaving.nudge()


def _reword(saying: _Saying) -> None:
    """/text and two lines: the announcer's own words, in both languages, for what they are about to announce."""
    draft = drafts.of(saying.author, saying.place)
    if draft is None or draft.announced:
        raise Refused("outage_draft_gone")
    words = outage_drafts.texts_in(saying.asked.words.splitlines())
    if words is None:
        raise Refused("outage_two_lines")
    _ask(saying, replace(draft, text=words))


def _answered(saying: _Saying, draft_id: str, action: str) -> str:
    """A button under a question of the dialogue."""
    author = saying.author
    draft = drafts.of(author, saying.place)
    if draft is None or draft.id != draft_id:
        raise Refused("outage_draft_not_yours")
    if draft.announced:
        raise Refused("outage_draft_gone" if draft.announced == DROPPED else "outage_announced_already")
    return _STEPS[action](saying, draft)


def _level(saying: _Saying, draft: OutageDraft) -> str:
    return _ask(saying, replace(draft, level=Level(saying.asked.words)))


def _in_app(saying: _Saying, draft: OutageDraft) -> str:
    return _ask(saying, replace(draft, in_app=saying.asked.words == "yes"))


def _part(saying: _Saying, draft: OutageDraft) -> str:
    return _ask(saying, draft.toggled(saying.settings.components[int(saying.asked.words)]))


def _parts(saying: _Saying, draft: OutageDraft) -> str:
    return _ask(saying, replace(draft, parts_known=True))


def _expected(saying: _Saying, draft: OutageDraft) -> str:
    return _ask(saying, replace(draft, minutes=int(saying.asked.words)))


def _again(saying: _Saying, draft: OutageDraft) -> str:
    """It is the outage that ended moments ago: that one goes on."""
    reason = text("outage_reason_back", saying.settings.desk.language)
    before = store.outage(saying.asked.words)
    return _go(
        saying, replace(draft, title=before.title, outage_id=before.id, state=State.INVESTIGATING, reason=reason)
    )


def _drop(saying: _Saying, draft: OutageDraft) -> str:
    language = saying.settings.desk.language
    _edit(saying, replace(draft, announced=DROPPED), Content(text=text("outage_dropped", language)))
    return text("outage_dropped", language)


def _go(saying: _Saying, draft: OutageDraft) -> str:
    """Announce it: the outage, the draft that is done with, and the message that says so are one transaction."""
    now, settings = saying.asked.now, saying.settings
    words = outage_panel.wording(draft, settings)
    if draft.outage_id:
        outage = announcing.next_of(draft.outage_id, draft.update(words, now), saying.by, settings, now)
    else:
        outage = announcing.declared(draft.declaration(words, now), saying.by, settings, now)
    leaving = _leaving(saying, outage_panel.announced(outage, settings, audience.forecast(outage, settings, now)))
    done = drafts.draft_item(replace(draft, announced=outage.id))
    announcing.publish(outage, now, (done, *leaving.items()), saying.asked.once)
    leaving.nudge()
    return text("outage_noted", settings.desk.language)


_STEPS: dict[str, Callable[[_Saying, OutageDraft], str]] = {
    "level": _level,
    "app": _in_app,
    "part": _part,
    "parts": _parts,
    "in": _expected,
    "again": _again,
    "drop": _drop,
    "go": _go,
}


def _next(saying: _Saying, outage_id: str) -> str:
    """What is next of an outage: in a message of its own, with a preview."""
    author, asked, outage = saying.author, saying.asked, store.outage(outage_id)
    before = drafts.of(author, saying.place)
    draft = OutageDraft(new_id(asked.now), saying.place, author, outage.title, asked.now, outage_id=outage_id)
    draft = replace(draft, state=State(asked.words), version=before.version if before else 0)
    leaving = Leaving(milliseconds(asked.now), asked.now)
    asked.answered_by(leaving, outage_panel.question(draft, None, saying.settings))
    commit(drafts.draft_item(draft), *leaving.items(), once=asked.once)
    leaving.nudge()
    return text("outage_below", saying.settings.desk.language)


def _approve(saying: _Saying, outage_id: str) -> str:
    """The second person."""
    settings, now = saying.settings, saying.asked.now
    approver = announcers.approver_in_telegram(settings.announcers, settings.team, saying.by)
    announcing.approve(outage_id, int(saying.asked.words), approver, settings, now)
    return _shown(saying, outage_id)


def _steer(saying: _Saying, outage_id: str) -> str:
    announcing.steer(outage_id, saying.asked.words, saying.by, saying.settings, saying.asked.now)
    return _shown(saying, outage_id)


_LED: dict[str, Callable[[_Saying, str], str]] = {"next": _next, "approve": _approve, "steer": _steer}


def _shown(saying: _Saying, outage_id: str) -> str:
    """The message under which it was tapped shows how things stand."""
    leaving = _leaving(saying, outage_panel.announced(store.outage(outage_id), saying.settings))
    commit(*leaving.items(), once=saying.asked.once)
    leaving.nudge()
    return text("outage_noted", saying.settings.desk.language)


def _ask(saying: _Saying, draft: OutageDraft) -> str:
    asked, settings = saying.asked, saying.settings
    recent = store.since(asked.now - RECENT)
    again = None if draft.outage_id else outage_drafts.flapping(recent, draft.title, draft.components, asked.now)
    _edit(saying, draft, outage_panel.question(draft, again, settings))
    return text("outage_noted", settings.desk.language)


def _edit(saying: _Saying, draft: OutageDraft, content: Content) -> None:
    leaving = _leaving(saying, content)
    commit(drafts.draft_item(draft), *leaving.items(), once=saying.asked.once)
    leaving.nudge()


def _leaving(saying: _Saying, content: Content) -> Leaving:
    """In the message that was tapped, or in a new one."""
    asked, leaving = saying.asked, Leaving(milliseconds(saying.asked.now), saying.asked.now)
    if asked.message_id:
        content = replace(content, verb=Verb.EDIT, message_id=asked.message_id)
    asked.answered_by(leaving, content)
    return leaving
