"""What a messenger tells about a message of ours after it has taken it.

A status may come before we have written down that we sent, and statuses come in any order. So a receipt has two halves, which
message it is about and how far that one came, and whoever brings the second half applies them. States only go forward.
"""

from dataclasses import dataclass, replace

from chalicelib.desk.clients import Identity
from chalicelib.desk.messages import Delivery, DeliveryState

# How far each state is. What has reached the person cannot fail any more, and what failed stays so.
_RANK = {
    DeliveryState.PENDING: 0,
    DeliveryState.UNKNOWN: 1,
    DeliveryState.ACCEPTED: 1,
    DeliveryState.FAILED: 2,
    DeliveryState.DELIVERED: 3,
    DeliveryState.READ: 4,
}


@dataclass(frozen=True)
class Receipt:
    """``key`` is the messenger, the account and the messenger's own id of the message; ``order`` is that of the outbound
    item that brought it there, since a message may be tried anew."""

    key: str
    identity: Identity | None = None
    message_id: str | None = None  # ours: its external id in the conversation
    client_id: str | None = None
    order: str | None = None
    delivery: Delivery | None = None
    version: int = 0

    def about(self, identity: Identity, message_id: str, client_id: str, order: str | None = None) -> "Receipt":
        return replace(self, identity=identity, message_id=message_id, client_id=client_id, order=order)

    def told(self, delivery: Delivery) -> "Receipt":
        return replace(self, delivery=further(self.delivery, delivery))


def receipt_key(messenger: str, account: str, provider_id: str) -> str:
    return f"{messenger}:{account}:{provider_id}"


def further(known: Delivery | None, news: Delivery) -> Delivery:
    """The one that is further on."""
    if known is None or known.state is DeliveryState.FAILED:
        return known or news
    return news if _RANK[news.state] > _RANK[known.state] else known
