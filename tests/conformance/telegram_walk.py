"""Values that Telegram's published schema allows, by a walk over its types. ``seed`` decides what is there and which it is."""

import random
import re
from collections.abc import Collection
from functools import cache
from typing import Any

from infra.local.sandbox.telegram.schema import SCHEMA_FILE
from tests.conformance.published import document

Json = dict[str, Any]

DEEPEST = 3  # further in, only what must be there is: messages and rich texts lie inside one another without end

_CONSTANT = re.compile(r"(?:always|must be) [“\"*_]*([a-z_]+)")
_CHOICE = re.compile(r"[“\"]([a-z_]+)[”\"]")
_WORDS = ("words", "Ёж 🦔 <&>", "two\nlines", "https://e.org/?a=1&b=2", "\N{ZERO WIDTH JOINER}😀")

# What the schema says in words only.
_NAMED: dict[str, tuple[Any, ...]] = {
    "date": (1_772_445_600, 2_000_000_000),
    "latitude": (55.75, -33.9),
    "longitude": (37.6, 151.2),
    "language_code": ("ru", "en"),
    "currency": ("USD", "XTR", "RUB"),
    "is_bot": (False,),
}


def types() -> dict[str, Json]:
    found: dict[str, Json] = document(SCHEMA_FILE).get("types", {})
    return found


@cache
def fields(name: str) -> dict[str, Json]:
    return {field["name"]: field for field in types().get(name, {}).get("fields", ())}


class Walk:
    """One value in four is full, one nearly bare."""

    def __init__(self, seed: int) -> None:
        self._bareness = seed % 4
        self._chance = random.Random(seed)

    def field(self, of: str, name: str) -> Any:
        """A value of one field of a type."""
        return self._field(fields(of)[name], 1)

    def object(self, name: str, depth: int = 0, among: Collection[str] | None = None) -> Json:
        """``among``: the fields that may be there, if not all."""
        known = fields(name)
        may_be = [known[field] for field in known if among is None or field in among]
        wanted = (field for field in may_be if field["required"] or (depth < DEEPEST and self._wants()))
        return {field["name"]: self._field(field, depth + 1) for field in wanted}

    def _field(self, field: Json, depth: int) -> Any:
        name, described = field["name"], field["description"]
        if name in _NAMED:
            return self._chance.choice(_NAMED[name])
        if field["types"] == ["String"] and name in ("type", "source", "status"):
            if constant := _CONSTANT.search(described):
                return constant[1]
            return self._chance.choice(_CHOICE.findall(described) or _WORDS)
        return self._value(field["types"], depth)

    def _value(self, names: list[str], depth: int) -> Any:
        name = names[0] if depth > DEEPEST else self._chance.choice(names)
        if name.startswith("Array of "):
            few = 0 if depth > DEEPEST + 2 else self._chance.randrange(1, 3)
            return [self._value([name.removeprefix("Array of ")], depth + 1) for _ in range(few)]
        match name:
            case "Integer":
                return self._chance.choice((1, 7, 2**31 - 1, 2**52))
            case "Float":
                return self._chance.choice((0.5, 55.75))
            case "Boolean":
                return self._chance.random() < 0.5
            case "True":
                return True
            case "String":
                return self._chance.choice(_WORDS)
        if subtypes := types()[name].get("subtypes"):
            return self._value(subtypes, depth)
        return self.object(name, depth)

    def _wants(self) -> bool:
        return not self._chance.randrange(1 + 4 * self._bareness)
