"""WhatsApp has taken an announcement, and says later that it did not arrive: then the client's next messenger gets it.

What we gave along with the message comes back in its statuses, and names the delivery. Nothing else is learned from them:
that it was read or delivered changes nothing.
"""

import logging
from datetime import datetime

from chalicelib.desk.deliveries import Delivery, State
from chalicelib.desk.messages import DeliveryState, IncomingStatus
from chalicelib.store import deliveries as store
from chalicelib.store.table import Lost, retrying
from chalicelib.use_cases import planning

log = logging.getLogger(__name__)

MARK = "announcement"


def sent_as(delivery: Delivery) -> str:
    return f"{MARK}:{delivery.outage_id}:{delivery.n}:{delivery.client_id}"


def is_of_announcement(status: IncomingStatus) -> bool:
    return status.sent_as is not None and status.sent_as.startswith(f"{MARK}:")


def receive(status: IncomingStatus, now: datetime) -> None:
    """The same status again finds it done, and only wakes the deliverer once more. Raises Lost while our own record of the send
    is still being written: the messenger then tells it again."""
    if status.state is DeliveryState.FAILED:
        retrying(lambda: _failed(status, now))


def _failed(status: IncomingStatus, now: datetime) -> None:
    _, outage_id, n, client_id = (status.sent_as or "").split(":")
    delivery = store.delivery_if_any(outage_id, int(n), client_id)
    if delivery is None:
        return
    if delivery.in_the_air(now):
        raise Lost(outage_id, client_id)
    if delivery.state is State.SENT and delivery.provider_id == status.provider_id:
        delivery = delivery.refused(status.reason or "undelivered")
        store.save(delivery)
        log.info("delivery__failed_after_all", extra={"outage_id": outage_id, "reason": status.reason})
    if delivery.state is State.PENDING:
        planning.enqueue([delivery])
