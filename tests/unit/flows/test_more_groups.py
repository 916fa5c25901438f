"""With more groups in the settings clients are spread over them, and the team works the same in each."""

import pytest

from chalicelib.desk.clients import Topic
from chalicelib.store import settings
from chalicelib.store.settings import Document
from tests.unit.flows.conftest import SUPPORT, World

CLIENTS = range(620_000, 620_004)


@pytest.fixture
def second(world: World) -> str:
    """The team has another group."""
    group = str(world.sandbox.config.chats.more_desks[0].id)
    before = settings.document("desk")
    settings.replace_document(Document("desk", {**before.value, "groups": [group]}, before.version + 1))
    return group


def topic_of(world: World, user: int) -> Topic:
    topic = world.client(user).topic
    assert topic
    return topic


@pytest.fixture
def spread(world: World, second: str) -> dict[str, int]:
    """A client in each group."""
    for user in CLIENTS:
        world.register_vip(user)
        world.receive(world.private(user, 1, f"Hello from {user}"))
        world.deliver()
    return {topic_of(world, user).chat: user for user in CLIENTS}


def test_both_have_topics_and_an_answer_in_either_reaches_the_client(
    world: World, second: str, spread: dict[str, int]
) -> None:
    assert spread.keys() == {world.group, second}
    for group, user in spread.items():
        assert f"Hello from {user}" in world.texts_to(group)
        update = world.in_topic(SUPPORT, topic_of(world, user).thread, 900, f"Hello {user}")
        update["message"]["chat"]["id"] = int(group)
        world.receive(update)
        world.deliver()
        assert world.texts_to(user) == [f"Hello {user}"]


def test_a_tap_on_a_card_in_the_second_group_is_the_teams(world: World, second: str, spread: dict[str, int]) -> None:
    user = spread[second]
    tap = world.tap(999, second, topic_of(world, user).card or "", f"close:{world.ticket(user).id}")
    assert "Closed" in world.receive(tap).body.decode()
