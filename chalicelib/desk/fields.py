"""Tables of fields: what a request may carry, each field with the rule it is read by and its JSON schema.

A reader walks the whole table and collects every mistake, so that the person sees all of them at once; the OpenAPI
document is made from the same tables. Called by the handlers of the admin endpoint.

    FIELDS = {"name": required(text(200)), "tier": choice(Tier), "phones": array(text(40), 10)}
    body = read(document, FIELDS)    # only the fields that were given; raises Invalid naming every bad one
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from chalicelib.desk.validation import Findings, inside

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """``read`` gives the value as rules use it, or adds to the findings; ``schema`` is JSON Schema 2020-12."""

    read: Callable[[Findings, Any, str], Any]
    schema: Schema
    required: bool = False


Fields = Mapping[str, Field]


def read(document: Any, fields: Fields) -> dict[str, Any]:
    """The fields that ``document`` has.

    :raises Invalid: naming every bad field, every unknown and every missing one.
    """
    findings = Findings()
    found = read_fields(findings, document, "", fields)
    findings.finish()
    return found


def read_fields(findings: Findings, value: Any, path: str, fields: Fields) -> dict[str, Any]:
    """Like ``read``, but adds to ``findings``."""
    needed = [name for name, field in fields.items() if field.required]
    written = findings.fields_of(value, path, needed, fields)
    return {
        name: field.read(findings, written[name], inside(path, name))
        for name, field in fields.items()
        if name in written
    }


def required(field: Field) -> Field:
    return replace(field, required=True)


def described(field: Field, words: str) -> Field:
    """The same with a description for the OpenAPI document."""
    return replace(field, schema={**field.schema, "description": words})


def nullable(field: Field) -> Field:
    """The field, or null."""

    def read_it(findings: Findings, value: Any, path: str) -> Any:
        return None if value is None else field.read(findings, value, path)

    return replace(field, read=read_it, schema={"anyOf": [field.schema, {"type": "null"}]})


def text(longest: int, shortest: int = 0) -> Field:
    """Characters as they are; a text that must not be empty must not be blank either."""

    def read_it(findings: Findings, value: Any, path: str) -> str | None:
        if not isinstance(value, str):
            findings.add(path, "must be a text")
        elif len(value) > longest:
            findings.add(path, f"is too long: {len(value)} characters, {longest} at most")
        elif len(value.strip()) < shortest:
            findings.add(path, "must not be empty")
        else:
            return value
        return None

    return Field(read_it, {"type": "string", "maxLength": longest} | ({"minLength": shortest} if shortest else {}))


def line(longest: int, shortest: int = 0) -> Field:
    """A text on one line, without spaces around it."""
    whole = text(longest, shortest)

    def read_it(findings: Findings, value: Any, path: str) -> str | None:
        found: str | None = whole.read(findings, value, path)
        if found is not None and not found.strip().isprintable():
            findings.add(path, "must be on one line, without control characters")
        return found.strip() if found is not None else None

    return replace(whole, read=read_it)


def pattern(regex: str, what: str) -> Field:
    """A text that matches ``regex`` whole; ``what`` says in words what it must be."""
    shape = re.compile(regex, re.ASCII)

    def read_it(findings: Findings, value: Any, path: str) -> str | None:
        if isinstance(value, str) and shape.fullmatch(value):
            return value
        findings.add(path, f"must be {what}")
        return None

    return Field(read_it, {"type": "string", "pattern": f"^(?:{regex})$"})


def choice(of: type[StrEnum]) -> Field:
    return Field(
        lambda findings, value, path: findings.member(of, value, path),
        {"type": "string", "enum": [str(member) for member in of]},
    )


def one_of(*allowed: str) -> Field:
    return Field(
        lambda findings, value, path: findings.one_of(value, path, allowed), {"type": "string", "enum": list(allowed)}
    )


def flag() -> Field:
    def read_it(findings: Findings, value: Any, path: str) -> bool | None:
        if isinstance(value, bool):
            return value
        findings.add(path, "must be true or false")
        return None

    return Field(read_it, {"type": "boolean"})


def whole_number(least: int, most: int) -> Field:
    def read_it(findings: Findings, value: Any, path: str) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        findings.add(path, f"must be a whole number from {least} to {most}")
        return None

    return Field(read_it, {"type": "integer", "minimum": least, "maximum": most})


def day() -> Field:
    return Field(lambda findings, value, path: findings.day(value, path), {"type": "string", "format": "date"})


def instant() -> Field:
    return Field(lambda findings, value, path: findings.instant(value, path), {"type": "string", "format": "date-time"})


def array(of: Field, most: int) -> Field:
    """At most so many of ``of``; those that could be read, as a tuple."""

    def read_it(findings: Findings, value: Any, path: str) -> tuple[Any, ...]:
        items = findings.items_of(value, path)
        if len(items) > most:
            findings.add(path, f"has {len(items)} items, {most} at most")
            return ()
        return tuple(of.read(findings, item, f"{path}[{n}]") for n, item in enumerate(items))

    return Field(read_it, {"type": "array", "items": of.schema, "maxItems": most})


def record(fields: Fields) -> Field:
    return Field(lambda findings, value, path: read_fields(findings, value, path, fields), record_schema(fields))


def variants(tag: str, of: Mapping[str, Fields], either: Mapping[str, tuple[str, ...]] | None = None) -> Field:
    """An object whose field ``tag`` says which other fields it may have, and ``either`` of which it has exactly one."""
    choices = either or {}

    def read_it(findings: Findings, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            findings.add(path, "must be an object")
            return {}
        if tag not in value:
            findings.add(inside(path, tag), "is required")
            return {}
        known = findings.one_of(value[tag], inside(path, tag), tuple(of))
        if known and known in choices and sum(name in value for name in choices[known]) != 1:
            findings.add(
                inside(path, choices[known][0]), f"is required, or else {' or '.join(choices[known][1:])}; only one"
            )
        return read_fields(findings, value, path, {tag: one_of(known), **of[known]}) if known else {}

    schemas = [
        record_schema({tag: required(one_of(name)), **fields})
        | ({"oneOf": [{"required": [each]} for each in choices[name]]} if name in choices else {})
        for name, fields in of.items()
    ]
    return Field(read_it, {"oneOf": schemas})


def anything(schema: Schema) -> Field:
    """A document that somebody else reads whole."""
    return Field(lambda _findings, value, _path: value, schema)


def record_schema(fields: Fields) -> dict[str, Any]:
    needed = [name for name, field in fields.items() if field.required]
    return {
        "type": "object",
        "properties": {name: dict(field.schema) for name, field in fields.items()},
        "additionalProperties": False,
        **({"required": needed} if needed else {}),
    }


# Parameters of a query come as texts.


def number_in_query(least: int, most: int) -> Field:
    number = whole_number(least, most)

    def read_it(findings: Findings, value: Any, path: str) -> int | None:
        digits = isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value, re.ASCII)
        found: int | None = number.read(findings, int(value) if digits else value, path)
        return found

    return replace(number, read=read_it)


def flag_in_query() -> Field:
    def read_it(findings: Findings, value: Any, path: str) -> bool:
        return findings.one_of(value, path, ("true", "false")) == "true"

    return Field(read_it, {"type": "boolean"})
