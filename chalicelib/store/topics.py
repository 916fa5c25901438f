"""SNS: hands an announcement to whoever subscribes. The subscriptions' filter policies read these very attributes."""

import json
from collections.abc import Mapping, Sequence

from chalicelib.store.aws import client
from chalicelib.store.environment import environment


def announce(outage_id: str, n: int, *, emergency: bool, direct: bool, only: Sequence[str] = ()) -> None:
    """The status page hears everything, the emergency channel and the planner what is for them. ``only`` these parts of
    everybody are to be planned; all when there are none."""
    _publish({"outage_id": outage_id, "n": n, "only": only}, emergency=emergency, direct=direct)


def go_round(outage_id: str, round_id: str) -> None:
    """Something is to be done to every ticket of the outage."""
    _publish({"outage_id": outage_id, "round": round_id}, tickets=True)


def count(outage_id: str, n: int, only: Sequence[str] = ()) -> None:
    """Whom it will go to is to be counted: everybody, or ``only`` these parts of everybody."""
    _publish({"outage_id": outage_id, "n": n, "only": only}, counting=True)


def refresh_status_page() -> None:
    """Only the status page listens to what is for nobody else."""
    _publish({})


def _publish(
    message: Mapping[str, str | int | Sequence[str]],
    *,
    emergency: bool = False,
    direct: bool = False,
    tickets: bool = False,
    counting: bool = False,
) -> None:
    attributes = {"emergency": emergency, "direct": direct, "tickets": tickets, "counting": counting}
    client("sns").publish(
        TopicArn=environment().announcements_topic_arn,
        Message=json.dumps(message),
        MessageAttributes={
            name: {"DataType": "String", "StringValue": "true" if value else "false"}
            for name, value in attributes.items()
        },
    )
