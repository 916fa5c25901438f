"""Before anything leaves its tokens are taken: a messenger's limit is met before it says so, and what it says is heeded."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest

from chalicelib.desk.outbound import Content, Outbound, Purpose, Verb, order, to_chat, to_client, to_topic
from chalicelib.messengers.adapter import RetryLater
from chalicelib.store import outbound
from chalicelib.store.environment import environment
from chalicelib.store.table import DeskItem, commit, decode
from chalicelib.use_cases import settings
from chalicelib.use_cases.pacing import Pace
from tests.unit.flows.conftest import World

ANNA, PAVEL, KATE = 600_001, 600_002, 600_003

_places = count()


@pytest.fixture(autouse=True)
def _real_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LIMITS_SPEED", "1")
    environment.cache_clear()
    yield
    environment.cache_clear()


@pytest.fixture
def quiet(world: World) -> World:
    """A VIP and somebody else have their topics, and the group has been quiet for a while."""
    world.register_vip(ANNA)
    for user in (ANNA, PAVEL):
        world.receive(world.private(user, user, f"Hello from {user}"))
        world.deliver()
    world.now += timedelta(minutes=2)
    return world


def put(world: World, destination: str, *texts: str, verb: Verb = Verb.TEXT) -> str:
    """These are to leave for ``destination``."""
    for words in texts:
        content = Content(verb, text=words, message_id=None if verb is Verb.TEXT else "1")
        commit(outbound.outbound_item(_item(world, destination, content)))
    return destination


def _item(world: World, destination: str, content: Content) -> Outbound:
    return Outbound(destination, order(10**14 + next(_places)), Purpose.NOTICE, content, world.now)


def to(world: World, user: int) -> str:
    return to_client(world.identity(user).key)


def topic(world: World, user: int) -> str:
    return to_topic(world.client(user).id)


def all_of(destination: str) -> list[Outbound]:
    return [decode(item, Outbound) for item in DeskItem.query(f"OUT#{destination}")][-3:]


def too_many(world: World, seconds: int, path: str = "sendMessage") -> None:
    body = {"ok": False, "error_code": 429, "description": "x", "parameters": {"retry_after": seconds}}
    world.sandbox.post("/faults", messenger="telegram", path=path, status=429, body=body, count=1)


class TestOnePerson:
    def test_two_at_once_and_then_one_a_second(self, quiet: World) -> None:
        client = put(quiet, to(quiet, PAVEL), "one", "two", "three")
        wait = quiet.drain(client)
        assert quiet.texts_to(PAVEL) == ["one", "two"]
        assert wait is not None
        assert wait.seconds == pytest.approx(1, abs=0.01)
        assert all_of(client)[-1].attempts == 0
        quiet.now += timedelta(seconds=wait.seconds)
        assert quiet.drain(client) is None
        assert quiet.texts_to(PAVEL) == ["one", "two", "three"]

    def test_nobody_else_waits_for_that(self, quiet: World) -> None:
        quiet.drain(put(quiet, to(quiet, PAVEL), "one", "two", "three"))
        assert quiet.drain(put(quiet, to_chat("telegram", quiet.bot, str(KATE)), "hello")) is None


class TestTheGroup:
    def test_others_leave_the_last_of_a_burst_to_vips(self, quiet: World) -> None:
        wait = quiet.drain(put(quiet, topic(quiet, PAVEL), *map(str, range(20))))
        assert wait is not None
        assert wait.seconds == pytest.approx(12, abs=0.01)
        quiet.now += timedelta(seconds=1)  # the account allows fifteen at once
        assert quiet.drain(put(quiet, topic(quiet, ANNA), "a", "b", "c", "d", "e")) is None
        assert quiet.drain(put(quiet, topic(quiet, ANNA), "f"))
        assert len(quiet.texts_to(quiet.group)) == 2 * 2 + 15 + 5  # cards and greetings before

    def test_a_reaction_takes_nothing(self, quiet: World) -> None:
        quiet.drain(put(quiet, topic(quiet, ANNA), *map(str, range(21))))
        assert quiet.drain(put(quiet, topic(quiet, PAVEL), "👀", verb=Verb.REACT)) is None
        assert len(quiet.calls("setMessageReaction")) == 1


class TestTooMany:
    def test_from_the_group_stops_the_group_and_nobody_else(self, quiet: World) -> None:
        too_many(quiet, 30)
        quiet.drain(put(quiet, topic(quiet, PAVEL), "one"))
        wait = quiet.drain(put(quiet, topic(quiet, ANNA), "two"))
        assert wait is not None
        assert wait.seconds == pytest.approx(30, abs=0.01)
        assert quiet.drain(put(quiet, to(quiet, PAVEL), "an answer")) is None

    def test_from_a_persons_chat_stops_the_chat_and_at_the_second_time_the_account(self, quiet: World) -> None:
        too_many(quiet, 5)
        quiet.drain(put(quiet, to(quiet, PAVEL), "one"))
        assert quiet.drain(put(quiet, to(quiet, ANNA), "two")) is None
        quiet.now += timedelta(seconds=5)
        too_many(quiet, 5)
        quiet.drain(to(quiet, PAVEL))
        wait = quiet.drain(put(quiet, to(quiet, ANNA), "three"))
        assert wait is not None
        assert wait.seconds == pytest.approx(5, abs=0.01)

    @pytest.mark.parametrize(("of_chat", "another_waits"), [(True, False), (False, True)])
    def test_where_it_is_said_whose_limit_it_was(self, quiet: World, of_chat: bool, another_waits: bool) -> None:
        pace, other = (Pace(to_chat("whatsapp", "1", user), settings.current()) for user in ("7900", "7901"))
        refused = RetryLater(timedelta(seconds=9), "limited", limited=True, of_chat=of_chat)
        words = Content(text="x")
        pace.heed(_item(quiet, pace.destination, words), refused, quiet.now)
        assert bool(other.wait_seconds(_item(quiet, other.destination, words), quiet.now)) is another_waits
        assert pace.wait_seconds(_item(quiet, pace.destination, words), quiet.now) > 0

    def test_for_longer_than_a_minute_is_left_to_the_minutes_check_and_counts_as_no_attempt(self, quiet: World) -> None:
        too_many(quiet, 100)
        quiet.drain(put(quiet, topic(quiet, PAVEL), "one"))
        held = put(quiet, topic(quiet, ANNA), "two")
        assert quiet.drain(held) is None
        assert all_of(held)[-1].not_before == quiet.now + timedelta(seconds=100)
        quiet.nudged()
        quiet.now += timedelta(seconds=131)
        assert quiet.check()["destinations_woken"] == 2
        quiet.deliver()
        assert {"one", "two"} <= set(quiet.texts_to(quiet.group))
        assert all_of(held)[-1].attempts == 1
