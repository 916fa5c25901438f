"""A client answers an announcement: the ticket is the outage's, the news comes at once, and in the end silence closes it."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk import announcements, outage_tickets
from chalicelib.desk.clients import Client, Conversation, Identity, Tier
from chalicelib.desk.deliveries import Delivery, State
from chalicelib.desk.identifiers import new_id
from chalicelib.desk.messages import IncomingMessage, Kind, Sender
from chalicelib.desk.outage_tickets import OutageTicket
from chalicelib.desk.service_levels import EventType
from chalicelib.desk.tickets import Status, Ticket
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import Sent
from chalicelib.store import conversations, messages, outages
from chalicelib.store import outage_tickets as store
from chalicelib.use_cases import client_messages, outage_report, rounds, settings, way_back
from chalicelib.use_cases.asked import Asked
from tests.unit.outages.conftest import MARINA, World

ANNA, KATE = 600_001, 600_003
ids = count(1)


@pytest.fixture
def told(world: World) -> tuple[World, str]:
    """Anna and Kate have been told of a serious outage."""
    for user in (ANNA, KATE):
        world.client(user)
    outage = world.declare()
    world.approve(outage)
    world.work()
    world.pass_time(60)
    return world, outage.id


def write(world: World, user: int = ANNA, text: str = "My report does not open") -> Ticket:
    sender = Sender(str(user), f"Person {user}", "en")
    written = IncomingMessage(f"m{next(ids)}", world.bot, str(user), True, sender, world.now, Kind.TEXT, text)
    client_messages.receive(written, "telegram", settings.current(), world.now)
    world.work()
    world.pass_time(5)
    return ticket_of(world, user)


def ticket_of(world: World, user: int = ANNA) -> Ticket:
    found = conversations.head(Identity("telegram", world.bot, str(user))).ticket
    assert found
    return found


def texts(world: World, user: int = ANNA) -> str:
    return "\n".join(world.texts_to(user))


class TestAnAnswer:
    def test_it_is_a_ticket_of_the_outage_and_gets_the_newest_news(self, told: tuple[World, str]) -> None:
        world, outage_id = told
        world.announce(world.declare(title="Another", in_app=True), "Something else")
        ticket = write(world)
        assert ticket.outage == outage_id
        assert [found.ticket_id for _, found in store.of_outage(outage_id)] == [ticket.id]
        assert texts(world).count("Signing in does not work") == 2  # told, and as the answer
        assert "we know about it" in texts(world)

    def test_that_answer_is_no_first_reply_and_comes_once(self, told: tuple[World, str]) -> None:
        world, _ = told
        write(world)
        ticket = write(world, text="Hello?")
        assert EventType.STAFF_REPLY not in {event.type for event in ticket.events}
        assert ticket.next_due
        assert texts(world).count("we know about it") == 1

    def test_between_two_outages_no_message_is_lost_and_no_news_comes_twice(self, told: tuple[World, str]) -> None:
        world, first = told
        write(world)
        second = world.declare(title="Reports")
        world.approve(second)
        world.work()
        world.pass_time(60)
        assert write(world, text="And the reports?").outage == second.id
        resolve(world, first)
        world.pass_time(60)
        assert write(world, text="It still does not open").outage == first
        assert texts(world).count("we know about it") == 2

    def test_after_the_end_nobody_is_told_that_we_know(self, told: tuple[World, str]) -> None:
        world, outage_id = told
        resolve(world, outage_id)
        world.pass_time(60)
        assert write(world, text="It still does not work for me").outage == outage_id
        assert "all is well again on our side" in texts(world)
        assert "we know about it" not in texts(world)

    def test_it_is_about_what_they_were_told_last_in_whichever_messenger(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ADAPTERS["viber"], "send", lambda *_: Sent("1"))
        anna = world.client(ANNA)
        planned = world.declare(kind=announcements.Kind.MAINTENANCE, starts_at=world.now + timedelta(hours=5))
        world.approve(planned)
        world.work()
        assert write(world, text="How long will it take?").outage == planned.id
        assert "we know about it" not in texts(world)
        assert "In case it is about this" in texts(world)
        world.also_in(anna, "viber", "v1")
        outage = world.declare(title="Reports")
        world.approve(outage)
        world.work()
        assert world.told() == [ANNA, ANNA]  # of the plan, and the answer; of the outage in Viber
        assert write(world).outage == outage.id

    def test_of_two_announcements_the_newer_one_stays_noted(self, world: World) -> None:
        anna = world.client(ANNA)
        conversation = conversations.head(anna.identities[0]).conversation
        assert conversation
        way_back.note_told(anna, conversation, "newer", world.now)
        way_back.note_told(anna, conversation, "older", world.now - timedelta(seconds=2))
        conversation = conversations.head(anna.identities[0]).conversation
        assert conversation
        assert conversation.told_of == "newer"

    def test_a_thank_you_is_no_question(self, told: tuple[World, str]) -> None:
        world, outage_id = told
        write(world, text="Thanks!")
        assert list(store.of_outage(outage_id)) == []

    @pytest.mark.parametrize(
        ("seconds", "expected"), [(-0.9, True), (0, True), (86_399, True), (86_401, False), (-60, False)]
    )
    def test_a_messenger_tells_whole_seconds(self, seconds: float, expected: bool) -> None:
        told_at = datetime(2026, 3, 2, 10, 0, 0, 900_000, tzinfo=UTC)
        identity = Identity("telegram", "1", "2")
        conversation = Conversation(identity, "2", "c", told_of="o1", told_at=told_at)
        assert (outage_tickets.is_about(conversation, told_at + timedelta(seconds=seconds)) == "o1") is expected

    def test_a_day_later_it_is_about_something_else(self, told: tuple[World, str]) -> None:
        world, _ = told
        world.now += timedelta(hours=25)
        assert write(world).outage is None

    def test_who_was_not_told_directly_writes_about_anything(self, world: World) -> None:
        world.client(ANNA)
        world.declare(in_app=True)
        world.work()
        assert write(world).outage is None

    def test_the_team_marks_it(self, world: World) -> None:
        client = world.client(ANNA)
        outage = world.declare(in_app=True)
        world.work()
        write(world)
        assert mark(world, client) == "Marked"
        assert ticket_of(world).outage == outage.id
        assert "Signing in does not work" in texts(world)
        assert mark(world, client) == "This ticket is marked already"


class TestAllOfThem:
    def test_one_step_answers_everybody_once_in_their_language(self, told: tuple[World, str]) -> None:
        world, outage_id = told
        for user in (ANNA, KATE):
            write(world, user)
        made = rounds.answer_all(outage_id, {"ru": "Скоро", "en": "Nearly there"}, MARINA, world.now)
        world.hear(copies=2)
        rounds.go_on(outage_id, made.id, lambda: 60.0, lambda: world.now)
        world.work()
        for user in (ANNA, KATE):
            assert world.texts_to(user).count("Nearly there") == 1
            (reply,) = [m for m in messages.of_ticket(ticket_of(world, user).id) if m.text == "Nearly there"]
            assert reply.author == MARINA

    def test_a_round_that_was_cut_short_goes_on_where_it_stood(
        self, told: tuple[World, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world, outage_id = told
        monkeypatch.setattr(rounds, "PAGE", 1)
        for user in (ANNA, KATE):
            write(world, user)
        made = rounds.answer_all(outage_id, {"ru": "Скоро", "en": "Nearly there"}, MARINA, world.now)
        left = iter([60.0, 0.0])
        rounds.go_on(outage_id, made.id, lambda: next(left), lambda: world.now)
        world.work()
        world.check(after=timedelta(minutes=4))
        world.work()
        assert [world.texts_to(user).count("Nearly there") for user in (ANNA, KATE)] == [1, 1]


class TestTheEnd:
    def test_who_was_told_hears_it_once_and_whom_the_team_marked_as_well(self, told: tuple[World, str]) -> None:
        world, outage_id = told
        write(world)
        marked = world.client(600_005)
        write(world, 600_005)
        mark(world, marked)
        resolve(world, outage_id)
        assert texts(world).count("It works again") == 1
        assert texts(world, 600_005).count("It works again") == 1

    def test_a_day_of_silence_closes_it_without_a_survey(self, told: tuple[World, str]) -> None:
        world, outage_id = told
        write(world)
        resolve(world, outage_id)
        world.check(after=timedelta(hours=23))
        assert ticket_of(world).status is Status.OPEN
        world.check(after=timedelta(hours=1, minutes=1))
        world.work()
        assert ticket_of(world).status is Status.CLOSED
        assert "How did it go" not in texts(world)

    def test_whoever_writes_again_keeps_it_open(self, told: tuple[World, str]) -> None:
        world, outage_id = told
        write(world)
        resolve(world, outage_id)
        world.now += timedelta(hours=1)
        write(world, text="It still does not open")
        world.check(after=timedelta(hours=25))
        assert ticket_of(world).status is Status.OPEN


class TestToldBeforeTheyWrote:
    def test_of_the_affected_who_was_told_first(self, told: tuple[World, str]) -> None:
        world, outage_id = told
        write(world)  # after she was told; Kate never wrote
        late = world.client(600_005)
        write(world, 600_005)
        mark(world, late)  # wrote and was never told
        report = outage_report.of(outage_id).told_before
        assert (report.affected, report.first, report.share) == (3, 2, 0.6667)

    def test_who_hears_of_it_again_is_still_one_client(self, told: tuple[World, str]) -> None:
        world, outage_id = told
        before = outage_report.of(outage_id).told_before
        world.client(600_002)  # in time for the second news alone
        world.approve(
            world.announce(outages.outage(outage_id), "The cause is found", state=announcements.State.IDENTIFIED)
        )
        world.work()
        resolve(world, outage_id)
        after = outage_report.of(outage_id).told_before
        assert (after.affected, after.first) == (before.affected + 1, before.first + 1)

    @given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 99), st.integers(0, 99)), max_size=20))
    def test_nobody_is_counted_twice_or_first_without_being_told(
        self, people: list[tuple[bool, bool, int, int]]
    ) -> None:
        now = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
        sent = [
            Delivery("o", 1, str(n), Tier.EVERYONE, now, state=State.SENT, sent_at=now + timedelta(seconds=at + 0.4))
            for n, (is_told, _, at, _) in enumerate(people)
            if is_told
        ]
        wrote = [
            OutageTicket("o", f"t{n}", str(n), now + timedelta(seconds=at))
            for n, (_, has_written, _, at) in enumerate(people)
            if has_written
        ]
        found = outage_tickets.told_before(len(sent), sent * 2, wrote)
        expected = sum(told and (not wrote or at <= at_wrote) for told, wrote, at, at_wrote in people)
        assert (found.affected, found.first) == (sum(t or w for t, w, _, _ in people), expected)


def mark(world: World, client: Client) -> str:
    key = new_id(world.now)
    asked = Asked("", None, "-1001", key, settings.current(), world.now, client_id=client.id)
    words = way_back.mark(asked)
    world.work()
    world.pass_time(5)
    return words


def resolve(world: World, outage_id: str) -> None:
    world.resolve(outages.outage(outage_id))
    world.work()
