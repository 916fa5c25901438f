"""The list of VIPs comes as a file: each row is written whole or not at all, and broken rows stop nobody else's.
Called by the admin endpoint; ``desk.vip_lists`` has the rules.

The rows are not one transaction: if the function dies half-way, the same file sent again does the rest and changes
nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as with_fields
from datetime import datetime
from typing import Any

from chalicelib.desk import vip_lists
from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.messages import Author
from chalicelib.desk.registry import Taken
from chalicelib.desk.settings import Settings
from chalicelib.desk.validation import FieldError, Invalid
from chalicelib.desk.vip_lists import Found, Known, Row
from chalicelib.store import clients, conversations
from chalicelib.store.table import Lost
from chalicelib.use_cases import registry


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


def run(
    raw: bytes, *, dry_run: bool, replace: bool, ground: str, by: Author, settings: Settings, now: datetime
) -> Imported:
    """Register and change the VIPs of a CSV or XLSX file. With ``replace``, those it does not name are served like everyone
    from now on; a list with a rejected row replaces nobody, since it may be the row of anyone.

    :raises Invalid: the file as a whole cannot be read.
    """
    listed = vip_lists.read(raw)
    account = settings.desk.account
    known = _known(listed.rows, account)
    blank = Client("", "", now)
    lines: dict[str, int] = {}  # of the clients that a row was about
    topics = 0
    answer = Imported(dry_run, False, [], [], [], [], listed.ignored_columns)
    for row in listed.rows:
        try:
            found = vip_lists.find(row, known, account)
            _check_once(found, lines)
            changed = vip_lists.preview(found, account, blank)
            client = None if dry_run or not changed else _write(found, ground, by, settings, now, topics)
        except (Invalid, Taken) as wrong:
            answer.rejected.append(Rejected(row.line, wrong.errors))
        except Lost:
            error = FieldError("row", "was changed by somebody else at this moment: send it again")
            answer.rejected.append(Rejected(row.line, (error,)))
        else:
            topics += bool(client and client.topic is None and "tier" in changed)
            if found.before is None:
                answer.added.append(Added(row.line, row.name, client.id if client else None))
            elif changed:
                answer.changed.append(Changed(row.line, found.before.id, row.name, changed))
    unnamed = vip_lists.unnamed(clients.of_tier(Tier.VIP), listed.rows)
    answer.removed.extend(Removed(vip.id, vip.name) for vip in unnamed)
    replaced = replace and not answer.rejected
    if replaced and not dry_run:
        for vip in unnamed:
            registry.change(vip.id, {"tier": Tier.EVERYONE}, (), ground, by, settings, now)
    return with_fields(answer, replaced=replaced)


def _check_once(found: Found, lines: dict[str, int]) -> None:
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


def _write(found: Found, ground: str, by: Author, settings: Settings, now: datetime, topics: int) -> Client:
    values, identities = vip_lists.values(found), found.row.identities(settings.desk.account)
    if found.before is None:
        return registry.register(values, identities, ground, by, settings, now, topics)
    return registry.change(found.before.id, values, identities, ground, by, settings, now, topics)
