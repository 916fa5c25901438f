"""What follows from a send: the item's new state, and, in the same transaction, what the desk learns from it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.desk import outbound
from chalicelib.desk.clients import Client, Identity, Topic
from chalicelib.desk.gathering import ALONE
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.ladder import Person
from chalicelib.desk.messages import Delivery, DeliveryState
from chalicelib.desk.outbound import Content, Outbound, Purpose, State, Verb
from chalicelib.desk.receipts import receipt_key
from chalicelib.desk.settings import Settings
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import Outcome, Readdress, Refused, RetryLater, Sent, TopicGone, Uncertain
from chalicelib.store import clients, conversations, messages
from chalicelib.store import outbound as store
from chalicelib.store.table import Item, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import alerts, cards, delivery_statuses, group_troubles, offers, survey_deliveries, topics
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.metrics import count

log = logging.getLogger(__name__)

CORRECTED = "✍"  # the reaction to an answer whose change the client has


def record(
    item: Outbound, outcome: Outcome, settings: Settings, now: datetime, others: Sequence[Outbound] = ()
) -> bool:
    """Write down how sending ``item`` went, and ``others`` in the same message. Whether the next item of the destination may
    follow at once.

    Raises Lost when the lease ran out meanwhile and somebody else has the item now.
    """
    if others and not isinstance(outcome, Sent):
        return _let_go(item, others, outcome, settings, now)
    if group_troubles.held_up(item, outcome, settings, now):
        return False
    match outcome:
        case Sent(provider_id):
            sent = [store.outbound_item(other.sent(now, provider_id)) for other in others]
            ended(item.sent(now, provider_id), settings, now, sent)
            return True
        case Refused(reason, unreachable):
            ended(item.ended(State.UNREACHABLE if unreachable else State.FAILED, reason), settings, now)
            return True
        case RetryLater(after, reason, limited):
            again = item.again(now, after, reason, counts=not limited)
        case Uncertain():
            again = item.uncertain(now)
        case TopicGone():
            topics.open_anew(item, item.again(now, None, "topic_gone"), now)
            return False
        case Readdress():
            again = item.ended(State.FAILED, "group_moved")
    if again.finished:
        ended(again, settings, now)
        return True
    commit(store.outbound_item(again))
    return False


def _let_go(item: Outbound, others: Sequence[Outbound], outcome: Outcome, settings: Settings, now: datetime) -> bool:
    """Several were to leave in one message and did not: the others are as before, and the first waits for all of them. What was
    refused is tried one by one, since it may be the words of one."""
    refused = isinstance(outcome, Refused) and outcome.reason not in group_troubles.CAUSES
    reason = ALONE if refused else None
    free = [other.let_go(reason, unknown=isinstance(outcome, Uncertain)) for other in others]
    commit(*map(store.outbound_item, [item.let_go(reason), *free] if refused else free))
    return False if refused else record(item, outcome, settings, now)


def ended(item: Outbound, settings: Settings, now: datetime, also: Sequence[Item] = ()) -> None:
    """Record the item in its final state together with what follows from it, and ``also`` other items."""
    leaving = retrying(lambda: _ended(item, settings, now, also))
    if item.state is State.FAILED and item.purpose is not Purpose.TAP:
        count("Failed")
        log.error("outbound__failed", extra={"reason": item.reason, "ticket_id": item.ticket_id})
    leaving.nudge()


def _ended(item: Outbound, settings: Settings, now: datetime, also: Sequence[Item]) -> Leaving:
    after = max(milliseconds(now), outbound.clock_of(item.order) + 1)  # what left with the item comes before its news
    leaving = Leaving(after, now, item.client_id, item.ticket_id)
    follow = _FOLLOWS.get(item.purpose)
    changes = follow(item, leaving, settings) if follow else []
    commit(store.outbound_item(item), *also, *changes, *leaving.items())
    return leaving


def _after_topic(item: Outbound, leaving: Leaving, settings: Settings) -> list[Item]:
    """The client's topic now exists, or its card does."""
    if item.state is not State.SENT or item.provider_id is None or item.client_id is None:
        return []
    client = clients.client_by_id(item.client_id)
    if item.content.verb is Verb.OPEN_TOPIC and client.topic is None:
        group = settings.desk.group_for(client.id)
        opened = replace(client, topic=Topic(group, item.provider_id))
        offered = offers.after_topic(client, leaving, settings)
        return [clients.client_item(opened), clients.topic_item(group, item.provider_id, client.id), *offered]
    if item.content.verb is Verb.CARD and client.topic and client.topic.card is None:
        return [clients.client_item(replace(client, topic=replace(client.topic, card=item.provider_id)))]
    return []


def _after_relay(item: Outbound, leaving: Leaving, settings: Settings) -> list[Item]:
    """An answer to what is shown leads to the client's message. What the team cannot see in its group, the manager hears in
    private: a client's words are never lost to all."""
    if item.state is not State.SENT:
        _tell_manager(item, leaving, settings)
    if item.client_id is None or item.identity is None:
        return []
    client = clients.client_now(item.client_id)
    return [
        *_remembered(item, client, leaving, settings),
        *_now_answered_in(item.identity, client, item.content, leaving, settings),
        *offers.after_message(item, client, leaving, settings),
    ]


def _tell_manager(item: Outbound, leaving: Leaving, settings: Settings) -> None:
    language = settings.desk.language
    words = text(
        "alert_not_shown",
        language,
        html=True,
        reason=text(f"reason_{item.reason}", language),
        text=item.content.text[:1500] or text(f"shown_{item.content.files[0].attachment.kind}", language),
    )
    for member in settings.whom((Person.MANAGER,), leaving.now):
        leaving.to_member(member, settings.desk.account, Content(text=words, html=True))


def _now_answered_in(
    identity: Identity, client: Client, content: Content, leaving: Leaving, settings: Settings
) -> list[Item]:
    """The team sees what the client wrote last, and where: that is where an answer goes from now on."""
    if client.current == identity or identity not in client.identities:
        return []
    if client.current and not cards.has_room_for_heading(content):
        leaving.to_topic(
            client, Purpose.NOTICE, Content(text=cards.heading(identity, settings.desk.language), silent=True)
        )
    leaving.card(client)
    return [clients.client_item(replace(client, current=identity))]


def _remembered(item: Outbound, client: Client, leaving: Leaving, settings: Settings) -> list[Item]:
    """Which message of the client's it is that the group shows."""
    if not (item.provider_id and item.identity and item.message_id and item.client_id):
        return []
    topic = clients.client_by_id(item.client_id).topic or client.topic
    shown_as = ADAPTERS["telegram"].message_key(topic.chat if topic else settings.desk.group, item.provider_id)
    key = receipt_key("telegram", settings.desk.account, shown_as)
    receipt = messages.receipt(key).about(item.identity, item.message_id, item.client_id)
    return [messages.receipt_item(receipt, leaving.now)]


def _after_reply(item: Outbound, leaving: Leaving, settings: Settings) -> list[Item]:
    """The team's answer was taken, or was not: the message knows, the clocks know, the team sees."""
    identity = _identity(item)
    message = messages.message_if_any(identity, item.message_id or "")
    if message is None or item.client_id is None:
        return []
    changes: list[Item] = []
    news = Delivery(DeliveryState.ACCEPTED) if item.state is State.SENT else Delivery(DeliveryState.FAILED, item.reason)
    conversation = conversations.head(identity).conversation
    if item.provider_id and conversation:
        there = ADAPTERS[identity.messenger].message_key(conversation.chat, item.provider_id)
        key = receipt_key(identity.messenger, identity.account, there)
        receipt = messages.receipt(key).about(identity, message.external_id, item.client_id, item.order).told(news)
        news = receipt.delivery or news
        changes.append(messages.receipt_item(receipt, leaving.now))
    changes += delivery_statuses.settle(message, news, leaving, settings)
    if item.state is State.UNREACHABLE and conversation:
        changes.append(conversations.conversation_item(replace(conversation, reachable=False)))
    return changes


def _identity(item: Outbound) -> Identity:
    """Whose chat it goes to."""
    return Identity.from_key(item.destination.removeprefix("client:"))


def _after_correction(item: Outbound, leaving: Leaving, settings: Settings) -> list[Item]:
    """The team sees that the client has the new wording, or why they still have the old one, which then stays the message's."""
    language = settings.desk.language
    if item.state is not State.SENT:
        words = text("edit_not_sent", language, reason=text(f"reason_{item.reason}", language))
        leaving.to_topic(item.client_id or "", Purpose.NOTICE, Content(text=words))
        message = messages.message_if_any(_identity(item), item.message_id or "")
        if message and message.edited_at == item.created_at and item.content.before is not None:
            return [messages.message_item(replace(message, text=item.content.before, html=""))]
    elif item.message_id:
        written_as = item.message_id.rpartition("/")[2]
        leaving.to_topic(
            item.client_id or "", Purpose.RECEIPT, Content(Verb.REACT, text=CORRECTED, message_id=written_as)
        )
    return []


def _after_alert(item: Outbound, leaving: Leaving, settings: Settings) -> list[Item]:
    """A person who cannot be reached in private is told before the whole team: an alert is never lost."""
    place = Identity.from_key(item.destination.removeprefix("chat:"))
    if item.state is State.SENT or place.user in settings.desk.all_groups:
        return []
    member = settings.team.by_telegram(place.user)
    content = alerts.shown(item.content, settings, leaving.now)
    words = text(
        "alert_undeliverable",
        settings.desk.language,
        name=member.name if member else place.user,
        text=content.text,
    )
    group = outbound.to_chat("telegram", place.account, settings.desk.group)
    leaving.add(group, Purpose.ALERT, replace(content, text=words, digest=None))
    return []


_FOLLOWS: dict[Purpose, Callable[[Outbound, Leaving, Settings], list[Item]]] = {
    Purpose.TOPIC: _after_topic,
    Purpose.RELAY: _after_relay,
    Purpose.REPLY: _after_reply,
    Purpose.CORRECTION: _after_correction,
    Purpose.ALERT: _after_alert,
    Purpose.SURVEY: survey_deliveries.after_question,
}
