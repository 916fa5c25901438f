"""VK's published schemas, when they are at hand, in the form that validators understand. Used by endpoint.py and by tests.

VK writes ``required`` into each property, as JSON Schema's third draft did, and its objects may be null or empty lists.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from infra.local.sandbox.state import Json

FOLDER = "vk"
_ROOT = "https://vk.schema/"


class Schema:
    """``folder``: the published files. Raises OSError when they are not all there."""

    def __init__(self, folder: Path) -> None:
        self._documents = {
            _ROOT + path.relative_to(folder).as_posix(): _standard(json.loads(path.read_bytes()))
            for path in sorted(folder.rglob("*.json"))
        }
        resources = [(url, DRAFT7.create_resource(document)) for url, document in self._documents.items()]
        self._registry: Registry[Any] = Registry().with_resources(resources)
        methods = json.loads((folder / "messages" / "methods.json").read_bytes())["methods"]
        self.methods: dict[str, Json] = {method["name"]: method for method in methods}

    def definition(self, name: str) -> Json:
        """For example ``callback/objects.json#/definitions/callback_type``."""
        document, _, path = name.partition("#/")
        found: Any = self._documents[_ROOT + document]
        for part in path.split("/"):
            found = found[part]
        return dict(found)

    def faults(self, value: Any, name: str) -> list[str]:
        """What is wrong with ``value`` by the definition ``name``, one sentence each."""
        return [_sentence(error) for error in self._validator({"$ref": _ROOT + name}).iter_errors(value)]

    def violations(self, method: str, parameters: Mapping[str, str]) -> list[str]:
        """What is wrong with a call's parameters, which all came as text. Methods the schemas do not list are not checked."""
        if method not in self.methods:
            return []
        known = {one["name"]: one for one in self.methods[method]["parameters"]}
        found = [f"unknown parameter: {name}" for name in parameters if name not in known]
        found += [
            f"missing parameter: {name}"
            for name, one in known.items()
            if one.get("required") and name not in parameters
        ]
        for name, text in parameters.items():
            if name in known:
                found += [f"{name}: {fault}" for fault in self._parameter(known[name], text)]
        return found

    def _parameter(self, shape: Json, text: str) -> list[str]:
        try:
            value = _read(shape, text)
        except ValueError:
            return [f"must be {'JSON' if '$ref' in shape else shape['type']}"]
        rule = {"$ref": _ROOT + shape["$ref"].removeprefix("../")} if "$ref" in shape else _standard(shape)
        return [_sentence(error) for error in self._validator(rule).iter_errors(value)]

    def _validator(self, rule: Json) -> Draft7Validator:
        return Draft7Validator(rule, registry=self._registry)


def _read(shape: Json, text: str) -> Any:
    """The value that a parameter's text stands for. Raises ValueError."""
    if "$ref" in shape:
        return json.loads(text)
    match shape["type"]:
        case "integer":
            return int(text)
        case "number":
            return float(text)
        case "boolean":
            if text not in ("0", "1"):
                raise ValueError(text)
            return text == "1"
        case "array":
            return [_read(shape["items"], one) for one in text.split(",")]
    return text


def _standard(shape: Any) -> Any:
    """The same rule as the seventh draft says it."""
    if isinstance(shape, list):
        return [_standard(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    rule = {
        name: _standard(value) for name, value in shape.items() if not (name == "required" and value in (True, False))
    }
    properties = shape.get("properties")
    if isinstance(properties, dict):
        required = [name for name, one in properties.items() if isinstance(one, dict) and one.get("required") is True]
        rule["required"] = required
    return rule


def _sentence(error: Any) -> str:
    where = ".".join(str(part) for part in error.absolute_path)
    return f"{where}: {error.message}" if where else str(error.message)
