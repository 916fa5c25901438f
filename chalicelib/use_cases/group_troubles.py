"""The team's group stands in the way: its topics are off, the bot lacks a right or is gone, the group has another id now.

What the team has to see waits, in its order, until the group works again: it is not lost, and nobody's private chat is flooded
with it. The managers hear in private what to do: once for a group, a cause and an hour, so for as long as it lasts. An
upgraded group needs nobody: the desk goes where it went.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.desk import outbound
from chalicelib.desk.clients import Client, Identity, Topic
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.ladder import Person
from chalicelib.desk.messages import Author, IncomingGroupChange, IncomingGroupMove
from chalicelib.desk.outbound import Content, Outbound, State, Verb
from chalicelib.desk.settings import Settings
from chalicelib.messengers.adapter import Outcome, Readdress, Refused
from chalicelib.store import clients, messages
from chalicelib.store import outbound as store
from chalicelib.store.table import Exists, Item, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import setting_documents, topics
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)

CAUSES = ("no_topics", "no_rights", "no_chat", "no_group")
NOT_WAITED_FOR = (Verb.PIN_CARD, Verb.REACT)
"""Without these everything can be read all the same: they fail, and hold up nothing."""

SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=5)
MOVING = timedelta(seconds=10)  # functions that run learn the new id within a minute; attempts last longer
TELEGRAM = Author("telegram", "Telegram")


def held_up(item: Outbound, outcome: Outcome, settings: Settings, now: datetime) -> bool:
    """Whether ``item`` waits for its group, which is then recorded, and said to whoever can help."""
    group = _group_of(item, settings)
    if group is None:
        return False
    if isinstance(outcome, Readdress):
        moved(group, outcome.chat, settings, now)
        return _readdressed(item, outcome.chat, now)
    if not isinstance(outcome, Refused) or outcome.reason not in CAUSES:
        return False
    tell(outcome.reason, group, settings, now)
    if item.content.verb in NOT_WAITED_FOR:
        return False
    pause = min(max(now - item.created_at, SHORTEST_WAIT), LONGEST_WAIT)
    commit(store.outbound_item(item.again(now, pause, outcome.reason, counts=False)))
    return True


def changed(change: IncomingGroupChange, settings: Settings, now: datetime) -> None:
    """What the bot may do in a group has changed: said before anything fails."""
    if change.chat in settings.desk.all_groups and change.trouble:
        tell(change.trouble, change.chat, settings, now)


def upgraded(move: IncomingGroupMove, settings: Settings, now: datetime) -> None:
    if move.chat in settings.desk.all_groups:
        moved(move.chat, move.to, settings, now)


def moved(old: str, new: str, settings: Settings, now: datetime) -> None:
    """The settings follow the group. A client's topic follows with the next that is sent there."""

    def follow() -> None:
        desk = setting_documents.document("desk")
        value = {**desk.value, "group": new if desk.value["group"] == old else desk.value["group"]}
        if others := desk.value.get("groups"):
            value["groups"] = [new if group == old else group for group in others]
        if value != desk.value:
            setting_documents.replace(desk, value, TELEGRAM, now)

    retrying(follow)
    tell("moved", old, settings, now, new=new)


def tell(cause: str, group: str, settings: Settings, now: datetime, **more: Any) -> None:
    """One alert to each manager, unless this group's trouble was told within the hour."""
    leaving = Leaving(milliseconds(now), now)
    words = text(f"alert_group_{cause}", settings.desk.language, group=group, **more)
    for member in settings.whom((Person.MANAGER,), now):
        leaving.to_member(member, settings.desk.account, Content(text=words))
    try:
        commit(*leaving.items(), once=messages.seen_item(f"group/{group}/{cause}/{now:%Y-%m-%dT%H}", now))
    except Exists:
        return
    log.error("group__in_trouble", extra={"cause": cause})
    leaving.nudge()


def _group_of(item: Outbound, settings: Settings) -> str | None:
    """The group that ``item`` goes to; None when it goes elsewhere."""
    kind, where = item.destination.split(":", 1)
    if kind == "topic":
        client = clients.client_by_id(where)
        return client.topic.chat if client.topic else settings.desk.group_for(client.id)
    place = Identity.from_key(where)
    is_group = kind == "chat" and place.messenger == "telegram" and place.user in settings.desk.all_groups
    return place.user if is_group else None


def _readdressed(item: Outbound, new: str, now: datetime) -> bool:
    """A topic's destination is the client, wherever the topic is; any other names the chat."""
    kind, where = item.destination.split(":", 1)
    if kind == "chat":
        place = Identity.from_key(where)
        leaving = Leaving(milliseconds(now), now, item.client_id, item.ticket_id)
        leaving.add(outbound.to_chat(place.messenger, place.account, new), item.purpose, item.content)
        commit(store.outbound_item(item.ended(State.FAILED, "group_moved")), *leaving.items())
        leaving.nudge()
        return True
    again = item.again(now, MOVING, "group_moved")
    if again.finished:
        return False
    client = clients.client_by_id(where)
    if client.topic and clients.client_of_topic(new, client.topic.thread) not in (None, client.id):
        topics.open_anew(item, again, now)  # topics opened in the new place since then have numbers of their own
    else:
        commit(store.outbound_item(again), *_topic_moved(client, new))
    return True


def _topic_moved(client: Client, new: str) -> list[Item]:
    """The client's topic in the group's new place."""
    if client.topic is None or client.topic.chat == new:
        return []
    topic = Topic(new, client.topic.thread, client.topic.card)
    return [clients.client_item(replace(client, topic=topic)), clients.topic_item(new, topic.thread, client.id)]
