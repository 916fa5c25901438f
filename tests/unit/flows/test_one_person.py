"""One person in several messengers: proven on arrival, joined, parted again; what each proof is worth."""

from datetime import timedelta

import pytest

from chalicelib.desk.clients import Client, Identity, Tier
from chalicelib.desk.tickets import NotAllowed
from chalicelib.desk.validation import Invalid
from chalicelib.store import clients, conversations
from chalicelib.store.table import commit
from chalicelib.use_cases import joining, moving, registry
from chalicelib.use_cases.joining import Said
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import MANAGER, SUPPORT, World
from tests.unit.flows.people import (
    MARINA,
    NUMBER,
    client_of,
    own_contact,
    register,
    same,
    ticket_of,
    whatsapp,
    write,
)

PAVEL, IVAN = 600_002, 600_003
VK = Identity("vk", "106540352242922", "77")
SAID = Said(MARINA, "a call")


class TestProvenOnArrival:
    def test_whatsapps_number_is_the_registered_client_from_the_first_message_on(self, world: World) -> None:
        anna = register(world)
        write(world, whatsapp(), "Nothing works")
        world.deliver()
        assert client_of(whatsapp()).id == anna.id
        assert ticket_of(whatsapp()).tier is Tier.VIP
        assert [text for text in world.texts_to(MANAGER) if "Nothing works" in text]
        assert client_of(whatsapp()).current == whatsapp()

    def test_a_number_nobody_has_is_kept_and_whoever_is_registered_with_it_later_is_the_same(
        self, world: World
    ) -> None:
        write(world, whatsapp(), "Hello")
        assert clients.whose([NUMBER]) == {NUMBER: client_of(whatsapp()).id}

    def test_in_the_chat_of_a_known_client_it_is_said_from_where_they_write(self, world: World) -> None:
        anna = world.register_vip(600_001)
        registry.change(anna.id, {"phones": (NUMBER,)}, (), "", MARINA, current(), world.now)
        world.receive(world.private(600_001, 1, "From Telegram"))
        world.deliver()
        world.now += timedelta(minutes=1)
        write(world, whatsapp(), "From WhatsApp")
        write(world, whatsapp(), "And again")
        world.deliver()
        assert world.texts_to(world.group)[-2:] == [
            "📲 Writes from WhatsApp, an answer goes there:\nFrom WhatsApp",
            "And again",
        ]
        assert (
            "Writes from: Telegram, WhatsApp. An answer goes to WhatsApp." in world.calls("editMessageText")[-1]["text"]
        )
        assert client_of(whatsapp()).current == whatsapp()

    def test_an_answer_goes_to_where_they_wrote_last(self, world: World) -> None:
        anna = world.register_vip(600_001)
        registry.change(anna.id, {"phones": (NUMBER,)}, (), "", MARINA, current(), world.now)
        write(world, whatsapp(), "From WhatsApp")
        world.deliver()
        world.now += timedelta(minutes=1)
        world.receive(world.private(600_001, 1, "From Telegram"))
        world.deliver()
        world.receive(world.in_topic(SUPPORT, world.thread(600_001), 50, "Here you are"))
        world.deliver()
        assert world.texts_to(600_001) == ["Here you are"]

    def test_own_contact_joins_a_known_client_with_the_client_of_that_number(self, world: World) -> None:
        anna = register(world)
        world.receive(world.private(PAVEL, 1, "Hello"))
        world.receive(world.private(PAVEL, 2, None, **own_contact(PAVEL)))
        assert world.client(PAVEL).id == anna.id
        assert world.ticket(PAVEL).tier is Tier.VIP
        (_, change) = clients.changes_of(anna.id)
        assert (change.by.name, change.ground) == (
            "Person 600002",
            f"shared their own number {NUMBER} in Telegram",
        )

    def test_own_contact_as_the_very_first_message(self, world: World) -> None:
        anna = register(world)
        world.receive(world.private(PAVEL, 1, None, **own_contact(PAVEL)))
        assert world.client(PAVEL).id == anna.id

    def test_own_contact_that_nobody_has_is_kept(self, world: World) -> None:
        world.receive(world.private(PAVEL, 1, "Hello"))
        world.receive(world.private(PAVEL, 2, None, **own_contact(PAVEL)))
        assert world.client(PAVEL).phones == (NUMBER,)

    @pytest.mark.parametrize("more", [{}, {"forward_origin": {"type": "user"}}, {"via_bot": {"id": 5}}])
    def test_somebody_elses_contact_proves_nothing_but_a_manager_is_offered_to_say_so(
        self, world: World, more: dict[str, object]
    ) -> None:
        anna = register(world)
        world.deliver()
        world.now += timedelta(minutes=1)  # what is gathered while the group is short offers nothing
        world.receive(world.private(PAVEL, 1, "Hello"))
        whose = PAVEL if more else IVAN
        world.receive(world.private(PAVEL, 2, None, **own_contact(whose), **more))
        world.deliver()
        assert world.client(PAVEL).id != anna.id
        offered = "🔎 This may be Anna Volkova, Acme: the message has"
        assert any(words.startswith(offered) for words in world.texts_to(world.group))


class TestJoining:
    def test_everything_moves_and_both_histories_are_found(self, world: World) -> None:
        anna, pavel = written_from_both(world)
        joining.join(pavel.id, anna.id, SAID, current(), world.now)
        after = clients.client_by_id(anna.id)
        assert set(after.identities) == {whatsapp(), world.identity(PAVEL)}
        assert client_of(world.identity(PAVEL)).id == anna.id
        assert world.ticket(PAVEL).client_id == anna.id
        assert world.ticket(PAVEL).tier is Tier.VIP
        assert {ticket.id for _, ticket in conversations.of_client(anna.id)} == {
            ticket_of(whatsapp()).id,
            world.ticket(PAVEL).id,
        }
        change = clients.changes_of(anna.id)[-1]
        assert (change.by, change.ground, change.fields["joined"]) == (MARINA, "a call", (None, pavel.id))
        assert clients.absorbed_by(after)[0].id == pavel.id

    def test_a_running_deadline_is_never_loosened(self, world: World) -> None:
        anna, pavel = written_from_both(world)
        before = world.ticket(PAVEL).next_due
        joining.join(pavel.id, anna.id, SAID, current(), world.now)
        after = world.ticket(PAVEL).next_due
        assert before is not None
        assert after is not None
        assert after.at < before.at

    def test_twice_changes_nothing_more(self, world: World) -> None:
        anna, pavel = written_from_both(world)
        joining.join(pavel.id, anna.id, SAID, current(), world.now)
        version = clients.client_by_id(anna.id).version
        assert joining.join(anna.id, pavel.id, SAID, current(), world.now).id == anna.id
        assert clients.client_by_id(anna.id).version == version

    def test_the_topic_that_is_left_says_where_and_what_is_written_there_still_arrives(self, world: World) -> None:
        anna, pavel = written_from_both(world)
        joining.join(pavel.id, anna.id, SAID, current(), world.now)
        world.deliver()
        assert pavel.topic is not None
        here, there = client_of(whatsapp()).topic, pavel.topic.thread
        assert here is not None
        said = [call for call in world.calls("sendMessage") if str(call.get("message_thread_id")) == there][-1]
        assert said["text"].startswith("🔗 This is the same client as Anna Volkova")
        assert said["reply_markup"]["inline_keyboard"][0][0]["url"].endswith(f"/{here.thread}")
        world.now += timedelta(minutes=1)
        world.receive(world.in_topic(SUPPORT, there, 70, "An answer in the old topic"))
        world.deliver()
        assert world.texts_to(PAVEL) == ["An answer in the old topic"]
        shown = [call for call in world.calls("sendMessage") if str(call.get("message_thread_id")) == here.thread]
        assert "An answer in the old topic" in shown[-1]["text"]

    def test_one_without_a_topic_takes_over_the_others(self, world: World) -> None:
        anna = register(world, tier=Tier.OUR)
        world.receive(world.private(PAVEL, 1, "Hello"))
        world.deliver()
        thread = world.thread(PAVEL)
        joining.join(anna.id, world.client(PAVEL).id, SAID, current(), world.now)
        world.deliver()
        assert world.client(PAVEL).id == anna.id
        assert (world.thread(PAVEL), clients.client_of_topic(world.group, thread)) == (thread, anna.id)
        assert "Our client · Anna Volkova" in world.calls("editMessageText")[-1]["text"]

    def test_what_was_on_its_way_to_a_topic_that_never_opened_is_shown_in_the_other(self, world: World) -> None:
        anna = register(world)
        world.receive(world.private(PAVEL, 1, "Is anybody there?"))
        joining.join(anna.id, world.client(PAVEL).id, SAID, current(), world.now)
        world.deliver()  # the old destination waits for the topic, in the tests longer than it takes
        world.now += timedelta(minutes=2)
        world.check()
        world.deliver()
        assert len(world.calls("createForumTopic")) == 1
        assert "Is anybody there?" in world.texts_to(world.group)

    def test_older_tickets_follow_and_the_minutes_check_goes_on_where_a_worker_died(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(moving, "MOST_TOGETHER", 1)
        anna = register(world)
        tickets = [opened_and_closed(world, n) for n in range(4)]
        with monkeypatch.context() as dying:
            dying.setattr(moving, "follow", lambda *_: None)
            joining.join(anna.id, world.client(PAVEL).id, SAID, current(), world.now)
        assert sum(conversations.ticket_by_id(one).client_id == anna.id for one in tickets) == 1
        world.now += timedelta(minutes=1)
        assert world.check()["conversations_moved"] == 1
        assert {conversations.ticket_by_id(one).client_id for one in tickets} == {anna.id}
        assert world.check()["conversations_moved"] == 0

    def test_a_joined_client_cannot_be_changed_any_more(self, world: World) -> None:
        anna, pavel = written_from_both(world)
        joining.join(pavel.id, anna.id, SAID, current(), world.now)
        with pytest.raises(NotAllowed):
            registry.change(pavel.id, {"name": "X"}, (), "", MARINA, current(), world.now)

    def test_the_numbers_of_both_lead_to_the_one_who_stays(self, world: World) -> None:
        anna = register(world)
        other = register(world, "+79160000009", Tier.EVERYONE, "Anna V.")
        joining.join(anna.id, other.id, SAID, current(), world.now)
        assert set(clients.whose([NUMBER, "+79160000009"]).values()) == {anna.id}
        registry.change(anna.id, {"phones": (NUMBER,)}, (), "", MARINA, current(), world.now)
        assert clients.whose(["+79160000009"]) == {}


class TestParting:
    def test_undoes_a_join(self, world: World) -> None:
        anna, pavel = written_from_both(world)
        joining.join(pavel.id, anna.id, SAID, current(), world.now)
        own = joining.part(anna.id, world.identity(PAVEL), Said(MARINA, "a mistake"), current(), world.now)
        assert own.id == pavel.id
        assert same(clients.client_by_id(pavel.id), pavel)
        assert same(clients.client_by_id(anna.id), anna)
        assert world.ticket(PAVEL).client_id == pavel.id
        assert ticket_of(whatsapp()).client_id == anna.id
        assert clients.changes_of(anna.id)[-1].fields["parted"] == (pavel.id, None)
        world.receive(world.private(PAVEL, 9, "On my own again"))
        world.deliver()
        assert pavel.topic is not None
        relayed = [call for call in world.calls("sendMessage") if call["text"] == "On my own again"]
        assert [str(call["message_thread_id"]) for call in relayed] == [pavel.topic.thread]

    def test_one_who_never_was_a_client_of_their_own_becomes_a_new_one_with_a_topic(self, world: World) -> None:
        anna = register(world)
        write(world, whatsapp(), "Hello")
        world.deliver()
        own = joining.part(anna.id, whatsapp(), SAID, current(), world.now)
        world.deliver()
        assert own.id != anna.id
        assert own.name == "WhatsApp 79161234567"
        assert client_of(whatsapp()).topic is not None
        assert clients.client_by_id(anna.id).identities == ()
        assert clients.whose([NUMBER]) == {NUMBER: anna.id}

    def test_a_number_given_back_finds_its_client_again(self, world: World) -> None:
        anna = register(world)
        write(world, whatsapp("+79160000009"), "Hello")
        other = client_of(whatsapp("+79160000009"))
        joining.join(anna.id, other.id, SAID, current(), world.now)
        joining.part(anna.id, whatsapp("+79160000009"), SAID, current(), world.now)
        assert clients.whose([NUMBER, "+79160000009"]) == {NUMBER: anna.id, "+79160000009": other.id}

    def test_through_two_joins_it_goes_back_to_whom_it_was_first(self, world: World) -> None:
        anna, pavel, vk = joined_one_by_one(world)
        assert {client_of(each).id for each in (VK, whatsapp(), world.identity(PAVEL))} == {anna.id}
        own = joining.part(anna.id, VK, SAID, current(), world.now)
        assert (own.id, client_of(VK).id, ticket_of(VK).client_id) == (vk.id, vk.id, vk.id)
        assert [each.id for each in clients.absorbed_by(clients.client_by_id(anna.id))] == [pavel.id]

    def test_whom_the_parted_one_had_absorbed_stays_with_their_own_identity(self, world: World) -> None:
        anna, pavel, vk = joined_one_by_one(world)
        own = joining.part(anna.id, world.identity(PAVEL), SAID, current(), world.now)
        assert (own.id, own.absorbed) == (pavel.id, ())
        assert client_of(VK).id == clients.client_now(vk.id).id == anna.id
        assert [each.id for each in clients.absorbed_by(clients.client_by_id(anna.id))] == [vk.id]
        assert joining.part(anna.id, VK, SAID, current(), world.now).id == vk.id

    def test_nobody_is_parted_from_nobody(self, world: World) -> None:
        world.receive(world.private(PAVEL, 1, "Hello"))
        pavel = world.client(PAVEL)
        with pytest.raises(NotAllowed):
            joining.part(pavel.id, world.identity(PAVEL), SAID, current(), world.now)
        with pytest.raises(Invalid):
            joining.part(pavel.id, VK, SAID, current(), world.now)


class TestOffers:
    def test_a_number_in_a_text_and_one_tap(self, world: World) -> None:
        anna = register(world)
        world.receive(world.private(PAVEL, 1, "My number is 8 (916) 123-45-67, call me"))
        world.receive(world.private(PAVEL, 2, "8 916 123-45-67!"))
        world.deliver()
        offers = [call for call in world.calls("sendMessage") if call["text"].startswith("🔎")]
        assert len(offers) == 1
        button = offers[0]["reply_markup"]["inline_keyboard"][0][0]
        assert button["text"] == "🔗 This is Anna Volkova"
        data = button["callback_data"]
        assert answered(world, SUPPORT, data) == "Only a manager may confirm this"
        assert world.client(PAVEL).id != anna.id
        assert answered(world, MANAGER, data) == "One client from now on"
        assert world.client(PAVEL).id == anna.id
        version = world.client(PAVEL).version
        assert answered(world, MANAGER, data) == "One client from now on"
        assert world.client(PAVEL).version == version
        assert clients.changes_of(anna.id)[-1].by == MARINA

    def test_the_name_of_a_vip(self, world: World) -> None:
        anna = register(world, name="person 600002")
        world.receive(world.private(PAVEL, 1, "Hello"))
        world.deliver()
        assert world.client(PAVEL).id != anna.id
        assert world.texts_to(world.group)[-1].startswith("🔎 This may be person 600002, Acme: the name")

    def test_nothing_is_offered_about_strangers_and_about_themselves(self, world: World) -> None:
        register(world)
        write(world, whatsapp(), f"My number is {NUMBER}, another is +7 495 000-00-00")
        world.deliver()
        assert not [text for text in world.texts_to(world.group) if text.startswith("🔎")]

    def test_whoever_is_registered_speaks_of_other_people(self, world: World) -> None:
        register(world)
        world.register_vip(600_001, "Boris")
        world.receive(world.private(600_001, 1, f"Please call my colleague, {NUMBER}"))
        world.deliver()
        assert not [text for text in world.texts_to(world.group) if text.startswith("🔎")]


class TestRaces:
    def test_two_first_messages_of_a_registered_client_at_once_make_one_ticket(self, world: World) -> None:
        """The second one's transaction meets the conversation that the first one wrote."""
        anna = world.register_vip(600_001)
        head = conversations.head(world.identity(600_001))
        world.receive(world.private(600_001, 1, "one"))
        assert head.conversation is not None
        with pytest.raises(Exception, match="CHAT#telegram"):
            commit(conversations.conversation_item(head.conversation))
        assert anna.id == world.client(600_001).id

    def test_a_message_that_read_before_the_join_and_writes_after_it_comes_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Between the reading and the writing of a message that opens a ticket, its client is joined with another one."""
        anna = register(world)
        world.receive(world.private(PAVEL, 1, "/start"))
        conversation = conversations.head(world.identity(PAVEL)).conversation
        assert conversation is not None
        pavel = conversation.client_id
        between(monkeypatch, lambda: joining.join(anna.id, pavel, SAID, current(), world.now))
        world.receive(world.private(PAVEL, 2, "Nothing works"))
        assert (world.ticket(PAVEL).client_id, world.ticket(PAVEL).tier) == (anna.id, Tier.VIP)

    def test_so_does_one_that_goes_on_with_a_ticket(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        anna, pavel = written_from_both(world)
        between(monkeypatch, lambda: joining.join(anna.id, pavel.id, SAID, current(), world.now))
        world.receive(world.private(PAVEL, 2, "And another thing"))
        world.deliver()
        assert world.ticket(PAVEL).client_id == anna.id
        relayed = [call for call in world.calls("sendMessage") if call["text"].endswith("And another thing")]
        topic = clients.client_by_id(anna.id).topic
        assert topic is not None
        assert [str(call["message_thread_id"]) for call in relayed] == [topic.thread]


def written_from_both(world: World) -> tuple[Client, Client]:
    """Anna, registered and a VIP, has written in WhatsApp; Pavel, whom nobody knows, in Telegram."""
    register(world)
    write(world, whatsapp(), "From WhatsApp")
    world.receive(world.private(PAVEL, 1, "From Telegram"))
    world.deliver()
    return client_of(whatsapp()), world.client(PAVEL)


def joined_one_by_one(world: World) -> tuple[Client, Client, Client]:
    """Somebody in VK turned out to be Pavel, and Pavel to be Anna."""
    anna, pavel = written_from_both(world)
    world.now += timedelta(minutes=1)
    write(world, VK, "From VK")
    vk = client_of(VK)
    joining.join(vk.id, pavel.id, SAID, current(), world.now)
    joining.join(pavel.id, anna.id, SAID, current(), world.now)
    return anna, pavel, vk


def opened_and_closed(world: World, n: int) -> str:
    world.receive(world.private(PAVEL, n + 1, f"Question {n}"))
    world.deliver()
    ticket = world.ticket(PAVEL).id
    topic = world.client(PAVEL).topic
    assert topic is not None
    world.receive(world.tap(MANAGER, world.group, topic.card or "", f"close:{ticket}"))
    world.now += timedelta(days=30)
    return ticket


def answered(world: World, staff: int, data: str) -> str:
    """What whoever taps the button sees."""
    body = world.receive(world.tap(staff, world.group, "1", data)).body
    found = body.decode().partition('"text": "')[2]
    return found.rpartition('"')[0]


def between(monkeypatch: pytest.MonkeyPatch, happens: object) -> None:
    """Let something happen once, after a conversation was read and before anything is written."""
    read = conversations.head

    def head(identity: Identity) -> conversations.Head:
        found = read(identity)
        monkeypatch.setattr(conversations, "head", read)
        happens()  # type: ignore[operator]
        return found

    monkeypatch.setattr(conversations, "head", head)
