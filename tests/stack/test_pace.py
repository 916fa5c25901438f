"""A messenger enforces its limits and a desk never meets them: a fan-out beside a conversation, a burst in the group."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from infra.local.ports import Ports
from infra.local.running import RunningStack, function_name
from infra.local.stack import LocalStack
from tests.stack.conftest import Desk, eventually
from tests.stack.test_outages import Announcer

SLOW = 0.25  # of Telegram's clock and of ours: a small and busy machine, too, reaches the limit then
PER_SECOND = 30 * SLOW
FAST = 4.0  # a minute of the group in fifteen seconds
MANY = 60


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack of its own: what a slow limit holds back waits for minutes, and everything behind it in that chat."""
    with LocalStack(tmp_path_factory.mktemp("pace"), Ports.free(), limits_speed=100) as running:
        yield running


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


def test_a_fan_out_meets_no_limit_and_an_answer_in_the_middle_hardly_waits(
    desk: Desk, client: int, crowd: set[int]
) -> None:
    topic, announcer = desk.topic_with(f"Hello from {client}"), Announcer(desk)
    with _limits(desk, SLOW):
        announcer.declare()
        since = desk.all_calls()[-1]["n"]
        announcer.approve(1)
        eventually(lambda: len(announcer.told()) > MANY / 3, patience_seconds=90)
        desk.write_in(topic, "An answer")
        asked = len(announcer.told())
        eventually(lambda: "An answer" in desk.texts_to(client))
        assert len(announcer.told()) - asked < 3 * PER_SECOND  # it came within three of the messenger's seconds
        eventually(lambda: crowd <= set(announcer.told()), patience_seconds=90)
        calls = desk.seen(f"/calls?since={since}")
    assert 429 not in [call["status"] for call in calls]


def test_thirty_messages_at_once_are_shown_in_a_few_of_the_groups_twenty_a_minute(desk: Desk) -> None:
    client, words = desk.stranger(), [f"No. {n}" for n in range(30)]
    with _limits(desk, FAST):
        since = desk.all_calls()[-1]["n"]
        for each in words:
            desk.say(client, f"{each} of {client}")
        topic = desk.topic_with(f"No. 0 of {client}")
        expected = [f"{each} of {client}" for each in words]
        eventually(lambda: "\n\n".join(desk.texts_to(desk.group, topic)[1:]).split("\n\n") == expected)
        to_group = [call for call in desk.seen(f"/calls?since={since}") if call["body"].get("chat_id") == desk.group]
    assert 429 not in [call["status"] for call in to_group]
    assert len(to_group) <= 25  # by itself each would make it 33; on a slow machine a second minute begins


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
