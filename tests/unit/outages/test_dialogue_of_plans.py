"""The emergency group announces what is planned and what is new, moves it, calls it off, corrects it, and rehearses."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.desk import status_feed
from chalicelib.desk.announcements import Channels, Kind, Level, State
from chalicelib.desk.zones import zone
from chalicelib.store import settings as documents
from chalicelib.store.settings import Document
from chalicelib.use_cases import settings
from tests.unit.outages.conftest import EMERGENCY_CHAT, World
from tests.unit.outages.group import TIMUR, Group, declared
from tests.unit.outages.group import group as group

ANNA = 600_001
NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # in Moscow
TEN_IN_THE_EVENING = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(group: Group) -> None:
    group.world.now = NOON


def plan(group: Group, *taps: str, level: str = "🟡", app: str = "Yes") -> None:
    group.say("/maintenance Moving the database")
    for label in (level, app, "◻️ Reports", "➡️", *taps):
        group.tap(label)


def said_last(world: World) -> str:
    return world.texts_to(EMERGENCY_CHAT)[-1]


class TestPlannedWork:
    def test_one_command_and_a_few_taps_and_it_begins_by_itself(self, group: Group) -> None:
        plan(group, "02 Mar 22:00", "1 h")
        preview = group.shown()["text"]
        assert "we are planning maintenance" in preview
        assert "планируем технические работы" in preview
        assert "Starts at 22:00 on 2 March (UTC+3)" in preview
        assert "Until 23:00 on 2 March (UTC+3)" in preview
        assert "maintenance has begun" in preview.partition("the desk says by itself")[2]
        group.tap("📣")
        (planned,) = declared()
        assert (planned.kind, planned.state, planned.level) == (Kind.MAINTENANCE, State.SCHEDULED, Level.YELLOW)
        assert planned.started_at == TEN_IN_THE_EVENING
        assert planned.latest.expected_at == TEN_IN_THE_EVENING + timedelta(hours=1)

        group.world.check(after=timedelta(hours=10, minutes=1))
        group.world.work()
        assert declared()[0].state is State.IN_PROGRESS
        assert "maintenance has begun" in said_last(group.world)
        group.say("/maintenance")
        group.tap("✅ It is finished")
        group.tap("📣")
        assert declared()[0].state is State.COMPLETED

    def test_who_approves_it_approves_the_words_for_its_beginning(self, group: Group) -> None:
        group.world.client(ANNA)
        plan(group, "02 Mar 22:00", "1 h", "📣", level="🔴", app="No")
        group.tap("✅ Approve", TIMUR)
        group.world.check(after=timedelta(hours=11))
        group.world.work()
        ahead, begun = group.world.texts_to(ANNA)
        assert "we are planning maintenance" in ahead
        assert "maintenance has begun" in begun

    def test_at_another_time(self, group: Group) -> None:
        plan(group, "02 Mar 22:00", "1 h", "📣")
        group.tap("🗓")
        group.say("/at 4.03 23:00")
        group.tap("2 h")
        assert "time of the maintenance has changed" in group.shown()["text"]
        group.tap("📣")
        group.world.check(after=timedelta(days=1))
        (moved,) = declared()
        assert moved.state is State.SCHEDULED
        assert moved.started_at == TEN_IN_THE_EVENING + timedelta(days=2, hours=1)
        assert moved.latest.expected_at == moved.started_at + timedelta(hours=2)

    def test_not_at_all_and_the_history_knows_of_no_trouble(self, group: Group) -> None:
        plan(group, "02 Mar 22:00", "1 h", "📣", "✖️ It will not", "📣")
        assert "Maintenance is called off" in said_last(group.world)
        group.world.check(after=timedelta(days=1))
        outages = declared()
        assert (outages[0].ended, outages[0].latest.called_off) == (True, True)
        days = status_feed.days(outages, group.world.now, zone("Europe/Moscow"))
        assert {day.worst for day in days} == {None}

    def test_what_takes_longer(self, group: Group) -> None:
        plan(group, "▶️ Right now", "30 min", "📣")
        assert declared()[0].state is State.IN_PROGRESS
        group.tap("⏳")
        group.say("/until 18:00")
        group.tap("📣")
        assert declared()[0].latest.expected_at == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/at soon", "Write it like 22:00"),
        ("/at", "Write it like 22:00"),
        ("/at 30.02 22:00", "Write it like 22:00"),
        ("/at 28.02 22:00", "That time has passed"),
        ("/at 28.06 22:00", "more than 60 days ahead"),
        ("/until 13:00", "over before it begins"),
        ("/until 1.03 12:00", "That time has passed"),
        ("/text Только по-русски", "two lines"),
        ("/override", "Say why"),
    ],
)
def test_what_cannot_be_says_what_to_do_and_all_the_rest_is_kept(group: Group, line: str, words: str) -> None:
    plan(group, "02 Mar 22:00", "1 h")
    group.say(line)
    assert words in said_last(group.world)
    group.tap("📣")
    assert declared()[0].started_at == TEN_IN_THE_EVENING


def test_an_end_before_a_later_beginning_is_refused_as_well(group: Group) -> None:
    plan(group, "02 Mar 22:00")
    group.say("/until 23:00")
    group.say("/at 23:30")
    assert "over before it begins" in said_last(group.world)


def test_an_outage_has_no_beginning_to_choose(group: Group) -> None:
    group.preview()
    group.say("/at 22:00")
    assert "for planned work and news" in said_last(group.world)


def test_an_hour_that_passed_while_the_draft_lay_there_is_asked_once_more(group: Group) -> None:
    plan(group, "02 Mar 22:00", "1 h")
    group.world.pass_time(11 * 3600)
    assert "answer this once more" in group.tap("📣")
    assert "When does it begin?" in group.shown()["text"]
    for label in ("03 Mar 06:00", "📣"):
        group.tap(label)
    assert declared()[0].components == ("Reports",)


def test_a_part_that_is_gone_is_asked_once_more(group: Group) -> None:
    plan(group, "02 Mar 22:00", "1 h")
    documents.replace_document(Document("components", ["Sign-in"], 2))
    documents.forget()
    group.tap("📣")
    assert "What does it concern?" in group.shown()["text"]
    assert declared() == []


class TestANovelty:
    def test_is_green_and_only_on_the_page(self, group: Group) -> None:
        group.world.client(ANNA)
        group.say("/news Dark theme")
        for label in ("➡️", "09 Mar 10:00"):
            group.tap(label)
        preview = group.shown()
        group.tap("📣")
        assert group.tap("📣", message=preview) == "This was announced already"
        (novelty,) = declared()
        assert (novelty.kind, novelty.level, novelty.state) == (Kind.NOVELTY, Level.GREEN, State.SCHEDULED)
        assert novelty.latest.channels == Channels(emergency=False, direct=False)
        group.world.check(after=timedelta(days=7))
        group.world.work()
        assert declared()[0].state is State.IN_PROGRESS
        assert group.world.told() == []

    def test_is_told_directly_as_a_manager_decides_who_says_why(self, group: Group) -> None:
        group.world.client(ANNA)
        group.say("/news Dark theme")
        for label in ("➡️", "▶️ Right now"):
            group.tap(label)
        group.say("/override All have asked for it")
        assert "All have asked for it" in group.shown()["text"]
        group.tap("📣")
        group.tap("✅ Approve", TIMUR)
        assert group.world.told() == [ANNA]
        assert declared()[0].latest.override


def test_only_managers_decide_otherwise(group: Group) -> None:
    group.say("/news Dark theme", TIMUR)
    group.say("/override I would like to", TIMUR)
    assert "only a manager" in said_last(group.world).lower()


def test_what_was_wrong_is_corrected_by_words_that_say_so_where_it_was_said(group: Group) -> None:
    group.preview(app="Yes")
    group.say("/override The banner is broken too")
    group.tap("📣")
    group.tap("✏️")
    assert "What is right?" in group.shown()["text"]
    group.say("/text Не вход, а отчёты\nCorrection to our last message: Not the sign-in but the reports")
    assert "Исправление к прошлому сообщению: Не вход" in group.shown()["text"]
    assert "to clients directly" in group.shown()["text"]
    group.tap("📣")
    (outage,) = declared()
    assert (outage.state, outage.latest.channels.direct) == (State.INVESTIGATING, True)
    assert outage.latest.text == {
        "ru": "Исправление к прошлому сообщению: Не вход, а отчёты",
        "en": "Correction to our last message: Not the sign-in but the reports",
    }


def test_what_somebody_else_has_moved_on_is_not_moved_back(group: Group) -> None:
    group.preview(app="Yes")
    group.tap("📣")
    panel = group.shown()
    group.tap("🔎")
    group.tap("Nobody knows")
    preview = group.shown()
    group.tap("✅ Fixed", TIMUR, panel)
    group.tap("📣", TIMUR)
    assert "something newer" in group.tap("📣", message=preview)
    assert declared()[0].state is State.RESOLVED


def test_a_rehearsal_reaches_those_who_take_part_and_nobody_else(group: Group) -> None:
    anna, _ = group.world.client(ANNA), group.world.client(600_002)
    documents.replace_document(Document("announcements", {"rehearsal": {"clients": [anna.id]}}, 1))
    documents.forget()
    group.say("/rehearsal Sign-in")
    for label in ("🔴", "No", "➡️", "1 h"):
        group.tap(label)
    assert "the status page" not in group.shown()["text"]
    group.tap("📣")
    group.tap("✅ Approve", TIMUR)
    assert group.world.told() == [ANNA]
    assert "rehearsal" in group.world.texts_to(ANNA)[0]
    group.world.check()
    group.world.work()
    assert "🎭" in group.world.texts_to(int(settings.current().desk.group))[-1]
