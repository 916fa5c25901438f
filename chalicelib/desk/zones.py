"""Time zones, from the data that ships with the desk.

``zoneinfo`` on its own looks into the machine's zone files first: on one machine a change of the law is known, on the
next it is not, and the same ticket gets two deadlines. Reading the ``tzdata`` package directly leaves the machine
out, and unlike ``zoneinfo.reset_tzpath`` it changes nothing for the rest of the process and cannot be undone by it.
"""

from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.desk.fields import Field
from chalicelib.desk.validation import Findings

_DATA = resources.files("tzdata")


@cache
def zone_names() -> frozenset[str]:
    """All IANA names there are."""
    return frozenset(_DATA.joinpath("zones").read_text(encoding="utf-8").split())


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone ``name``.

    :raises KeyError: no such zone.
    """
    if name not in zone_names():
        raise KeyError(name)
    with _DATA.joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def _read(findings: Findings, value: Any, path: str) -> str | None:
    if isinstance(value, str) and value in zone_names():
        return value
    findings.add(path, "is not a time zone: give its IANA name, such as Europe/Moscow")
    return None


TIMEZONE = Field(_read, {"type": "string", "examples": ["Europe/Moscow"]})
