"""Messages go out: drain one destination, oldest first, one claim and one send at a time.

Whatever kills the worker, the store knows how far it came: before the claim nothing happened; between the claim and the
record the lease runs out, and ``Outbound.claim`` decides by the kind of item whether to send again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from chalicelib.desk import gathering
from chalicelib.desk.clients import Identity, Topic
from chalicelib.desk.files import name_of
from chalicelib.desk.messages import MessageKey
from chalicelib.desk.outbound import Button, Content, Outbound, Purpose, State, Verb
from chalicelib.desk.settings import Settings
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import Outcome, Place, Refused, RetryLater, Sent
from chalicelib.store import clients, conversations
from chalicelib.store import outbound as store
from chalicelib.store.secrets import secret
from chalicelib.store.table import Lost, bumped, commit
from chalicelib.texts import text
from chalicelib.use_cases import aftermath, cards, files, names, quoting
from chalicelib.use_cases import settings as settings_in_use
from chalicelib.use_cases.pacing import Pace

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 60.0  # a longer wait is left to the minute's check
# What a worker must have left to begin a send, and one that brings files along.
SEND_SECONDS, FILES_SECONDS = 15.0, 45.0
TOPIC_PATIENCE_SECONDS = 20.0  # how long an alert waits for the topic it links to


@dataclass(frozen=True)
class Wait:
    """The destination has to wait; its nudge comes again in ``seconds``."""

    seconds: float


def utc_now() -> datetime:
    return datetime.now(UTC)


def drain(destination: str, time_left: Callable[[], float], clock: Callable[[], datetime] = utc_now) -> Wait | None:
    """Send what ``destination`` has unfinished. ``time_left`` (seconds) says how long this worker may go on.

    Returns a Wait when something short stands in the way; None when all is sent, or has to wait so long that the minute's
    check will wake it.
    """
    while waiting := store.unfinished(destination):
        pace = Pace(destination, settings_in_use.current())
        while waiting:
            item = waiting[0]
            if time_left() < (FILES_SECONDS if item.brings_files else SEND_SECONDS):
                return Wait(0)
            try:
                if seconds := item.wait_seconds(clock()):
                    return _patient(seconds)
                if gathering.is_superseded(waiting):
                    commit(store.outbound_item(item.ended(State.SUPERSEDED, "superseded")))
                    waiting = waiting[1:]
                    continue
                items = _together(waiting, pace, clock())
                if seconds := gathering.wait_seconds(items, clock()) or pace.wait_seconds(item, clock()):
                    if seconds > PATIENCE_SECONDS:
                        commit(store.outbound_item(item.held_back(clock() + timedelta(seconds=seconds))))
                    return _patient(seconds)
                if not _process(items, pace, clock):
                    break  # something came before it, or it has to wait: look again
                waiting = waiting[len(items) :]
            except Lost:
                return Wait(1)  # another worker has this destination
    return None


def _patient(seconds: float) -> Wait | None:
    return Wait(seconds) if seconds <= PATIENCE_SECONDS else None


def _together(waiting: list[Outbound], pace: Pace, now: datetime) -> list[Outbound]:
    """What leaves next in one call: an album always, texts only while the group has little left."""
    items = gathering.together(waiting)
    if len(items) > 1 and not items[0].content.album and not pace.is_short(now):
        return items[:1]
    return items


def _process(items: list[Outbound], pace: Pace, clock: Callable[[], datetime]) -> bool:
    """Claim, send, record. Whether the next item may follow at once."""
    now = clock()
    claims = [item.claim(now) for item in items]
    commit(*map(store.outbound_item, claims))
    claimed, *others = map(bumped, claims)
    if claimed.finished:
        aftermath.ended(claimed, pace.settings, clock())
        return True
    content = gathering.said((claimed, *others)) if others else claimed.content
    outcome = _send(replace(claimed, content=content), pace.settings, clock())
    pace.heed(claimed, outcome, clock())
    log.info(
        "outbound__tried",
        extra={
            "outcome": type(outcome).__name__,
            "purpose": claimed.purpose,
            "ticket_id": claimed.ticket_id,
            "attempt": claimed.attempts,
            "together": len(items),
        },
    )
    return aftermath.record(claimed, outcome, pace.settings, clock(), others)


def _send(item: Outbound, settings: Settings, now: datetime) -> Outcome:
    kind, where = item.destination.split(":", 1)
    return _SENDERS[kind](where, item, settings, now)


def _to_client(where: str, item: Outbound, _settings: Settings, _now: datetime) -> Outcome:
    identity = Identity.from_key(where)
    conversation = conversations.head(identity).conversation
    if conversation is None:
        return Refused("no_chat")
    content = replace(item.content, sent_as=item.order)  # the same at every attempt: who can, sends it once
    content = quoting.resolved(content, item.destination, conversation.chat)
    if content.verb is Verb.EDIT and content.message_id is None:
        return Refused("no_message")
    uploads = files.uploads(content.files) if item.brings_files else ()
    if not isinstance(uploads, tuple):
        return uploads
    return ADAPTERS[identity.messenger].send(content, Place(identity.account, conversation.chat), secret, uploads)


def _to_chat(where: str, item: Outbound, settings: Settings, now: datetime) -> Outcome:
    place = Identity.from_key(where)
    content = item.content
    if content.link_to_topic_of:
        topic = clients.client_now(content.link_to_topic_of).topic
        if topic is None and (now - item.created_at).total_seconds() < TOPIC_PATIENCE_SECONDS:
            return RetryLater(None, "no_topic", limited=True)
        content = _linked(content, topic, settings)
    return ADAPTERS[place.messenger].send(content, Place(place.account, place.user), secret)


def _linked(content: Content, topic: Topic | None, settings: Settings) -> Content:
    """With a button that opens the topic."""
    if topic is None:
        return content
    link = Button(text("button_topic", settings.desk.language), url=_topic_url(topic))
    return replace(content, buttons=(*content.buttons, (link,)))


def _topic_url(topic: Topic) -> str:
    """https://core.telegram.org/api/links#private-message-links: without the -100 that marks a supergroup."""
    return f"https://t.me/c/{topic.chat.removeprefix('-100')}/{topic.thread}"


def _to_topic(where: str, item: Outbound, settings: Settings, _now: datetime) -> Outcome:
    client, desk = clients.client_by_id(where), settings.desk
    if not desk.group:
        return Refused("no_group")
    now_known_as = clients.client_now(where) if client.joined else client
    if client.joined and client.topic is None:  # on its way to a topic that is another client's by now
        if item.purpose is Purpose.TOPIC:
            return Sent(None)
        if now_known_as.topic is None:
            return RetryLater(None, "no_topic")
        client = now_known_as
    content = item.content
    if content.verb in (Verb.OPEN_TOPIC, Verb.CARD) and not client.joined:
        client = names.learned(client)
    topic = client.topic
    if content.verb is Verb.OPEN_TOPIC:
        if topic is not None:
            return Sent(topic.thread)
        ticket = conversations.head(client.current).ticket if client.current else None
        opened = replace(content, text=cards.topic_title(client, ticket, desk.language), silent=client.tier != "vip")
        return ADAPTERS["telegram"].send(opened, Place(desk.account, desk.group_for(client.id)), secret)
    if topic is None:
        return Refused("no_topic")
    if content.verb is Verb.CARD and client.joined:
        content = replace(cards.left(content, client, now_known_as, desk.language), message_id=topic.card)
    elif content.verb is Verb.CARD:
        ticket = conversations.head(client.current).ticket if client.current else None
        content = replace(cards.drawn(content, client, ticket, desk), message_id=topic.card)
    elif content.verb is Verb.PIN_CARD:
        content = replace(content, message_id=topic.card)
    elif item.purpose is Purpose.RELAY:
        content = cards.headed(content, now_known_as, item.identity, desk.language)
    if content.link_to_topic_of:
        content = _linked(content, clients.client_now(content.link_to_topic_of).topic, settings)
    content = quoting.resolved(content, item.destination, topic.chat)
    if content.changes and content.message_id is None:
        return Refused("no_message")
    if item.brings_files:
        content = _with_links(content, item, desk.language)
    return ADAPTERS["telegram"].send(content, Place(desk.account, topic.chat, topic.thread), secret)


def _with_links(content: Content, item: Outbound, language: str) -> Content:
    """Telegram does not have these files: a button opens each. Those that will not be there for long are fetched now; if
    that fails, opening tells why."""
    if item.identity is None or item.message_id is None:
        return replace(content, files=())
    key = MessageKey(item.identity, item.message_id)
    links = []
    for n, file in enumerate(content.files):
        if ADAPTERS[file.messenger].short_lived_files:
            files.fetched(file)
        label = text("button_file", language, name=name_of(file.attachment))
        links.append((Button(label, url=files.link(key, n)),))
    return replace(content, files=(), buttons=(*content.buttons, *links))


_SENDERS: dict[str, Callable[[str, Outbound, Settings, datetime], Outcome]] = {
    "client": _to_client,
    "topic": _to_topic,
    "chat": _to_chat,
}
