"""Somebody may be a client we know, but nothing proves it: they mention the number of one, or share their contact, or have
the name of a VIP. A manager is offered to say so with one tap. Called when something was shown in the client's topic, so
that no messenger waits for it.
"""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.contacts import numbers_in
from chalicelib.desk.messages import IncomingTap
from chalicelib.desk.outbound import Content, Outbound, Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.staff import MANAGING
from chalicelib.store import clients, messages
from chalicelib.store.table import Item, NotFound
from chalicelib.texts import text
from chalicelib.use_cases import joining
from chalicelib.use_cases.joining import Said
from chalicelib.use_cases.leaving import Leaving, tap

ACTION = "join"


def after_message(item: Outbound, client: Client, leaving: Leaving, settings: Settings) -> list[Item]:
    """What somebody whom nobody has registered wrote mentions a number, or is somebody's contact."""
    numbers = [number for number in numbers_in(item.content.text) if number not in client.phones]
    if not numbers or _is_known(client):
        return []
    owners = clients.by_ids(clients.whose(numbers).values()).values()
    return _offered(client, owners, "offer_number", leaving, settings)


def after_topic(client: Client, leaving: Leaving, settings: Settings) -> list[Item]:
    """Somebody new has the name of one who is registered."""
    if _is_known(client):
        return []
    namesakes = (one for tier in (Tier.VIP, Tier.OUR) for one in clients.named(client.name, tier))
    return _offered(client, namesakes, "offer_name", leaving, settings)


def _is_known(client: Client) -> bool:
    """Whoever is registered speaks of other people."""
    return client.registered or client.tier is not Tier.EVERYONE


def _offered(client: Client, others: Iterable[Client], why: str, leaving: Leaving, settings: Settings) -> list[Item]:
    """Each is offered once: the key of what was offered is written with it."""
    language, keys = settings.desk.language, []
    for other in others:
        key = f"offer/{client.id}/{other.id}"
        if other.id == client.id or messages.was_seen(key):
            continue
        title = ", ".join(filter(None, (other.name, other.company)))
        label = text("button_join", language, name=other.name[:40])
        offer = Content(text=text(why, language, name=title), buttons=((tap(label, ACTION, client.id, other.id),),))
        leaving.to_topic(client, Purpose.NOTICE, offer)
        keys.append(messages.seen_item(key, leaving.now))
    return keys


def accept(tapped: IncomingTap, one_id: str, two_id: str, settings: Settings, now: datetime) -> str:
    """A manager says that the two are one. Returns the words shown to whoever tapped; the second tap changes nothing."""
    member, language = settings.team.by_telegram(tapped.sender.user), settings.desk.language
    if member is None or member.role not in MANAGING:
        return text("only_managers", language)
    try:
        joining.join(one_id, two_id, Said(member.author, text("ground_button", language)), settings, now)
    except NotFound:
        return text("no_such_client", language)
    return text("done_join", language)
