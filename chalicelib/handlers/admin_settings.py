"""/admin/settings: whole documents, replaced only by who has seen the last version; and what-ifs of service levels."""

import re
from typing import Any

from chalice import Blueprint

from chalicelib.desk.fields import anything
from chalicelib.desk.simulation import simulate
from chalicelib.handlers import http
from chalicelib.store.settings import Document
from chalicelib.store.table import Lost
from chalicelib.use_cases import setting_documents

bp = Blueprint(__name__)

_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')  # a proxy that compresses makes a tag weak


@http.admin(bp, "GET /admin/settings/{name}", scope="read")
def read(_call: http.Call, name: str) -> Any:
    """A settings document: desk, staff, calendars, policies, announcers, components or templates."""
    return _answer(setting_documents.document(name))


@http.admin(
    bp,
    "PUT /admin/settings/{name}",
    scope="settings",
    body=anything({"description": "The whole document, in the shape in which GET gives it."}),
)
def replace(call: http.Call, name: str) -> Any:
    """Replace a settings document. Send its ETag as If-Match; only a document nobody has edited needs none."""
    found = setting_documents.document(name)
    _check_seen(found, call.headers.get("if-match"))
    try:
        return _answer(setting_documents.replace(found, call.body, call.by, call.now))
    except Lost as lost:
        raise _changed(found) from lost


@http.admin(
    bp,
    "POST /admin/service-levels/simulate",
    scope="read",
    body=anything({"type": "object", "required": ["targets", "events", "until"]}),
)
def what_if(call: http.Call) -> Any:
    """What the desk would have said: cycles and escalations of a policy, calendars and events that are given."""
    return simulate(call.body)


def _answer(document: Document) -> http.Answer:
    return http.Answer(document.value, headers={"ETag": f'"{document.version}"'})


def _check_seen(found: Document, if_match: str | None) -> None:
    """RFC 9110, 13.1.1. Raises a Problem when the caller has not seen the version that is there."""
    if if_match is None:
        if found.version:
            raise http.Problem(
                428, "precondition-required", "Send the document's ETag as If-Match, so that nobody's edit is lost."
            )
        return
    seen = [match[1] if (match := _ETAG.fullmatch(tag.strip())) else tag.strip() for tag in if_match.split(",")]
    if str(found.version) not in seen and "*" not in seen:
        raise _changed(found)


def _changed(found: Document) -> http.Problem:
    return http.Problem(
        412, "changed-meanwhile", f"'{found.name}' has another version by now: get it, and make your change again."
    )
