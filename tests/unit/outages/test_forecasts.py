"""Whom an announcement will go to is known before it starts: a small desk's at once, a large one's once it is counted."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from chalicelib.desk.clients import Client, Identity, Tier
from chalicelib.desk.forecasts import STANDS_STILL_AFTER, Forecast
from chalicelib.desk.identifiers import new_id
from chalicelib.desk.messages import IncomingMessage, Kind, Sender
from chalicelib.desk.outages import Outage
from chalicelib.desk.policies import DEFAULT_POLICIES
from chalicelib.desk.tickets import Status, Ticket
from chalicelib.store import conversations, outages
from chalicelib.store import forecasts as store
from chalicelib.store import settings as documents
from chalicelib.store.settings import Document
from chalicelib.store.table import commit
from chalicelib.use_cases import audience, client_messages, counting, outage_panel, settings
from infra.bench.inbound import cost_of
from tests.unit.outages.conftest import World, counters_asked

FIRST, MANY = 700_001, 24
HOUR = timedelta(hours=1)


def settle(**document: Any) -> None:
    documents.replace_document(Document("announcements", document, 1))


def forecast(world: World, outage: Outage) -> Forecast | None:
    return audience.forecast(outages.outage(outage.id), settings.current(), world.now)


def in_the_panel(world: World, outage: Outage) -> str:
    return outage_panel.announced(outage, settings.current(), forecast(world, outage)).text


def in_whatsapp(world: World, n: int, heard: timedelta | None = None, **more: Any) -> Client:
    """Who wrote there last, ``heard`` ago."""
    client = world.also_in(world.client(FIRST + n), "whatsapp", f"79001{n:06d}")
    identity = client.identities[-1]
    if heard is not None:
        _ticket(world, identity, client.id, heard)
    known = conversations.head(identity).conversation
    assert known
    commit(conversations.conversation_item(replace(known, newest_ticket=f"0{n}" if heard else "", **more)))
    return client


def _ticket(world: World, identity: Identity, client_id: str, heard: timedelta) -> None:
    at, n = world.now - heard, int(identity.user[5:])
    ticket = Ticket(f"0{n}", client_id, "C", Tier.EVERYONE, identity, at, DEFAULT_POLICIES[-1], heard_at=at)
    status = Status.CLOSED if n % 2 else Status.OPEN
    commit(*conversations.ticket_items(replace(ticket, status=status, closed_at=at if n % 2 else None)))


class TestAtOnce:
    def test_what_the_tier_will_not_allow_is_said_before_the_start(self, world: World) -> None:
        settle(whatsapp={"people_a_day": 1})
        world.client(600_001)
        for n, heard in enumerate((HOUR, 23 * HOUR, 25 * HOUR, None, None)):
            in_whatsapp(world, n, heard)
        in_whatsapp(world, 5, 25 * HOUR, reachable=False)  # the deliverer goes on to their Telegram
        outage = world.declare()
        expected = forecast(world, outage)
        assert expected
        assert (expected.whole, expected.people, expected.by_messenger) == (True, 7, {"telegram": 1, "whatsapp": 6})
        assert (expected.silent, expected.outside_windows, expected.is_beyond_tier) == (3, 1, True)
        assert (
            "3 are in WhatsApp and have been silent for a day; today it lets us write to only 1 more"
            in in_the_panel(world, outage)
        )
        world.work()
        assert counted_texts(world) == []
        world.approve(outage)
        assert forecast(world, outage) is None

    def test_who_writes_again_after_long_is_heard_by_their_new_ticket(self, world: World) -> None:
        settle(whatsapp={"people_a_day": 1})
        identity = in_whatsapp(world, 1, timedelta(days=90)).identities[-1]
        sender = Sender(identity.user, "Anna", "en")
        again = IncomingMessage("m1", identity.account, identity.user, True, sender, world.now, Kind.TEXT, "Hello?")
        client_messages.receive(again, "whatsapp", settings.current(), world.now)
        assert conversations.heads_of([identity]) == [conversations.head(identity)]
        expected = forecast(world, world.declare())
        assert expected
        assert (expected.people, expected.silent) == (1, 0)

    @pytest.mark.parametrize(("tier", "batches"), [(0, 0), (250, 2)])
    def test_only_where_there_is_a_tier_conversations_are_looked_up(
        self, world: World, tier: int, batches: int
    ) -> None:
        settle(whatsapp={"people_a_day": tier})
        in_whatsapp(world, 1, HOUR)
        outage = world.declare()
        cost = cost_of("", lambda: audience.counted_at_once(outage, settings.current(), world.now))
        assert cost.calls.get("dynamodb:BatchGetItem", 0) == batches

    def test_a_rehearsal_counts_only_those_who_take_part(self, world: World) -> None:
        for n in range(3):
            world.client(FIRST + n)
        settle(rehearsal={"clients": [f"c{FIRST}", f"c{FIRST + 1}", "nobody"]})
        expected = forecast(world, world.declare(rehearsal=True))
        assert expected
        assert (expected.people, expected.whole) == (2, True)

    def test_what_needs_no_approval_is_not_counted(self, world: World) -> None:
        assert forecast(world, world.declare(in_app=True)) is None


@pytest.fixture
def crowd(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """More people than are counted at once, three on a page; a third of them in WhatsApp."""
    monkeypatch.setattr(audience, "PAGE", 3)
    monkeypatch.setattr(audience, "AT_ONCE", 2)
    settle(whatsapp={"people_a_day": 5})
    for n in range(MANY):
        if n % 3:
            world.client(FIRST + n, Tier.VIP if n < 8 else Tier.EVERYONE)
        else:
            in_whatsapp(world, n, 30 * HOUR if n % 2 else HOUR)
    return world


WHOLE = Forecast(MANY, {"telegram": 16, "whatsapp": 8}, True, 5, 4)


def counted_texts(world: World) -> list[str]:
    """What the team's group was told."""
    world.outbox()
    return [text for text in world.texts_to(world.sandbox.config.chats.desk.id) if "everybody is counted" in text]


class TestOfManyPeople:
    def test_the_rest_is_counted_and_the_team_is_told_once(self, crowd: World) -> None:
        outage = crowd.declare()
        expected = forecast(crowd, outage)
        assert expected
        assert (expected.whole, expected.people) == (False, 2)
        assert "at least 2 people; the rest is being counted" in in_the_panel(crowd, outage)
        while crowd.hear(copies=2):
            pass
        assert forecast(crowd, outage) == WHOLE
        assert counted_texts(crowd) == ["👥 <b>Sign-in</b>: everybody is counted now.\nIt goes to 24 people."]
        assert (crowd.hear(), len(counted_texts(crowd))) == (0, 1)

    def test_the_team_hears_with_it_what_the_tier_will_not_allow(self, crowd: World) -> None:
        documents.replace_document(Document("announcements", {"whatsapp": {"people_a_day": 3}}, 2))
        documents.forget()
        crowd.declare()
        crowd.work()
        (told,) = counted_texts(crowd)
        assert "4 are in WhatsApp and have been silent for a day; today it lets us write to only 3 more" in told

    def test_a_second_page_of_a_part_shares_the_others_out(self, crowd: World) -> None:
        outage = crowd.declare()
        (first,) = counters_asked()
        crowd.count(first)
        shared = counters_asked()
        assert {len(each["only"]) for each in shared} == {1}
        assert len(shared) == 17
        for each in reversed(shared):
            crowd.count(each)
        assert forecast(crowd, outage) == WHOLE

    def test_whose_time_is_over_hands_on(self, crowd: World) -> None:
        outage = crowd.declare()
        (first,) = counters_asked()
        crowd.count(first, seconds_left=1.0)
        crowd.check(after=timedelta(seconds=1))
        (again,) = counters_asked()
        assert again["only"] == ["vip#00"]
        crowd.check(after=STANDS_STILL_AFTER)  # and the others, which nobody has begun
        crowd.work()
        assert forecast(crowd, outage) == WHOLE

    @pytest.mark.parametrize("how", ["approved", "overtaken"])
    def test_it_stops_once_nobody_asks_any_more(self, crowd: World, how: str) -> None:
        outage = crowd.declare()
        if how == "approved":
            crowd.approve(outage)
        else:
            crowd.announce(outage, "Still down")
        waiting = counters_asked()
        for each in waiting:
            crowd.count(each)
        assert store.stretches(outage.id, 1) == []
        assert [each["n"] for each in waiting] == {"approved": [1], "overtaken": [1, 2]}[how]


ACCIDENTS = ("none", "dies before", "dies after", "another was there first")


@given(st.lists(st.sampled_from(ACCIDENTS), max_size=25))
@examples(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_dies_or_is_repeated_everybody_is_counted_and_the_team_told_once(
    crowd: World, accidents: list[str]
) -> None:
    outage, before = crowd.declare(title=new_id(crowd.now)), len(counted_texts(crowd))
    left = iter(accidents)

    def count() -> None:
        with suppress(RuntimeError):
            crowd.count({"outage_id": outage.id, "n": 1, "only": []})

    def befallen(*items: Any, **more: Any) -> None:
        accident = next(left, "none")
        if accident == "another was there first":
            count()
        if accident == "dies before":
            raise RuntimeError
        commit(*items, **more)
        if accident == "dies after":
            raise RuntimeError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "commit", befallen)
        while store.stretches(outage.id, 1):
            count()
    assert forecast(crowd, outage) == WHOLE
    assert len(counted_texts(crowd)) == before + 1
