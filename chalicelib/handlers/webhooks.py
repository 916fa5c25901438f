"""POST /webhooks/{messenger}: messengers come in. Verifies over the raw bytes, commits, nudges, answers."""

from chalice import Blueprint, Response

from chalicelib.use_cases import intake

bp = Blueprint(__name__)


@bp.route("/webhooks/telegram", methods=["POST"])
def telegram() -> Response:
    request = bp.current_request
    outcome = intake.receive("telegram", request.raw_body, request.headers)
    return Response(
        body=outcome.body, status_code=outcome.status, headers={"Content-Type": "text/plain; charset=utf-8"}
    )
