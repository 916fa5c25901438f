"""Each step of each cycle is told once, also when it turns out later which cycles there were: a message came late, a reply
failed. A story is a line as in ``telling``; ``look`` is a check."""

from datetime import datetime, timedelta

import pytest

from chalicelib.desk import ticket_deadlines, ticket_life
from chalicelib.desk.clients import Identity, Tier
from chalicelib.desk.messages import Author
from chalicelib.desk.policies import DEFAULT_POLICIES, Policy, choose
from chalicelib.desk.tickets import Ticket
from tests.unit.desk.telling import CALENDARS, MONDAY

MARINA = Author("marina", "Marina")
FOUND = choose(DEFAULT_POLICIES, Tier.VIP, "telegram")
assert FOUND
POLICY: Policy = FOUND


def at(clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return MONDAY.replace(hour=int(hours), minute=int(minutes))


def told(story: str) -> list[str]:
    """What was told of reply cycles and updates, each time anybody looked."""
    ticket = Ticket("t", "c", "Client", Tier.VIP, Identity("telegram", "1", "2"), at("10:00"), POLICY)
    said = []
    for line in story.split("; "):
        what, clock = line.split()
        if what == "client":
            ticket = ticket_life.client_wrote(ticket, at(clock), clock)
        elif what == "reply":
            ticket = ticket_life.reply_accepted(ticket_life.staff_replied(ticket, at(clock), clock, MARINA), clock)
        elif what == "failed":
            ticket = ticket_life.reply_failed(ticket, clock, CALENDARS)
        else:
            steps = ticket_deadlines.untold(ticket, CALENDARS, at(clock))
            ticket = ticket_deadlines.told(ticket, steps)
            said += [f"{clock} {step.metric} {step.step}" for step in steps if step.metric != "resolve"]
    return said


WARNED = ["10:28 next_reply 50%", "10:28 next_reply 80%"]


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("client 10:00; reply 10:01; reply 10:15; client 10:20; look 10:28; look 10:28", WARNED),
        # Another cycle stands before the one that was told of: it is the same one all the same.
        ("client 10:00; reply 10:01; reply 10:15; client 10:20; look 10:28; client 10:14; look 10:28", WARNED),
        # The same cycle began earlier than anybody knew.
        ("client 10:00; reply 10:01; client 10:20; look 10:28; client 10:19; look 10:28", WARNED),
    ],
)
def test_a_message_that_came_late_has_nothing_told_again(story: str, expected: list[str]) -> None:
    assert told(story) == expected


def test_what_a_failed_reply_had_begun_takes_no_step_from_another_cycle() -> None:
    story = "client 10:00; reply 10:01; reply 10:20; look 10:50; failed 10:20; look 10:50; reply 10:55; look 11:26"
    of_each = ["10:50 update 50%"], ["10:50 update 50%", "10:50 update 80%"], ["11:26 update 50%"]
    assert told(story) == [step for cycle in of_each for step in cycle]


def test_a_cycle_that_a_failed_reply_had_ended_goes_on_and_is_told_once() -> None:
    story = "client 10:00; look 10:03; reply 10:04; client 10:06; look 10:12; failed 10:04; look 10:12; look 10:12"
    assert told(story) == [
        "10:03 first_reply 50%",
        "10:12 next_reply 50%",
        "10:12 first_reply 80%",
        "10:12 first_reply 0m",
    ]


def test_a_step_that_waits_for_the_messengers_word_is_looked_at_when_its_minute_is_over() -> None:
    ticket = Ticket("t", "c", "Client", Tier.VIP, Identity("telegram", "1", "2"), at("10:00"), POLICY)
    ticket = ticket_life.client_wrote(ticket, at("10:00"), "m")
    ticket = ticket_deadlines.told(ticket, ticket_deadlines.untold(ticket, CALENDARS, at("10:03")))
    posted = at("10:03") + timedelta(seconds=30)
    ticket = ticket_life.staff_replied(ticket, posted, "r", MARINA)
    assert ticket_deadlines.reckon(ticket, CALENDARS, at("10:04")).look_at == posted + timedelta(minutes=1)


def test_a_reply_on_its_way_holds_no_step_of_what_it_cannot_end() -> None:
    ticket = Ticket("t", "c", "Client", Tier.VIP, Identity("telegram", "1", "2"), at("10:00"), POLICY)
    ticket = ticket_life.client_wrote(ticket, at("10:00"), "m")
    ticket = ticket_life.staff_replied(ticket, at("12:00") - timedelta(seconds=30), "r", MARINA)
    steps = ticket_deadlines.untold(ticket, CALENDARS, at("12:00"))
    assert [step.step for step in steps if step.metric == "resolve"] == ["50%"]
