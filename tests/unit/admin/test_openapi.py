"""/admin/openapi.json describes what there is: no less, no more, and nothing that a validator would refuse."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import app
from tests.unit.admin.conftest import Api, Clients


@pytest.fixture
def described(api: Api) -> dict[str, Any]:
    document: dict[str, Any] = api.get("/admin/openapi.json").body
    return document


def test_every_route_of_the_admin_endpoint_is_described_and_no_other(described: dict[str, Any]) -> None:
    routes = {(method, path) for path, methods in app.routes.items() for method in methods if path.startswith("/admin")}
    found = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert routes - found == {("GET", "/admin/dashboard")}  # the only one without a token: a page that holds no data
    assert found <= routes


def test_it_is_openapi(described: dict[str, Any]) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(described).iter_errors()] == []
    names = [operation["operationId"] for methods in described["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))


def test_every_endpoint_says_what_it_does_and_what_it_needs(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"].endswith("."), (path, method)
            assert "scope '" in operation["description"]


@pytest.mark.parametrize(
    ("path", "described_as"),
    [
        ("/admin/tickets", "/admin/tickets"),
        ("/admin/tickets/{ticket}", "/admin/tickets/{ticket_id}"),
        ("/admin/tickets/{ticket}/why", "/admin/tickets/{ticket_id}/why"),
        ("/admin/clients/{client}/policy?messenger=vk", "/admin/clients/{client_id}/policy"),
        ("/admin/clients", "/admin/clients"),
        ("/admin/clients/{client}", "/admin/clients/{client_id}"),
        ("/admin/surveys", "/admin/surveys"),
    ],
)
def test_answers_are_what_is_described(
    api: Api, people: Clients, described: dict[str, Any], path: str, described_as: str
) -> None:
    ticket = people.writes(1)
    answered = api.get(path.format(ticket=ticket.id, client=ticket.client_id))
    schema = described["paths"][described_as]["get"]["responses"]["2XX"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": described["components"]})
    assert [error.message for error in validator.iter_errors(answered.body)] == []


def test_requests_are_described_by_the_tables_they_are_read_by(described: dict[str, Any]) -> None:
    actions = described["paths"]["/admin/tickets/{ticket_id}/actions"]["post"]["requestBody"]
    schema = actions["content"]["application/json"]["schema"]
    validator = Draft202012Validator(schema)
    assert validator.is_valid({"action": "reply", "text": "Hello"})
    assert validator.is_valid({"action": "reply", "template": {"name": "ready", "language": "ru"}})
    assert not validator.is_valid({"action": "reply"})
    assert not validator.is_valid({"action": "dance"})
