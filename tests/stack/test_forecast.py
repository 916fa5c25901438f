"""More people than can be counted while the announcer waits: whom it will go to is known all the same before it starts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from chalicelib.desk.clients import Client, Conversation, Identity
from chalicelib.store.clients import client_item
from chalicelib.store.conversations import conversation_item
from tests.stack.conftest import Desk, Json, eventually
from tests.stack.emergency_group import Group
from tests.stack.emergency_group import group as group
from tests.stack.test_outages import Announcer

MANY = 1_100  # with the demo's people more than a counter's page
SILENT = 300  # more than WhatsApp lets a new account write to in a day


@contextmanager
def _crowd(desk: Desk) -> Iterator[None]:
    """Long silent in WhatsApp, or once in Telegram; gone afterwards, so that other tests announce to few."""
    now, account = datetime.now(UTC), desk.stack.accounts["whatsapp"]
    items = []
    for n in range(MANY):
        identity = Identity("whatsapp", account, f"7901{n:07d}") if n < SILENT else Identity("telegram", "0", str(n))
        client = Client(f"crowd{n}", f"Crowd {n}", now, identities=(identity,), current=identity)
        items += [client_item(client), conversation_item(Conversation(identity, identity.user, client.id))]
    stored = [item.serialize() for item in items]
    _batches(desk, [{"PutRequest": {"Item": item}} for item in stored])
    yield
    _batches(desk, [{"DeleteRequest": {"Key": {key: item[key] for key in ("pk", "sk")}}} for item in stored])


def _batches(desk: Desk, requests: list[Json]) -> None:
    for start in range(0, len(requests), 25):
        answer = desk.stack.aws("dynamodb").batch_write_item(
            RequestItems={"vipdesk-local-desk": requests[start : start + 25]}
        )
        assert not answer["UnprocessedItems"]


@pytest.mark.parametrize("way", ["group", "admin"])
def test_a_large_audience_is_counted_whole_and_the_team_is_told_once(desk: Desk, group: Group, way: str) -> None:
    with _crowd(desk):
        if way == "group":
            group.preview()
            group.tap("📣", "the rest is being counted")
        else:
            group.declare()
        forecast = eventually(lambda: _whole(group), 60)
        assert forecast
        assert forecast["people"] == sum(forecast["by_messenger"].values()) == len(Announcer(desk).audience())
        assert forecast["silent"] >= SILENT > forecast["outside_windows"]
        told = eventually(lambda: [text for text in desk.texts_to(desk.group) if group.title in text])
        assert told == [text for text in told if "everybody is counted now" in text]
        assert f"today it lets us write to only {forecast['outside_windows']} more" in told[0]
        assert len(told) == 1


def _whole(group: Group) -> Json | None:
    found: Json = group.outage()["forecast"]
    return found if found["whole"] else None
