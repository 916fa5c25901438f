"""Whoever calls the admin endpoint is known, and whatever is wrong is said in full, the same way everywhere."""

from typing import Any

import pytest
from chalice import Blueprint, Chalice

from chalicelib.desk.clients import Tier
from chalicelib.desk.fields import array, choice, day, line, nullable, number_in_query, record, required, text
from chalicelib.desk.tickets import NotAllowed
from chalicelib.handlers import http
from chalicelib.store import settings
from chalicelib.store.settings import Token
from chalicelib.store.table import Lost, NotFound, commit
from tests.unit.admin.conftest import Api

FIELDS = {
    "name": required(line(10, shortest=1)),
    "tier": choice(Tier),
    "phones": array(text(5), 2),
    "since": nullable(day()),
}


@pytest.fixture
def raised() -> dict[str, Exception]:
    """What the endpoint raises, by the id in its path."""
    return {
        "gone": NotFound("gone"),
        "closed": NotAllowed("ticket_closed"),
        "raced": Lost("pk", "sk"),
        "broken": RuntimeError("secret words"),
    }


@pytest.fixture
def api(api: Api, raised: dict[str, Exception], monkeypatch: pytest.MonkeyPatch) -> Api:
    """An application of one endpoint that gives back what it was called with."""
    monkeypatch.setattr(http, "ENDPOINTS", {})
    bp = Blueprint("tests")

    @http.admin(bp, "POST /admin/things", scope="desk", body=record(FIELDS), query={"limit": number_in_query(1, 9)})
    def things(call: http.Call) -> dict[str, Any]:
        """Give it back."""
        return {"by": call.by, "query": call.query, "body": call.body}

    @http.admin(bp, "GET /admin/things/{thing}", scope="read")
    def thing(_call: http.Call, thing: str) -> None:
        """Fail."""
        raise raised[thing]

    app = Chalice("tests")
    app.register_blueprint(bp)
    return Api(app)


def holding(api: Api, *scopes: str, revoked: bool = False) -> Api:
    commit(settings.token_item("other", Token("other", scopes, revoked)))
    return Api(api.app, "other")


def test_a_good_request_reaches_the_endpoint_with_its_caller_and_its_fields(api: Api) -> None:
    answered = api.post("/admin/things?limit=3", {"name": " Anna ", "tier": "vip", "since": None})
    assert answered.status == 200
    assert answered.body == {
        "by": {"id": "token:operator", "name": "operator"},
        "query": {"limit": 3},
        "body": {"name": "Anna", "tier": "vip", "since": None},
    }


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic everything", "everything"])
def test_without_a_known_token_nothing_is_said_but_401(api: Api, header: str) -> None:
    answered = Api(api.app, None).post("/admin/things", b"not even json", Authorization=header)
    assert answered.status == 401
    assert answered.headers["WWW-Authenticate"].startswith("Bearer")
    assert answered.headers["Content-Type"] == "application/problem+json"


def test_a_revoked_token_is_no_token(api: Api) -> None:
    assert holding(api, "desk", revoked=True).post("/admin/things", {"name": "x"}).status == 401


def test_a_token_of_another_scope_is_told_which_one_it_needs(api: Api) -> None:
    answered = holding(api, "read", "settings").post("/admin/things", {"name": "x"})
    assert answered.status == 403
    assert "'desk'" in answered.body["detail"]
    assert 'scope="desk"' in answered.headers["WWW-Authenticate"]


def test_every_bad_field_is_named_at_once(api: Api) -> None:
    body = {"name": "  ", "tier": "queen", "phones": ["123456", 5], "since": "2026-02-30", "surprise": 1}
    answered = api.post("/admin/things", body)
    assert answered.status == 400
    assert sorted(answered.wrong_fields) == ["name", "phones[0]", "phones[1]", "since", "surprise", "tier"]
    assert answered.body["type"] == "urn:vipdesk:problem:invalid-request"
    assert answered.body["title"] == "Bad Request"
    assert answered.body["status"] == 400


@pytest.mark.parametrize("query", ["limit=0", "limit=10", "limit=many", "limit=", "limit=1&limit=2", "lmit=1"])
def test_the_query_is_checked_too(api: Api, query: str) -> None:
    answered = api.post(f"/admin/things?{query}", {"name": "x"})
    assert answered.status == 400
    assert answered.wrong_fields == [query.split("=")[0]]


@pytest.mark.parametrize("raw", [b"", b"{", b"{'a': 1}", b'{"name": NaN}', b"\xff", b'"\\ud800"', b"[" * 9_000])
def test_what_is_not_json_is_refused(api: Api, raw: bytes) -> None:
    answered = api.post("/admin/things", raw)
    assert answered.status == 400
    assert answered.body["type"] == "urn:vipdesk:problem:invalid-json"


@pytest.mark.parametrize("document", [[], "text", 5, None, True])
def test_json_that_is_no_object_is_refused(api: Api, document: Any) -> None:
    raw = b"null" if document is None else document
    assert api.post("/admin/things", raw).status == 400


def test_a_form_is_not_json(api: Api) -> None:
    answered = api.post("/admin/things", b"name=x", Content_Type="application/x-www-form-urlencoded")
    assert answered.status == 415
    assert "application/json" in answered.body["detail"]


def test_a_body_over_one_megabyte_is_refused_whatever_it_says(api: Api) -> None:
    fits = b'{"name": "x"' + b" " * (http.LARGEST_BODY_BYTES - 13) + b"}"
    assert api.post("/admin/things", fits).status == 200
    assert api.post("/admin/things", fits + b" ").status == 413


@pytest.mark.parametrize(
    ("thing", "status", "kind"),
    [
        ("gone", 404, "not-found"),
        ("closed", 409, "not-allowed"),
        ("raced", 409, "conflict"),
        ("broken", 500, "internal"),
        ("%2e%2e%2f", 404, "not-found"),
        ("x" * 3_000, 404, "not-found"),
    ],
)
def test_each_failure_has_its_status(api: Api, thing: str, status: int, kind: str) -> None:
    answered = api.get(f"/admin/things/{thing}")
    assert (answered.status, answered.body["type"]) == (status, f"urn:vipdesk:problem:{kind}")
    assert "secret words" not in str(answered.body)


@pytest.mark.parametrize(
    ("accepts", "words"),
    [
        ("ru", "Это обращение уже закрыто"),
        ("en-GB,en;q=0.9,ru;q=0.8", "This ticket is closed already"),
        ("en;q=0.1, ru-RU;q=0.9", "Это обращение уже закрыто"),
        ("de, *;q=0.5", "This ticket is closed already"),
        ("", "This ticket is closed already"),
        ("ru;q=high, ;;;", "Это обращение уже закрыто"),
    ],
)
def test_what_the_rules_do_not_allow_is_said_in_the_callers_language(api: Api, accepts: str, words: str) -> None:
    assert api.get("/admin/things/closed", Accept_Language=accepts).body["detail"] == words


def test_every_answer_has_the_security_headers(api: Api) -> None:
    for answered in (api.post("/admin/things", {"name": "x"}), api.get("/admin/things/gone")):
        assert http.SECURITY_HEADERS.items() <= answered.headers.items()


def test_endpoints_are_collected_for_the_document(api: Api) -> None:
    assert {name: (found.scope, found.summary) for name, found in http.ENDPOINTS.items()} == {
        ("POST", "/admin/things"): ("desk", "Give it back."),
        ("GET", "/admin/things/{thing}"): ("read", "Fail."),
    }
