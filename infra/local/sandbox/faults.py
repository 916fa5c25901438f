"""Misfortunes on order: `POST /faults` makes the next matching calls slow, refused, or cut off without an answer."""

import re
from typing import Any

import msgspec

from infra.local.sandbox.problems import Fields


class Fault(msgspec.Struct):
    """`path` is searched in the call's path. `after`: the call is carried out first, then goes wrong.

    `drop` closes the connection without an answer. It is after the fact unless told otherwise: "did it arrive?"
    """

    messenger: str
    path: str
    count: int
    delay_ms: int = 0
    drop: bool = False
    after: bool = False
    status: int | None = None
    body: Any = None
    headers: dict[str, str] = {}

    @property
    def is_delay_only(self) -> bool:
        return self.status is None and not self.drop


def read_fault(fields: Fields, messengers: tuple[str, ...]) -> Fault:
    """The body of `POST /faults`. Bad fields are collected in `fields`, to be raised by `fields.done()`."""
    drop = fields.flag("drop")
    fault = Fault(
        messenger=fields.choice("messenger", messengers, default=messengers[0]),
        path=fields.text("path", default=""),
        count=fields.integer("count", default=1, least=1),
        delay_ms=fields.integer("delay_ms", default=0, least=0),
        drop=drop,
        after=fields.flag("after", default=drop),
        status=fields.optional_integer("status", least=200, most=599),
        body=fields.anything("body"),
        headers={str(name): str(value) for name, value in fields.mapping("headers").items()},
    )
    try:
        re.compile(fault.path)
    except re.error as error:
        fields.wrong("path", f"not a regular expression: {error}")
    if fault.is_delay_only and not fault.delay_ms and "status" not in fields:
        fields.wrong("status", "a fault needs a status, a delay_ms or drop")
    return fault


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def all(self) -> list[Fault]:
        return list(self._faults)

    def strike(self, messenger: str, path: str) -> Fault | None:
        """The fault this call meets: the oldest that matches, used up once."""
        for fault in self._faults:
            if fault.messenger == messenger and re.search(fault.path, path):
                fault.count -= 1
                if not fault.count:
                    self._faults.remove(fault)
                return fault
        return None
