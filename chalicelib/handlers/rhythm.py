"""Every ten minutes: what is due of the week and of the quarter."""

from datetime import UTC, datetime
from typing import Any

from chalice import Blueprint, Rate

from chalicelib.use_cases import rhythm as rhythm_now

bp = Blueprint(__name__)


@bp.schedule(Rate(10, unit=Rate.MINUTES), name="rhythm")
def rhythm(event: Any) -> Any:
    return rhythm_now.run(datetime.now(UTC), lambda: event.context.get_remaining_time_in_millis() / 1000)
