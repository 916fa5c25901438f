"""POST /webhooks/{messenger}: messengers come in. Verifies over the raw bytes, commits, nudges, answers."""

from datetime import UTC, datetime

from chalice import Blueprint, Response

from chalicelib.handlers import http
from chalicelib.use_cases import intake

bp = Blueprint(__name__)


@bp.route("/webhooks/telegram", methods=["POST"])
def telegram() -> Response:
    request = bp.current_request
    answer = intake.receive("telegram", http.raw_body(request), request.headers, datetime.now(UTC))
    kind = "application/json" if answer.body else "text/plain"
    return Response(answer.body.decode(), {"Content-Type": kind}, answer.status)
