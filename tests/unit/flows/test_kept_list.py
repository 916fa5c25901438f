"""The list of VIPs and our clients in the team's topic: a few messages that keep themselves up."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.clients import Tier
from chalicelib.desk.kept_list import LONGEST, pages
from chalicelib.desk.splitting import length
from chalicelib.store import clients, settings
from chalicelib.store.settings import Document
from chalicelib.use_cases import kept_list, registry
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import World
from tests.unit.flows.people import MARINA, NUMBER, register


@pytest.fixture
def kept(world: World) -> World:
    topic = world.sandbox.post(
        f"/telegram/bot{world.sandbox.config.telegram.token}/createForumTopic", chat_id=world.group, name="List"
    )
    settings.replace_document(Document("directory", {"thread": str(topic["result"]["message_thread_id"])}, 1))
    return world


def keep_up(world: World) -> int:
    world.now += timedelta(minutes=10)
    changed = kept_list.keep_up(current(), world.now)
    world.deliver()
    return changed


def listed(world: World, method: str = "sendMessage") -> list[str]:
    thread = int(current().directory.thread)
    calls: list[dict[str, Any]] = world.calls(method)
    return [call["text"] for call in calls if call.get("message_thread_id") == thread or method.startswith("edit")]


def many(world: World, count: int) -> None:
    """Some five of them fill a message."""
    long = {"tier": Tier.VIP, "company": "c" * 200, "position": "p" * 200}
    for n in range(count):
        values = {"name": f"Person {n:03} {'x' * 180}", "phones": (f"+7916000{n:04}",), **long}
        registry.register(values, (), "Annex 2", MARINA, current(), world.now)


def test_vips_come_before_our_clients_with_contacts_also_who_never_wrote(kept: World) -> None:
    register(kept, "+79160000001", Tier.OUR, "Boris")
    register(kept, NUMBER, Tier.VIP, "Anna")
    register(kept, "+79160000002", Tier.EVERYONE, "Dina")
    assert keep_up(kept) == 1
    (page,) = listed(kept)
    assert page.startswith("📇 VIPs and our clients: 2")
    assert page.index("VIP · Anna") < page.index(NUMBER) < page.index("Boris")
    assert "Dina" not in page


def test_it_is_edited_when_somebody_changes_and_not_otherwise(kept: World) -> None:
    anna = register(kept, NUMBER, Tier.OUR, "Anna")
    keep_up(kept)
    assert keep_up(kept) == 0
    registry.change(anna.id, {"position": "Director"}, (), "", MARINA, current(), kept.now)
    assert keep_up(kept) == 1
    assert len(listed(kept)) == 1
    assert any("Director" in words for words in listed(kept, "editMessageText"))
    assert keep_up(kept) == 0


def test_a_long_list_is_several_messages_a_few_at_a_time_and_shrinks_again(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_list, "MOST_CHANGED", 2)
    many(kept, 14)
    kept.deliver()  # their topics
    rounds = [keep_up(kept) for _ in range(3)]
    assert rounds[0] == kept_list.MOST_CHANGED
    assert 0 < rounds[1] < kept_list.MOST_CHANGED
    assert rounds[2] == 0
    said = listed(kept)
    assert all(length(words) <= LONGEST for words in said)
    assert sum(words.count("Person ") for words in said) == 14
    for vip in clients.of_tier(Tier.VIP):
        registry.change(vip.id, {"tier": Tier.EVERYONE}, (), "", MARINA, current(), kept.now)
    while keep_up(kept):
        pass
    assert listed(kept, "editMessageText")[-1] == "–"


def test_a_message_that_somebody_deleted_is_written_anew(kept: World) -> None:
    anna = register(kept, NUMBER, Tier.OUR, "Anna")
    keep_up(kept)
    gone = {"ok": False, "error_code": 400, "description": "Bad Request: message to edit not found"}
    kept.sandbox.post("/faults", messenger="telegram", path="editMessageText", status=400, body=gone, count=9)
    registry.change(anna.id, {"position": "Director"}, (), "", MARINA, current(), kept.now)
    assert keep_up(kept) == 1
    assert keep_up(kept) == 1
    assert "Director" in listed(kept)[-1]


def test_two_at_once_say_it_once(kept: World) -> None:
    register(kept, NUMBER, Tier.VIP, "Anna")
    assert kept_list.keep_up(current(), kept.now) == 1
    assert kept_list.keep_up(current(), kept.now) == 0  # it is on its way
    kept.deliver()
    assert len(listed(kept)) == 1


def test_without_a_topic_nothing_is_said(world: World) -> None:
    register(world)
    assert kept_list.keep_up(current(), world.now) == 0


@given(st.lists(st.text(min_size=1, max_size=1500), max_size=20))
def test_every_person_is_on_one_page_in_order(people: list[str]) -> None:
    made = list(pages(people))
    assert "\n\n".join(made) == "\n\n".join(people)
    assert all(length(page) <= LONGEST for page in made)
