"""Where a client is told, and whether: the messenger used last, the next one that lets us, nowhere for who does not want it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from chalicelib.desk import announcements
from chalicelib.desk.announcement_settings import AnnouncementSettings, in_template, is_between
from chalicelib.desk.clients import Client, Conversation, Identity
from chalicelib.desk.messages import DeliveryState, IncomingMessage, IncomingStatus, IncomingTap, Kind, Sender
from chalicelib.desk.outbound import Content
from chalicelib.desk.rates import Bucket, Daily
from chalicelib.desk.templates import LONGEST_BODY, Category, Parameter, Template, as_seen
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import Outcome, Place, Refused, Sent, Uncertain
from chalicelib.store import clients, conversations
from chalicelib.store import settings as documents
from chalicelib.store.settings import Document
from chalicelib.store.table import Exists, commit
from chalicelib.use_cases import announcing, delivery_statuses, opting, outage_report, settings
from tests.unit.outages.conftest import EMERGENCY_CHAT, MARINA, World

ANNA = 600_001
TEMPLATE = Template(
    "service_news",
    "en",
    Category.UTILITY,
    "News of {{1}}: {{2}} Until: {{3}}.",
    tuple(Parameter(str(n), {"ru": str(n), "en": str(n)}) for n in (1, 2, 3)),
)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[str, Content]]]:
    """What each messenger beside Telegram was asked to send: it takes all, unless a test has it answer otherwise."""
    seen: dict[str, list[tuple[str, Content]]] = {}
    for messenger in ("whatsapp", "viber"):
        monkeypatch.setattr(ADAPTERS[messenger], "send", _taking(seen.setdefault(messenger, []), Sent("1")))
    return seen


def _taking(seen: list[tuple[str, Content]], outcome: Outcome) -> Callable[..., Outcome]:
    def send(content: Content, place: Place, *_: object) -> Outcome:
        seen.append((place.chat, content))
        return outcome

    return send


@pytest.fixture
def anna(world: World) -> Client:
    return world.client(ANNA)


def announce(world: World, **said: Any) -> str:
    outage = world.declare(**said)
    world.approve(outage)
    world.work()
    return outage.id


def report(outage_id: str, n: int = 1) -> dict[str, Any]:
    found = outage_report.of(outage_id).announcements[n - 1][1]
    assert found
    return vars(found)


def settle(**document: Any) -> None:
    documents.replace_document(Document("announcements", document, 1))


class TestTheNextMessenger:
    def test_who_shut_us_out_where_they_wrote_last_is_told_where_they_wrote_before(
        self, world: World, anna: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.also_in(anna, "viber", "v1")
        monkeypatch.setattr(ADAPTERS["viber"], "send", _taking([], Refused("blocked", unreachable=True)))
        outage_id = announce(world)
        assert world.told() == [ANNA]
        assert report(outage_id)["by_messenger"] == {"telegram": 1}
        head = conversations.head(Identity("viber", "acc", "v1"))
        assert head.conversation
        assert not head.conversation.reachable

    def test_what_may_have_arrived_is_not_told_anywhere_else(
        self, world: World, anna: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.also_in(anna, "viber", "v1")
        monkeypatch.setattr(ADAPTERS["viber"], "send", _taking([], Uncertain()))
        outage_id = announce(world)
        assert (world.told(), report(outage_id)["unknown"]) == ([], 1)

    def test_what_whatsapp_took_and_did_not_deliver_goes_to_the_next_messenger(
        self, world: World, anna: Client, sent: dict[str, Any]
    ) -> None:
        _with_template()
        world.also_in(anna, "whatsapp", "79001234567")
        outage_id = announce(world)
        ((_, content),) = sent["whatsapp"]
        status = IncomingStatus("s1", "acc", "1", DeliveryState.FAILED, world.now, "undelivered", content.sent_as)
        for _ in range(2):
            delivery_statuses.receive(status, "whatsapp", settings.current(), world.now)
        world.work()
        assert world.told() == [ANNA]
        assert report(outage_id)["by_messenger"] == {"telegram": 1}
        delivery_statuses.receive(status, "whatsapp", settings.current(), world.now)
        world.work()
        assert world.told() == [ANNA]

    @pytest.mark.usefixtures("anna")
    def test_who_is_reached_nowhere_has_failed_with_the_last_reason(self, world: World) -> None:
        world.fault(path="/sendMessage", status=403, body=_blocked(), count=1)
        assert report(announce(world))["failed"] == {"blocked": 1}

    def test_the_end_comes_where_the_news_came(self, world: World, anna: Client, sent: dict[str, Any]) -> None:
        outage = world.declare()
        world.approve(outage)
        world.work()
        world.also_in(anna, "viber", "v1")
        world.resolve(outage)
        world.work()
        assert (world.told(), sent["viber"]) == ([ANNA, ANNA], [])


class TestWhatsAppOutsideTheWindow:
    def test_without_a_template_the_next_messenger(self, world: World, anna: Client, sent: dict[str, Any]) -> None:
        world.also_in(anna, "whatsapp", "79001234567")
        announce(world)
        assert (sent["whatsapp"], world.told()) == ([], [ANNA])

    def test_by_the_approved_template(self, world: World, anna: Client, sent: dict[str, Any]) -> None:
        _with_template()
        world.also_in(anna, "whatsapp", "79001234567")
        announce(world)
        ((_, content),) = sent["whatsapp"]
        assert content.template
        assert [value for _, value in content.template.values] == ["Sign-in", "Signing in does not work", "–"]
        assert content.buttons == ()

    def test_no_more_people_a_day_than_the_tier_allows(self, world: World, sent: dict[str, Any]) -> None:
        _with_template(people_a_day=2)
        for n in range(3):
            identity = Identity("whatsapp", "acc", f"7900123456{n}")
            client = Client(f"w{n}", f"W {n}", world.now, language="en", identities=(identity,), current=identity)
            conversation = conversations.conversation_item(conversations_of(identity, client.id))
            commit(clients.client_item(client), conversation)
        outage_id = announce(world)
        assert len(sent["whatsapp"]) == 2
        assert report(outage_id)["failed"] == {"tier_used_up": 1}

    def test_the_tier_counts_a_whole_day_by_the_hour(self) -> None:
        tier, bucket = Daily(3), Bucket()
        start = datetime(2026, 3, 2, 10, 20, tzinfo=UTC)
        for n in range(3):
            assert tier.wait_seconds(bucket, start, 1, favoured=False) == 0
            bucket = tier.taken(bucket, start + timedelta(hours=n), 1)
        later = start + timedelta(hours=3)
        assert later + timedelta(seconds=tier.wait_seconds(bucket, later, 1, favoured=False)) == datetime(
            2026, 3, 3, 11, 0, tzinfo=UTC
        )

    def test_a_long_text_is_cut_to_what_the_template_holds(self) -> None:
        filled = in_template(TEMPLATE, "Sign-in", "word " * 500, "12:00")
        assert filled
        assert len(as_seen(TEMPLATE, [value for _, value in filled.values])) <= LONGEST_BODY


class TestOptingOut:
    @pytest.mark.parametrize("word", ["Stop", "стоп", " СТОП. "])
    @pytest.mark.usefixtures("anna")
    def test_by_a_word_until_another_word(self, world: World, word: str) -> None:
        assert say(world, word)
        outage_id = announce(world)
        assert (world.told(), report(outage_id)["opted_out"]) == ([ANNA], 1)  # only that we heard it
        assert say(world, "subscribe")
        announce(world, title="Reports")
        assert any("Reports" in text for text in world.texts_to(ANNA))

    @pytest.mark.usefixtures("anna")
    def test_by_the_button_under_an_announcement_and_the_end_is_not_sent_any_more(self, world: World) -> None:
        outage = world.declare()
        world.approve(outage)
        world.work()
        (told,) = [call for call in world.calls() if call["chat_id"] == ANNA]
        ((button,),) = told["reply_markup"]["inline_keyboard"]
        tapped = IncomingTap("t1", world.bot, str(ANNA), "1", Sender(str(ANNA), "Anna", "en"), button["callback_data"])
        words = opting.by_button(tapped, "telegram", tapped.data, settings.current(), world.now)
        assert words == "No more of these"
        world.resolve(outage)
        world.work()
        assert not any("It works again" in text for text in world.texts_to(ANNA))
        with pytest.raises(Exists):
            opting.by_button(tapped, "telegram", tapped.data, settings.current(), world.now)

    def test_in_one_messenger_is_in_all(self, world: World, anna: Client, sent: dict[str, Any]) -> None:
        world.also_in(anna, "viber", "v1")
        say(world, "stop")
        announce(world)
        assert sent["viber"] == []

    @pytest.mark.parametrize("words", ["«стоп»", "«Стоп».", "“stop”", '"stop"', "Stop!", "«отписаться»"])
    def test_in_the_quotation_marks_of_our_own_words_too(self, words: str) -> None:
        assert opting.action_in(written(words)) == opting.OUT
        assert opting.action_in(written("“subscribe”")) == opting.action_in(written("«подписаться»")) == opting.IN

    @pytest.mark.parametrize("words", ["Stop it, the report is wrong", "стоп машина", "please"])
    def test_only_the_word_alone(self, words: str) -> None:
        assert opting.action_in(written(words)) is None

    def test_somebody_we_do_not_know_only_says_hello(self, world: World) -> None:
        assert not say(world, "stop")


class TestSteering:
    @pytest.mark.usefixtures("anna")
    def test_a_pause_holds_everybody_and_going_on_tells_each_once(self, world: World) -> None:
        outage = world.declare()
        world.approve(outage)
        world.hear()
        steer(world, outage.id, "pause")
        world.deliver()
        assert world.told() == []
        steer(world, outage.id, "resume")
        world.work()
        assert world.told() == [ANNA]

    @pytest.mark.usefixtures("anna")
    def test_a_pause_before_the_plan_holds_the_planner(self, world: World) -> None:
        outage = world.declare()
        world.approve(outage)
        steer(world, outage.id, "pause")
        world.work()
        steer(world, outage.id, "resume")
        world.work()
        assert world.told() == [ANNA]

    @pytest.mark.usefixtures("anna")
    def test_what_is_called_off_is_reported_and_the_end_goes_to_who_was_told(self, world: World) -> None:
        outage = world.declare()
        world.approve(outage)
        world.hear()
        steer(world, outage.id, "cancel")
        world.work()
        world.resolve(outage)
        world.work()
        assert (world.told(), report(outage.id)["cancelled"]) == ([], 1)

    def test_with_nothing_on_its_way_there_is_nothing_to_steer(self, world: World) -> None:
        outage = world.declare(in_app=True)
        with pytest.raises(announcements.Refused, match="nothing_on_its_way"):
            steer(world, outage.id, "pause")


class TestRehearsal:
    def test_it_goes_all_the_way_to_those_who_take_part_and_to_nobody_else(self, world: World, anna: Client) -> None:
        world.client(600_002)
        settle(rehearsal={"clients": [anna.id], "chat": "-777"})
        outage_id = announce(world, rehearsal=True)
        assert world.told() == [ANNA]
        assert "rehearsal" in world.texts_to(ANNA)[0]
        assert world.texts_to(EMERGENCY_CHAT) == []
        assert report(outage_id)["told"] == 1

    def test_whoever_got_onto_its_queue_is_not_written_to(self, world: World, anna: Client) -> None:
        settle(rehearsal={"clients": [anna.id]})
        outage = world.declare(rehearsal=True)
        world.approve(outage)
        world.hear()
        documents.replace_document(Document("announcements", {"rehearsal": {"clients": []}}, 2))
        documents.forget()
        world.deliver()
        assert world.told() == []


class TestQuietHours:
    @pytest.mark.parametrize(
        ("now", "expected"), [("22:00", True), ("03:15", True), ("08:00", False), ("21:59", False), ("12:00", False)]
    )
    def test_hours_go_over_midnight(self, now: str, expected: bool) -> None:
        at = time.fromisoformat(now)
        assert is_between(at, "22:00", "08:00") is expected

    @pytest.mark.parametrize(
        ("level", "by_day", "by_night"), [("red", False, False), ("yellow", False, True), ("green", True, True)]
    )
    def test_each_level_has_its_own(self, world: World, level: str, by_day: bool, by_night: bool) -> None:
        latest = replace(world.declare().latest, level=level)  # type: ignore[arg-type]
        day, night = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (9, 1))
        quiet = AnnouncementSettings()
        assert quiet.is_quiet(latest, day, "Europe/Moscow") is by_day
        assert quiet.is_quiet(latest, night, "Europe/Moscow") is by_night


def steer(world: World, outage_id: str, action: str) -> None:
    announcing.steer(outage_id, action, MARINA, settings.current(), world.now)


def written(text: str) -> IncomingMessage:
    return IncomingMessage(
        f"m.{text}", "", str(ANNA), True, Sender(str(ANNA), "Anna", "en"), datetime.now(UTC), Kind.TEXT, text
    )


def say(world: World, word: str) -> bool:
    message = replace(written(word), account=world.bot)
    action = opting.action_in(message)
    assert action
    done = opting.by_word(message, "telegram", action, settings.current(), world.now)
    world.work()
    world.pass_time(1)  # a chat takes two messages at once
    return done


def conversations_of(identity: Identity, client_id: str) -> Conversation:
    return Conversation(identity, identity.user, client_id)


def _with_template(**more: Any) -> None:
    explained = [{"name": str(n), "means": {"ru": str(n), "en": str(n)}} for n in (1, 2, 3)]
    kept = {
        "name": "service_news",
        "language": "en",
        "category": "utility",
        "body": TEMPLATE.body,
        "parameters": explained,
    }
    documents.replace_document(Document("templates", [kept], 1))
    settle(whatsapp={"templates": {"en": "service_news"}, **more})


def _blocked() -> str:
    return '{"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}'
