"""SQS: nudges to the outbox, deliveries of announcements, and hiding a message until its time."""

import json
import uuid
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from chalicelib.store.aws import client
from chalicelib.store.environment import environment

SQS_BATCH = 10
LONGEST_GROUP_ID = 128
SQS_LONGEST_VISIBILITY_SECONDS = 43_200


def nudge(destinations: Iterable[str], *, healing: bool = False) -> None:
    """Tell the outbox that these destinations have something to send. The destination is the message group, so that one
    destination is drained by one worker at a time. Losing a nudge loses nothing: the minute's check sends another.

    A worker that died keeps its group until its message is visible again (six times the function's time-out), so each
    ``healing`` nudge goes in a group of its own, whatever became of the one before. That two workers may then meet is
    harmless: they claim.
    """
    _send(
        environment().outbox_queue_url,
        [
            {
                "MessageBody": json.dumps({"destination": destination}),
                "MessageGroupId": (uuid.uuid4().hex if healing else destination)[-LONGEST_GROUP_ID:],
                "MessageDeduplicationId": uuid.uuid4().hex,
            }
            for destination in dict.fromkeys(destinations)
        ],
    )


def send(queue_url: str, bodies: Iterable[dict[str, Any]]) -> None:
    """Put plain messages on a standard queue."""
    _send(queue_url, [{"MessageBody": json.dumps(body)} for body in bodies])


def hide(queue_url: str, receipt_handle: str, seconds: float) -> None:
    """Make a received message visible again in ``seconds``."""
    timeout = min(max(int(seconds + 0.999), 0), SQS_LONGEST_VISIBILITY_SECONDS)
    client("sqs").change_message_visibility(QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=timeout)


def _send(queue_url: str, entries: Sequence[dict[str, Any]]) -> None:
    rest = iter(entries)
    while batch := list(islice(rest, SQS_BATCH)):
        answer = client("sqs").send_message_batch(
            QueueUrl=queue_url, Entries=[{"Id": str(n), **entry} for n, entry in enumerate(batch)]
        )
        if failures := answer.get("Failed"):
            raise QueueRefused(f"{len(failures)} messages refused: {failures[0].get('Code')}")


class QueueRefused(Exception):  # noqa: N818
    """SQS took only a part of a batch."""
