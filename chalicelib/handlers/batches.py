"""Runs a worker over an SQS batch and answers which records have to come again. Used by every SQS handler.

Chalice passes the handler's return value through, so Lambda sees ``batchItemFailures`` (the template asks for
``ReportBatchItemFailures``). In a FIFO batch a failed record's whole group is given back with it, so that SQS keeps the order.
"""

import json
import logging
from collections.abc import Callable
from typing import Any

from chalicelib.store import queues

log = logging.getLogger(__name__)

RETRY_SECONDS = 10.0


class Later(Exception):  # noqa: N818 - it is a request, not an error
    """Raised by a worker: nothing is wrong, but the record has to come again in ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


def each(event: Any, queue_url: str, worker: Callable[[dict[str, Any]], None]) -> dict[str, list[dict[str, str]]]:
    """Call ``worker`` with each record's JSON body.

    Returns the partial-failure answer of Lambda. Raises the last error when *every* record failed, so that the
    function's error alarm sees it.
    """
    records = event.to_dict()["Records"]
    failed: list[str] = []
    waiting: dict[str, float] = {}  # message group -> seconds until it may go on
    last_error: Exception | None = None
    for record in records:
        group = record.get("attributes", {}).get("MessageGroupId", record["messageId"])
        try:
            if group not in waiting:
                worker(json.loads(record["body"]))
                continue
        except Later as later:
            waiting[group] = later.seconds
        except Exception as error:
            log.exception("record__failed", extra={"message_id": record["messageId"]})
            last_error = error
            waiting[group] = RETRY_SECONDS
        queues.hide(queue_url, record["receiptHandle"], waiting[group])
        failed.append(record["messageId"])
    if last_error and len(failed) == len(records):
        raise last_error
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
