"""How much a bot may send: 30 a second, one a second to a person, 20 a minute to a group."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from infra.local.sandbox import RunningSandbox
from infra.local.sandbox.limits import Limits
from infra.local.sandbox.telegram.budgets import GROUP_PER_MINUTE, PRIVATE_CHAT_BURST, Budgets

GROUP, ANNA = -100_1, 600_001


@dataclass
class HandClock:
    """A clock the test moves."""

    seconds: float = 1000.0
    speed: float = 1.0

    def now(self) -> float:
        return self.seconds


def sends_until_refused(limits: Budgets, chat_id: int) -> tuple[int, int]:
    """How many passed, and in how many seconds to come back."""
    passed = 0
    while (retry_after := limits.refuse(chat_id)) is None:
        passed += 1
    return passed, retry_after


def test_a_group_takes_twenty_a_minute() -> None:
    clock = HandClock()
    limits = Budgets(Limits(clock))

    assert sends_until_refused(limits, GROUP) == (GROUP_PER_MINUTE, 60)
    clock.seconds += 59
    assert sends_until_refused(limits, GROUP) == (0, 1)
    clock.seconds += 1
    assert sends_until_refused(limits, GROUP) == (GROUP_PER_MINUTE, 60)


def test_a_person_takes_a_short_burst_and_then_one_a_second() -> None:
    clock = HandClock()
    limits = Budgets(Limits(clock))

    assert sends_until_refused(limits, ANNA) == (PRIVATE_CHAT_BURST, 1)
    clock.seconds += 1
    assert sends_until_refused(limits, ANNA) == (1, 1)


def test_the_whole_bot_takes_thirty_a_second() -> None:
    limits = Budgets(Limits(HandClock()))

    assert [limits.refuse(person) for person in range(1, 32)] == [None] * 30 + [1]


def test_a_fast_clock_shortens_the_wait() -> None:
    limits = Budgets(Limits(HandClock(speed=10)))

    assert sends_until_refused(limits, GROUP) == (GROUP_PER_MINUTE, 6)


@given(st.lists(st.floats(min_value=0, max_value=30), max_size=120))
def test_no_minute_ever_sees_more_than_twenty(pauses: list[float]) -> None:
    clock, passed_at = HandClock(), list[float]()
    limits = Budgets(Limits(clock))

    for pause in pauses:
        clock.seconds += pause
        if limits.refuse(GROUP) is None:
            passed_at.append(clock.seconds)

    assert all(sum(start <= at < start + 59.999 for at in passed_at) <= GROUP_PER_MINUTE for start in passed_at)


def test_over_http_edits_pins_and_topics_count_and_reactions_do_not(
    sandbox: RunningSandbox, desk: int, topic: int
) -> None:
    """The topic itself was the first of the twenty."""
    card = sandbox.call("sendMessage", chat_id=desk, message_thread_id=topic, text="0")["result"]["message_id"]
    sandbox.call("pinChatMessage", chat_id=desk, message_id=card)
    for n in range(1, GROUP_PER_MINUTE - 2):
        assert sandbox.call("editMessageText", chat_id=desk, message_id=card, text=str(n))["ok"]

    refused = sandbox.call("sendMessage", chat_id=desk, message_thread_id=topic, text="one too many")

    wait_seconds = refused["parameters"]["retry_after"]
    assert refused == {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {wait_seconds}",
        "parameters": {"retry_after": wait_seconds},
    }
    assert sandbox.call(
        "setMessageReaction", chat_id=desk, message_id=card, reaction=[{"type": "emoji", "emoji": "👀"}]
    )["ok"]
    assert sandbox.post("/limits", enforce=False)["enforce"] is False
    assert sandbox.call("sendMessage", chat_id=desk, message_thread_id=topic, text="now it passes")["ok"]
