"""Whatever meets a check at whichever of its calls (death, another check, a reply, "I'm on it"): each step is told once."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.desk import ticket_deadlines, ticket_life
from chalicelib.desk.cycles import Verdict
from chalicelib.desk.messages import Author
from chalicelib.desk.policies import Metric
from chalicelib.desk.tickets import Ticket
from chalicelib.store import conversations
from chalicelib.store import settings as documents
from chalicelib.store.settings import Document
from chalicelib.store.table import commit, retrying
from chalicelib.use_cases import escalations
from chalicelib.use_cases.settings import current
from tests.unit.conftest import empty_account
from tests.unit.flows.conftest import MANAGER, START
from tests.unit.flows.deadlines import alerts_to, open_ticket
from tests.unit.flows.meeting import WRITES, Killed, die, meeting

DEPUTY = 500_003
TEAM = [
    {"id": "marina", "name": "Marina", "role": "manager", "telegram_user_id": MANAGER},
    {"id": "timur", "name": "Timur", "role": "deputy", "telegram_user_id": DEPUTY},
]
MARINA = Author("marina", "Marina")
MOST_CALLS = 9  # to AWS, of one check of so few tickets
MOST_TICKETS = 3  # alerts of more come as a digest, which does not name them all


class Ladder(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.account = empty_account()
        self.account.__enter__()
        documents.replace_document(Document("desk", {"account": "1", "group": "-1", "language": "en"}, 1))
        documents.replace_document(Document("staff", {"members": TEAM}, 1))
        self.now, self.tickets = START, 0
        self.a_client_writes()

    @precondition(lambda self: self.tickets < MOST_TICKETS)
    @rule()
    def a_client_writes(self) -> None:
        open_ticket(self.tickets, self.now)
        self.tickets += 1

    @rule(minutes=st.sampled_from((0.5, 2.5, 5, 10, 120)))
    def time_passes(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(clock_is_behind=st.sampled_from((0, 90)))
    def check(self, clock_is_behind: int = 0) -> None:
        escalations.check(current(), self.now - timedelta(seconds=clock_is_behind), lambda: 60.0)

    @rule(call=st.integers(1, MOST_CALLS), after=st.booleans())
    def a_check_dies(self, call: int, after: bool) -> None:
        with suppress(Killed), meeting(call, after, die):
            self.check()

    @rule(
        call=st.integers(1, MOST_CALLS),
        after=st.booleans(),
        what=st.sampled_from(("check", "reply", "acknowledge", "a_check_dies")),
        n=st.integers(0, MOST_TICKETS - 1),
        again=st.integers(1, MOST_CALLS),
    )
    def something_meets_a_check(self, call: int, after: bool, what: str, n: int, again: int) -> None:
        met = {
            "check": self.check,
            "reply": lambda: self.reply(n),
            "acknowledge": lambda: self.acknowledge(n),
            "a_check_dies": lambda: self.a_check_dies(again, after),
        }
        with meeting(call, after, met[what]):
            self.check()

    @rule(n=st.integers(0, MOST_TICKETS - 1))
    def reply(self, n: int) -> None:
        key = f"r{self.now.isoformat()}"
        self.change(n, lambda it: ticket_life.reply_accepted(ticket_life.staff_replied(it, self.now, key, MARINA), key))

    @rule(n=st.integers(0, MOST_TICKETS - 1))
    def acknowledge(self, n: int) -> None:
        self.change(n, lambda ticket: ticket_life.acknowledge(ticket, self.now, Metric.FIRST_REPLY, MARINA))

    def change(self, n: int, change: Callable[[Ticket], Ticket]) -> None:
        def attempt() -> None:
            ticket = conversations.ticket_by_id(f"t{n % self.tickets}")
            commit(*conversations.ticket_items(ticket_deadlines.reckon(change(ticket), current().calendars, self.now)))

        retrying(attempt)

    @invariant()
    def nobody_is_told_twice(self) -> None:
        assert [told for told, times in self.told().items() if times > 1] == []

    def teardown(self) -> None:
        """The schedule goes on: whatever happened, all that had to be told has been."""
        try:
            self.check()
            assert list(conversations.due(self.now)) == []
            told = self.told()
            for ticket in (conversations.ticket_by_id(f"t{n}") for n in range(self.tickets)):
                assert len(ticket.fired) == len(set(ticket.fired))
                for step in self.to_be_told(ticket):
                    assert told[DEPUTY if "deputy" in step else MANAGER, ticket.id, step] == 1
        finally:
            self.account.__exit__(None, None, None)

    def to_be_told(self, ticket: Ticket) -> Iterator[str]:
        line = ticket.timeline(current().calendars, self.now)
        cycles = {(cycle.metric, cycle.cycle): cycle for cycle in line.cycles}
        for step in line.escalations:
            cycle = cycles[step.metric, step.cycle]
            if cycle.ended_at is None or (cycle.verdict is Verdict.MISSED and step.at >= cycle.due_at):
                yield step.key

    def told(self) -> Counter[tuple[int, str, str]]:
        return Counter(
            (member, about.ticket_id, step)
            for member in (MANAGER, DEPUTY)
            for item in alerts_to("1", member)
            if item.content.digest
            for about in item.content.digest.first
            for step in about.steps
        )


@pytest.mark.parametrize("call", range(1, MOST_CALLS + 1))
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("what", ["death", "another check"])
def test_at_each_call_of_a_check(call: int, after: bool, what: str) -> None:
    """What chance may leave out: every single place."""
    desk = _two_are_due()
    if what == "death":
        desk.a_check_dies(call, after)
    else:
        desk.something_meets_a_check(call, after, "check", 0, call)
    desk.nobody_is_told_twice()
    desk.teardown()


def test_what_had_come_before_the_ticket_changed_is_told_all_the_same() -> None:
    desk = _two_are_due()
    desk.acknowledge(0)
    desk.check()
    assert {ticket for _, ticket, _ in desk.told()} == {"t0", "t1"}
    desk.teardown()


def test_what_another_check_has_told_is_not_even_written_again() -> None:
    desk = _two_are_due()
    before = conversations.ticket_by_id("t0").version
    with meeting(1, False, desk.check, WRITES):
        desk.check()
    assert conversations.ticket_by_id("t0").version == before + 1
    desk.teardown()


def _two_are_due() -> Ladder:
    desk = Ladder()
    desk.begin()
    desk.a_client_writes()
    desk.time_passes(5)
    return desk


TestLadder = Ladder.TestCase
TestLadder.settings = settings(max_examples=15, stateful_step_count=12, suppress_health_check=list(HealthCheck))
