"""SQS FIFO ``outbox``: messages go out. A nudge names a destination; the store knows what has to be sent there."""

from typing import Any

from chalice import Blueprint

from chalicelib.handlers import batches
from chalicelib.store.environment import environment
from chalicelib.use_cases import dispatch

bp = Blueprint(__name__)


@bp.on_sqs_message(queue="outbox.fifo", batch_size=10, name="outbox")
def outbox(event: Any) -> Any:
    def drain(nudge: dict[str, str]) -> None:
        wait = dispatch.drain(nudge["destination"], lambda: event.context.get_remaining_time_in_millis() / 1000)
        if wait:
            raise batches.Later(wait.seconds)

    return batches.each(event, environment().outbox_queue_url, drain)
