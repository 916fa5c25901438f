"""A client's topic is gone, or is another client's by now: a new one is opened before what was on its way there."""

from dataclasses import replace
from datetime import datetime

from chalicelib.desk import outbound
from chalicelib.desk.outbound import Outbound
from chalicelib.store import clients
from chalicelib.store import outbound as store
from chalicelib.store.table import commit
from chalicelib.use_cases.leaving import Leaving


def open_anew(item: Outbound, again: Outbound, now: datetime) -> None:
    """``item`` comes ``again`` after the new topic, its card and its pin.

    Raises Lost when the lease ran out meanwhile and somebody else has the item now."""
    client = clients.client_by_id(item.destination.removeprefix("topic:"))
    before = Leaving(outbound.clock_of(item.order) - 1, now, client.id, item.ticket_id)
    if client.joined is None:  # the topic of one who was joined with another is not missed
        before.topic(client)
    commit(store.outbound_item(again), clients.client_item(replace(client, topic=None)), *before.items())
