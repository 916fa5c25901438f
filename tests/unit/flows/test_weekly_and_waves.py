"""What the desk does of itself: the developers' digest once a week, and asking about the company once in a quarter."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.desk.surveys import Kind
from chalicelib.desk.tickets import Status
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations, voice, waves
from chalicelib.store.table import commit
from chalicelib.use_cases import rhythm
from tests.unit.flows.conftest import MANAGER, World
from tests.unit.flows.voices import Asked, with_surveys

ANNA = 600_001
MONDAY = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)  # 10:00 in Moscow


def run(world: World) -> dict[str, int]:
    done = rhythm.run(world.now, lambda: 60.0)
    world.deliver()
    return done


class TestDigest:
    @pytest.fixture
    def week(self, world: World) -> World:
        """Three clients could not find the button; one loved what was done, another merely liked it."""
        world.now = MONDAY - timedelta(days=3)
        for n, score in enumerate((5, 4, 1)):
            client = Asked(world, user=600_010 + n)
            client.writes(f"I am Person {client.user}, where is the pay button?")
            ticket = world.ticket(client.user)
            client.staff_taps(_theme_button(world, client))
            client.is_closed()
            client.taps(f"csat:{_invitation_of(ticket.id, world)}:{score}")
            client.taps(f"survey_comment:{_invitation_of(ticket.id, world)}")
            client.writes(f"Oleg answered <fast> {n}")
        world.now = MONDAY
        return world

    def test_it_counts_quotes_and_links(self, week: World) -> None:
        assert run(week)["digests"] == 1
        themes, wow = week.texts_to(week.group)[-2:]
        assert "What clients met with</b>, 02.03–09.03: 3 clients" in themes
        assert "3 clients in 7 days: cannot find the pay button (nobody before that)" in themes
        assert themes.count("where is the pay button?") == 3
        assert "Person" not in themes.replace("Person's", "")
        assert '<a href="https://t.me/c/' in themes
        assert "🤩 Wow: 1 comment\n› … answered &lt;fast&gt; 0" in wow
        assert "🙂 Good: 1 comment\n› … answered &lt;fast&gt; 1" in wow

    def test_it_comes_once(self, week: World) -> None:
        assert [run(week)["digests"] for _ in range(3)] == [1, 0, 0]
        week.now += timedelta(hours=3)
        assert run(week)["digests"] == 0

    def test_neither_before_its_time_nor_days_after(self, week: World) -> None:
        week.now = MONDAY - timedelta(seconds=1)
        assert run(week)["digests"] == 0
        week.now = MONDAY + timedelta(days=2)
        assert run(week)["digests"] == 0

    def test_a_quiet_week_says_nothing(self, world: World) -> None:
        world.now = MONDAY
        assert run(world)["digests"] == 0


class TestWaves:
    @pytest.fixture
    def anna(self, world: World) -> Asked:
        """A VIP whose last question was closed ten days ago."""
        with_surveys(nps={"on": True, "sample_percent": 0}, csat={"rest_days": 0})
        world.register_vip(ANNA)
        conversation = conversations.head(world.identity(ANNA)).conversation
        assert conversation is not None
        commit(conversations.conversation_item(replace(conversation, language="en")))
        anna = Asked(world, user=ANNA)
        anna.writes("The report is empty")
        anna.is_closed()
        world.now += timedelta(days=10)
        return anna

    def invitations(self, world: World) -> int:
        return len(list(voice.invitations(Kind.NPS, world.now - timedelta(days=300), world.now)))

    def test_a_vip_is_asked_once_answers_with_a_tap_and_says_why(self, anna: Asked) -> None:
        assert run(anna.world) == {"digests": 0, "planned": 1, "asked": 1, "directory_changed": 0}
        assert run(anna.world)["asked"] == 0
        [invitation] = voice.invitations(Kind.NPS, anna.world.now - timedelta(days=1), anna.world.now)
        question = anna.world.calls("sendMessage")[-1]
        labels = [button["text"] for row in question["reply_markup"]["inline_keyboard"] for button in row]
        assert labels == [str(n) for n in range(11)]
        anna.taps(f"nps:{invitation.id}:0")
        assert "What is the main reason" in anna.world.calls("editMessageText")[-1]["text"]
        alerts = len(anna.world.texts_to(MANAGER))
        anna.writes("Nobody listens")
        [answer] = voice.answers(anna.world.now - timedelta(days=1), anna.world.now, Kind.NPS)
        assert (answer.score, answer.comment, answer.ticket_id) == (0, "Nobody listens", "")
        assert anna.world.ticket(ANNA).next_due is None  # nobody is called back about it
        assert len(anna.world.texts_to(MANAGER)) == alerts
        anna.writes("And the report is empty")
        assert anna.world.ticket(ANNA).status is Status.OPEN
        assert any("0 of 10" in text for text in anna.topic())

    def test_not_twice_in_ninety_days_but_in_the_next_quarter_after_them(self, anna: Asked) -> None:
        run(anna.world)
        asked_at = anna.world.now
        anna.world.now = asked_at + timedelta(days=89)
        run(anna.world)
        assert self.invitations(anna.world) == 1
        anna.world.now = asked_at + timedelta(days=90)
        run(anna.world)
        assert self.invitations(anna.world) == 2

    def test_an_open_ticket_is_waited_for_and_a_week_after_it(self, anna: Asked) -> None:
        anna.writes("Another thing")
        run(anna.world)
        assert self.invitations(anna.world) == 0
        anna.is_closed()
        for day in range(1, 9):
            anna.world.now += timedelta(days=1)
            run(anna.world)
            assert self.invitations(anna.world) == (day >= 7)

    def test_not_in_the_evening(self, anna: Asked) -> None:
        anna.world.now = anna.world.now.replace(hour=18)  # 21:00 in Moscow
        run(anna.world)
        assert self.invitations(anna.world) == 0
        anna.world.now += timedelta(hours=13)
        run(anna.world)
        assert self.invitations(anna.world) == 1

    def test_the_evening_is_the_clients_own(self, anna: Asked) -> None:
        client = clients.client_by_id(f"vip{ANNA}")
        commit(clients.client_item(replace(client, timezone="Asia/Vladivostok")))
        anna.world.now = anna.world.now.replace(hour=10)  # 13:00 in Moscow, 20:00 where they are
        run(anna.world)
        assert self.invitations(anna.world) == 0
        anna.world.now = anna.world.now.replace(hour=0) + timedelta(days=1)  # 3:00 in Moscow, 10:00 where they are
        run(anna.world)
        assert self.invitations(anna.world) == 1

    def test_whoever_is_met_in_two_places_of_the_list_is_put_down_once(self, anna: Asked) -> None:
        anna.writes("Another thing")  # so that they wait
        assert run(anna.world)["planned"] == 1
        commit(waves.wave_item(replace(waves.wave(Kind.NPS, "2026-Q1"), part=0, after="")))
        assert run(anna.world)["planned"] == 0

    def test_it_is_off_until_somebody_switches_it_on(self, anna: Asked) -> None:
        with_surveys(nps={"on": False})
        assert run(anna.world) == {"digests": 0, "planned": 0, "asked": 0, "directory_changed": 0}

    def test_where_eleven_buttons_do_not_fit_it_is_a_link(self, anna: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ADAPTERS["telegram"], "most_buttons", 10)  # as VK's and WhatsApp's
        run(anna.world)
        assert "https://desk.example/survey/" in anna.told[-1]

    def test_csi_is_asked_of_vips_by_link(self, anna: Asked) -> None:
        quality = {"id": "speed", "ru": "Быстро", "en": "Fast"}
        with_surveys(csi={"on": True, "qualities": [quality]})
        assert run(anna.world)["asked"] == 1
        assert "what matters to you" in anna.told[-1]


def _invitation_of(ticket_id: str, world: World) -> str:
    made = voice.invitations(Kind.CSAT, world.now - timedelta(days=30), world.now)
    return next(each.id for each in made if each.ticket_id == ticket_id)


def _theme_button(world: World, client: Asked) -> str:
    world.receive(
        world.in_topic(
            500_002, world.thread(client.user), 9_700 + next(world.updates), "/theme cannot find the pay button"
        )
    )
    world.deliver()
    rows = world.calls("sendMessage")[-1]["reply_markup"]["inline_keyboard"]
    return str(rows[0][0]["callback_data"])
