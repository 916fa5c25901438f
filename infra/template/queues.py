"""The SQS queues, each with its dead-letter queue. Who uses them is in ``functions``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.template import names
from infra.template.parameters import MESSENGER_API_URLS

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Queue:
    """``longest_wait_seconds``: an older message means that the queue is not being served (an alarm)."""

    longest_wait_seconds: int
    tries: int
    """Receives before a message goes to the dead-letter queue."""
    visibility_seconds: int = 6 * 60
    """At least six times the time-out of the function that consumes it, as AWS asks."""
    fifo: bool = False
    retention_seconds: int = 4 * DAY_SECONDS


DELIVERIES = tuple(f"{messenger.lower()}-deliveries" for messenger in MESSENGER_API_URLS)
"""One queue for each messenger: nobody waits behind those whose messenger takes no more just now."""

QUEUES: Mapping[str, Queue] = {
    # The receive count decides nothing here: attempts are counted on the outbound item, and waiting for a limit is
    # not a failure. The nudge of a message that can never be handled ends in the dead-letter queue all the same.
    "outbox": Queue(fifo=True, tries=1000, longest_wait_seconds=10 * 60),
    # As many receives as SQS allows: a delivery that waits for a messenger's limit comes again and again.
    **{name: Queue(tries=1000, longest_wait_seconds=6 * 3600) for name in DELIVERIES},
    "vip-deliveries": Queue(tries=1000, longest_wait_seconds=15 * 60),
}

DEAD_ANNOUNCEMENTS = "dead-announcements"
"""What SNS could not hand to a function, or the function could not handle."""


def queue_id(name: str) -> str:
    return names.logical(name, "queue")


def dead_letter_id(name: str) -> str:
    return names.logical(name, "dead", "letters")


def dead_letter_ids() -> list[str]:
    return [*(dead_letter_id(name) for name in QUEUES), names.logical(DEAD_ANNOUNCEMENTS)]


def resources() -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, queue in QUEUES.items():
        made[queue_id(name)] = _queue(
            name,
            fifo=queue.fifo,
            VisibilityTimeout=queue.visibility_seconds,
            MessageRetentionPeriod=queue.retention_seconds,
            RedrivePolicy={"deadLetterTargetArn": names.arn(dead_letter_id(name)), "maxReceiveCount": queue.tries},
        )
        made[dead_letter_id(name)] = _queue(f"{name}-dead", fifo=queue.fifo, MessageRetentionPeriod=14 * DAY_SECONDS)
    made[names.logical(DEAD_ANNOUNCEMENTS)] = _queue(DEAD_ANNOUNCEMENTS, MessageRetentionPeriod=14 * DAY_SECONDS)
    return made


def _queue(name: str, *, fifo: bool = False, **properties: Any) -> dict[str, Any]:
    order = (
        # Throughput and de-duplication count per message group: one destination never waits for another.
        {"FifoQueue": True, "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
        if fifo
        else {}
    )
    return {
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {
            "QueueName": names.physical(f"{name}.fifo" if fifo else name),
            "SqsManagedSseEnabled": True,
            **order,
            **properties,
        },
    }
