"""Registering people and changing what is known of them, on a manager's word. Called by the admin endpoint and by the
import of VIPs. A change, its record, what finds the client by, and their open tickets are one transaction.

A VIP has a topic from registration on. Of many registered at once each has a time of its own to be opened at, so that the
group's messages go on meanwhile; who writes before that gets the topic at once, and then nothing is left to open.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from chalicelib.desk import ticket_deadlines, tickets
from chalicelib.desk.clients import Client, Conversation, Identity, Tier
from chalicelib.desk.identifiers import milliseconds, new_id
from chalicelib.desk.ladder import Person
from chalicelib.desk.messages import Author
from chalicelib.desk.outbound import Content
from chalicelib.desk.registry import LONGEST_DETAILS, ClientChange, Followed, Taken, decided, differences
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import NotAllowed, Status, Ticket
from chalicelib.desk.validation import FieldError, Findings
from chalicelib.desk.zones import zone
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations
from chalicelib.store.table import Item, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import serving
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)

TOPIC_EVERY = timedelta(seconds=20)  # three calls each: under a half of what a group takes
_SERVED_BY = {"name", "tier", "valid_from", "valid_until", "targets"}  # what tickets have of their client


def register(
    values: Mapping[str, Any],
    identities: Sequence[Identity],
    ground: str,
    by: Author,
    settings: Settings,
    now: datetime,
) -> Client:
    """A new client with these of the decided fields. Whoever writes from one of ``identities`` is recognised as them.

    :raises Invalid: a field that does not go with another one, or a messenger that is not connected.
    :raises Taken: they are somebody else already.
    """
    return retrying(lambda: _store(None, blank(settings, now), values, identities, ground, by, settings, now))


def change(
    client_id: str,
    values: Mapping[str, Any],
    identities: Sequence[Identity],
    ground: str,
    by: Author,
    settings: Settings,
    now: datetime,
) -> Client:
    """Set these of the decided fields; ``identities`` are added to those known. Nothing new records nothing.

    :raises NotFound: no such client.
    :raises NotAllowed: they were joined with another client.
    :raises Invalid, Taken: as ``register``.
    """

    def attempt() -> Client:
        before = clients.client_by_id(client_id)
        if before.joined:
            raise NotAllowed("client_joined")
        known = replace(before, registered=True)
        return _store(before, known, values, identities, ground, by, settings, now)

    return retrying(attempt)


def note_down(client_id: str, words: str, by: Author, at: datetime, settings: Settings, now: datetime) -> Client:
    """Add a line to the longer part of the client's card. The same line again, as a repeated update brings it, adds nothing.

    :raises NotAllowed: there is no room for it.
    """
    language = settings.desk.language
    day = at.astimezone(zone(settings.desk.timezone))
    line = text("card_line", language, at=day, name=by.name, text=" ".join(words.split()))

    def attempt() -> Client:
        before = clients.client_now(client_id)
        lines = before.details.splitlines()
        details = "\n".join(lines if line in lines else [*lines, line])
        if len(details) > LONGEST_DETAILS:
            raise NotAllowed("card_full")
        return _store(before, before, {"details": details}, (), "", by, settings, now)

    return retrying(attempt)


def blank(settings: Settings, now: datetime) -> Client:
    """What somebody new is made of."""
    return Client(id=new_id(now), name="", created_at=now, language=settings.desk.language, registered=True)


@dataclass(frozen=True)
class Changing:
    """A change of a client that is yet to be written; ``before`` is None for somebody new. ``added`` are identities."""

    before: Client | None
    after: Client
    fields: Mapping[str, tuple[Any, Any]]
    added: tuple[Identity, ...]

    def items(self, ground: str, by: Author, now: datetime) -> tuple[list[Item], list[Item]]:
        """What is written, and what is deleted, that the client may be read and found as they are now."""
        heads = [Conversation(identity, identity.user, self.after.id, self.after.language) for identity in self.added]
        written, gone = clients.contact_items(self.before, self.after)
        change = ClientChange(now, by, ground, dict(self.fields))
        return [
            clients.client_item(self.after),
            clients.change_item(self.after.id, change, self.after.version + 1),
            *written,
            *map(conversations.conversation_item, heads),
        ], gone

    def followed(self, topics_before: int = 0) -> Followed:
        return Followed(self.after.id, tuple(self.fields), topics_before, self.before is None)

    @property
    def opens_topic(self) -> bool:
        return self.after.topic is None and self.after.tier is Tier.VIP and "tier" in self.fields


def changing(
    before: Client | None, known: Client, values: Mapping[str, Any], identities: Sequence[Identity]
) -> Changing:
    """``known`` with these values and further identities.

    :raises Invalid: a field that does not go with another one, or a messenger that is not connected.
    """
    after = decided(known, values)
    added = tuple(identity for identity in dict.fromkeys(identities) if identity not in after.identities)
    after = replace(after, identities=(*after.identities, *added), current=after.current or next(iter(added), None))
    _check_connected(added)
    return Changing(before, after, differences(before, after), added)


def _store(
    before: Client | None,
    known: Client,
    values: Mapping[str, Any],
    identities: Sequence[Identity],
    ground: str,
    by: Author,
    settings: Settings,
    now: datetime,
) -> Client:
    change = changing(before, known, values, identities)
    after = change.after
    if not change.fields:
        return after
    _check_nobody_else(after, change.added)
    written, gone = change.items(ground, by, now)
    followed, leavings = following(after, change.followed(), by, settings, now)
    commit(*written, *followed, gone=gone)
    log.info("client__changed", extra={"client_id": after.id, "fields": sorted(change.fields)})
    leavings[0].nudge()
    return replace(after, version=after.version + 1)


def following(
    client: Client, change: Followed, by: Author, settings: Settings, now: datetime
) -> tuple[list[Item], list[Leaving]]:
    """What a change makes of the client's unfinished tickets, their topic and their card; to be written, and then nudged. Twice
    the same makes no difference."""
    fields = set(change.fields)
    open_tickets = _served_anew(client, by, settings, now) if _SERVED_BY & fields and not change.is_new else []
    at = now if client.topic else now + change.topics_before * TOPIC_EVERY
    leaving = Leaving(max([milliseconds(at), *(ticket.clock for ticket in open_tickets)]), now, client.id)
    if client.topic:
        leaving.card(client)
    elif client.tier is Tier.VIP and "tier" in fields:
        leaving.topic(client, not_before=at if change.topics_before else None)
    if any(tickets.is_vip_since(ticket, now) for ticket in open_tickets):
        _tell_manager(leaving, client, settings)
    leavings = [leaving, *(_turns(client, settings, now) if {"tier", "valid_from", "valid_until"} & fields else [])]
    changed = [item for ticket in open_tickets for item in conversations.ticket_items(ticket)]
    return [*changed, *(item for each in leavings for item in each.items())], leavings


def _tell_manager(leaving: Leaving, client: Client, settings: Settings) -> None:
    """Every VIP question reaches the project manager, also one that was somebody's before they were a VIP."""
    words = text("alert_vip_now", settings.desk.language, html=True, client=client.name)
    for member in settings.whom((Person.MANAGER,), leaving.now):
        alert = Content(text=words, html=True, silent=True, link_to_topic_of=client.id)
        leaving.to_member(member, settings.desk.account, alert)


def _turns(client: Client, settings: Settings, now: datetime) -> list[Leaving]:
    """A VIP's card says so itself when the contract's term begins and when it has ended. New tickets see it from the dates."""
    if client.tier is not Tier.VIP:
        return []
    last = client.valid_until
    days = [client.valid_from, last + timedelta(days=1) if last else None]
    leavings = []
    for day in filter(None, days):
        at = datetime.combine(day, time(), zone(settings.desk.timezone)).astimezone(UTC)
        if at > now:
            leaving = Leaving(milliseconds(at), now, client.id)
            leaving.card(client, not_before=at)
            leavings.append(leaving)
    return leavings


def _check_connected(added: Sequence[Identity]) -> None:
    findings = Findings()
    for n, identity in enumerate(added):
        if identity.messenger not in ADAPTERS:
            findings.add(f"identities[{n}].messenger", f"must be one that is connected: {', '.join(ADAPTERS)}")
        if not identity.account:
            findings.add(f"identities[{n}].account", "is required as long as the settings of the desk have none")
    findings.finish()


def _check_nobody_else(client: Client, added: Sequence[Identity]) -> None:
    owners = clients.whose(client.phones, client.emails)
    known = conversations.of_identities(added)
    owners |= {key: conversation.client_id for key, conversation in known.items()}
    written = [
        *((number, f"phones[{n}]") for n, number in enumerate(client.phones)),
        *((address, f"emails[{n}]") for n, address in enumerate(client.emails)),
        *((identity.key, f"identities[{n}]") for n, identity in enumerate(added)),
    ]
    taken = [
        FieldError(field, f"belongs to client {owners[key]}")
        for key, field in written
        if owners.get(key, client.id) != client.id
    ]
    if taken:
        raise Taken(taken)


def _served_anew(client: Client, by: Author, settings: Settings, now: datetime) -> list[Ticket]:
    """The client's unfinished tickets, as far as they are served otherwise from now on, or under another name."""
    unfinished = [row.id for _, row in conversations.of_client(client.id) if row.status is not Status.CLOSED]
    changed = []
    for ticket in map(conversations.ticket_by_id, unfinished):
        anew = serving.served_anew(ticket, client, by, settings, now)
        if anew != ticket:
            changed.append(ticket_deadlines.reckon(anew.ticked(now), settings.calendars, now))
    return changed
