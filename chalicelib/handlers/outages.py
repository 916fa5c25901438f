"""SNS ``announcements``: one line to the emergency channel, and the plan of a fan-out; SQS: its deliveries."""

import json
from typing import Any

from chalice import Blueprint

from chalicelib.handlers import batches
from chalicelib.store.environment import environment
from chalicelib.use_cases import announcements

bp = Blueprint(__name__)


@bp.on_sns_message(topic="announcements", name="emergency-channel")
def emergency_channel(event: Any) -> None:
    announcements.post_to_emergency_channel(**json.loads(event.message))


@bp.on_sns_message(topic="announcements", name="planner")
def planner(event: Any) -> None:
    announcements.plan(**json.loads(event.message))


@bp.on_sqs_message(queue="vip-deliveries", batch_size=10, name="deliver-to-vips")
def deliver_to_vips(event: Any) -> Any:
    return batches.each(event, environment().vip_deliveries_queue_url, lambda body: announcements.deliver(**body))


@bp.on_sqs_message(queue="deliveries", batch_size=10, name="deliver")
def deliver(event: Any) -> Any:
    return batches.each(event, environment().deliveries_queue_url, lambda body: announcements.deliver(**body))
