"""A low grade: the manager has everything at hand to call back within twenty minutes, and says what came of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.desk.tickets import CallbackResult
from chalicelib.store import clients, messages, settings
from chalicelib.store.settings import Document
from chalicelib.store.table import commit
from tests.unit.flows.conftest import MANAGER, World
from tests.unit.flows.voices import PAVEL, Asked

DEPUTY = 500_003


@pytest.fixture
def pavel(world: World) -> Asked:
    """Graded 2 a moment ago."""
    asked = Asked(world)
    asked.writes("The report is empty")
    asked.is_answered()
    asked.writes("It is <still> empty")
    world.now += timedelta(minutes=1)
    asked.is_closed()
    asked.grades(2)
    return asked


def taps_in_private(pavel: Asked, data: str, user: int = MANAGER) -> str:
    pavel.world.now += timedelta(minutes=1)
    answer = pavel.world.receive(pavel.world.tap(user, user, "5", data)).body.decode()
    pavel.world.deliver()
    return answer


def test_the_alert_has_the_clients_own_words_and_a_ready_message(pavel: Asked) -> None:
    alert = pavel.world.texts_to(MANAGER)[-1]
    for words in ("gave 2 of 5 (🙁 Poor)", "The report is empty", "It is &lt;still&gt; empty", "My name is Marina"):
        assert words in alert
    sent = next(call for call in pavel.world.calls("sendMessage") if call["text"] == alert)
    labels = [row[0]["text"] for row in sent["reply_markup"]["inline_keyboard"]]
    assert labels[0] == "👋 Send this message"
    assert labels[-1] == "Open the topic"


@pytest.mark.parametrize(("timezone", "is_night"), [("America/Los_Angeles", True), ("Europe/Berlin", False)])
def test_at_the_clients_night_it_is_a_message_and_the_call_waits(world: World, timezone: str, is_night: bool) -> None:
    asked = Asked(world)
    asked.writes("The report is empty")
    client = clients.client_now(world.ticket(PAVEL).client_id)
    commit(clients.client_item(replace(client, timezone=timezone)))
    asked.is_closed()
    asked.grades(2)
    night = "🌙 Their clock says 02 Mar 02:00 (America/Los_Angeles): better write now, and call after 02 Mar 10:00."
    assert (night in world.texts_to(MANAGER)[-1]) is is_night


def test_words_that_come_after_the_grade_reach_the_manager_too(pavel: Asked) -> None:
    pavel.taps(f"survey_comment:{pavel.invitation.id}")
    pavel.writes("Nobody listened")
    assert "Nobody listened" in pavel.world.texts_to(MANAGER)[-1]


def test_the_manager_introduces_themself_with_one_tap_and_once(pavel: Asked) -> None:
    data = f"introduce:{pavel.world.ticket(PAVEL).id}"
    taps_in_private(pavel, data)
    assert "My name is Marina, I am the head of support" in pavel.told[-1]
    assert "has been sent this message already" in taps_in_private(pavel, data)
    assert sum("My name is Marina" in text for text in pavel.told) == 1
    assert any("My name is Marina" in text for text in pavel.topic())
    ticket = pavel.world.ticket(PAVEL)
    assert "My name is Marina" in messages.of_ticket(ticket.id)[-1].text
    assert ticket.next_due is not None  # writing is not yet having called


def test_who_was_renamed_since_is_called_by_their_name(world: World) -> None:
    asked = Asked(world)
    asked.writes("The report is empty")
    asked.is_closed()
    client = clients.client_now(world.ticket(PAVEL).client_id)
    commit(clients.client_item(replace(client, name="Pavel Orlov")))
    asked.grades(2)
    world.now += timedelta(minutes=15)
    world.check()
    world.deliver()
    assert ["Pavel Orlov" in text for text in world.texts_to(MANAGER)] == [True, True]


@pytest.mark.parametrize("result", CallbackResult)
def test_it_is_done_with_a_result_that_the_team_sees(pavel: Asked, result: CallbackResult) -> None:
    taps_in_private(pavel, f"callback_done:{pavel.world.ticket(PAVEL).id}:{result}")
    ticket = pavel.world.ticket(PAVEL)
    assert ticket.next_due is None
    assert (ticket.history[-1].action, ticket.history[-1].note) == ("callback_done", result)
    assert "📞 Marina" in pavel.topic()[-1]


def test_every_reminder_finishes_it_whoever_gets_it_and_whoever_is_second_is_told(pavel: Asked) -> None:
    world, staff = pavel.world, settings.document("staff")
    ivan = {"id": "ivan", "name": "Ivan", "role": "deputy", "telegram_user_id": DEPUTY}
    settings.replace_document(Document("staff", {"members": [*staff.value["members"], ivan]}, staff.version + 1))
    for minutes in (15, 10, 20):
        world.now += timedelta(minutes=minutes)
        world.check()
        world.deliver()
    reminders = [call for call in world.calls("sendMessage") if "the call-back" in call["text"]]
    assert {call["chat_id"] for call in reminders} > {MANAGER, DEPUTY}  # and the group, since Ivan has not met the bot
    for reminder in reminders:
        rows = reminder["reply_markup"]["inline_keyboard"]
        assert [row[0]["text"][0] for row in rows[:4]] == ["📞", "✉", "🤝", "👌"]
    data = rows[0][0]["callback_data"]
    assert "Noted" in taps_in_private(pavel, data, DEPUTY)
    assert "noted already" in taps_in_private(pavel, data)
    assert sum("📞" in text for text in pavel.topic()) == 1
