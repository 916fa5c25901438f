"""Two clients become one, or one becomes two again: on a proof, or on a manager's word, which is kept with it.

One transaction holds both clients, their records, what finds them, the conversations and their newest tickets. Two joins
at once meet at the clients' versions; a message at the same moment meets the join at its conversation or ticket. The
loser loads again and finds everything as the winner left it.

Topics: the one who stays keeps theirs, or takes over the other's if they have none. A topic that is left stays readable,
says where the conversation goes on, and what is written there still goes to the conversation it was about.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.desk import joining
from chalicelib.desk.clients import Client, Identity, Tier
from chalicelib.desk.identifiers import milliseconds, new_id
from chalicelib.desk.messages import Author
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.desk.registry import ClientChange, differences
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import NotAllowed
from chalicelib.desk.validation import FieldError, Invalid
from chalicelib.store import clients
from chalicelib.store.table import Item, bumped, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import moving
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.serving import today

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Said:
    """Who says that two are one, or one is two, and on what ground."""

    by: Author
    ground: str


def join(one_id: str, two_id: str, said: Said, settings: Settings, now: datetime) -> Client:
    """They are one client from now on, whom this returns; if they are already, nothing changes. Raises NotFound."""
    return retrying(lambda: join_once(one_id, two_id, said, settings, now))


def join_once(
    one_id: str, two_id: str, said: Said, settings: Settings, now: datetime, proof: Sequence[Item] = ()
) -> Client:
    """One attempt; ``proof`` is written with it. Raises NotFound, and Lost when somebody else wrote first."""
    one, two = clients.client_now(one_id), clients.client_now(two_id)
    if one.id == two.id:
        if proof:
            commit(*proof)
        return one
    heads = moving.heads_of((*one.identities, *two.identities))
    pair = joining.join(one, two, moving.heard(heads), today(settings, now))
    stays, other = pair.stays, pair.other
    before = {client.id: client for client in (one, two)}
    moved = moving.move(other.identities, heads, stays, said.by, settings, now)
    here, there = _leaving(stays, moved, now), _leaving(other, moved, now)
    _tell(here, "joined", stays, other, said, settings)
    if other.topic:
        words = text("joined_elsewhere", settings.desk.language, name=stays.name)
        there.to_topic(other, Purpose.NOTICE, Content(text=words, link_to_topic_of=stays.id))
        there.card(other)
    if stays.topic is None and any(head.ticket for head in heads.values()):
        here.topic(stays)
    topics = [clients.topic_handed_over(stays.topic, stays.id)] if stays.topic and not before[stays.id].topic else []
    commit(
        *_recorded(before[stays.id], stays, said, now, joined=(None, other.id)),
        *_recorded(before[other.id], other, said, now, joined_into=(None, stays.id)),
        *clients.handed_over(other.phones, other.emails, stays.id),
        *topics,
        *moved.items,
        *here.items(),
        *there.items(),
        *proof,
    )
    log.info("clients__joined", extra={"client_id": stays.id, "joined_id": other.id})
    _finish(moved, (here, there), settings, now)
    return bumped(stays)


def part(client_id: str, identity: Identity, said: Said, settings: Settings, now: datetime) -> Client:
    """``identity`` is a client of its own again, whom this returns: the one it was before it was joined, or a new one.

    Raises NotFound, Invalid when it is not the client's, and NotAllowed when nothing of the client would be left.
    """
    return retrying(lambda: _part(client_id, identity, said, settings, now))


def _part(client_id: str, identity: Identity, said: Said, settings: Settings, now: datetime) -> Client:
    client = clients.client_now(client_id)
    if identity not in client.identities:
        raise Invalid([FieldError("identity", "is not one of this client's: see 'identities'")])
    absorbed = clients.absorbed_by(client)
    found = joining.origin(identity, absorbed)
    if len(client.identities) == 1 and client.tier is Tier.EVERYONE and not client.registered:
        raise NotAllowed("only_identity")
    own = _still_theirs(found, client) if found else _somebody_new(identity, client, settings, now)
    heads = moving.heads_of(client.identities)
    among = replace(client, identities=tuple(each for each in client.identities if each != identity))
    remaining = [each for each in absorbed if each.id in own.absorbed and joining.remains(among, each)]
    pair = joining.part(client, identity, own, moving.heard(heads), [each.id for each in remaining])
    stays, other = pair.stays, pair.other
    moved = moving.move((identity,), heads, other, said.by, settings, now)
    here, there = _leaving(stays, moved, now), _leaving(other, moved, now)
    _tell(here, "parted", stays, other, said, settings)
    if other.topic is None and moved.any_ticket:
        there.topic(other)
    else:
        _tell(there, "parted_here", other, stays, said, settings)
    between = [each for each in absorbed if other.id in each.absorbed]
    commit(
        *_recorded(client, stays, said, now, parted=(other.id, None)),
        *_recorded(found, other, said, now, joined_into=(client.id, None)),
        *clients.handed_over(other.phones, other.emails, other.id),
        *(clients.client_item(joining.without(each, other.id)) for each in between),
        *(clients.client_item(joining.moved_to(each, stays.id)) for each in remaining),
        *moved.items,
        *here.items(),
        *there.items(),
    )
    log.info("clients__parted", extra={"client_id": stays.id, "parted_id": other.id})
    _finish(moved, (here, there), settings, now)
    return bumped(other)


def _still_theirs(found: Client, client: Client) -> Client:
    """With the numbers and addresses that have not gone to anybody else meanwhile."""
    owners = clients.whose(found.phones, found.emails)
    phones = tuple(number for number in found.phones if owners.get(number) == client.id)
    emails = tuple(address for address in found.emails if owners.get(address) == client.id)
    return replace(found, phones=phones, emails=emails)


def _somebody_new(identity: Identity, client: Client, settings: Settings, now: datetime) -> Client:
    """Nobody knows them by name yet."""
    language = settings.desk.language
    name = text(
        "somebody_in", language, messenger=text(f"messenger_{identity.messenger}", language), user=identity.user
    )
    return Client(id=new_id(now), name=name, created_at=now, language=client.language)


def _recorded(before: Client | None, after: Client, said: Said, now: datetime, **what: tuple[Any, Any]) -> list[Item]:
    """The client, and the record of what changed."""
    change = ClientChange(now, said.by, said.ground, {**what, **differences(before, after)})
    return [clients.client_item(after), clients.change_item(after.id, change, after.version + 1)]


def _leaving(client: Client, moved: moving.Moved, now: datetime) -> Leaving:
    return Leaving(max(milliseconds(now), moved.clock), now, client.id)


def _tell(leaving: Leaving, key: str, client: Client, about: Client, said: Said, settings: Settings) -> None:
    """In the client's topic: what happened, on whose word, with the card as it is now."""
    if client.topic is None:
        return
    language = settings.desk.language
    where = ", ".join(dict.fromkeys(text(f"messenger_{each.messenger}", language) for each in about.identities))
    words = text(key, language, name=about.name, where=where or "–", ground=said.ground, by=said.by.name)
    leaving.to_topic(client, Purpose.NOTICE, Content(text=words))
    leaving.card(client)


def _finish(moved: moving.Moved, leavings: tuple[Leaving, ...], settings: Settings, now: datetime) -> None:
    for leaving in leavings:
        leaving.nudge()
    for identity in moved.unfinished:
        moving.follow(identity, settings, now)
