"""The list of VIPs comes as a file. What it changes is taken as one, or not at all: a new edition is prepared, published by one
write, and settled (``store.editions``). Broken rows are told and left out. Called by the admin endpoint, and by the minute's
check for what a crash left behind; ``desk.vip_lists`` has the rules.

Tickets, topics and cards follow once the edition holds, client by client: whoever dies there is followed by the minute's check.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as with_fields
from datetime import datetime
from typing import Any

from chalicelib.desk import vip_lists
from chalicelib.desk.clients import Tier
from chalicelib.desk.identifiers import new_id
from chalicelib.desk.messages import Author
from chalicelib.desk.registry import Followed
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import NotAllowed
from chalicelib.desk.validation import FieldError, Invalid
from chalicelib.desk.vip_lists import Known, Row, VipList
from chalicelib.store import clients, conversations, editions
from chalicelib.store.editions import Editions, Part
from chalicelib.store.table import Item, commit, retrying
from chalicelib.use_cases import registry
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.registry import Changing

log = logging.getLogger(__name__)

EMPTY = "are missing, and a list of nobody replaces no VIPs: send the list with its rows, or remove them one by one"
AT_ONCE = 8  # clients whose tickets, topics and cards follow in one transaction


@dataclass(frozen=True)
class Added:
    row: int
    name: str
    id: str | None  # None as long as it is a dry run


@dataclass(frozen=True)
class Changed:
    """``fields``: what each was and is."""

    row: int
    id: str
    name: str
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Removed:
    id: str
    name: str


@dataclass(frozen=True)
class Rejected:
    row: int
    errors: tuple[FieldError, ...]


@dataclass(frozen=True)
class Imported:
    """What the file changed, or would change. Rows are counted as lines of the file, the header being line 1.
    ``removed`` are VIPs whom no row names; they lose the tier only if ``replaced``."""

    dry_run: bool
    replaced: bool
    added: list[Added]
    changed: list[Changed]
    removed: list[Removed]
    rejected: list[Rejected]
    ignored_columns: tuple[str, ...]


@dataclass
class _Plan:
    answer: Imported
    changes: list[Changing] = field(default_factory=list)


@dataclass(frozen=True)
class _Taking:
    """Who takes the list, when, and on what ground."""

    ground: str
    by: Author
    settings: Settings
    now: datetime


def run(
    raw: bytes, *, dry_run: bool, replace: bool, ground: str, by: Author, settings: Settings, now: datetime
) -> Imported:
    """Register and change the VIPs of a CSV or XLSX file. With ``replace``, those it does not name are served like everyone
    from now on; a list with a rejected row replaces nobody, since it may be the row of anyone.

    :raises Invalid: the file as a whole cannot be read, or would replace everybody with nobody.
    :raises NotAllowed: another list is being taken at this moment.
    :raises Lost: clients of the list were written again and again meanwhile; nothing has changed.
    """
    listed, taking = vip_lists.read(raw), _Taking(ground, by, settings, now)
    if replace and not listed.rows:
        raise Invalid([FieldError("rows", EMPTY)])
    if dry_run:
        return _plan(listed, replace, taking, dry_run=True).answer
    plan, state = retrying(lambda: _published(listed, replace, taking))
    for part in list(editions.parts()):
        _finish(part, settings, now)
    editions.settled(state)
    return plan.answer


def go_on(settings: Settings, now: datetime) -> int:
    """Finish what is published and put back what never will be. Returns how many parts somebody who died left behind."""
    found = list(editions.parts())
    if not found or (state := editions.current()).is_at_work(now):
        return 0
    editions.drop(state.prepared)
    for part in found:
        _finish(part, settings, now)
    return len(found)


def _published(listed: VipList, replace: bool, taking: _Taking) -> tuple[_Plan, Editions]:
    """One attempt; whatever ends it before the edition is published changes nothing."""
    try:
        state = editions.prepare(new_id(taking.now), taking.now)
    except editions.Busy as busy:
        raise NotAllowed("list_being_taken") from busy
    try:
        for left in list(editions.parts()):
            _finish(left, taking.settings, taking.now)
        plan = _plan(listed, replace, taking, dry_run=False)
        for n, together in enumerate(_parts(plan.changes, taking)):
            part = Part(state.prepared, n, (), taking.by, together.followed)
            state = editions.add(state, part, together.items, together.gone)
        state = editions.publish(state)
    except Exception:
        editions.drop(state.prepared)
        raise
    log.info("vips__replaced", extra={"edition": state.published[-1], "clients": len(plan.changes)})
    return plan, state


def _plan(listed: VipList, replace: bool, taking: _Taking, *, dry_run: bool) -> _Plan:
    """What the list changes of the clients as they are now."""
    account = taking.settings.desk.account
    known = _known(listed.rows, account)
    lines: dict[str, int] = {}  # of the clients that a row was about
    plan = _Plan(Imported(dry_run, False, [], [], [], [], listed.ignored_columns))
    for row in listed.rows:
        try:
            found = vip_lists.find(row, known, account)
            _check_once(found, lines)
            client = with_fields(found.before or registry.blank(taking.settings, taking.now), registered=True)
            change = registry.changing(found.before, client, vip_lists.values(found), row.identities(account))
        except Invalid as wrong:
            plan.answer.rejected.append(Rejected(row.line, wrong.errors))
            continue
        if change.fields:
            plan.changes.append(change)
        if found.before is None:
            plan.answer.added.append(Added(row.line, row.name, None if dry_run else client.id))
        elif change.fields:
            plan.answer.changed.append(Changed(row.line, client.id, row.name, dict(change.fields)))
    vips = clients.by_ids(vip.id for vip in clients.of_tier(Tier.VIP))
    unnamed = vip_lists.unnamed((vip for vip in vips.values() if vip.tier is Tier.VIP and not vip.joined), listed.rows)
    plan.answer.removed.extend(Removed(vip.id, vip.name) for vip in sorted(unnamed, key=lambda vip: vip.name))
    replaced = replace and not plan.answer.rejected
    if replaced:
        plan.changes += [registry.changing(vip, vip, {"tier": Tier.EVERYONE}, ()) for vip in unnamed]
    return _Plan(with_fields(plan.answer, replaced=replaced), plan.changes)


@dataclass
class _Together:
    """What is prepared in one transaction."""

    items: list[Item] = field(default_factory=list)
    gone: list[Item] = field(default_factory=list)
    followed: tuple[Followed, ...] = ()


def _parts(changes: Sequence[Changing], taking: _Taking) -> Iterator[_Together]:
    together, topics = _Together(), 0
    for change in changes:
        items, gone = change.items(taking.ground, taking.by, taking.now)
        if len(together.items) + len(together.gone) + len(items) + len(gone) > editions.MOST_PREPARED:
            yield together
            together = _Together()
        together.items += items
        together.gone += gone
        together.followed += (change.followed(topics),)
        topics += change.opens_topic
    if together.followed:
        yield together


def _finish(part: Part, settings: Settings, now: datetime) -> None:
    """What it holds is so for good, and what follows is done. Twice the same makes no difference."""
    if editions.settle(part):
        for start in range(0, len(part.followed), AT_ONCE):
            _follow(part.followed[start:][:AT_ONCE], part.by, settings, now)
    editions.forget(part)


def _follow(changes: Sequence[Followed], by: Author, settings: Settings, now: datetime) -> None:
    def attempt() -> None:
        known = clients.by_ids(change.client_id for change in changes)
        still = [(known[change.client_id], change) for change in changes if not known[change.client_id].joined]
        followed = [registry.following(client, change, by, settings, now) for client, change in still]
        if items := [item for items, _ in followed for item in items]:
            commit(*items)
        at_once = [each for _, leavings in followed for each in leavings[0].outbounds if each.not_before is None]
        Leaving(0, now, outbounds=at_once).nudge()

    retrying(attempt)


def _check_once(found: vip_lists.Found, lines: dict[str, int]) -> None:
    """Raises Invalid for a second row about the same client, found by another of their marks."""
    if found.before is None:
        return
    line = lines.setdefault(found.before.id, found.row.line)
    if line != found.row.line:
        raise Invalid([FieldError("row", f"is about client {found.before.id}, like line {line}")])


def _known(rows: Sequence[Row], account: str) -> Known:
    """Whom the rows may be about, in three reads of many keys each."""
    numbers = [number for row in rows for number in row.phones]
    addresses = [address for row in rows for address in row.emails]
    people = [identity for row in rows for identity in row.identities(account)]
    owners = clients.whose(numbers, addresses)
    owners |= {key: found.client_id for key, found in conversations.of_identities(people).items()}
    return Known(owners, clients.by_ids(owners.values()))
