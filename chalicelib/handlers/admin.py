"""/admin/*: the desk for operators, programs and announcers. Here is what describes it; each part has a file of its own."""

from typing import Any

from chalice import Blueprint

from chalicelib.handlers import http, openapi

bp = Blueprint(__name__)


@http.admin(bp, "GET /admin/openapi.json", scope="read")
def openapi_document(_call: http.Call) -> Any:
    """This document."""
    return openapi.document(http.ENDPOINTS.values())
