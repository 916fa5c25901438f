"""Workers are killed at the worst moments; everything arrives all the same, in order, as the design says it would."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.local.ports import Ports
from infra.local.running import RunningStack, function_name
from infra.local.stack import LocalStack
from tests.stack.conftest import Desk, Json, eventually
from tests.stack.voices import ago, edited


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack of its own: elsewhere something may still wait to leave, and a killed worker may be another test's."""
    with LocalStack(tmp_path_factory.mktemp("kills"), Ports.free(), limits_speed=100) as running:
        yield running


@pytest.fixture
def client(desk: Desk) -> int:
    """Somebody with an open topic and a quiet outbox."""
    client = desk.stranger()
    desk.say(client, f"Hello from {client}")
    desk.topic_with(f"Hello from {client}")
    eventually(lambda: not unfinished(desk))
    return client


def unfinished(desk: Desk) -> list[str]:
    return [item["pk"] for item in desk.items() if item.get("unfinished_order")]


def outbound_to(desk: Desk, client: int) -> list[dict[str, object]]:
    found = [item for item in desk.items() if item["pk"].startswith("OUT#client") and item["pk"].endswith(f":{client}")]
    return [json.loads(item["body"]) for item in sorted(found, key=lambda item: item["sk"])]


def test_a_nudge_that_is_lost_between_commit_and_queue_is_healed_by_the_minutes_check(desk: Desk, client: int) -> None:
    topic = desk.topic_with(f"Hello from {client}")
    with _outbox_asleep(desk) as queue_url:
        desk.write_in(topic, "one")
        desk.write_in(topic, "two")
        eventually(lambda: len(outbound_to(desk, client)) == 2)
        desk.stack.aws("sqs").purge_queue(QueueUrl=queue_url)
    assert desk.texts_to(client) == []
    _half_a_minute_passes(desk, client)
    eventually(lambda: desk.stack.invoke("service-levels") and desk.texts_to(client) == ["one", "two"])


def test_a_worker_killed_before_the_send_is_healed_in_order(desk: Desk, client: int) -> None:
    topic = desk.topic_with(f"Hello from {client}")
    desk.sandbox("/faults", messenger="telegram", path="sendMessage", delay_ms=8_000, status=500, count=1)
    desk.write_in(topic, "one")
    eventually(lambda: _claimed(desk, client))
    assert desk.stack.kill("outbox")
    desk.write_in(topic, "two")
    _half_a_minute_passes(desk, client)
    eventually(lambda: desk.stack.invoke("service-levels") and desk.texts_to(client) == ["one", "two"])
    assert [item["unknowns"] for item in outbound_to(desk, client)] == [1, 0]


def test_a_worker_killed_after_the_send_repeats_that_message_and_counts_it(desk: Desk, client: int) -> None:
    topic = desk.topic_with(f"Hello from {client}")
    desk.sandbox("/faults", messenger="telegram", path="sendMessage", delay_ms=8_000, after=True, count=1)
    desk.write_in(topic, "one")
    eventually(lambda: _shown(desk, client) == ["one"])
    assert desk.stack.kill("outbox")
    desk.write_in(topic, "two")
    _half_a_minute_passes(desk, client)
    eventually(lambda: desk.stack.invoke("service-levels") and _shown(desk, client) == ["one", "one", "two"])
    eventually(lambda: [item["state"] for item in outbound_to(desk, client)] == ["sent", "sent"])
    assert [item["unknowns"] for item in outbound_to(desk, client)] == [1, 0]


@contextmanager
def _outbox_asleep(desk: Desk) -> Iterator[str]:
    """Nobody reads the outbox's queue; its URL."""
    functions = desk.stack.aws("lambda")
    (mapping,) = functions.list_event_source_mappings(FunctionName=function_name("outbox"))["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    yield str(desk.stack.aws("sqs").get_queue_url(QueueName=mapping["EventSourceArn"].rpartition(":")[2])["QueueUrl"])
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def _shown(desk: Desk, client: int) -> list[str]:
    """What the client has in their chat from us."""
    return [message["text"] for message in desk.chat(client) if message["from"]["is_bot"]]


def _claimed(desk: Desk, client: int) -> bool:
    return any(item["state"] == "sending" for item in outbound_to(desk, client))


def _half_a_minute_passes(desk: Desk, client: int) -> None:
    """The lease of whoever was killed is over, and so is the time in which a living nudge would have sent it. The queue gives
    the nudge back only in six minutes; the minute's check is sooner."""
    past = ago(seconds=1)
    for item in desk.items():
        if item["pk"].startswith("OUT#client") and item["pk"].endswith(f":{client}") and "due_at" in item:
            edited(desk, "desk", item["pk"], item["sk"], lambda outbound: _lease_ends(outbound, past), due_at=past)


def _lease_ends(outbound: Json, at: str) -> None:
    if outbound.get("lease_until"):
        outbound["lease_until"] = at
