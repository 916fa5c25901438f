"""What is wrong with a document somebody gave us, field by field.

Whoever reads a document (settings, a what-if, a request) collects everything that is wrong with it in ``Findings``
and raises once, so that the person sees the whole list. Endpoints turn ``Invalid`` into a problem with ``errors:
[{field, message}]``.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)

FIRST_YEAR, LAST_YEAR = 1970, 2199

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True)
class FieldError:
    """``field`` is the path into the document, such as ``calendars.office.hours.mon[0][1]``; ``message`` says what to
    do, and reads on after the field's name."""

    field: str
    message: str


class Invalid(Exception):  # noqa: N818 - it names what happened, not an error class
    """The document cannot be taken as it is. Nothing of it has been used."""

    def __init__(self, errors: Collection[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = tuple(errors)


@dataclass
class Findings:
    """Everything found wrong so far."""

    errors: list[FieldError] = field(default_factory=list)

    def add(self, path: str, message: str) -> None:
        self.errors.append(FieldError(path, message))

    def finish(self) -> None:
        """:raises Invalid: when anything was found."""
        if self.errors:
            raise Invalid(self.errors)

    def fields_of(
        self, value: Any, path: str, required: Collection[str] = (), optional: Collection[str] | None = ()
    ) -> dict[str, Any]:
        """``value`` as an object with these fields and no others (``optional=None``: with any others). What is not an
        object is reported and read as an empty one."""
        if not isinstance(value, dict):
            self.add(path, "must be an object")
            return {}
        for name in required:
            if name not in value:
                self.add(inside(path, name), "is required")
        if optional is not None:
            for name in value:
                if name not in required and name not in optional:
                    self.add(inside(path, name), "is not a known field")
        return value

    def items_of(self, value: Any, path: str) -> list[Any]:
        """``value`` as an array. What is not one is reported and read as an empty one."""
        if isinstance(value, list):
            return value
        self.add(path, "must be an array")
        return []

    def one_of(self, value: Any, path: str, allowed: Collection[str]) -> str | None:
        """``value`` if it is one of these strings."""
        if isinstance(value, str) and value in allowed:
            return value
        self.add(path, f"must be one of {', '.join(allowed)}")
        return None

    def member(self, kind: type[Choice], value: Any, path: str) -> Choice | None:
        """``value`` as a member of the enumeration ``kind``."""
        known = self.one_of(value, path, tuple(map(str, kind)))
        return kind(known) if known is not None else None

    def instant(self, value: Any, path: str) -> datetime | None:
        """``value`` as a time of RFC 3339, in UTC."""
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            try:
                at = datetime.fromisoformat(value.upper()).astimezone(UTC)
            except (ValueError, OverflowError):
                at = None
            if at and FIRST_YEAR <= at.year <= LAST_YEAR:
                return at
        self.add(path, f"must be a time such as 2026-11-22T10:00:00Z, from {FIRST_YEAR} to {LAST_YEAR}")
        return None

    def day(self, value: Any, path: str) -> date | None:
        """``value`` as a date."""
        if isinstance(value, str) and _DATE.fullmatch(value):
            try:
                day = date.fromisoformat(value)
            except ValueError:
                day = None
            if day and FIRST_YEAR <= day.year <= LAST_YEAR:
                return day
        self.add(path, f"must be a date such as 2026-12-26, from {FIRST_YEAR} to {LAST_YEAR}")
        return None


def inside(path: str, name: str) -> str:
    """The path of field ``name`` of the object at ``path``; the document itself has the empty path."""
    return f"{path}.{name}" if path else name
