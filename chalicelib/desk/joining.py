"""Two clients turn out to be one person, or one turns out to be two: who stays, what becomes of what is known of them.

Only a proof joins (product line 6): the messenger's own word for a number, a personal link, a manager's word. Whoever was
joined is kept as they were and points to whom they are now, so that parting gives everything back. Called by
``use_cases.joining``.

    survivor ── absorbed: (…, id) ──▶ the other, joined.into = the survivor's id, otherwise untouched
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from chalicelib.desk.clients import Client, Identity, Joined

# What is taken over from the other when the survivor has none. The name, the tier with its dates and the language are
# the survivor's own.
_FILLED = ("company", "project", "position", "note", "details", "timezone")
_UNITED = ("phones", "emails")


@dataclass(frozen=True)
class Pair:
    """Both clients as a join or a parting leaves them: who stays, and the other."""

    stays: Client
    other: Client


def join(one: Client, two: Client, heard: Mapping[str, datetime], today: date) -> Pair:
    """Whoever is served first stays; else whoever a manager registered; else whoever came first. It does not matter in
    which order the two are named. ``heard``: when each identity (by its key) wrote last; the next answer goes there."""
    stays, other = sorted((one, two), key=lambda client: _precedence(client, today))
    lent: dict[str, Any] = {name: getattr(other, name) for name in _FILLED if not getattr(stays, name)}
    lent = {name: value for name, value in lent.items() if value}
    for name in _UNITED:
        if new := [value for value in getattr(other, name) if value not in getattr(stays, name)]:
            lent[name] = (*getattr(stays, name), *new)
    identities = tuple(dict.fromkeys((*stays.identities, *other.identities)))
    takes_topic = stays.topic is None and other.topic is not None
    after = replace(
        stays,
        **lent,
        identities=identities,
        current=_spoken_last(identities, heard) or stays.current or other.current,
        topic=other.topic if takes_topic else stays.topic,
        absorbed=(*stays.absorbed, other.id),
    )
    kept = replace(other, joined=Joined(stays.id, tuple(lent)), topic=None if takes_topic else other.topic)
    return Pair(after, kept)


def part(
    client: Client, identity: Identity, own: Client, heard: Mapping[str, datetime], remaining: Iterable[str] = ()
) -> Pair:
    """``identity`` is somebody else after all. ``own`` is who they become: a new client, or the one they had been before
    they were joined, with everything that had come with them. ``remaining`` are the ids of those whom ``own`` had absorbed
    and who remain with the client all the same, since they write from other identities."""
    identities = tuple(each for each in client.identities if each != identity)
    given_back = _given_back(client, own) if own.joined else {}
    current = client.current if client.current != identity else None
    current = current or _spoken_last(identities, heard) or next(iter(identities), None)
    after = replace(without(client, own.id), **given_back, identities=identities, current=current)
    after = replace(after, absorbed=(*after.absorbed, *remaining))
    kept = tuple(each for each in own.absorbed if each not in remaining)
    return Pair(after, replace(own, identities=(identity,), current=identity, joined=None, absorbed=kept))


def without(client: Client, absorbed_id: str) -> Client:
    """``client`` does not stand for the other any more."""
    return replace(client, absorbed=tuple(each for each in client.absorbed if each != absorbed_id))


def remains(client: Client, absorbed_by_other: Client) -> bool:
    """Whether one who was joined with somebody that is parted now writes from an identity of the client's."""
    return not set(client.identities).isdisjoint(absorbed_by_other.identities)


def moved_to(client: Client, into: str) -> Client:
    """Who was joined stands for ``into`` from now on."""
    return replace(client, joined=replace(client.joined or Joined(into), into=into))


def origin(identity: Identity, absorbed: Iterable[Client]) -> Client | None:
    """Who had this identity before anybody was joined. ``absorbed`` are all who were, those joined into others after
    them; None: it was never another client's."""
    return next((each for each in reversed(list(absorbed)) if identity in each.identities), None)


def _precedence(client: Client, today: date) -> tuple[Any, ...]:
    return (client.tier_on(today).rank, client.tier.rank, not client.registered, client.created_at, client.id)


def _given_back(client: Client, own: Client) -> dict[str, Any]:
    """What the client would be without what they took over; what was changed since stays."""
    lent = own.joined.lent if own.joined else ()
    without: dict[str, Any] = {
        name: "" for name in _FILLED if name in lent and getattr(client, name) == getattr(own, name)
    }
    for name in _UNITED:
        if name in lent:
            without[name] = tuple(value for value in getattr(client, name) if value not in getattr(own, name))
    return without


def _spoken_last(identities: Iterable[Identity], heard: Mapping[str, datetime]) -> Identity | None:
    spoke = [identity for identity in identities if identity.key in heard]
    return max(spoke, key=lambda identity: (heard[identity.key], identity.key), default=None)
