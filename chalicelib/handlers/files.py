"""GET /files/{token}: the team opens a client's file from the topic. Leads to where it is kept, or says kindly why not."""

import logging
from datetime import timedelta

from chalice import Blueprint, Response

from chalicelib.handlers import http
from chalicelib.messengers.adapter import Refused, RetryLater
from chalicelib.store.table import NotFound
from chalicelib.use_cases import files

bp = Blueprint(__name__)
log = logging.getLogger(__name__)

SOON = timedelta(seconds=10)

# What is said on the page, and with which status, by the reason for which a file could not be had.
_REASONS = {"file_too_large": ("file_too_large", 413), "file_gone": ("file_gone", 410)}
_REFUSED = ("file_refused", 502)


@bp.route("/files/{token}", methods=["GET"], name="files.open", content_types=http.ANY_TYPE)
def open_file(token: str) -> Response:
    try:
        found = files.opened(token)
    except NotFound:
        return _notice("file_unknown", 404)
    match found:
        case str():
            return Response("", {**http.SECURITY_HEADERS, "Location": found}, 302)
        case RetryLater(after):
            seconds = int((after or SOON).total_seconds())
            return _notice("file_later", 503, {"Retry-After": str(seconds)})
        case Refused("file_elsewhere", detail=page):
            return Response("", {**http.SECURITY_HEADERS, "Location": page}, 302)
        case Refused(reason, detail=detail):
            log.warning("file__refused", extra={"reason": reason, "detail": detail})
            return _notice(*_REASONS.get(reason, _REFUSED))


def _notice(key: str, status: int, headers: dict[str, str] | None = None) -> Response:
    from chalicelib.pages import notice, survey

    page = notice.notice(key, http.preferred_language(bp.current_request))
    return http.html(page, status, survey.policy(page), headers)
