"""Every minute: deadlines and ladders that have come due, and whatever a crash left behind."""

from datetime import UTC, datetime
from typing import Any

from chalice import Blueprint, Rate

from chalicelib.use_cases import minute_check

bp = Blueprint(__name__)


@bp.schedule(Rate(1, unit=Rate.MINUTES), name="service-levels")
def service_levels(event: Any) -> Any:
    return minute_check.run(datetime.now(UTC), lambda: event.context.get_remaining_time_in_millis() / 1000)
