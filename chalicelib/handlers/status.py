"""SNS ``announcements``: writes status.json, the status page and the banner to S3 whenever something is announced."""

from typing import Any

from chalice import Blueprint

from chalicelib.use_cases import status_page

bp = Blueprint(__name__)


@bp.on_sns_message(topic="announcements", name="status-page")
def status(_event: Any) -> None:
    status_page.publish()
