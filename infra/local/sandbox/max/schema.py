"""Checks calls against MAX's published OpenAPI document; what does not fit becomes a violation.

The document is a file that tests use and that does not come with Vipdesk; without it, only what the API itself refuses
is noticed. OpenAPI 3.0 has words of its own for null and for "one of these, by type", so it is put into JSON Schema first.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

SCHEMA_FILE = "max-bot-api.openapi.json"
ANY = " of any type"  # no schema of MAX's has a space in its name

Json = dict[str, Any]


class Schema:
    def __init__(self, document: Json) -> None:
        self._paths = document.get("paths", {})
        schemas = document.get("components", {}).get("schemas", {})
        self._definitions = dict(_definitions(schemas))

    @classmethod
    def read(cls, path: Path | None) -> "Schema":
        return cls(json.loads(path.read_bytes()) if path else {})

    def request(self, method: str, path: str, query: Mapping[str, str], body: Any) -> list[str]:
        """What is wrong with a call, one sentence each; empty when nothing is."""
        known_path = "/videos/{videoToken}" if path.startswith("/videos/") else path
        operation = self._paths.get(known_path, {}).get(method.lower())
        if operation is None:
            return [f"unknown method: {method} {path}"] if self._paths else []
        known = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "query"}
        found = [f"unknown parameter: {name}" for name in query if name not in known]
        found += [
            f"missing parameter: {name}" for name, one in known.items() if one.get("required") and name not in query
        ]
        found += [f"wrong type: {name}" for name, one in known.items() if name in query and not _fits(one, query[name])]
        expected = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        return found + (self.violations(expected["$ref"].rpartition("/")[2], body) if expected else [])

    def violations(self, name: str, value: Any) -> list[str]:
        """How ``value`` differs from the schema ``name``."""
        if name not in self._definitions:
            return []
        schema = {"$defs": self._definitions, "$ref": f"#/$defs/{name}", "unevaluatedProperties": False}
        errors = Draft202012Validator(schema).iter_errors(value)
        # Of a value that fits none of several, the nearest miss says the most.
        nearest = (best_match([error]) or error for error in errors)
        return [f"{error.json_path}: {error.message}"[:300] for error in nearest]


def _fits(parameter: Json, given: str) -> bool:
    match parameter.get("schema", {}).get("type"):
        case "integer":
            return given.removeprefix("-").isdecimal()
        case "boolean":
            return given in ("true", "false")
        case "string":
            return len(given) >= int(parameter["schema"].get("minLength", 0))
        case _:
            return True


def _definitions(schemas: Mapping[str, Json]) -> Iterator[tuple[str, Any]]:
    for name, schema in schemas.items():
        yield name, _translated(schema, schemas)
        if branches := _branches(schema):
            yield name + ANY, {"oneOf": [_branch(tag, branch) for tag, branch in branches.items()]}


def _branches(schema: Json) -> dict[str, str]:
    """Which schema each value of ``type`` means."""
    mapping = schema.get("discriminator", {}).get("mapping", {})
    return {tag: (at if isinstance(at, str) else at["$ref"]).rpartition("/")[2] for tag, at in mapping.items()}


def _branch(tag: str, name: str) -> Json:
    is_it = {"properties": {"type": {"const": tag}, "update_type": {"const": tag}}}
    return {"allOf": [is_it, {"$ref": f"#/$defs/{name}"}], "unevaluatedProperties": False}


def _translated(schema: Any, schemas: Mapping[str, Json], *, part: bool = False) -> Any:
    """In JSON Schema's words. ``part``: of an ``allOf``, where a base means just its own fields and no type of it."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {"$ref": f"#/$defs/{name}{'' if part or not _branches(schemas[name]) else ANY}"}
    out: Json = {key: schema[key] for key in _KEPT if key in schema}
    if isinstance(schema.get("required"), list):
        out["required"] = [
            name for name in schema["required"] if "properties" not in schema or name in schema["properties"]
        ]
    if "properties" in schema:
        out |= {"type": "object"}
        out["properties"] = {name: _translated(one, schemas) for name, one in schema["properties"].items()}
    if "items" in schema:
        out["items"] = _translated(schema["items"], schemas)
    if isinstance(schema.get("additionalProperties"), dict):
        out["additionalProperties"] = _translated(schema["additionalProperties"], schemas)
    if "allOf" in schema:
        out["allOf"] = [_translated(one, schemas, part=True) for one in schema["allOf"]]
        out.pop("type", None)  # of the parts; the document says otherwise where it is mistaken
    return {"anyOf": [out, {"type": "null"}]} if schema.get("nullable") else out


_KEPT = (
    "type",
    "enum",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "uniqueItems",
    "pattern",
)
