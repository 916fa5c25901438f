"""From the decision to each client: exactly those who are to hear it, at most once, whatever is repeated or dies."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chalicelib.desk.announcements import Kind, Level, State
from chalicelib.desk.clients import Tier
from chalicelib.desk.deliveries import LEASE, SECOND_LOOK_AFTER, STANDS_STILL_AFTER
from chalicelib.desk.deliveries import State as DeliveryState
from chalicelib.store import clients, outages, topics
from chalicelib.store import deliveries as store
from chalicelib.store.aws import session
from chalicelib.use_cases import delivering, planning
from tests.unit.outages.conftest import EMERGENCY_CHAT, World, deliveries_of, report_of, waiting_at

ANNA, PAVEL, KATE = 600_001, 600_002, 600_003


@pytest.fixture
def three(world: World) -> World:
    """A VIP, one of our clients and somebody else, planned in another order than they are told in."""
    world.client(KATE)
    world.client(PAVEL, Tier.OUR, "ru")
    world.client(ANNA, Tier.VIP)
    return world


class TestTheWay:
    def test_the_emergency_channel_at_once_and_clients_after_the_second_person_vips_first(self, three: World) -> None:
        outage = three.declare()
        three.work()
        assert len(three.texts_to(EMERGENCY_CHAT)) == 1
        assert three.told() == []
        three.approve(outage)
        three.work()
        assert three.told() == [ANNA, PAVEL, KATE]
        assert len(three.texts_to(EMERGENCY_CHAT)) == 1

    def test_each_reads_it_in_their_language(self, three: World) -> None:
        outage = three.declare(expected_at=three.now + timedelta(hours=2))
        three.approve(outage)
        three.work()
        (english,), (russian,) = three.texts_to(ANNA), three.texts_to(PAVEL)
        assert "Signing in does not work" in english
        assert "Just answer here" in english
        assert "Вход не работает" in russian
        assert "к " in russian

    def test_news_of_yellow_or_with_a_banner_reaches_nobody_directly(self, three: World) -> None:
        three.declare(level=Level.YELLOW)
        three.declare(title="Reports", in_app=True)
        three.work()
        assert three.told() == []
        assert len(three.texts_to(EMERGENCY_CHAT)) == 2

    def test_green_is_silent_and_a_novelty_is_only_on_the_page(self, three: World) -> None:
        for kind in (Kind.MAINTENANCE, Kind.NOVELTY):
            three.declare(kind=kind, level=Level.GREEN, starts_at=three.now + timedelta(days=7))
        three.work()
        (green,) = [call for call in three.calls() if call["chat_id"] == EMERGENCY_CHAT]
        assert green["disable_notification"] is True
        assert waiting_at("StatusPage") == 2

    def test_the_channel_keeps_the_order_that_the_topic_does_not(self, three: World) -> None:
        outage = three.declare()
        three.now += timedelta(seconds=1)
        three.announce(outage, "The cause is found", state=State.IDENTIFIED)
        waiting_at("EmergencyChannel")  # both are taken away: the second is heard first
        for n in (2, 1):
            topics.announce(outage.id, n, emergency=True, direct=False)
            three.work()
        first, second = three.texts_to(EMERGENCY_CHAT)
        assert "Signing in does not work" in first
        assert "The cause is found" in second


class TestTheEnd:
    def test_it_goes_to_exactly_those_who_were_told(self, three: World) -> None:
        three.fault(path="/sendMessage", status=403, body=_blocked(), count=1)
        outage = three.declare()
        three.approve(outage)
        three.hear()
        three.deliver()
        assert three.told() == [ANNA, PAVEL, KATE]  # Anna has blocked the bot
        three.client(600_009)  # somebody new
        three.resolve(outage)
        three.work()
        assert three.told()[3:] == [PAVEL, KATE]
        assert "It works again" in three.texts_to(KATE)[-1]

    def test_whoever_was_not_told_when_the_end_comes_is_not_told_at_all(self, three: World) -> None:
        outage = three.declare()
        three.approve(outage)
        three.hear()  # planned, not delivered yet
        three.resolve(outage)
        three.work()
        assert three.told() == []
        assert report_of(outage.id, 1).overtaken == 3
        assert report_of(outage.id, 2).told == 0

    def test_what_may_have_arrived_counts_as_told(self, three: World) -> None:
        three.fault(path="/sendMessage", delay_ms=100, status=502, body="<html>", count=1)
        outage = three.declare()
        three.approve(outage)
        three.work()
        assert report_of(outage.id, 1).unknown == 1
        three.resolve(outage)
        three.work()
        assert Counter(three.told()) == {ANNA: 2, PAVEL: 2, KATE: 2}

    def test_who_was_just_being_told_is_found_by_the_second_look(self, three: World) -> None:
        outage = three.declare()
        three.approve(outage)
        three.hear()
        late = store.delivery_if_any(outage.id, 1, f"c{KATE}")
        assert late
        three.resolve(outage)
        three.work()
        identity = clients.client_by_id(late.client_id).identities[0]
        # A deliverer had looked before the end came, and claims only now.
        stale = store.delivery_if_any(outage.id, 1, f"c{KATE}")
        assert stale
        assert stale.finished
        assert three.told() == []
        store.save(stale.claim(three.now, identity).sent(three.now, "1"))
        three.check(after=SECOND_LOOK_AFTER + timedelta(seconds=1))
        three.work()
        assert three.told() == [KATE]

    def test_the_end_waits_while_the_news_is_in_the_air(self, three: World) -> None:
        outage = three.declare()
        three.approve(outage)
        three.hear()
        claimed = store.delivery_if_any(outage.id, 1, f"c{ANNA}")
        assert claimed
        identity = clients.client_by_id(claimed.client_id).identities[0]
        store.save(claimed.claim(three.now, identity))
        outage = three.resolve(outage)
        three.approve(outage)
        three.hear()
        seconds = delivering.deliver(outage.id, outage.latest.n, f"c{ANNA}", lambda: 60.0, lambda: three.now)
        assert seconds == delivering.LOOK_AGAIN_SECONDS
        three.deliver()
        assert three.told() == []
        three.now += LEASE  # the worker has died: nobody can tell, and unknown counts as told
        three.work()
        assert three.told() == [ANNA]


class TestNobodyTwice:
    def test_whatever_is_delivered_twice(self, three: World) -> None:
        outage = three.declare()
        three.approve(outage)
        three.approve(outage)
        three.hear(copies=3)
        three.deliver(copies=2)
        three.work()
        assert Counter(three.told()) == {ANNA: 1, PAVEL: 1, KATE: 1}
        assert len(three.texts_to(EMERGENCY_CHAT)) == 1

    def test_who_comes_while_another_worker_sends_waits_for_its_lease(self, three: World) -> None:
        three.fault(path="/sendMessage", delay_ms=1000, count=1)
        outage = three.declare()
        three.approve(outage)
        three.hear()

        def deliver() -> float | None:
            return delivering.deliver(outage.id, 1, f"c{ANNA}", lambda: 60.0, lambda: three.now)

        with ThreadPoolExecutor(1) as other_worker:
            sending = other_worker.submit(deliver)
            while (
                delivery := store.delivery_if_any(outage.id, 1, f"c{ANNA}")
            ) and delivery.state is DeliveryState.PENDING:
                assert not sending.done()
            assert deliver() == LEASE.total_seconds()
            assert sending.result() is None
        assert deliver() is None
        assert three.told() == [ANNA]

    def test_a_worker_that_died_while_sending_leaves_an_unknown(self, three: World) -> None:
        outage = three.declare()
        three.approve(outage)
        three.hear()
        delivery = store.delivery_if_any(outage.id, 1, f"c{ANNA}")
        assert delivery
        identity = clients.client_by_id(delivery.client_id).identities[0]
        store.save(delivery.claim(three.now, identity))
        three.deliver()
        three.now += LEASE
        three.work()
        assert ANNA not in three.told()
        assert report_of(outage.id, 1).unknown == 1

    def test_a_limit_is_the_accounts_is_waited_for_and_costs_nothing(self, three: World) -> None:
        limited = (
            '{"ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 3}}'
        )
        three.fault(path="/sendMessage", status=429, body=limited, count=1)
        outage = three.declare()
        three.approve(outage)
        three.hear()
        refused_at = three.now
        three.deliver()
        assert report_of(outage.id, 1).not_yet == 1
        deliveries = {each.client_id: each for each in deliveries_of(outage.id, 1)}
        assert deliveries[f"c{ANNA}"].attempts == 0
        sent_at = [deliveries[f"c{user}"].sent_at for user in (PAVEL, KATE)]
        assert min(at for at in sent_at if at) >= refused_at + timedelta(seconds=3)
        three.work()
        done = report_of(outage.id, 1)
        assert (done.told, done.failed, done.not_yet) == (3, {}, 0)

    def test_a_newer_announcement_overtakes_and_goes_to_everybody_once(self, three: World) -> None:
        outage = three.declare()
        three.approve(outage)
        three.hear()
        three.announce(outage, "The cause is found", state=State.IDENTIFIED)
        three.approve(outage)
        three.work()
        assert Counter(three.told()) == {ANNA: 1, PAVEL: 1, KATE: 1}
        assert all("The cause is found" in text for user in (ANNA, PAVEL, KATE) for text in three.texts_to(user))


class TestWhatACrashLeaves:
    def test_between_the_decision_and_the_topic(self, three: World, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(topics, "announce", _crash)
            with pytest.raises(RuntimeError):
                three.declare()
            (outage,) = [found for _, found in outages.listed()]
            with pytest.raises(RuntimeError):
                three.approve(outage)
        three.check(after=STANDS_STILL_AFTER + timedelta(seconds=1))
        three.work()
        assert three.told() == [ANNA, PAVEL, KATE]
        assert len(three.texts_to(EMERGENCY_CHAT)) == 1
        three.check(after=timedelta(minutes=1))
        assert waiting_at("EmergencyChannel") == waiting_at("Planner") == 0

    def test_while_the_topic_is_out_of_order_nobody_is_told_to_announce_again(
        self, three: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as broken:
            broken.setenv("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:9")
            broken.setattr(topics, "client", lambda service: session().create_client(service, "us-east-1"))
            outage = three.declare()
            three.approve(outage)
        assert three.hear() == 0
        three.check(after=STANDS_STILL_AFTER)
        three.work()
        assert three.told() == [ANNA, PAVEL, KATE]
        assert len(three.texts_to(EMERGENCY_CHAT)) == 1

    def test_in_the_middle_of_the_plan(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(planning, "PAGE", 2)
        for user in range(600_100, 600_107):
            world.client(user)
        outage = world.declare()
        world.approve(outage)
        left = iter([60.0] * 11 + [0.0])
        planning.plan(outage.id, 1, lambda: next(left), lambda: world.now, head_start_seconds=0)
        assert 0 < len(deliveries_of(outage.id, 1)) < 7
        world.check(after=STANDS_STILL_AFTER)
        world.work()
        assert Counter(world.told()) == dict.fromkeys(range(600_100, 600_107), 1)


def _crash(*_: object, **__: object) -> None:
    raise RuntimeError("the function was killed")


def _blocked() -> str:
    return '{"ok": false, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}'
