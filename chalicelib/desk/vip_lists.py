"""A list of VIPs, as an annex to a contract has it and as people keep it in spreadsheets: read row by row, and compared
with who is registered. Called by the import and the export of the admin endpoint. Nothing here writes anything.

    ФИО;Телефон;Компания;E-mail;Должность;Действует до
    Анна Волкова;8 (916) 123-45-67;Ромашка;anna@romashka.ru;Директор;31.12.2026
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.desk import sheets
from chalicelib.desk.clients import Client, Identity, Tier
from chalicelib.desk.contacts import EMAIL, PHONE
from chalicelib.desk.registry import DECIDED, OWN_TARGETS, TARGET_MINUTES
from chalicelib.desk.validation import FieldError, Findings, Invalid

MOST_ROWS = 500  # seven seconds on a busy machine: a gateway waits for half a minute

# The columns there may be, and what they are called (compared without case, punctuation and spaces).
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("full name", "name", "ФИО", "Ф. И. О.", "имя", "фамилия имя отчество", "контактное лицо"),
    "phone": ("phone", "phones", "phone number", "mobile", "телефон", "телефоны", "тел", "номер телефона", "мобильный"),
    "company": ("company", "организация", "компания", "заказчик", "company/project", "компания/проект"),
    "project": ("project", "проект"),
    "email": ("e-mail", "mail", "почта", "электронная почта", "эл. почта", "адрес электронной почты"),
    "position": ("position", "job title", "title", "должность"),
    "timezone": ("time zone", "часовой пояс"),
    "valid_from": ("valid from", "from", "действует с", "дата начала", "с"),
    "valid_until": ("valid until", "valid to", "until", "действует до", "дата окончания", "до", "по"),
    "first_reply": ("first reply", "first reply min", "первый ответ", "первый ответ мин"),
    "next_reply": ("next reply", "next reply min", "следующий ответ", "следующий ответ мин"),
    "update": ("update", "update min", "новости", "новости мин", "регулярные новости", "регулярные новости мин"),
    "resolve": ("resolve", "resolution", "resolution min", "resolve min", "решение", "решение мин"),
    "note": ("note", "notes", "comment", "примечание", "примечания", "комментарий", "заметка"),
    "telegram": ("telegram user id", "telegram id", "telegram", "телеграм", "телеграм id", "id telegram"),
}

FOUND_BY = frozenset(("phone", "email", "telegram"))

_SEPARATORS = re.compile(r"[;,/\n]")  # between two numbers or addresses in one cell
_RUSSIAN_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One person of the list. ``line`` is where their row begins in the file; ``errors`` is what keeps it out."""

    line: int
    values: Mapping[str, Any] = field(default_factory=dict)
    telegram: str | None = None
    errors: tuple[FieldError, ...] = ()

    @property
    def name(self) -> str:
        return str(self.values.get("name") or "")

    @property
    def phones(self) -> tuple[str, ...]:
        return tuple(self.values.get("phones", ()))

    @property
    def emails(self) -> tuple[str, ...]:
        return tuple(self.values.get("emails", ()))

    def identities(self, account: str) -> list[Identity]:
        return [Identity("telegram", account, self.telegram)] if self.telegram else []


@dataclass(frozen=True)
class VipList:
    rows: tuple[Row, ...]
    ignored_columns: tuple[str, ...] = ()


def read(raw: bytes) -> VipList:
    """The rows of a CSV or XLSX file. A broken row spoils no other.

    :raises Invalid: the file as a whole cannot be read: its encoding, its header, its size.
    """
    cells = list(sheets.read(raw, lambda title: _column(title) is not None))
    if not cells:
        raise Invalid([FieldError("header", "is missing: the first line must name the columns")])
    (_, header), *rest = cells
    columns, ignored = _columns(header if isinstance(header, list) else [])
    if len(rest) > MOST_ROWS:
        raise Invalid([FieldError("rows", f"are {len(rest)}, {MOST_ROWS} at most: send the list in parts")])
    rows = [_row(line, found, columns, len(columns)) for line, found in rest]
    return VipList(tuple(_without_duplicates(rows)), ignored)


def _column(title: str) -> str | None:
    return _KNOWN.get(_plain(title))


def _plain(title: str) -> str:
    return "".join(character for character in title.casefold().replace("ё", "е") if character.isalnum())


_KNOWN = {_plain(title): column for column, titles in COLUMNS.items() for title in titles}


def _columns(header: Sequence[str]) -> tuple[list[str | None], tuple[str, ...]]:
    columns = [_column(title) for title in header]
    findings = Findings()
    for column in COLUMNS:
        if columns.count(column) > 1:
            findings.add("header", f"has more than one column for {column}")
    if "name" not in columns:
        findings.add("header", "must have a column for the full name: 'full name' or 'ФИО'")
    if FOUND_BY.isdisjoint(columns):
        findings.add("header", "must have a column for the phone or the e-mail: 'phone', 'телефон', 'e-mail'")
    findings.finish()
    ignored = (title.strip() for title, column in zip(header, columns, strict=True) if column is None)
    return columns, tuple(title for title in ignored if title)


def _row(line: int, cells: list[str] | str, columns: Sequence[str | None], width: int) -> Row:
    findings = Findings()
    if isinstance(cells, str):
        return Row(line, errors=(FieldError("row", cells),))
    if any(cell.strip() for cell in cells[width:]):
        findings.add("row", f"has {len(cells)} cells, the header has {width}: put cells with delimiters in quotes")
    written = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column and cell.strip()}
    values: dict[str, Any] = {}
    for column, cell in written.items():
        if read := _READ.get(column):
            name, value = read(findings, cell, column)
            values[name] = value
    if "name" not in written:
        findings.add("name", "is required")
    if FOUND_BY.isdisjoint(written):
        findings.add("phone", "is required, or an e-mail, or a Telegram id: the person is found by it")
    telegram = written.get("telegram")
    if telegram and not re.fullmatch(r"\d{1,20}", telegram, re.ASCII):
        findings.add("telegram", "must be the number by which Telegram knows the person, not their @name")
    known = {name: value for name, value in values.items() if value}
    return Row(line, known, telegram, tuple(findings.errors))


def written(client: Client) -> dict[str, sheets.Cell]:
    """The cell of each column for a client: what ``_row`` reads as the same."""
    telegram = next((identity.user for identity in client.identities if identity.messenger == "telegram"), "")
    several = {"phone": ", ".join(client.phones), "email": ", ".join(client.emails), "telegram": telegram}
    own = {metric: str(client.targets.get(metric, "")) for metric in OWN_TARGETS}
    special: dict[str, sheets.Cell] = {**several, **own}
    return {column: special[column] if column in special else getattr(client, column) for column in COLUMNS}


def _line(findings: Findings, cell: str, column: str) -> tuple[str, Any]:
    return column, DECIDED[column].read(findings, cell, column)


def _date(findings: Findings, cell: str, column: str) -> tuple[str, Any]:
    written = _RUSSIAN_DATE.fullmatch(cell)
    return column, findings.day("-".join(reversed(written.groups())) if written else cell, column)


def _minutes(findings: Findings, cell: str, column: str) -> tuple[str, Any]:
    return column, TARGET_MINUTES.read(
        findings, int(cell) if re.fullmatch(r"\d{1,9}", cell, re.ASCII) else cell, column
    )


def _several(column: str, one: Callable[[Findings, Any, str], Any]) -> Callable[..., tuple[str, Any]]:
    def read(findings: Findings, cell: str, path: str) -> tuple[str, Any]:
        found = [one(findings, part.strip(), path) for part in _SEPARATORS.split(cell) if part.strip()]
        return column, tuple(dict.fromkeys(value for value in found if value))

    return read


# How the cell of a column becomes a decided field of the client: its name and its value.
_READ: Mapping[str, Callable[[Findings, str, str], tuple[str, Any]]] = {
    **dict.fromkeys(("name", "company", "project", "position", "timezone", "note"), _line),
    **dict.fromkeys(("valid_from", "valid_until"), _date),
    **dict.fromkeys(OWN_TARGETS, _minutes),
    "phone": _several("phones", PHONE.read),
    "email": _several("emails", EMAIL.read),
}


def _without_duplicates(rows: Iterable[Row]) -> Iterator[Row]:
    """A person may be in a list once: rows that share a number, an address or an id with an earlier one are rejected."""
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        marks = [
            *(("phone", number) for number in row.phones),
            *(("email", address) for address in row.emails),
            *([("telegram", row.telegram)] if row.telegram else []),
        ]
        again = [
            FieldError(column, f"is in line {seen[mark]} too") for mark in marks if (column := mark[0]) and mark in seen
        ]
        for mark in marks:
            seen.setdefault(mark, row.line)
        yield Row(row.line, row.values, row.telegram, (*row.errors, *again))


@dataclass(frozen=True)
class Known:
    """Who is registered, as far as the list is about them: ids by phone, e-mail and key of an identity; clients by id."""

    owners: Mapping[str, str]
    clients: Mapping[str, Client]


@dataclass(frozen=True)
class Found:
    """A row of the list, and the client it is about; None for a new one."""

    row: Row
    before: Client | None = None


def find(row: Row, known: Known, account: str) -> Found:
    """Whom the row is about: whoever has its phone, else its e-mail, else its Telegram id.

    :raises Invalid: what the row says cannot be so, such as the phone of one client with the e-mail of another.
    """
    if row.errors:
        raise Invalid(row.errors)
    marks = [
        *(("phone", number) for number in row.phones),
        *(("email", address) for address in row.emails),
        *(("telegram", identity.key) for identity in row.identities(account)),
    ]
    owners = [(column, known.owners[mark]) for column, mark in marks if mark in known.owners]
    owner = owners[0][1] if owners else None
    findings = Findings()
    for column, other in owners:
        if other != owner:
            findings.add(column, f"belongs to client {other}, and the {owners[0][0]} to client {owner}")
    findings.finish()
    return Found(row, known.clients.get(owner) if owner else None)


def values(found: Found) -> dict[str, Any]:
    """What the client becomes. An empty cell changes nothing. Numbers and addresses replace those known, unless they
    are among them already."""
    given = {**found.row.values, "tier": Tier.VIP}
    for name in ("phones", "emails"):
        if found.before and set(given.get(name, ())) <= set(getattr(found.before, name)):
            given.pop(name, None)
    if own := {metric: given.pop(metric) for metric in OWN_TARGETS if metric in given}:
        given["targets"] = {**(found.before.targets if found.before else {}), **own}
    return given


def unnamed(vips: Iterable[Client], rows: Sequence[Row]) -> list[Client]:
    """The VIPs whom no row names, by phone, e-mail, Telegram id or name; a rejected row names them all the same."""
    numbers = {number for row in rows for number in row.phones}
    addresses = {address for row in rows for address in row.emails}
    people = {row.telegram for row in rows if row.telegram}
    names = {row.name.casefold() for row in rows if row.name}
    return [
        vip
        for vip in vips
        if numbers.isdisjoint(vip.phones)
        and addresses.isdisjoint(vip.emails)
        and people.isdisjoint(identity.user for identity in vip.identities if identity.messenger == "telegram")
        and vip.name.casefold() not in names
    ]
