"""A messenger calls: verify, understand, commit, and only then answer. Nothing outside AWS is called meanwhile."""

import hashlib
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import TypeVar

from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import (
    Ignored,
    Incoming,
    IncomingEdit,
    IncomingGroupChange,
    IncomingGroupMove,
    IncomingMessage,
    IncomingReachability,
    IncomingRemoval,
    IncomingStatus,
    IncomingTap,
    Kind,
)
from chalicelib.desk.outbound import Content, Purpose, Verb, to_chat
from chalicelib.desk.settings import Settings
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import NotUnderstood
from chalicelib.store import messages
from chalicelib.store.secrets import MissingSecret, doubt, secret
from chalicelib.store.table import Exists, commit
from chalicelib.texts import text
from chalicelib.use_cases import (
    client_changes,
    client_messages,
    commands,
    delivery_statuses,
    group_troubles,
    opting,
    outage_dialogue,
    proofs,
    taps,
    team_edits,
    team_messages,
)
from chalicelib.use_cases import settings as settings_in_use
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.metrics import count

log = logging.getLogger(__name__)

T = TypeVar("T")
_WORDS = ("text", "html", "name", "data", "invitation")  # the fields of events that people fill

LONGEST_RAW_KEY = 200  # characters, of what else tells one raw update from another
LONGEST_NAME_BYTES = (
    400  # of a message, a person, a chat: several together are a sort key, of which DynamoDB takes 1,024
)
LARGEST_UPDATE_BYTES = 256 * 1024  # messengers send a tenth of that; an item of the table holds 400 KB

# Escapes of JSON: a pair of surrogates, half a pair, anything else.
_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)


def whole_characters(raw: bytes) -> bytes:
    """JSON in which half a character, which no text can hold, is shown as one that cannot be read."""
    return _ESCAPES.sub(lambda found: b"\\ufffd" if found[1] else found[0], raw)


@dataclass(frozen=True)
class Answer:
    """What the messenger hears: an HTTP status and a body."""

    status: int
    body: bytes = b""


def receive(messenger: str, raw: bytes, headers: Mapping[str, str], now: datetime) -> Answer:
    """Handle one webhook call. Raises whatever keeps an event from being stored: the messenger then sends it again."""
    if messenger not in ADAPTERS:
        return Answer(404)
    adapter = ADAPTERS[messenger]
    if not _by_secrets_of_now(lambda: adapter.verify(raw, headers, secret)):
        log.warning("webhook__refused", extra={"messenger": messenger})
        return Answer(401)
    if (proof := adapter.handshake(raw, {}, secret)) is not None:
        return Answer(200, proof)
    settings = settings_in_use.current()
    body = adapter.success
    if len(raw) > LARGEST_UPDATE_BYTES:
        _not_understood(messenger, "too-large", raw, now)
        return Answer(200, body)
    try:
        events = adapter.parse(whole_characters(raw), settings.desk.account_in(messenger), secret)
    except NotUnderstood as odd:
        _not_understood(messenger, odd.key, raw, now)
        events = list(odd.understood)
    except Exception:  # our own mistake: it is kept and raises the alarm, but must not block a chat for ever
        log.exception("update__broke_the_parser", extra={"messenger": messenger})
        _not_understood(messenger, "unreadable", raw, now)
        events = []
    else:
        if key := _of_no_kind(events):
            _keep_raw(messenger, key, raw, now)
    for event in events:
        if _longest_name(event) > LONGEST_NAME_BYTES:
            _not_understood(messenger, "endless", raw, now)
            continue
        try:
            body = _take(event, messenger, settings, now) or body
        except Exists:
            log.info("webhook__repeated", extra={"messenger": messenger})
    return Answer(200, body)


def prove(messenger: str, query: Mapping[str, str]) -> Answer:
    """Answer a messenger that asks, without a body, whether this address is ours."""
    if messenger not in ADAPTERS:
        return Answer(403)
    proof = _by_secrets_of_now(lambda: ADAPTERS[messenger].handshake(b"", query, secret))
    return Answer(403) if proof is None else Answer(200, proof)


def _by_secrets_of_now(proven: Callable[[], T]) -> T | None:
    """What ``proven`` says. A refusal may only mean that a secret has just been changed, so then it is asked once more with
    secrets read afresh. Nobody can prove to be a messenger that nobody has set up."""
    found = _if_set_up(proven)
    return _if_set_up(proven) if found in (None, False) and doubt() else found


def _if_set_up(proven: Callable[[], T]) -> T | None:
    try:
        return proven()
    except MissingSecret:
        return None


def _take(event: Incoming, messenger: str, settings: Settings, now: datetime) -> bytes | None:
    match event:
        case IncomingTap():
            return _answer(event, messenger, taps.receive(event, messenger, settings, now), now)
        case IncomingMessage():
            _written(event, messenger, settings, now)
        case IncomingEdit(message, edit_key):
            if _is_our_group(messenger, message.chat, settings):
                if not event.is_step:
                    team_edits.receive(message, edit_key, settings, now)
            elif message.private and not _is_of_team(messenger, message.sender.user, settings):
                client_changes.edit(event, messenger, settings, now)
        case IncomingReachability():
            client_changes.reachability(event, messenger, settings, now)
        case IncomingGroupChange():
            group_troubles.changed(event, settings, now)
        case IncomingGroupMove():
            group_troubles.upgraded(event, settings, now)
        case IncomingRemoval():
            client_changes.removal(event, messenger, settings, now)
        case IncomingStatus():
            delivery_statuses.receive(event, messenger, settings, now)
        case Ignored(why):
            log.info("update__ignored", extra={"why": why})
    return None


def _answer(tap: IncomingTap, messenger: str, words: str, now: datetime) -> bytes | None:
    """End the wait of whoever tapped: in the webhook's own answer, or by a call where the messenger wants one."""
    adapter = ADAPTERS[messenger]
    if adapter.answers_taps_by_call:
        leaving = Leaving(milliseconds(now), now)
        answer = Content(Verb.ANSWER_TAP, text=words, message_id=tap.key)
        leaving.add(to_chat(messenger, tap.account, tap.chat), Purpose.TAP, answer)
        commit(*leaving.items(), once=messages.seen_item(f"{messenger}/answer/{tap.key}", now))
        leaving.nudge()
    return adapter.tap_answer(tap.key, words)


def _written(message: IncomingMessage, messenger: str, settings: Settings, now: datetime) -> None:
    if command := outage_dialogue.command_of(message, messenger, settings):
        outage_dialogue.receive(message, command, settings, now)
    elif not message.private:
        if _is_our_group(messenger, message.chat, settings):
            _of_team(message, team_messages.receive, settings, now)
        else:
            log.info("update__ignored", extra={"why": "a group that is not ours"})
    elif _is_of_team(messenger, message.sender.user, settings):
        _of_team(message, _greet, settings, now)
    else:
        proofs.recognise(message, messenger, settings, now)
        action = opting.action_in(message)
        if action and opting.by_word(message, messenger, action, settings, now):
            return
        handle = client_changes.start if client_changes.is_start(message) else client_messages.receive
        handle(message, messenger, settings, now)


def _is_our_group(messenger: str, chat: str, settings: Settings) -> bool:
    return messenger == "telegram" and chat in settings.desk.all_groups


def _is_of_team(messenger: str, user: str, settings: Settings) -> bool:
    """The team is in Telegram: a VK user with the same number is somebody else."""
    return messenger == "telegram" and settings.team.by_telegram(user) is not None


def _of_team(
    message: IncomingMessage,
    otherwise: Callable[[IncomingMessage, Settings, datetime], None],
    settings: Settings,
    now: datetime,
) -> None:
    if command := commands.command_of(message, settings):
        commands.receive(message, command, settings, now)
    else:
        otherwise(message, settings, now)


def _greet(message: IncomingMessage, settings: Settings, now: datetime) -> None:
    """A member of the team writes to the bot in private: that is where their alerts come, not where clients are answered."""
    leaving = Leaving(milliseconds(now), now)
    words = text("private_hint", settings.desk.language, name=message.sender.name)
    leaving.add(to_chat("telegram", message.account, message.chat), Purpose.NOTICE, Content(text=words))
    commit(*leaving.items(), once=messages.seen_item(message.external_id, now))
    leaving.nudge()


def _of_no_kind(events: Sequence[Incoming]) -> str | None:
    """The key of a message that says nothing we know: the team sees that it came, and whoever looks for it finds it raw."""
    for event in events:
        message = event.message if isinstance(event, IncomingEdit) else event
        if isinstance(message, IncomingMessage) and _says_nothing(message):
            return message.external_id
    return None


def _says_nothing(message: IncomingMessage) -> bool:
    """A reaction that was taken back has no words either."""
    is_silent = message.kind is not Kind.REACTION and not message.text and not message.attachments
    return message.kind is Kind.UNSUPPORTED or is_silent


def _longest_name(what: object) -> int:
    """In bytes, of what an event calls messages and people, which become keys. Its words may be as long as they are."""
    if isinstance(what, str):
        return len(what.encode())
    if not is_dataclass(what):
        return 0
    return max((_longest_name(getattr(what, each.name)) for each in fields(what) if each.name not in _WORDS), default=0)


def _not_understood(messenger: str, key: str, raw: bytes, now: datetime) -> None:
    """What we cannot parse is our fault or tomorrow's feature: kept as it came, with an alarm, and never sent again."""
    count("NotUnderstood")
    log.error("update__not_understood", extra={"messenger": messenger, "key": key})
    _keep_raw(messenger, key, raw, now)


def _keep_raw(messenger: str, key: str, raw: bytes, now: datetime) -> None:
    fingerprint = hashlib.sha256(raw).hexdigest()[:16]
    try:
        commit(once=messages.raw_item(messenger, f"{key[:LONGEST_RAW_KEY]}/{fingerprint}", raw, now))
    except Exists:
        log.info("webhook__repeated", extra={"messenger": messenger})
