"""/webhooks/{messenger}: messengers come in. Verifies over the raw bytes, commits, nudges, answers."""

from datetime import UTC, datetime

from chalice import Blueprint, Response

from chalicelib.handlers import http
from chalicelib.use_cases import intake

bp = Blueprint(__name__)


@bp.route("/webhooks/{messenger}", methods=["POST"], content_types=http.ANY_TYPE)
def receive(messenger: str) -> Response:
    request = bp.current_request
    return _response(intake.receive(messenger, http.raw_body(request), request.headers, datetime.now(UTC)))


@bp.route("/webhooks/{messenger}", methods=["GET"])
def prove(messenger: str) -> Response:
    """The one who asks whether the address is ours is WhatsApp; nobody else gets anything here."""
    return _response(intake.prove(messenger, bp.current_request.query_params or {}))


def _response(answer: intake.Answer) -> Response:
    kind = "application/json" if answer.body.startswith(b"{") else "text/plain"
    return Response(answer.body.decode(), {"Content-Type": kind}, answer.status)
