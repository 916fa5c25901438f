"""Checks the parameters of a call against what is known of the method; what does not fit becomes a violation.

The table in methods.py is always there. When Telegram's published schema is at hand (a file that tests use and
that does not come with Vipdesk), it is used instead and nested objects are checked too.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.sandbox.telegram.methods import METHODS, PARAMETER_TYPES, Method
from infra.local.sandbox.telegram.params import FormValue, Upload

SCHEMA_FILE = "telegram-bot-api.json"
_CONSTANT = re.compile(r"(?:always|must be) [“\"*_]*([a-z_]+)")

Shape = dict[str, Any]


class Schema:
    """Methods and types in the form of the published schema."""

    def __init__(self, methods: Mapping[str, Shape], types: Mapping[str, Shape]) -> None:
        self.methods = methods
        self._types = types

    @classmethod
    def published(cls, path: Path) -> "Schema":
        document = json.loads(path.read_bytes())
        return cls(document["methods"], document["types"])

    @classmethod
    def built_in(cls) -> "Schema":
        return cls({method.name: _shape(method) for method in METHODS.values()}, {})

    def violations(self, method: str, parameters: Mapping[str, Any]) -> list[str]:
        """What is wrong with the parameters, one sentence each; empty when nothing is."""
        shape = self.methods.get(method)
        if shape is None:
            return []
        types = {field["name"]: field["types"] for field in shape.get("fields", ())}
        return self._fields(
            shape, {name: _decoded(value, types.get(name, [])) for name, value in parameters.items()}, ""
        )

    def _fields(self, shape: Shape, given: Mapping[str, Any], path: str) -> list[str]:
        fields = {field["name"]: field for field in shape.get("fields", ())}
        found = [f"unknown parameter: {path}{name}" for name in given if name not in fields]
        for name, field in fields.items():
            if name in given:
                found += self._value(field["types"], given[name], path + name)
                found += _constant(field, given[name], path + name)
            elif field["required"]:
                found.append(f"missing parameter: {path}{name}")
        return found

    def _value(self, types: list[str], value: Any, path: str) -> list[str]:
        """No violations if any of the types fits; otherwise those of the nearest miss. What an array may hold in several
        types, it may hold mixed."""
        inner = [name.removeprefix("Array of ") for name in types if name.startswith("Array of ")]
        if isinstance(value, list) and inner:
            return [v for n, item in enumerate(value) for v in self._value(inner, item, f"{path}[{n}]")]
        misses = []
        for name in types:
            miss = self._one(name, value, path)
            if not miss:
                return []
            misses.append(miss)
        # An object nearly of one type says more than "not a string".
        return min(misses, key=lambda miss: (miss[0].startswith(f"wrong type: {path} "), len(miss)))

    def _one(self, name: str, value: Any, path: str) -> list[str]:
        wrong_type = [f"wrong type: {path} must be {name}"]
        if name.startswith("Array of "):
            return wrong_type
        if name in _PLAIN:
            return [] if _PLAIN[name](value) else wrong_type
        shape = self._types.get(name, {})
        if "subtypes" in shape:
            return self._value(shape["subtypes"], value, path)
        if not isinstance(value, dict):
            return wrong_type
        return self._fields(shape, value, f"{path}.") if shape else []


_PLAIN = {
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "Boolean": lambda value: isinstance(value, bool),
    "True": lambda value: value is True,
    "String": lambda value: isinstance(value, str),
    "InputFile": lambda value: isinstance(value, Upload),
    "Object": lambda value: isinstance(value, dict),
    "Array": lambda value: isinstance(value, list),
}


def _decoded(value: Any, types: list[str]) -> Any:
    """What a parameter stands for. In JSON a number must be a number; an object may come serialised, as documented."""
    if not isinstance(value, str) or "String" in types:
        return value
    if not isinstance(value, FormValue) and value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _constant(field: Shape, value: Any, path: str) -> list[str]:
    """Objects that come in several types say which they are in a field with one allowed value."""
    constant = _CONSTANT.search(field["description"]) if field["name"] in ("type", "source") else None
    if constant and value != constant[1]:
        return [f"wrong value: {path} must be {constant[1]}"]
    return []


def _shape(method: Method) -> Shape:
    return {
        "fields": [
            {
                "name": name,
                "types": PARAMETER_TYPES.get(name, "String").split(" or "),
                "required": name in method.required,
                "description": "",
            }
            for name in sorted(method.known)
        ]
    }
