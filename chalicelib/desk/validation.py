"""What is wrong with a document somebody gave us, field by field.

Whoever reads a document (settings, a what-if, a request) collects everything that is wrong with it in ``Findings``
and raises once, so that the person sees the whole list. Endpoints turn ``Invalid`` into a problem with ``errors:
[{field, message}]``.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any


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


def inside(path: str, name: str) -> str:
    """The path of field ``name`` of the object at ``path``; the document itself has the empty path."""
    return f"{path}.{name}" if path else name
