"""A promised time: the client is told it in words, and it is a deadline like any other."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.desk.cycles import Cycle
from chalicelib.desk.policies import Metric
from chalicelib.store import clients
from chalicelib.store.table import commit
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import MANAGER, SUPPORT, World

ANNA = 600_001  # a VIP; she writes at 13:00 in Moscow
TOLD = "Мы изучаем ваш вопрос и вернёмся с ответом до 15:00 2 марта."


@pytest.fixture
def anna(world: World) -> World:
    world.register_vip(ANNA)
    world.receive(world.private(ANNA, 1, "Nothing works"))
    world.deliver()
    world.now += timedelta(minutes=1)
    return world


def write(world: World, words: str, message_id: int = 90) -> None:
    world.receive(world.in_topic(SUPPORT, world.thread(ANNA), message_id, words))
    world.deliver()


def tap(world: World, data: str, user: int = SUPPORT) -> str:
    said = world.receive(world.tap(user, world.group, "2", data)).body.decode()
    world.deliver()
    return said


def in_topic(world: World) -> list[dict[str, Any]]:
    return [call for call in world.calls("sendMessage") if str(call.get("message_thread_id")) == world.thread(ANNA)]


def cycle(world: World, metric: Metric) -> Cycle:
    line = world.ticket(ANNA).timeline(current().calendars, world.now + timedelta(seconds=1))
    return [found for found in line.cycles if found.metric is metric][-1]


def test_the_client_is_told_in_words_and_the_update_is_due_then(anna: World) -> None:
    promised_at = anna.now
    write(anna, "/promise 15:00")
    assert anna.texts_to(ANNA) == [TOLD]
    assert TOLD in in_topic(anna)[-1]["text"]
    assert cycle(anna, Metric.FIRST_REPLY).ended_at == promised_at
    assert cycle(anna, Metric.UPDATE).due_at == anna.ticket(ANNA).opened_at + timedelta(hours=2)


@pytest.mark.parametrize(
    ("theirs", "by"), [("Europe/Minsk", "15:00 2 марта."), ("Asia/Yekaterinburg", "15:00 2 марта (UTC+3).")]
)
def test_who_lives_by_other_clocks_is_told_which_are_meant(anna: World, theirs: str, by: str) -> None:
    client = clients.client_now(anna.ticket(ANNA).client_id)
    commit(clients.client_item(replace(client, timezone=theirs)))
    write(anna, "/promise 15:00")
    assert anna.texts_to(ANNA)[0].endswith(by)


def test_own_words_go_along(anna: World) -> None:
    write(anna, "/promise 2h We found the cause and are repairing it.")
    assert anna.texts_to(ANNA) == ["We found the cause and are repairing it.\n\nВернёмся с ответом до 15:01 2 марта."]


def test_the_same_command_again_promises_nothing_twice(anna: World) -> None:
    for _ in range(2):
        write(anna, "/promise 15:00")
    assert anna.texts_to(ANNA) == [TOLD]


def test_a_broken_promise_is_told_to_the_manager(anna: World) -> None:
    write(anna, "/promise 15:00")
    anna.now = anna.ticket(ANNA).opened_at + timedelta(hours=2)
    anna.check()
    anna.deliver()
    assert any("an update was due at 02 Mar 15:00" in told for told in anna.texts_to(MANAGER))
    write(anna, "/why", 91)
    assert "The client was promised this time." in in_topic(anna)[-1]["text"]


def test_the_cards_button_asks_for_the_time_and_one_more_tap_promises_it(anna: World) -> None:
    ticket = anna.ticket(ANNA).id
    card = next(call for call in in_topic(anna) if "VIP · Anna" in call["text"])
    assert f"promise:{ticket}" in str(card["reply_markup"])
    tap(anna, f"promise:{ticket}")
    asked = anna.calls("sendMessage")[-1]
    buttons = [button for row in asked["reply_markup"]["inline_keyboard"] for button in row]
    assert [button["text"] for button in buttons] == ["30 min", "1 h", "3 h", "Tomorrow 10:00"]
    assert anna.texts_to(ANNA) == []
    tap(anna, buttons[-1]["callback_data"])
    assert "до 10:00 3 марта" in anna.texts_to(ANNA)[0]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("/promise soon", "I did not understand the time"),
        ("/promise today 13:00", "02 Mar 13:00 has passed"),
        ("/promise 40 days", "11 Apr 13:01 is more than 30 days ahead"),
    ],
)
def test_what_cannot_be_promised_promises_nothing_and_says_why(anna: World, words: str, why: str) -> None:
    write(anna, words)
    assert anna.texts_to(ANNA) == []
    assert f"Nothing was promised: {why}" in in_topic(anna)[-1]["text"]


def test_a_closed_ticket_promises_nothing(anna: World) -> None:
    tap(anna, f"close:{anna.ticket(ANNA).id}")
    write(anna, "/promise 15:00")
    assert not [text for text in anna.texts_to(ANNA) if "вернёмся" in text.lower()]
    assert "Reopen it first" in in_topic(anna)[-1]["text"]


def test_only_staff_promises(anna: World) -> None:
    assert "settings name as staff" in tap(anna, f"promise:{anna.ticket(ANNA).id}:30m", user=700_123)
    assert anna.texts_to(ANNA) == []
