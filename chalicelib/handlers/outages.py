"""SNS ``announcements``: one line to the emergency channel, whom it will go to, the plan of a fan-out, and what is done to all
tickets of an outage; SQS: the deliveries of a fan-out."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from chalice import Blueprint

from chalicelib.handlers import batches
from chalicelib.messengers import ADAPTERS
from chalicelib.store.environment import environment
from chalicelib.use_cases import counting, delivering, emergency_channel, planning, rounds

bp = Blueprint(__name__)


@bp.on_sns_message(topic="announcements", name="emergency-channel")
def post_to_emergency_channel(event: Any) -> None:
    announced = json.loads(event.message)
    emergency_channel.post(announced["outage_id"], announced["n"], datetime.now(UTC))


@bp.on_sns_message(topic="announcements", name="audience-counter")
def count_audience(event: Any) -> None:
    announced = json.loads(event.message)
    about = announced["outage_id"], announced["n"]
    counting.go_on(*about, _seconds_left(event), planning.utc_now, only=announced["only"])


@bp.on_sns_message(topic="announcements", name="planner")
def planner(event: Any) -> None:
    announced = json.loads(event.message)
    planning.plan(announced["outage_id"], announced["n"], _seconds_left(event), only=announced["only"])


@bp.on_sns_message(topic="announcements", name="outage-tickets")
def go_through_tickets(event: Any) -> None:
    announced = json.loads(event.message)
    rounds.go_on(announced["outage_id"], announced["round"], _seconds_left(event), planning.utc_now)


@bp.on_sqs_message(queue="vip-deliveries", batch_size=10, name="deliver-to-vips")
def deliver_to_vips(event: Any) -> Any:
    return _deliver(event, environment().vip_deliveries_queue_url)


@bp.on_sqs_message(queue="telegram-deliveries", batch_size=10, name="deliver")
def deliver(event: Any) -> Any:
    """From the queue of any messenger."""
    queue = event.to_dict()["Records"][0]["eventSourceARN"].rpartition(":")[2]
    urls = map(environment().deliveries_queue_url, ADAPTERS)
    return _deliver(event, next(url for url in urls if url.rpartition("/")[2] == queue))


def _deliver(event: Any, queue_url: str) -> dict[str, list[dict[str, str]]]:
    left = count(len(event.to_dict()["Records"]), -1)

    def one(body: dict[str, Any]) -> None:
        keys = body["outage_id"], body["n"], body["client_id"]
        seconds = delivering.deliver(*keys, _seconds_left(event), left=next(left))
        if seconds is not None:
            raise batches.Later(seconds)

    return batches.each(event, queue_url, one)


def _seconds_left(event: Any) -> Callable[[], float]:
    return lambda: event.context.get_remaining_time_in_millis() / 1000
