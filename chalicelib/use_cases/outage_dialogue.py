"""The emergency group: one command and a few taps walk a stressed person from "it is down" to "everybody knows", in a minute;
as many announce planned work and what is new.

Only announcers are listened to, each by what Telegram says who they are. One message is edited from question to question, and
becomes the place where it is led on: what is next, the second person's approval, a pause. Whatever is tapped twice, or by two
people at once, happens once: the draft and the outage are written on the condition that they are as they were seen.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chalicelib.desk import announcers
from chalicelib.desk.announcements import Refused, State
from chalicelib.desk.commands import Command, command_in
from chalicelib.desk.identifiers import milliseconds, new_id
from chalicelib.desk.messages import Author, IncomingMessage, IncomingTap, Kind
from chalicelib.desk.outage_drafts import OutageDraft
from chalicelib.desk.outages import Outage
from chalicelib.desk.outbound import Content
from chalicelib.desk.settings import Settings
from chalicelib.desk.validation import Invalid
from chalicelib.store import outage_drafts as drafts
from chalicelib.store import outages as store
from chalicelib.store.table import Exists, NotFound, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import announcing, outage_panel
from chalicelib.use_cases.asked import by_command, by_tap
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.outage_answers import STEPS
from chalicelib.use_cases.outage_lines import COMMANDS
from chalicelib.use_cases.outage_saying import Saying

log = logging.getLogger(__name__)


def command_of(message: IncomingMessage, messenger: str, settings: Settings) -> Command | None:
    """The command that is for this dialogue: of anybody in the emergency group or the team's, of an announcer in private."""
    if messenger != "telegram" or message.kind is not Kind.TEXT or message.forwarded:
        return None
    found = command_in(message.text)
    if found is None or found.name not in COMMANDS:
        return None
    is_place = message.chat in (settings.desk.emergency_chat, *settings.desk.all_groups)
    known = {str(person.telegram_user_id) for person in settings.announcers.people}
    return found if is_place or (message.private and message.sender.user in known) else None


def receive(message: IncomingMessage, command: Command, settings: Settings, now: datetime) -> None:
    """Raises Exists when the same message came before."""
    by = Author(f"telegram:{message.sender.user}", message.sender.name)
    saying = Saying(by_command(message, command.words, None, settings, now), by)
    try:
        retrying(lambda: COMMANDS[command.name](saying))
    except Refused as refused:
        words = text(refused.reason, settings.desk.language, **refused.fields)
        saying.asked.answer(Content(text=words))


def tapped(tap: IncomingTap, settings: Settings, now: datetime) -> str:
    """Returns the words shown to whoever tapped; the same tap again does nothing twice."""
    _, about, action, *rest = [*tap.data.split(":"), "", "", ""]
    by = Author(f"telegram:{tap.sender.user}", tap.sender.name)
    saying = Saying(by_tap(tap, rest[0], settings, now), by)
    language = settings.desk.language
    try:
        if action in STEPS:
            return retrying(lambda: STEPS[action](saying, saying.open_draft(about)))
        if action in _LED:
            return retrying(lambda: _LED[action](saying, about))
    except Refused as refused:
        return text(refused.reason, language, **refused.fields)
    except Invalid:
        log.exception("draft__does_not_hold", extra={"draft": about})  # a question is missing
        return text("outage_does_not_hold", language)
    except NotFound:
        return text("outage_draft_gone", language)
    except Exists:
        log.info("tap__repeated")
        return text("outage_noted", language)
    return text("tap_not_understood", language)


def _next(saying: Saying, outage_id: str) -> str:
    """What is next of an outage, or the same at another time: in a message of its own, with a preview."""
    outage = store.outage(outage_id)
    return _led_on(saying, replace(_draft(saying, outage), state=State(saying.asked.words)))


def _correct(saying: Saying, outage_id: str) -> str:
    """What was said last was wrong."""
    return _led_on(saying, replace(_draft(saying, store.outage(outage_id)), corrects=True))


def _draft(saying: Saying, outage: Outage) -> OutageDraft:
    before, now = saying.draft, saying.asked.now
    return OutageDraft(
        new_id(now),
        saying.place,
        saying.author,
        outage.title,
        now,
        level=outage.level,
        in_app=outage.in_app,
        components=outage.components,
        outage_id=outage.id,
        version=before.version if before else 0,
        kind=outage.kind,
        rehearsal=outage.rehearsal,
        before=outage.state,
        went_directly=outage.latest.channels.direct,
    )


def _led_on(saying: Saying, draft: OutageDraft) -> str:
    asked, leaving = saying.asked, Leaving(milliseconds(saying.asked.now), saying.asked.now)
    asked.answered_by(leaving, outage_panel.question(draft, None, saying.settings, asked.now))
    commit(drafts.draft_item(draft), *leaving.items(), once=asked.once)
    leaving.nudge()
    return text("outage_below", saying.settings.desk.language)


def _approve(saying: Saying, outage_id: str) -> str:
    """The second person."""
    settings, now = saying.settings, saying.asked.now
    approver = announcers.approver_in_telegram(settings.announcers, settings.team, saying.by)
    announcing.approve(outage_id, int(saying.asked.words), approver, settings, now)
    return _shown(saying, outage_id)


def _steer(saying: Saying, outage_id: str) -> str:
    try:
        announcing.steer(outage_id, saying.asked.words, saying.by, saying.settings, saying.asked.now)
    except Refused:
        _shown(saying, outage_id)
        raise
    return _shown(saying, outage_id)


_LED: dict[str, Callable[[Saying, str], str]] = {
    "next": _next,
    "correct": _correct,
    "approve": _approve,
    "steer": _steer,
}


def _shown(saying: Saying, outage_id: str) -> str:
    """The message under which it was tapped shows how things stand."""
    leaving = saying.leaving(outage_panel.announced(store.outage(outage_id), saying.settings))
    commit(*leaving.items(), once=saying.asked.once)
    leaving.nudge()
    return text("outage_noted", saying.settings.desk.language)
