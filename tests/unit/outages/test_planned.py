"""Planned work is announced at its hour without anybody awake, and a fan-out shows in one message how it comes along."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.desk.announcements import Kind, Level, Override, Refused, State
from chalicelib.desk.outages import Outage
from chalicelib.store import outages
from chalicelib.store import settings as documents
from chalicelib.store.settings import Document
from tests.unit.outages.conftest import EMERGENCY_CHAT, World

ANNA = 600_001
HOUR = timedelta(hours=1)
WORDS = {"ru": "Начали", "en": "It has begun as promised"}


def asked(world: World) -> list[Any]:
    """What the team's group was asked."""
    return [call for call in world.calls() if call["chat_id"] == world.sandbox.config.chats.desk.id]


def plan(world: World, **said: Any) -> Outage:
    planned = {"kind": Kind.MAINTENANCE, "level": Level.YELLOW, "starts_at": world.now + HOUR}
    return world.declare(**{**planned, **said})


class TestAtItsHour:
    def test_it_begins_by_itself_once(self, world: World) -> None:
        outage = plan(world)
        world.check(after=HOUR - timedelta(minutes=1))
        assert outages.outage(outage.id).state is State.SCHEDULED
        world.check(after=timedelta(minutes=2))
        world.check()
        world.work()
        found = outages.outage(outage.id)
        assert (found.state, found.latest.n, found.latest.author.name) == (State.IN_PROGRESS, 2, "Vipdesk")
        assert "maintenance has begun" in world.texts_to(EMERGENCY_CHAT)[-1]

    def test_in_words_that_were_given_ahead_and_approved_with_it(self, world: World) -> None:
        world.client(ANNA)
        outage = plan(world, level=Level.RED, begin_with=WORDS)
        world.approve(outage)
        world.work()
        world.check(after=2 * HOUR)
        world.work()
        assert [text.splitlines()[2] for text in world.texts_to(ANNA)] == ["Signing in does not work", WORDS["en"]]

    def test_nobody_is_written_to_in_words_that_nobody_has_approved(self, world: World) -> None:
        world.client(ANNA)
        outage = plan(world, level=Level.RED)
        world.approve(outage)
        world.work()
        world.check(after=2 * HOUR)
        world.work()
        assert len(world.texts_to(ANNA)) == 1
        assert outages.outage(outage.id).latest.awaits_approval

    def test_what_was_put_off_does_not_begin(self, world: World) -> None:
        outage = plan(world)
        world.announce(outage, "Later", starts_at=world.now + 5 * HOUR)
        world.check(after=2 * HOUR)
        assert outages.outage(outage.id).state is State.SCHEDULED


class TestWhatWasToBeOver:
    def test_the_team_is_asked_once_for_each_time_that_clients_were_told(self, world: World) -> None:
        outage = world.declare(in_app=True, expected_at=world.now + HOUR)
        world.check(after=HOUR - timedelta(minutes=1))
        assert asked(world) == []
        for _ in range(2):
            world.check(after=timedelta(minutes=2))
            world.work()
        (question,) = asked(world)
        assert "Sign-in" in question["text"]
        assert "✅ Fixed" in str(question["reply_markup"])

        world.announce(outage, "It takes longer", expected_at=world.now + HOUR)
        world.check(after=2 * HOUR)
        world.work()
        assert len(asked(world)) == 2

    def test_not_of_what_is_over_or_a_rehearsal_or_has_not_begun(self, world: World) -> None:
        world.resolve(world.declare(in_app=True, expected_at=world.now + HOUR))
        world.declare(in_app=True, expected_at=world.now + HOUR, rehearsal=True)
        plan(world, starts_at=world.now + 5 * HOUR, expected_at=world.now + 6 * HOUR)
        world.check(after=2 * HOUR)
        world.work()
        assert asked(world) == []

    def test_planned_work_that_began_by_itself_is_asked_about_as_well(self, world: World) -> None:
        plan(world, expected_at=world.now + 2 * HOUR)
        world.check(after=HOUR)
        world.check(after=HOUR)
        world.work()
        assert "✅ It is finished" in str(asked(world))


class TestAManagerOverrides:
    def test_with_a_reason_that_is_kept(self, world: World) -> None:
        people = [{"name": "Marina", "token": "marina", "side": "us", "manager": True}]
        documents.replace_document(Document("announcers", {"people": people, "most_per_side": {"us": 1}}, 2))
        documents.forget()
        world.client(ANNA)
        outage = world.declare(in_app=True, override=Override(direct=True, reason="The banner is broken too"))
        world.approve(outage)
        world.work()
        assert world.told() == [ANNA]
        assert outages.announcement(outage.id, 1).override == Override(direct=True, reason="The banner is broken too")

    def test_nobody_else(self, world: World) -> None:
        with pytest.raises(Refused, match="only_managers_override"):
            world.declare(override=Override(direct=False, reason="x"))


def test_one_message_shows_how_a_fan_out_comes_along_and_is_edited(world: World) -> None:
    for user in range(ANNA, ANNA + 3):
        world.client(user)
    outage = world.declare()
    world.approve(outage)
    world.hear()
    world.check(after=timedelta(seconds=1))
    world.outbox()
    group = world.sandbox.config.chats.desk.id
    (shown,) = world.texts_to(group)
    assert "Told: 0. Waiting: 3." in shown
    world.work()
    world.check(after=timedelta(minutes=2))
    world.work()
    world.check(after=timedelta(minutes=2))
    edits = [call["body"]["text"] for call in world.sandbox.get("/calls") if call["method"] == "editMessageText"]
    assert ["Told: 3. Waiting: 0." in text for text in edits] == [True]
    assert len(world.texts_to(group)) == 1
