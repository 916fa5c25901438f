"""A fan-out beside a conversation, with a messenger that enforces its limits: none is ever met, and nearly all is used."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

import pytest

from infra.local.running import function_name
from tests.stack.conftest import Desk, Json, eventually
from tests.stack.test_outages import Announcer

SPEED = 0.25  # of Telegram's clock and of ours: a small machine, too, reaches the limit then
PER_SECOND = 30 * SPEED
AT_ONCE = 15
MANY = 150


@pytest.fixture
def client(desk: Desk) -> int:
    """Somebody with an open topic, while there is no limit."""
    client = desk.stranger()
    desk.say(client, f"Hello from {client}")
    desk.topic_with(f"Hello from {client}")
    return client


@pytest.fixture
def crowd(desk: Desk) -> set[int]:
    def register(n: int) -> int:
        user = int(desk.sandbox("/clients", name=f"Person {n}")["id"])
        identity = {"messenger": "telegram", "user": str(user)}
        desk.admin("POST", "/admin/clients", {"name": f"Person {n}", "identities": [identity], "ground": "a test"})
        return user

    with ThreadPoolExecutor(8) as workers:
        return set(workers.map(register, range(MANY)))


def test_a_fan_out_keeps_the_pace_and_an_answer_in_the_middle_hardly_waits(
    desk: Desk, client: int, crowd: set[int]
) -> None:
    topic, announcer = desk.topic_with(f"Hello from {client}"), Announcer(desk)
    with _limits(desk, SPEED):
        announcer.declare()
        since = desk.seen("/calls")[-1]["n"]
        announcer.approve(1)
        eventually(lambda: len(announcer.told()) > MANY / 3, patience_seconds=90)
        desk.write_in(topic, "An answer")
        asked = len(announcer.told())
        eventually(lambda: "An answer" in desk.texts_to(client))
        assert len(announcer.told()) - asked < 3 * PER_SECOND  # it came within three of the messenger's seconds
        eventually(lambda: crowd <= set(announcer.told()), patience_seconds=90)
        calls = [call for call in desk.seen(f"/calls?since={since}") if call["method"] == "sendMessage"]
    assert [call["status"] for call in calls if call["status"] != 200] == []
    assert _pace(announcer, calls) >= 0.95 * PER_SECOND


def _pace(announcer: Announcer, calls: list[Json]) -> float:
    """Sends in a second, once what may leave at once has left."""
    at = [datetime.fromisoformat(call["at"]) for call in calls if announcer.title in call["body"]["text"]][AT_ONCE:]
    print("PACE", len(at), (at[-1] - at[0]).total_seconds(), (len(at) - 1) / (at[-1] - at[0]).total_seconds())
    return (len(at) - 1) / (at[-1] - at[0]).total_seconds()


@contextmanager
def _limits(desk: Desk, speed: float) -> Iterator[None]:
    """Telegram and our functions run their limits at this speed."""
    functions = desk.stack.aws("lambda")
    before = {}
    for name in map(function_name, ("outbox", "deliver", "deliver-to-vips")):
        before[name] = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        faster = {**before[name], "LIMITS_SPEED": str(speed)}
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": faster})
    desk.sandbox("/limits", enforce=True, speed=speed)
    yield
    desk.sandbox("/limits", enforce=False, speed=1)
    for name, variables in before.items():
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
