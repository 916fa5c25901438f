"""GET /admin/dashboard: the page. It holds no data, so anybody may open it; what it shows it asks for with an admin token."""

from chalice import Blueprint, Response

from chalicelib.handlers import http
from chalicelib.texts import LANGUAGES

bp = Blueprint(__name__)


@bp.route("/admin/dashboard", methods=["GET"], name="dashboard.show", content_types=http.ANY_TYPE)
def show() -> Response:
    from chalicelib.pages import dashboard

    query = bp.current_request.query_params
    wanted = query.get("language") if query else None
    language = wanted if wanted in LANGUAGES else http.preferred_language(bp.current_request)
    return http.html(dashboard.page(language), 200, dashboard.policy())
