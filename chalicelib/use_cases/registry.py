"""Registering people and changing what is known of them, on a manager's word. Called by the admin endpoint and by the
import of VIPs. A change, its record, what finds the client by, and their open tickets are one transaction.

A VIP has a topic from registration on. Of many registered at once each has a time of its own to be opened at, so that the
group's messages go on meanwhile; who writes before that gets the topic at once, and then nothing is left to open.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from chalicelib.desk import tickets
from chalicelib.desk.clients import Client, Conversation, Identity, Tier
from chalicelib.desk.identifiers import milliseconds, new_id
from chalicelib.desk.messages import Author
from chalicelib.desk.policies import choose
from chalicelib.desk.registry import LONGEST_DETAILS, ClientChange, Taken, decided, differences
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import NotAllowed, Status, Ticket
from chalicelib.desk.validation import FieldError, Findings
from chalicelib.desk.zones import zone
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations
from chalicelib.store.table import commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)

TOPIC_EVERY = timedelta(seconds=20)  # three calls each: under a half of what a group takes


def register(
    values: Mapping[str, Any],
    identities: Sequence[Identity],
    ground: str,
    by: Author,
    settings: Settings,
    now: datetime,
    topics_before: int = 0,
) -> Client:
    """A new client with these of the decided fields. Whoever writes from one of ``identities`` is recognised as them.
    ``topics_before``: so many topics are to be opened first.

    :raises Invalid: a field that does not go with another one, or a messenger that is not connected.
    :raises Taken: they are somebody else already.
    """
    new = Client(id=new_id(now), name="", created_at=now, language=settings.desk.language, registered=True)
    return retrying(lambda: _store(None, new, values, identities, ground, by, settings, now, topics_before))


def change(
    client_id: str,
    values: Mapping[str, Any],
    identities: Sequence[Identity],
    ground: str,
    by: Author,
    settings: Settings,
    now: datetime,
    topics_before: int = 0,
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
        return _store(before, known, values, identities, ground, by, settings, now, topics_before)

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
        return _store(before, before, {"details": details}, (), "", by, settings, now, 0)

    return retrying(attempt)


def today(settings: Settings, now: datetime) -> date:
    """The team's date: validity begins and ends with their days."""
    return now.astimezone(zone(settings.desk.timezone)).date()


def _store(
    before: Client | None,
    known: Client,
    values: Mapping[str, Any],
    identities: Sequence[Identity],
    ground: str,
    by: Author,
    settings: Settings,
    now: datetime,
    topics_before: int,
) -> Client:
    after = decided(known, values)
    added = [identity for identity in dict.fromkeys(identities) if identity not in after.identities]
    after = replace(after, identities=(*after.identities, *added), current=after.current or next(iter(added), None))
    changed = differences(before, after)
    if not changed:
        return after
    _check_nobody_else(after, added)
    heads = [Conversation(identity, identity.user, after.id, after.language) for identity in added]
    open_tickets = _served_anew(before, after, by, settings, now) if before else []
    at = now if after.topic else now + topics_before * TOPIC_EVERY
    leaving = Leaving(max([milliseconds(at), *(ticket.clock for ticket in open_tickets)]), now, after.id)
    if after.topic:
        leaving.card(after)
    elif after.tier is Tier.VIP and known.tier is not Tier.VIP:
        leaving.topic(after, not_before=at if topics_before else None)
    turns = _turns(after, settings, now) if {"tier", "valid_from", "valid_until"} & changed.keys() else []
    written, gone = clients.contact_items(before, after)
    commit(
        clients.client_item(after),
        clients.change_item(after.id, ClientChange(now, by, ground, changed), after.version + 1),
        *written,
        *map(conversations.conversation_item, heads),
        *(item for ticket in open_tickets for item in conversations.ticket_items(ticket)),
        *leaving.items(),
        *(item for turn in turns for item in turn.items()),
        gone=gone,
    )
    log.info("client__changed", extra={"client_id": after.id, "fields": sorted(changed)})
    leaving.nudge()
    return replace(after, version=after.version + 1)


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


def _check_nobody_else(client: Client, added: Sequence[Identity]) -> None:
    findings = Findings()
    for n, identity in enumerate(added):
        if identity.messenger not in ADAPTERS:
            findings.add(f"identities[{n}].messenger", f"must be one that is connected: {', '.join(ADAPTERS)}")
        if not identity.account:
            findings.add(f"identities[{n}].account", "is required as long as the settings of the desk have none")
    findings.finish()
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


def _served_anew(before: Client, after: Client, by: Author, settings: Settings, now: datetime) -> list[Ticket]:
    """The client's unfinished tickets as the change leaves them; none if it leaves them as they are."""
    tier = after.tier_on(today(settings, now))
    if (before.name, before.tier_on(today(settings, now))) == (after.name, tier):
        return []
    unfinished = [row.id for _, row in conversations.of_client(after.id) if row.status is not Status.CLOSED]
    changed = []
    for ticket in map(conversations.ticket_by_id, unfinished):
        policy = choose(settings.policies, tier, ticket.identity.messenger)
        anew = tickets.client_changed(ticket.ticked(now), now, after.name, tier, policy, by)
        changed.append(tickets.reckon(anew, settings.calendars, now))
    return changed
