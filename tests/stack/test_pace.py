"""A messenger enforces its limits and a desk never meets them: a fan-out beside a conversation, a burst in the group."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

import pytest

from infra.local.ports import Ports
from infra.local.running import RunningStack
from infra.local.stack import LocalStack
from tests.stack.conftest import Desk, Json, eventually
from tests.stack.test_outages import Announcer

SLOW = 0.05  # of Telegram's clock and of ours: a small and busy machine, too, reaches the limit then
PER_SECOND = 30 * SLOW
AT_ONCE = 10  # what a fan-out finds when nothing was sent for a while
UNCOUNTED = ("setMessageReaction", "answerCallbackQuery")
FAST = 4.0  # a minute of the group in fifteen seconds
MANY = 40


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack of its own: what a slow limit holds back waits for minutes, and everything behind it in that chat."""
    with LocalStack(tmp_path_factory.mktemp("pace"), Ports.free(), limits_speed=100) as running:
        yield running


@pytest.fixture
def clients(desk: Desk) -> list[int]:
    """Two with an open topic, while there is no limit. A chat takes two at once, and the announcement is one of them."""
    found = [desk.stranger() for _ in range(2)]
    for client in found:
        desk.say(client, f"Hello from {client}")
        desk.topic_with(f"Hello from {client}")
    return found


@pytest.fixture
def crowd(desk: Desk) -> set[int]:
    def register(n: int) -> int:
        user = int(desk.sandbox("/clients", name=f"Person {n}")["id"])
        identity = {"messenger": "telegram", "user": str(user)}
        desk.admin("POST", "/admin/clients", {"name": f"Person {n}", "identities": [identity], "ground": "a test"})
        return user

    with ThreadPoolExecutor(8) as workers:
        return set(workers.map(register, range(MANY)))


def test_a_fan_out_uses_the_limit_up_without_meeting_it_and_an_answer_in_the_middle_hardly_waits(
    desk: Desk, clients: list[int], crowd: set[int]
) -> None:
    (one, other), announcer = clients, Announcer(desk)
    with _limits(desk, SLOW):
        alone = _answered(desk, one, "An answer before it")
        announcer.declare()
        since = desk.all_calls()[-1]["n"]
        announcer.approve(1)
        eventually(lambda: len(announcer.told()) > MANY / 3, patience_seconds=90)
        beside = _answered(desk, other, "An answer beside it")
        assert len(announcer.told()) < MANY  # it was still on its way
        eventually(lambda: crowd <= set(announcer.told()), patience_seconds=90)
        calls = desk.seen(f"/calls?since={since}")
    assert 429 not in [call["status"] for call in calls]
    assert beside - alone < 2 + alone  # how long it takes alone says how busy the machine is
    assert _share_of_limit(calls, announcer.title) >= 0.95


def _answered(desk: Desk, client: int, words: str) -> float:
    """Seconds from the team's message until the client has it."""
    desk.write_in(desk.topic_with(f"Hello from {client}"), words)
    asked = time.time()
    eventually(lambda: words in desk.texts_to(client), patience_seconds=60)
    (arrived,) = [call for call in desk.all_calls() if call["body"].get("text") == words and call["status"] == 200]
    return _seconds(arrived) - asked


def _share_of_limit(calls: list[Json], title: str) -> float:
    """Of what the messenger would have taken from when the fan-out had used up what there is at once, until its end. Both ends
    count: a worker takes five tokens at a time, so that the last leaves a little after it was allowed."""
    told = [call for call in calls if title in call["body"].get("text", "") and call["body"]["chat_id"] > 0]
    begin, end = _seconds(told[AT_ONCE - 1]), _seconds(told[-1])
    counted = [call for call in calls if call["messenger"] == "telegram" and call["method"] not in UNCOUNTED]
    return sum(begin <= _seconds(call) <= end for call in counted) / (PER_SECOND * (end - begin))


def _seconds(call: Json) -> float:
    return datetime.fromisoformat(call["at"]).timestamp()


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
    functions = ("outbox", "deliver", "deliver-to-vips")
    desk.stack.renew(*functions, LIMITS_SPEED=str(speed))
    desk.sandbox("/limits", enforce=True, speed=speed)
    yield
    desk.sandbox("/limits", enforce=False, speed=1)
    desk.stack.renew(*functions, LIMITS_SPEED="100")
