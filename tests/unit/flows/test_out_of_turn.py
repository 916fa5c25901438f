"""Out of turn: who waits is listed with VIPs first, "Next" gives each ticket to one person only, and commands stay with us."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.desk.messages import Direction
from chalicelib.desk.outbound import Content, Verb
from chalicelib.desk.staff import Role
from chalicelib.desk.tickets import Owner, Status
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import Place, Sent
from chalicelib.store import conversations, messages
from chalicelib.store.secrets import secret
from chalicelib.store.table import commit
from chalicelib.texts import LANGUAGES
from chalicelib.use_cases import outage_lines, queue
from chalicelib.use_cases.commands import COMMANDS
from chalicelib.use_cases.settings import current
from infra.bench.inbound import cost_of
from tests.unit.flows.conftest import MANAGER, SUPPORT, World
from tests.unit.flows.deadlines import open_ticket

ANNA, PAVEL, VERA = 600_001, 600_002, 600_004  # Anna is a VIP


@pytest.fixture
def waiting(world: World) -> World:
    """Pavel writes first, then Vera, then Anna; nobody has answered."""
    world.register_vip(ANNA)
    for n, user in enumerate((PAVEL, VERA, ANNA)):
        world.receive(world.private(user, n, "Hello"))
        world.deliver()
        world.now += timedelta(minutes=1)
    return world


def command(world: World, words: str, user: int = SUPPORT, thread: str | None = None, message_id: int = 70) -> None:
    """Written in the group's General topic, or in another one."""
    update = world.in_topic(user, thread or "1", message_id, words)
    if thread is None:
        for field in ("message_thread_id", "is_topic_message", "reply_to_message"):
            del update["message"][field]
    world.receive(update)
    world.deliver()


def owners(world: World) -> list[str | None]:
    """Of Anna, Pavel and Vera."""
    tickets = (world.ticket(user) for user in (ANNA, PAVEL, VERA))
    return [ticket.owner.name if ticket.owner else None for ticket in tickets]


def last(world: World) -> dict[str, Any]:
    return world.calls("sendMessage")[-1]


def urls(call: dict[str, Any]) -> list[str]:
    return [button["url"] for row in call["reply_markup"]["inline_keyboard"] for button in row if "url" in button]


def test_every_command_is_described_and_no_other() -> None:
    for texts in LANGUAGES.values():
        described = {key.removeprefix("command_") for key in texts if key.startswith("command_")}
        assert described == {*COMMANDS, *outage_lines.COMMANDS}


def test_the_queue_lists_vips_first_with_links_what_is_due_and_who_has_it(waiting: World) -> None:
    waiting.receive(waiting.tap(SUPPORT, waiting.group, "1", f"take:{waiting.ticket(PAVEL).id}"))
    command(waiting, "/queue")
    call = last(waiting)
    lines = call["text"].split("\n")[1:]
    assert [f"Person {PAVEL}" in line for line in lines] == [False, True, False]
    assert "⭐ Anna Volkova" in lines[0]
    assert "the first reply by 02 Mar 13:07 · Nobody has taken it yet" in lines[0]
    assert f'<a href="https://t.me/c/{waiting.group.removeprefix("-100")}/{waiting.thread(PAVEL)}">' in lines[1]
    assert "With: Oleg" in lines[1]
    assert "message_thread_id" not in call


def test_what_waits_for_the_client_asks_nothing_of_the_team(waiting: World) -> None:
    waiting.receive(waiting.in_topic(SUPPORT, waiting.thread(ANNA), 60, "Could you send the file?"))
    waiting.deliver()
    waiting.receive(waiting.tap(SUPPORT, waiting.group, "1", f"wait:{waiting.ticket(ANNA).id}"))
    command(waiting, "/queue")
    assert "Anna" not in last(waiting)["text"]
    command(waiting, "/next", message_id=71)
    assert owners(waiting) == [None, "Oleg", None]


def test_a_client_who_is_owed_an_answer_stays_in_the_queue_whatever_the_button_says(waiting: World) -> None:
    waiting.receive(waiting.tap(SUPPORT, waiting.group, "1", f"wait:{waiting.ticket(ANNA).id}"))
    command(waiting, "/next")
    assert owners(waiting) == ["Oleg", None, None]


def test_an_empty_queue_is_good_news(world: World) -> None:
    command(world, "/queue")
    assert "Nobody waits" in last(world)["text"]


def test_next_gives_the_most_urgent_one_and_a_link_to_its_topic(waiting: World) -> None:
    command(waiting, "/next@vipdesk_bot")
    assert owners(waiting) == ["Oleg", None, None]
    call = last(waiting)
    assert call["text"].startswith("🙋 Oleg, the next is <b>Anna Volkova</b>: the first reply by 02 Mar 13:07")
    assert urls(call) == [f"https://t.me/c/{waiting.group.removeprefix('-100')}/{waiting.thread(ANNA)}"]
    assert "With: Oleg" in waiting.calls("editMessageText")[-1]["text"]


def test_the_buttons_under_the_queue_take_the_next_and_bring_it_up_to_date(waiting: World) -> None:
    command(waiting, "/queue")
    said = waiting.receive(waiting.tap(SUPPORT, waiting.group, "33", "next")).body.decode()
    assert "It is yours" in said
    assert "This is how it is now" in waiting.receive(waiting.tap(MANAGER, waiting.group, "33", "queue")).body.decode()
    waiting.deliver()
    edited = [call for call in waiting.calls("editMessageText") if call["message_id"] == 33]
    assert "With: Oleg" in edited[-1]["text"]


def test_in_private_it_works_the_same(waiting: World) -> None:
    waiting.receive(waiting.private(SUPPORT, 9, "/next"))
    waiting.deliver()
    assert owners(waiting) == ["Oleg", None, None]
    assert "the next is" in waiting.texts_to(SUPPORT)[-1]


def test_the_same_tap_or_command_again_gives_no_second_one(waiting: World) -> None:
    tap = waiting.tap(SUPPORT, waiting.group, "33", "next")
    for _ in range(2):
        assert "It is yours" in waiting.receive(tap).body.decode()
        command(waiting, "/next", MANAGER)
    assert owners(waiting) == ["Oleg", "Marina", None]


def test_who_loses_a_race_gets_the_one_after_it(waiting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between what the index proposes to Oleg and his taking it, Marina takes it."""
    propose: Callable[[], Any] = queue._untaken

    def slowly() -> Any:
        for n, ticket in enumerate(propose()):
            if n == 0:
                monkeypatch.setattr(queue, "_untaken", propose)
                waiting.receive(waiting.tap(MANAGER, waiting.group, "33", "next"))
            yield ticket

    monkeypatch.setattr(queue, "_untaken", slowly)
    waiting.receive(waiting.tap(SUPPORT, waiting.group, "33", "next"))
    assert owners(waiting) == ["Marina", "Oleg", None]


def test_what_others_serve_and_what_waits_for_clients_is_not_even_looked_at(waiting: World) -> None:
    dina = Owner(Role.SUPPORT, "dina", "Dina")
    for n in range(2 * conversations.FEW):
        open_ticket(n, waiting.now)
        ticket = conversations.ticket_by_id(f"t{n}")
        asks_nobody = replace(ticket, status=Status.WAITING, next_due=None)
        commit(*conversations.ticket_items(asks_nobody if n % 2 else replace(ticket, owner=dina)))
    command(waiting, "/next")
    settings, marina = current(), current().team.by_telegram(str(MANAGER))
    assert marina
    looked = cost_of("", lambda: queue.next_for(marina, settings, waiting.now))
    assert owners(waiting) == ["Oleg", "Marina", None]
    assert looked.calls["dynamodb:Query"] == len(("VIPs", "our clients", "everyone else"))


def test_when_everything_is_taken_it_is_said(waiting: World) -> None:
    for n in range(3):
        command(waiting, "/next", message_id=80 + n)
    assert owners(waiting) == ["Oleg", "Oleg", "Oleg"]
    tapped = waiting.receive(waiting.tap(MANAGER, waiting.group, "33", "next")).body.decode()
    assert "whom nobody has taken" in tapped
    command(waiting, "/next", MANAGER, message_id=90)
    assert "whom nobody has taken" in last(waiting)["text"]


def test_only_staff_can_take(waiting: World) -> None:
    command(waiting, "/next", user=700_123)
    assert "whom the settings name as staff" in last(waiting)["text"]
    assert owners(waiting) == [None, None, None]


def test_a_stranger_has_no_commands(waiting: World) -> None:
    waiting.receive(waiting.private(VERA, 30, "/next"))
    assert owners(waiting) == [None, None, None]
    assert messages.of_ticket(waiting.ticket(VERA).id)[-1].text == "/next"
    assert "for the team" in waiting.receive(waiting.tap(VERA, VERA, "1", "next")).body.decode()


def test_a_command_in_a_clients_topic_is_answered_there_and_never_reaches_the_client(waiting: World) -> None:
    command(waiting, "/queue", thread=waiting.thread(PAVEL))
    assert str(last(waiting)["message_thread_id"]) == waiting.thread(PAVEL)
    assert waiting.texts_to(PAVEL) == []


def test_in_a_topic_of_the_teams_own_it_is_answered_there(waiting: World) -> None:
    kitchen = Content(Verb.OPEN_TOPIC, text="Kitchen")
    opened = ADAPTERS["telegram"].send(kitchen, Place(waiting.bot, waiting.group), secret)
    assert isinstance(opened, Sent)
    command(waiting, "/queue", thread=opened.provider_id)
    assert str(last(waiting)["message_thread_id"]) == opened.provider_id
    waiting.sandbox.post("/topics/delete", chat=int(waiting.group), topic=int(opened.provider_id or ""))
    command(waiting, "/queue", thread=opened.provider_id, message_id=71)
    command(waiting, "/queue", message_id=72)
    assert "message_thread_id" not in last(waiting)  # nobody waits behind what could not be said


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("/nxet", "/nxet"),
        ("/закрыть", "/закрыть"),
        ("/why,please", "/why,please"),
        ("/spam?", "/spam?"),
        ("/ queue", "/"),
        ("/", "/"),
        ("/etc/hosts looks wrong", "/etc/hosts"),
    ],
)
def test_what_only_looks_like_a_command_is_not_sent_and_is_kept_as_a_note(
    waiting: World, written: str, named: str
) -> None:
    command(waiting, written, thread=waiting.thread(PAVEL))
    assert last(waiting)["text"].startswith(f"⚠️ There is no command “{named}”")
    assert waiting.texts_to(PAVEL) == []
    note = messages.of_ticket(waiting.ticket(PAVEL).id)[-1]
    assert (note.direction, note.text) == (Direction.NOTE, written)


def test_a_path_after_a_word_goes_to_the_client(waiting: World) -> None:
    command(waiting, "File /etc/hosts looks wrong", thread=waiting.thread(PAVEL))
    assert waiting.texts_to(PAVEL) == ["File /etc/hosts looks wrong"]


def test_why_this_deadline_by_command_and_by_button(waiting: World) -> None:
    command(waiting, "/why", thread=waiting.thread(ANNA))
    said = last(waiting)["text"]
    assert "the first reply: due 02 Mar 13:07" in said
    assert "Since 02 Mar 13:02: the client wrote." in said
    assert "Policy “VIP”: 5 minutes of the calendar “24x7” (UTC)." in said
    assert "02 Mar 13:02 + 5 min = 02 Mar 13:07" in said
    ticket = waiting.ticket(ANNA).id
    assert "Explained below" in waiting.receive(waiting.tap(MANAGER, MANAGER, "3", f"why:{ticket}")).body.decode()
    waiting.deliver()
    assert waiting.texts_to(MANAGER)[-1] == said


def test_the_card_and_the_alert_have_the_button(waiting: World) -> None:
    waiting.now += timedelta(minutes=5)
    waiting.check()
    waiting.deliver()
    alert = next(call for call in waiting.calls("sendMessage") if "was due" in call["text"])
    card = next(call for call in waiting.calls("sendMessage") if "⭐ <b>VIP" in call["text"])
    for call in (alert, card):
        data = [button.get("callback_data") for row in call["reply_markup"]["inline_keyboard"] for button in row]
        assert f"why:{waiting.ticket(ANNA).id}" in data


def test_why_outside_a_clients_topic_asks_which_ticket(waiting: World) -> None:
    command(waiting, "/why")
    assert "in a client's topic" in last(waiting)["text"]
    command(waiting, f"/why {waiting.ticket(PAVEL).id}", message_id=71)
    assert "the first reply" in last(waiting)["text"]
    command(waiting, "/why 123", message_id=72)
    assert "not there any more" in last(waiting)["text"]


def test_a_closed_ticket_is_explained_too(waiting: World) -> None:
    waiting.receive(waiting.tap(SUPPORT, waiting.group, "1", f"close:{waiting.ticket(ANNA).id}"))
    waiting.deliver()
    command(waiting, "/why", thread=waiting.thread(ANNA))
    assert "the solution: was due 02 Mar 17:02, done in time at 02 Mar 13:03" in last(waiting)["text"]


class TestTheDirectoryAndTheCard:
    def test_vip_finds_who_is_meant(self, waiting: World) -> None:
        command(waiting, "/vip anna")
        assert "Anna Volkova" in last(waiting)["text"]

    def test_card_adds_a_line_once_and_nothing_reaches_the_client(self, waiting: World) -> None:
        for _ in range(2):
            command(waiting, "/card prefers calls after ten", thread=waiting.thread(ANNA))
        lines = waiting.client(ANNA).details.splitlines()
        assert len(lines) == 1
        assert lines[0].endswith("prefers calls after ten")
        assert waiting.texts_to(ANNA) == []

    @pytest.mark.parametrize(("words", "said"), [("/card", "After /card"), ("/card loud", "client's topic")])
    def test_card_says_what_it_needs(self, waiting: World, words: str, said: str) -> None:
        command(waiting, words, thread=waiting.thread(ANNA) if words == "/card" else None)
        assert said in last(waiting)["text"]
