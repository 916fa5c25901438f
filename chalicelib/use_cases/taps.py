"""A button was tapped: by the team on a card or an alert, or by a client on a survey. Data is ``action:ticket:…``."""

import logging
from datetime import datetime

from chalicelib.desk.messages import Author, IncomingTap
from chalicelib.desk.policies import Metric
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import CallbackResult, NotAllowed
from chalicelib.store import messages
from chalicelib.store.table import Exists, Item, NotFound, retrying
from chalicelib.texts import language_of, text
from chalicelib.use_cases import (
    callbacks,
    commands,
    offers,
    opting,
    our_clients,
    outage_dialogue,
    outage_questions,
    rescues,
    survey_taps,
    themes,
    tickets,
)
from chalicelib.use_cases.asked import by_tap

log = logging.getLogger(__name__)

_BUTTONS = {**commands.COMMANDS, **themes.BUTTONS}


def receive(tap: IncomingTap, messenger: str, settings: Settings, now: datetime) -> str:
    """Do what the button says. Returns the words shown to whoever tapped; the same tap again does nothing twice."""
    action, *rest = tap.data.split(":")
    if action in survey_taps.ACTIONS and rest:
        return survey_taps.receive(tap, messenger, action, rest, settings, now, _once(tap, now))
    try:
        if action in opting.ACTIONS:
            return _opted(action, tap, messenger, settings, now)
        if messenger != "telegram":  # the team is there: elsewhere the same number is somebody else
            return text("only_team", settings.desk.language)
        if action == outage_questions.TAP:
            return outage_dialogue.tapped(tap, settings, now)
        if action == callbacks.INTRODUCE and rest:
            return _introduced(tap, rest[0], settings, now)
        if action == offers.ACTION and len(rest) == 2:
            return offers.accept(tap, rest[0], rest[1], settings, now)
        if action in our_clients.ACTIONS and len(rest) == 1:
            return our_clients.decide(action, tap, rest[0], settings, now)
        if action in tickets.ACTIONS and rest:
            return _acted(action, tap, rest, settings, now)
        if action in rescues.ACTIONS and rest:
            return _rescued(action, tap, rest, settings, now)
        if action in _BUTTONS:
            return _asked(action, tap, ":".join(rest), settings, now)
    except NotAllowed as refusal:
        return text(refusal.reason, settings.desk.language)
    except NotFound:
        return text("no_such_ticket", settings.desk.language)
    log.warning("tap__not_understood")
    return text("tap_not_understood", settings.desk.language)


def _acted(action: str, tap: IncomingTap, rest: list[str], settings: Settings, now: datetime) -> str:
    member, by = settings.team.by_telegram(tap.sender.user), _author(tap, settings)
    metric = Metric(rest[1]) if len(rest) > 1 and rest[1] in set(Metric) else None
    result = CallbackResult(rest[1]) if len(rest) > 1 and rest[1] in set(CallbackResult) else CallbackResult.TALKED
    doing = tickets.Doing(now, by, member, metric, result=result)
    try:
        tickets.act(action, rest[0], doing, settings, once=_once(tap, now))
    except Exists:
        log.info("tap__repeated")
    return text(f"done_{action}", settings.desk.language)


def _rescued(action: str, tap: IncomingTap, rest: list[str], settings: Settings, now: datetime) -> str:
    doing = rescues.Act(rest[0], tuple(rest[1:]), _author(tap, settings), now, settings, _once(tap, now))
    try:
        return rescues.act(action, doing)
    except Exists:
        log.info("tap__repeated")
        return text(f"done_{action}", settings.desk.language)


def _asked(action: str, tap: IncomingTap, words: str, settings: Settings, now: datetime) -> str:
    """The button of a command, or one like it."""
    _author(tap, settings)
    try:
        return retrying(lambda: _BUTTONS[action](by_tap(tap, words, settings, now)))
    except Exists:
        log.info("tap__repeated")
        return text(f"done_{action}", settings.desk.language)


def _opted(action: str, tap: IncomingTap, messenger: str, settings: Settings, now: datetime) -> str:
    try:
        return opting.by_button(tap, messenger, action, settings, now)
    except Exists:
        log.info("tap__repeated")
        return text(f"tapped_{action}", language_of(tap.sender.language, settings.desk.language))


def _author(tap: IncomingTap, settings: Settings) -> Author:
    """Whoever of the team tapped; in their groups everybody is of the team.

    :raises NotAllowed: somebody else.
    """
    member = settings.team.by_telegram(tap.sender.user)
    if member is None and tap.chat not in settings.desk.all_groups:
        raise NotAllowed("only_team")
    return member.author if member else Author(f"telegram:{tap.sender.user}", tap.sender.name)


def _once(tap: IncomingTap, now: datetime) -> Item:
    return messages.seen_item(f"tap/{tap.account}/{tap.key}", now)


def _introduced(tap: IncomingTap, ticket_id: str, settings: Settings, now: datetime) -> str:
    member, by = settings.team.by_telegram(tap.sender.user), _author(tap, settings)
    try:
        retrying(lambda: callbacks.introduce(ticket_id, member, by, settings, now))
    except Exists:
        return text("introduced_already", settings.desk.language)
    return text("done_introduce", settings.desk.language)
