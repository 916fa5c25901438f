"""One thing leaves: what the client's chat, the client's topic or a colleague's chat is sent, as it has to look by now.

Called by ``dispatch`` with what it has claimed.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chalicelib.desk.clients import Client, Identity, Topic
from chalicelib.desk.files import name_of
from chalicelib.desk.messages import MessageKey
from chalicelib.desk.outbound import Button, Content, Outbound, Purpose, Verb
from chalicelib.desk.settings import Desk, Settings
from chalicelib.desk.tickets import Ticket
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import Outcome, Place, Refused, RetryLater, Sent, TopicGone
from chalicelib.store import clients, conversations
from chalicelib.store.secrets import secret
from chalicelib.texts import text
from chalicelib.use_cases import alerts, card_history, cards, files, names, quoting

TOPIC_PATIENCE_SECONDS = 20.0  # how long an alert waits for the topic it links to


def send(item: Outbound, settings: Settings, now: datetime) -> Outcome:
    """Ask the messenger to do what ``item`` says, at the place that its destination names."""
    kind, where = item.destination.split(":", 1)
    return _SENDERS[kind](where, item, settings, now)


def _to_client(where: str, item: Outbound, _settings: Settings, _now: datetime) -> Outcome:
    identity = Identity.from_key(where)
    conversation = conversations.head(identity).conversation
    if conversation is None:
        return Refused("no_chat")
    content = replace(
        item.content, sent_as=item.content.sent_as or item.order
    )  # the same at every attempt: who can, sends it once
    content = quoting.resolved(content, item.destination, conversation.chat)
    if content.verb is Verb.EDIT and content.message_id is None:
        return Refused("no_message")
    uploads = files.uploads(content.files) if item.brings_files else ()
    if not isinstance(uploads, tuple):
        return uploads
    return ADAPTERS[identity.messenger].send(content, Place(identity.account, conversation.chat), secret, uploads)


def _to_chat(where: str, item: Outbound, settings: Settings, now: datetime) -> Outcome:
    place = Identity.from_key(where)
    content = alerts.shown(item.content, settings, now)
    if content.link_to_topic_of:
        topic = clients.client_now(content.link_to_topic_of).topic
        if topic is None and (now - item.created_at).total_seconds() < TOPIC_PATIENCE_SECONDS:
            return RetryLater(None, "no_topic", limited=True)
        content = _linked(content, topic, settings)
    outcome = ADAPTERS[place.messenger].send(content, Place(place.account, place.user, content.thread), secret)
    return Refused("topic_gone") if isinstance(outcome, TopicGone) else outcome  # no client's, so it is not made anew


def _linked(content: Content, topic: Topic | None, settings: Settings) -> Content:
    """With a button that opens the topic."""
    if topic is None:
        return content
    link = Button(text("button_topic", settings.desk.language), url=topic.url)
    return replace(content, buttons=(*content.buttons, (link,)))


def _to_topic(where: str, item: Outbound, settings: Settings, now: datetime) -> Outcome:
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
    if item.content.verb in (Verb.OPEN_TOPIC, Verb.CARD) and not client.joined:
        client = names.learned(client)
    if item.content.verb is Verb.OPEN_TOPIC:
        return _opened(item.content, client, desk)
    topic = client.topic
    if topic is None:
        return Refused("no_topic")
    content = _as_posted(item, client, now_known_as, topic, settings, now)
    if content.changes and content.message_id is None:
        return Refused("no_message")
    return ADAPTERS["telegram"].send(content, Place(desk.account, topic.chat, topic.thread), secret)


def _opened(content: Content, client: Client, desk: Desk) -> Outcome:
    if client.topic is not None:
        return Sent(client.topic.thread)
    words = cards.topic_title(client, _newest_ticket(client), desk.language)
    opened = replace(content, text=words, silent=client.tier != "vip")
    return ADAPTERS["telegram"].send(opened, Place(desk.account, desk.group_for(client.id)), secret)


def _as_posted(
    item: Outbound, client: Client, now_known_as: Client, topic: Topic, settings: Settings, now: datetime
) -> Content:
    """What the topic gets: cards as they are now, relays with what the team has to know of them, links and quotes."""
    content, desk = item.content, settings.desk
    if content.verb is Verb.CARD and client.joined:
        content = replace(cards.left(content, client, now_known_as, desk.language), message_id=topic.card)
    elif content.verb is Verb.CARD:
        content = replace(_card(content, client, desk, now), message_id=topic.card)
    elif content.verb is Verb.PIN_CARD:
        content = replace(content, message_id=topic.card)
    elif item.purpose is Purpose.RELAY:
        content = cards.headed(content, now_known_as, item.identity, desk.language)
    if content.link_to_topic_of:
        content = _linked(content, clients.client_now(content.link_to_topic_of).topic, settings)
    content = quoting.resolved(content, item.destination, topic.chat)
    return _with_links(content, item, desk.language) if item.brings_files else content


def _card(content: Content, client: Client, desk: Desk, now: datetime) -> Content:
    return cards.drawn(content, client, _newest_ticket(client), card_history.recent(client), desk, now)


def _newest_ticket(client: Client) -> Ticket | None:
    return conversations.head(client.current).ticket if client.current else None


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
