"""What HTTP handlers share: who calls, what they sent, and how answers and problems are written.

An endpoint of ``/admin`` is one decorated function:

    @http.admin(bp, "POST /admin/clients", scope="desk", body=record(FIELDS))
    def create(call: Call) -> Answer:
        return Answer(clients.create(call.body, by=call.by, now=call.now), 201)

By the time it is called the token, its scope, the size, the type and every field of the request are checked. Whatever
it raises that ``_PROBLEMS`` knows becomes a problem of RFC 9457. ``ENDPOINTS`` collects all of them for OpenAPI.
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

import msgspec
from chalice import Blueprint, Response
from chalice.app import Request

from chalicelib.desk.fields import Field, Fields, read
from chalicelib.desk.messages import Author
from chalicelib.desk.registry import Taken
from chalicelib.desk.tickets import NotAllowed
from chalicelib.desk.validation import FieldError, Findings, Invalid
from chalicelib.store import settings as tokens
from chalicelib.store.settings import Token
from chalicelib.store.table import Exists, Lost, NotFound
from chalicelib.texts import language_of, text
from chalicelib.use_cases import settings

log = logging.getLogger(__name__)

LARGEST_BODY_BYTES = 1_000_000
SCOPES = ("read", "desk", "announce", "approve", "settings", "erase")
JSON, PROBLEM = "application/json", "application/problem+json"
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# API Gateway passes on bodies of these types as they are; others it takes for UTF-8.
BINARY = (CSV, XLSX)

# Chalice answers 415 on its own, before it is known who calls: it is told to take anything, and we look ourselves.
ANY_TYPE = ["*/*"]

# For every answer of the API; a page adds its own policy.
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}

# An id as it can stand in a path; Chalice does not decode path parameters.
_ID = re.compile(r"[A-Za-z0-9_.~-]{1,100}")


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """What is wrong with a request. ``kind`` is the last part of the problem's type, ``detail`` says what to do."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.errors, self.headers = status, kind, detail, errors, headers or {}


@dataclass(frozen=True)
class Call:
    """One request that may be answered. ``body`` and ``query`` hold the fields that were given, read by the endpoint's
    tables; a body that is not JSON is bytes. ``now`` is in UTC."""

    caller: Token
    query: Mapping[str, Any]
    body: Any
    headers: Mapping[str, str]
    now: datetime

    @property
    def by(self) -> Author:
        """The caller, as histories name them."""
        return Author(f"token:{self.caller.name}", self.caller.name)


@dataclass(frozen=True)
class Answer:
    """What an endpoint answers when it is not simply 200: ``value`` is encoded as JSON, or bytes of another ``media``."""

    value: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = JSON


@dataclass(frozen=True)
class Endpoint:
    """An endpoint as it is documented. ``media`` are the types its body may have, ``answer`` is the Python type of what it
    answers; ``files`` are the types of the files that it answers instead."""

    name: str
    method: str
    path: str
    scope: str
    summary: str
    query: Fields
    body: Field | None
    media: tuple[str, ...]
    answer: Any
    files: tuple[str, ...]


ENDPOINTS: dict[tuple[str, str], Endpoint] = {}

View = Callable[..., Any]


def admin(
    bp: Blueprint,
    operation: str,
    *,
    scope: str,
    query: Fields | None = None,
    body: Field | None = None,
    media: tuple[str, ...] = (JSON,),
    answer: Any = None,
    files: tuple[str, ...] = (),
) -> Callable[[View], View]:
    """Make the function answer ``operation`` ("GET /admin/tickets") to holders of a token with ``scope``. It is called
    with a ``Call`` and the path's parameters; the first line of its docstring is its summary."""
    method, path = operation.split()
    assert scope in SCOPES, scope

    def decorate(view: View) -> View:
        summary = (view.__doc__ or "").split("\n")[0].strip()
        name = f"{view.__module__.rpartition('.')[2]}.{view.__name__}"
        endpoint = Endpoint(name, method, path, scope, summary, query or {}, body, media, answer, files)
        ENDPOINTS[method, path] = endpoint

        @bp.route(path, methods=[method], name=name, content_types=ANY_TYPE)
        @wraps(view)
        def guarded(**ids: str) -> Response:
            request: Request = bp.current_request
            try:
                answer = _answered(view, endpoint, request, ids)
                response = _json(answer) if answer.media == JSON else _file(answer, request)
            except Exception as error:
                response = _problem(_problem_of(error, request))
            log.info("admin__answered", extra={"operation": operation, "status": response.status_code})
            return response

        answers: View = guarded
        return answers

    return decorate


def raw_body(request: Request) -> bytes:
    """Exactly the bytes that were posted: signatures are made over them."""
    body = request.raw_body
    return body.encode() if isinstance(body, str) else body


def html(page: str, status: int, policy: str, headers: Mapping[str, str] | None = None) -> Response:
    """A page for people; ``policy`` is its Content-Security-Policy."""
    own = {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
    return Response(page, {**SECURITY_HEADERS, **own, **(headers or {})}, status)


def preferred_language(request: Request) -> str:
    """Russian or English, by the first of ``Accept-Language`` (RFC 9110, 12.5.4); else the team's."""
    ranked = []
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, quality = part.partition(";q=")
        if re.fullmatch(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", tag.strip()):
            weight = float(quality) if re.fullmatch(r"\s*[01](\.\d{0,3})?\s*", quality) else 1.0
            ranked.append((weight, tag.strip()))
    best = max(ranked, key=lambda found: found[0], default=(0.0, None))
    return language_of(best[1] if best[0] else None, settings.current().desk.language)


def _answered(view: View, endpoint: Endpoint, request: Request, ids: Mapping[str, str]) -> Answer:
    caller = _caller(request, endpoint.scope)
    for each in ids.values():
        if not _ID.fullmatch(each):
            raise NotFound(each[:100])
    call = Call(
        caller=caller,
        query=_query(request, endpoint.query),
        body=_body(request, endpoint),
        headers=request.headers,
        now=datetime.now(UTC),
    )
    answer = view(call, **ids)
    return answer if isinstance(answer, Answer) else Answer(answer)


def _caller(request: Request, scope: str) -> Token:
    """Raises a Problem: 401 for who is unknown, 403 for who may not."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    caller = tokens.holder_of(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
    if caller is None:
        raise Problem(
            401,
            "unauthenticated",
            "Send the header 'Authorization: Bearer …' with a token that is known and not revoked.",
            headers={"WWW-Authenticate": 'Bearer realm="vipdesk"'},
        )
    if scope not in caller.scopes:
        raise Problem(
            403,
            "wrong-scope",
            f"This needs a token with the scope '{scope}'; this one has: {', '.join(caller.scopes) or 'none'}.",
            headers={"WWW-Authenticate": f'Bearer realm="vipdesk", error="insufficient_scope", scope="{scope}"'},
        )
    return caller


def _query(request: Request, fields: Fields) -> dict[str, Any]:
    given = request.query_params
    written = {name: given.getlist(name) for name in given} if given else {}
    findings = Findings()
    for name, values in written.items():
        if len(values) > 1:
            findings.add(name, "is given more than once")
    findings.finish()
    return read({name: values[0] for name, values in written.items()}, fields)


def _body(request: Request, endpoint: Endpoint) -> Any:
    raw = raw_body(request)
    if len(raw) > LARGEST_BODY_BYTES:
        raise Problem(413, "too-large", f"The body has {len(raw)} bytes; {LARGEST_BODY_BYTES} are allowed.")
    if endpoint.body is None:
        return None
    sent_as = request.headers.get("content-type", endpoint.media[0]).partition(";")[0].strip().lower()
    if sent_as not in endpoint.media:
        allowed = "' or '".join(endpoint.media)
        raise Problem(415, "wrong-media-type", f"Send the body as '{allowed}', not as '{sent_as}'.")
    if sent_as != JSON:
        return raw
    findings = Findings()
    found = endpoint.body.read(findings, _decoded(raw), "")
    findings.finish()
    return found


def _decoded(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, "invalid-json", f"The body is not JSON: {error}.") from error
    except RecursionError as error:
        raise Problem(400, "invalid-json", "The body is nested too deeply.") from error


def _problem_of(error: Exception, request: Request) -> Problem:
    match error:
        case Problem():
            return error
        case Invalid():
            return Problem(400, "invalid-request", "See 'errors' for every field to put right.", error.errors)
        case NotFound(args=(wanted, *known)):
            there_are = f" There are: {', '.join(known)}." if known else ""
            return Problem(404, "not-found", f"There is nothing here with the id '{wanted}'.{there_are}")
        case NotAllowed():
            return Problem(409, "not-allowed", text(error.reason, preferred_language(request)))
        case Taken():
            return Problem(409, "taken", "See 'errors' for what belongs to whom.", error.errors)
        case Lost() | Exists():
            return Problem(409, "conflict", "Somebody else changed the same thing at this moment. Send it again.")
        case _:
            log.error("admin__failed", exc_info=error)
            return Problem(500, "internal", "This is our mistake; the operator has been told. Try again later.")


def _problem(problem: Problem) -> Response:
    value: dict[str, Any] = {
        "type": f"urn:vipdesk:problem:{problem.kind}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        value["errors"] = problem.errors
    return _json(Answer(value, problem.status, problem.headers, PROBLEM))


def _json(answer: Answer) -> Response:
    return _response(answer, msgspec.json.encode(answer.value).decode())


def _file(answer: Answer, request: Request) -> Response:
    """Only to who asks for that type first: to anybody else API Gateway would give its Base64.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html"""
    wanted = re.split("[,;]", request.headers.get("accept", ""))[0].strip().lower()
    if wanted != answer.media:
        raise Problem(406, "not-acceptable", f"Send the header 'Accept: {answer.media}'.")
    return _response(answer, answer.value)


def _response(answer: Answer, body: str | bytes) -> Response:
    return Response(body, {**SECURITY_HEADERS, "Content-Type": answer.media, **answer.headers}, answer.status)
