"""Values that a published JSON schema allows, as hypothesis strategies. Covers what the messengers' schemas use."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
Resolve = Callable[[str], Json]

_PLAIN: dict[str, Callable[[Json], st.SearchStrategy[Any]]] = {
    "string": lambda schema: st.text(max_size=min(schema.get("maxLength", 20), 40)),
    "integer": lambda _: st.integers(0, 2**53),
    "number": lambda _: st.floats(-1e6, 1e6).map(lambda number: round(number, 6)),
    "boolean": lambda _: st.booleans(),
}


def values(schema: Json, resolve: Resolve) -> st.SearchStrategy[Any]:
    """``resolve`` gives what a ``$ref`` names."""
    if "$ref" in schema:
        return values(resolve(schema["$ref"]), resolve)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "allOf" in schema:
        return st.tuples(*(values(branch, resolve) for branch in schema["allOf"])).map(_together)
    if "oneOf" in schema:
        around = {name: value for name, value in schema.items() if name != "oneOf"}
        return st.one_of(*(values(around | branch, resolve) for branch in schema["oneOf"]))
    if schema.get("type") == "array":
        return st.lists(values(schema.get("items", {}), resolve), min_size=schema.get("minItems", 0), max_size=2)
    if schema.get("type") in _PLAIN:
        return _PLAIN[schema["type"]](schema)
    return _object(schema, resolve)


def _object(schema: Json, resolve: Resolve) -> st.SearchStrategy[Json]:
    fields = {name: values(field, resolve) for name, field in schema.get("properties", {}).items()}
    required = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: field for name, field in fields.items() if name in required},
        optional={name: field for name, field in fields.items() if name not in required},
    )


def _together(branches: tuple[Json, ...]) -> Json:
    merged: Json = {}
    for branch in branches:
        merged |= branch
    return merged
