"""VIPs before they ever write: a topic with the card from registration on, and found by whoever asks."""

from datetime import date, timedelta

import pytest

from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.messages import Author
from chalicelib.desk.tickets import NotAllowed
from chalicelib.store import clients
from chalicelib.use_cases import directory, registry, vip_import
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import World
from tests.unit.flows.deadlines import alerts_to
from tests.unit.flows.people import MARINA, NUMBER, register, ticket_of, whatsapp, write

OLEG = Author("oleg", "Oleg")
LIST = "name,phone,company\n" + "".join(f"Person {n},+7916000000{n},Acme\n" for n in range(4))


def imported(world: World) -> list[Client]:
    done = vip_import.run(
        LIST.encode(), dry_run=False, replace=False, ground="", by=MARINA, settings=current(), now=world.now
    )
    return [clients.client_by_id(row.id or "") for row in done.added]


def cards(world: World) -> list[str]:
    return [words for words in world.texts_to(world.group) if "VIP" in words]


def all_cards(world: World) -> list[str]:
    edited = [call["text"] for call in world.calls("editMessageText")]
    return [words for words in (*world.texts_to(world.group), *edited) if "Volkova" in words]


class TestTopics:
    def test_a_vip_has_one_with_the_card_pinned_before_they_write(self, world: World) -> None:
        vip = register(world)
        world.deliver()
        topic = clients.client_by_id(vip.id).topic
        assert topic is not None
        assert topic.card is not None
        assert NUMBER in cards(world)[0]
        assert len(world.calls("pinChatMessage")) == 1

    def test_then_they_write_there(self, world: World) -> None:
        register(world)
        world.deliver()
        write(world, whatsapp(), "Good morning")
        world.deliver()
        assert any("Good morning" in words for words in world.texts_to(world.group))
        assert len(world.calls("createForumTopic")) == 1

    def test_others_have_none_until_they_write_or_become_a_vip(self, world: World) -> None:
        our = register(world, tier=Tier.OUR)
        world.deliver()
        assert world.calls("createForumTopic") == []
        registry.change(our.id, {"tier": Tier.VIP}, (), "Annex 3", MARINA, current(), world.now)
        world.deliver()
        assert len(world.calls("createForumTopic")) == 1

    def test_those_of_a_list_are_opened_one_by_one(self, world: World) -> None:
        start = world.now
        imported(world)
        for destination in world.nudged():
            world.drain(destination)
        assert len(world.calls("createForumTopic")) == 1
        world.now = start + registry.TOPIC_EVERY + timedelta(minutes=1)
        world.check()
        for destination in world.nudged():
            world.drain(destination)
        assert 2 <= len(world.calls("createForumTopic")) < 5
        world.now = start + 4 * registry.TOPIC_EVERY + timedelta(minutes=1)
        world.check()
        world.deliver()
        assert len(world.calls("createForumTopic")) == len(cards(world)) == 4

    def test_who_writes_before_their_turn_does_not_wait_and_has_one_topic(self, world: World) -> None:
        last = imported(world)[-1]
        world.nudged()
        write(world, whatsapp(last.phones[0]), "Is anybody there?")
        world.drain(f"topic:{last.id}")
        assert any("Is anybody there?" in words for words in world.texts_to(world.group))
        world.now += timedelta(minutes=5)
        world.check()
        world.deliver()
        assert len(world.calls("createForumTopic")) == 4


class TestTheManager:
    def told(self, world: World) -> list[str]:
        return [alert.content.text for alert in alerts_to(world.bot)]

    def test_hears_of_a_question_that_was_open_before_they_became_a_vip(self, world: World) -> None:
        client = register(world, tier=Tier.EVERYONE)
        write(world, whatsapp(), "The report is empty")
        assert self.told(world) == []
        registry.change(client.id, {"tier": Tier.VIP}, (), "Annex 3", MARINA, current(), world.now)
        assert ["has an open question" in words for words in self.told(world)] == [True]
        world.now += timedelta(minutes=1)
        registry.change(client.id, {"name": "Anna V."}, (), "", MARINA, current(), world.now)
        assert len(self.told(world)) == 1

    def test_hears_nothing_of_who_waits_for_nothing(self, world: World) -> None:
        client = register(world, tier=Tier.EVERYONE)
        registry.change(client.id, {"tier": Tier.VIP}, (), "Annex 3", MARINA, current(), world.now)
        assert self.told(world) == []


class TestTheDirectory:
    def found(self, world: World, words: str) -> str:
        return directory.answer(words, current(), world.now)

    def test_finds_who_never_wrote_with_contacts_and_the_way_to_their_topic(self, world: World) -> None:
        vip = register(world)
        world.deliver()
        topic = clients.client_by_id(vip.id).topic
        told = self.found(world, "anna")
        assert topic is not None
        assert all(each in told for each in ("VIP · Anna Volkova", "Acme", NUMBER, topic.url))

    def test_our_clients_come_after_vips_and_others_not_at_all(self, world: World) -> None:
        register(world, "+79160000001", Tier.OUR, "Anna A")
        register(world, "+79160000002", Tier.VIP, "Anna Z")
        register(world, "+79160000003", Tier.EVERYONE, "Anna E")
        told = self.found(world, "Анна")
        assert told.index("Anna Z") < told.index("Anna A")
        assert "Anna E" not in told

    def test_says_when_the_contract_is_over(self, world: World) -> None:
        vip = register(world)
        registry.change(vip.id, {"valid_until": date(2026, 3, 1)}, (), "", MARINA, current(), world.now)
        assert "like everyone" in self.found(world, "anna")

    def test_names_nobody_kindly_and_fits_one_message(self, world: World) -> None:
        assert "/vip ivan" in self.found(world, "nobody")
        for n in range(40):
            register(world, f"+791600001{n:02}", name=f"Anna {'<' * 150}{n}")
        told = self.found(world, "anna")
        assert len(told) < 4096
        assert "more" in told.splitlines()[-1]

    def test_without_words_it_shows_whose_questions_are_open(self, world: World) -> None:
        assert "No question of a VIP is open" in self.found(world, "")
        register(world)
        register(world, "+79160000002", name="Boris")
        write(world, whatsapp(), "Help")
        told = self.found(world, "")
        assert "Anna Volkova" in told
        assert "Boris" not in told


class TestTheTerm:
    def test_ends_the_tier_by_itself_and_the_card_says_so(self, world: World) -> None:
        vip = register(world)
        registry.change(vip.id, {"valid_until": world.now.date()}, (), "", MARINA, current(), world.now)
        write(world, whatsapp(), "Help")
        world.deliver()
        targets = ticket_of(whatsapp()).policy
        world.now += timedelta(days=1)
        world.check()
        world.deliver()
        card = world.calls("editMessageText")[-1]["text"]
        assert "VIP · Anna Volkova" in card
        assert "term ended on 02 Mar 2026" in card
        assert (ticket_of(whatsapp()).tier, ticket_of(whatsapp()).policy) == (Tier.VIP, targets)

    def test_then_new_tickets_are_everyones(self, world: World) -> None:
        vip = register(world)
        registry.change(vip.id, {"valid_until": date(2026, 3, 1)}, (), "", MARINA, current(), world.now)
        write(world, whatsapp(), "Help")
        world.deliver()
        assert ticket_of(whatsapp()).tier is Tier.EVERYONE
        assert any(words.startswith("👤 <b>Anna Volkova") and "term ended" in words for words in all_cards(world))

    def test_that_is_to_come_holds_back_no_other_change_of_the_card(self, world: World) -> None:
        vip = register(world)
        registry.change(vip.id, {"valid_until": date(2026, 12, 31)}, (), "", MARINA, current(), world.now)
        world.deliver()
        registry.change(vip.id, {"note": "Likes tea"}, (), "", MARINA, current(), world.now)
        world.deliver()
        assert "Likes tea" in all_cards(world)[-1]


class TestDetails:
    def test_are_shown_on_the_card_with_the_newest_that_fit(self, world: World) -> None:
        vip = register(world)
        long = "\n".join(f"{n}: {'<&' * 40}" for n in range(100))
        for details, told in (("Likes tea", "📓 Likes tea"), (long, "The newest notes")):
            registry.change(vip.id, {"details": details}, (), "", MARINA, current(), world.now)
            world.deliver()
            assert told in all_cards(world)[-1]
        assert "99: " in all_cards(world)[-1]
        assert "\n0: " not in all_cards(world)[-1]
        assert len(all_cards(world)[-1]) < 4096

    def test_the_team_adds_a_line_each_once_with_who_and_when(self, world: World) -> None:
        vip = register(world)
        for words in ("Likes tea", "Speaks\nfast", "Likes tea"):
            registry.note_down(vip.id, words, OLEG, world.now, current(), world.now)
        world.deliver()
        after = clients.client_by_id(vip.id)
        assert after.details == "02 Mar 2026 13:00, Oleg: Likes tea\n02 Mar 2026 13:00, Oleg: Speaks fast"
        assert "Oleg: Speaks fast" in all_cards(world)[-1]
        assert clients.changes_of(vip.id)[-1].by == OLEG

    def test_a_full_card_says_so_and_loses_nothing(self, world: World) -> None:
        vip = register(world)
        registry.change(vip.id, {"details": "x" * 9_990}, (), "", MARINA, current(), world.now)
        with pytest.raises(NotAllowed, match="card_full"):
            registry.note_down(vip.id, "Likes tea", OLEG, world.now, current(), world.now)
        assert clients.client_by_id(vip.id).details == "x" * 9_990
