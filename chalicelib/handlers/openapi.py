"""The OpenAPI 3.1 document of the admin endpoint, made from the tables that its requests are read by and the shapes its
answers are written from. Called by ``admin``."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from chalicelib.desk.fields import Field
from chalicelib.handlers.http import PROBLEM, SCOPES, Endpoint

_PROBLEMS = {
    "400": "A field is wrong, unknown or missing; 'errors' names every one.",
    "401": "No token, an unknown one, or one that is revoked.",
    "403": "The token lacks the scope.",
    "413": "The body is larger than 1 MB.",
}
_NOT_FOUND = {"404": "There is no such thing."}
_CONFLICT = {"409": "The state of things does not allow it; 'detail' says why."}

_PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:vipdesk:problem:invalid-request"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """All of ``endpoints``, in the order of their paths."""
    known = sorted(endpoints, key=lambda endpoint: (endpoint.path, endpoint.method))
    answers = [endpoint.answer for endpoint in known if endpoint.answer is not None]
    written, components = msgspec.json.schema_components(answers, ref_template="#/components/schemas/{name}")
    schemas = iter(written)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in known:
        answer = next(schemas) if endpoint.answer is not None else {}
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, answer)
    tidied: dict[str, Any] = _tidied(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Vipdesk: the admin endpoint",
                "version": "1",
                "description": "Times are RFC 3339 in UTC. Lists are paged with 'limit' and 'next'.",
            },
            "servers": [{"url": "../"}],
            "security": [{"token": []}],
            "paths": paths,
            "components": {
                "schemas": {**components, "Problem": _PROBLEM_SCHEMA},
                "securitySchemes": {
                    "token": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": f"A token with scopes out of: {', '.join(SCOPES)}.",
                    }
                },
            },
        }
    )
    return tidied


def _operation(endpoint: Endpoint, answer: Any) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", endpoint.path)
    body: dict[str, Any] = {}
    if endpoint.body is not None:
        content = {media: {"schema": endpoint.body.schema} for media in endpoint.media}
        body = {"requestBody": {"required": True, "content": content}}
    given: dict[str, Any] = {media: {} for media in endpoint.files} or {"application/json": {"schema": answer}}
    problems = {**_PROBLEMS, **(_NOT_FOUND if names else {}), **({} if endpoint.method == "GET" else _CONFLICT)}
    return {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": f"Needs a token with the scope '{endpoint.scope}'.",
        "parameters": [
            *({"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names),
            *(_parameter(name, field) for name, field in endpoint.query.items()),
        ],
        **body,
        "responses": {
            "2XX": {"description": "Done.", "content": given},
            **{
                status: {
                    "description": words,
                    "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
                for status, words in problems.items()
            },
        },
    }


def _parameter(name: str, field: Field) -> dict[str, Any]:
    schema = dict(field.schema)
    description = schema.pop("description", None)
    return {
        "name": name,
        "in": "query",
        "required": field.required,
        "schema": schema,
        **({"description": description} if description else {}),
    }


def _tidied(value: Any) -> Any:
    """Docstrings become descriptions: on one line, without their markup."""
    if isinstance(value, dict):
        return {
            key: " ".join(each.replace("``", "'").split())
            if key == "description" and isinstance(each, str)
            else _tidied(each)
            for key, each in value.items()
        }
    return [_tidied(each) for each in value] if isinstance(value, list) else value
