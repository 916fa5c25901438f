"""The rules of outages and their announcements: lives, channels, the second person, and every refusal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk import announcements, announcers, outage_life, outages
from chalicelib.desk.announcements import ENDS, Announcement, Channels, Forbidden, Kind, Level, Refused, State
from chalicelib.desk.messages import Author
from chalicelib.desk.outage_life import Declaration, Update
from chalicelib.desk.outages import LIVES, Outage
from chalicelib.desk.settings import Announcer, Announcers, Side
from chalicelib.desk.validation import Invalid

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MARINA, OLEG = Author("token:marina", "marina"), Author("token:oleg", "oleg")
WORDS = {"ru": "Не открывается вход", "en": "Signing in does not work"}
AHEAD: dict[Kind, Any] = {kind: {} if kind is Kind.OUTAGE else {"starts_at": NOW + 24 * HOUR} for kind in Kind}
COMPONENTS = ("Sign-in", "Reports")


def declared(**said: Any) -> Outage:
    return outage_life.declare(
        Declaration(**{"title": "Sign-in", "kind": Kind.OUTAGE, "level": Level.RED, "text": WORDS, **said}),
        "o1",
        MARINA,
        COMPONENTS,
        NOW,
    )


def update(reason: str = "", text: dict[str, str] | None = None, **changes: Any) -> Update:
    return Update(text or {"ru": "Чиним", "en": "We are on it"}, changes, reason)


def announced(outage: Outage, at: datetime = NOW + HOUR, **said: Any) -> Outage:
    return outage_life.announce(outage, update(**said), MARINA, at)


def wrong_fields(error: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [each.field for each in error.value.errors]


# Lives


@given(kind=st.sampled_from(Kind), data=st.data())
def test_a_life_goes_forward_and_never_back_without_a_reason(kind: Kind, data: st.DataObject) -> None:
    life = LIVES[kind]
    outage = declared(kind=kind, level=Level.GREEN, **AHEAD[kind])
    for n, state in enumerate(data.draw(st.lists(st.sampled_from(life), max_size=8))):
        text = {"ru": str(n), "en": str(n)}
        back = life.index(state) < life.index(outage.state)
        if outage.ended or back:
            with pytest.raises((Refused, Invalid)):
                announced(outage, state=state, text=text)
        else:
            outage = announced(outage, state=state, text=text)
            assert outage.state is state
            assert outage.ended is (outage.ended_at is not None) is (state in ENDS)


@given(st.lists(st.sampled_from(LIVES[Kind.OUTAGE]), max_size=8))
def test_announcements_are_numbered_and_keep_the_reason_for_going_back(states: list[State]) -> None:
    outage = declared()
    for n, state in enumerate(states, start=2):
        if outage.ended and state in ENDS:
            return
        outage = announced(outage, state=state, reason="the cause was another", text={"ru": str(n), "en": str(n)})
        assert (outage.latest.n, outage.latest.reason) == (n, "the cause was another")


def test_a_state_of_another_kind_is_named_with_those_that_are_possible() -> None:
    with pytest.raises(Invalid, match="must be one of scheduled, in_progress, completed for maintenance") as error:
        declared(kind=Kind.MAINTENANCE, state=State.INVESTIGATING)
    assert wrong_fields(error) == ["state"]


def test_planned_work_starts_when_it_is_said_to_be_in_progress() -> None:
    ahead = declared(kind=Kind.MAINTENANCE, level=Level.GREEN, starts_at=NOW + 24 * HOUR)
    assert (ahead.planned, ahead.started_at) == (True, NOW + 24 * HOUR)
    begun = announced(ahead, at=NOW + 25 * HOUR, state=State.IN_PROGRESS)
    assert (begun.planned, begun.started_at) == (False, NOW + 25 * HOUR)


def test_what_was_expected_holds_until_it_has_passed() -> None:
    outage = declared(expected_at=NOW + 2 * HOUR)
    assert announced(outage, at=NOW + HOUR).latest.expected_at == NOW + 2 * HOUR
    assert announced(outage, at=NOW + 3 * HOUR).latest.expected_at is None
    assert announced(outage, at=NOW + HOUR, state=State.RESOLVED).latest.expected_at is None
    assert announced(outage, expected_at=None).latest.expected_at is None


def test_the_history_remembers_the_worst_level() -> None:
    outage = announced(declared(level=Level.YELLOW), level=Level.RED)
    assert announced(outage, level=Level.GREEN, state=State.RESOLVED).worst is Level.RED


# Refusals


def test_every_field_that_does_not_hold_is_named() -> None:
    with pytest.raises(Invalid) as error:
        declared(
            kind=Kind.NOVELTY,
            text={"ru": " ", "en": "There"},
            components=("Sign-in", "Coffee"),
            expected_at=NOW - HOUR,
            starts_at=NOW,
        )
    assert sorted(wrong_fields(error)) == ["components[1]", "expected_at", "level", "starts_at", "text.ru"]


def test_an_expected_time_before_the_start_is_refused() -> None:
    with pytest.raises(Invalid, match="must be after starts_at"):
        declared(kind=Kind.MAINTENANCE, starts_at=NOW + 2 * HOUR, expected_at=NOW + HOUR)


def test_what_is_scheduled_begins_within_sixty_days_and_lasts_no_longer() -> None:
    far, further = NOW + timedelta(days=60), NOW + timedelta(days=60, seconds=1)
    plan = declared(kind=Kind.MAINTENANCE, starts_at=far, expected_at=far + timedelta(days=60))
    for wrong, field in (
        ({"kind": Kind.MAINTENANCE, "starts_at": further}, "starts_at"),
        ({"kind": Kind.MAINTENANCE}, "starts_at"),
        ({"expected_at": further}, "expected_at"),
    ):
        with pytest.raises(Invalid) as error:
            declared(**wrong)
        assert wrong_fields(error) == [field]
    with pytest.raises(Invalid, match="say when it begins"):
        announced(plan, starts_at=None)


def test_neither_time_may_be_moved_past_the_other() -> None:
    plan = declared(kind=Kind.MAINTENANCE, starts_at=NOW + 3 * HOUR, expected_at=NOW + 4 * HOUR)
    for moved in ({"expected_at": NOW + 2 * HOUR}, {"starts_at": NOW + 5 * HOUR}):
        with pytest.raises(Invalid) as error:
            announced(plan, **moved)
        assert wrong_fields(error) == ["expected_at"]


def test_what_is_called_off_never_began_and_may_be_taken_up_again() -> None:
    plan = declared(kind=Kind.MAINTENANCE, starts_at=NOW + 3 * HOUR)
    off = announced(plan, state=State.COMPLETED)
    assert (off.latest.called_off, off.started_at, off.ended) == (True, None, True)
    again = announced(off, reason="It is needed after all", state=State.IN_PROGRESS)
    assert (again.latest.called_off, again.started_at) == (False, NOW + HOUR)


def test_nothing_more_is_announced_after_the_end_unless_it_begins_again_with_a_reason() -> None:
    over = announced(declared(), state=State.RESOLVED)
    with pytest.raises(Refused, match="outage_has_ended"):
        announced(over, text={"ru": "Ещё", "en": "More"})
    again = announced(over, state=State.INVESTIGATING, reason="it came back")
    assert (again.ended, again.ended_at, again.latest.reason) == (False, None, "it came back")


def test_a_second_tap_announces_nothing_new() -> None:
    outage = announced(declared(), state=State.IDENTIFIED)
    with pytest.raises(Refused, match="already_announced"):
        announced(outage, state=State.IDENTIFIED)


def test_what_nobody_approved_within_the_hour_is_announced_once_more_in_the_same_words() -> None:
    outage = declared(in_app=False)
    with pytest.raises(Refused, match="already_announced"):
        announced(outage, NOW + HOUR, text=WORDS)
    assert announced(outage, NOW + HOUR + timedelta(seconds=1), text=WORDS).latest.n == 2


# Channels


@pytest.mark.parametrize(
    ("kind", "level", "in_app", "expected"),
    [
        (Kind.OUTAGE, Level.RED, False, Channels(emergency=True, direct=True)),
        (Kind.OUTAGE, Level.RED, True, Channels(emergency=True, direct=False)),
        (Kind.OUTAGE, Level.YELLOW, False, Channels(emergency=True, direct=False)),
        (Kind.MAINTENANCE, Level.YELLOW, False, Channels(emergency=True, direct=False)),
        (Kind.MAINTENANCE, Level.RED, False, Channels(emergency=True, direct=True)),
        (Kind.NOVELTY, Level.GREEN, False, Channels(emergency=False, direct=False)),
    ],
)
def test_the_channels_of_the_design(kind: Kind, level: Level, in_app: bool, expected: Channels) -> None:
    assert declared(kind=kind, level=level, in_app=in_app, **AHEAD[kind]).latest.channels == expected


def test_the_end_goes_by_the_channels_of_the_news_whatever_its_level() -> None:
    news = declared(in_app=False)
    told = outages.let_go(news, announcements.approved(news.latest, 1, OLEG, NOW))
    end = announced(told, state=State.RESOLVED, level=Level.GREEN, in_app=True)
    assert end.latest.channels == Channels(emergency=True, direct=True)
    never_approved = announced(news, state=State.RESOLVED)
    assert never_approved.latest.channels == Channels(emergency=True, direct=False)


# What overtakes what


def test_a_newer_announcement_overtakes_once_it_is_let_go_and_the_end_at_once() -> None:
    first = declared(in_app=False)
    first = outages.let_go(first, replace(first.latest, approved_at=NOW))
    second = announced(first, state=State.IDENTIFIED)
    assert not second.overtakes(first.latest)
    assert outages.let_go(second, second.latest).overtakes(first.latest)
    end = announced(first, state=State.RESOLVED)
    assert end.overtakes(first.latest)
    assert not end.overtakes(end.latest)
    again = announced(end, state=State.MONITORING, reason="it came back")
    assert again.overtakes(end.latest)


# Who may


def announcers_of(*people: Announcer, us: int = 5) -> Announcers:
    return Announcers(people, {Side.US: us, Side.PARTNER: 1})


def test_announcers_are_named_people() -> None:
    people = announcers_of(Announcer("Marina Sokolova", "marina", Side.US))
    assert announcers.named(people, MARINA).name == "Marina Sokolova"
    with pytest.raises(Forbidden, match="not_an_announcer"):
        announcers.named(people, OLEG)
    with pytest.raises(Forbidden, match="not_an_announcer"):
        announcers.named(people, Author("telegram:1", "marina"))  # what somebody calls themselves in Telegram


def test_each_side_has_only_so_many() -> None:
    people = announcers_of(
        Announcer("Oleg", "oleg", Side.US),
        Announcer("P", "p", Side.PARTNER),
        Announcer("Marina", "marina", Side.US),
        us=1,
    )
    assert announcers.named(people, OLEG).name == "Oleg"
    with pytest.raises(Forbidden, match="too_many_announcers"):
        announcers.named(people, MARINA)


def test_nobody_is_two_people_by_having_a_token_and_being_in_telegram() -> None:
    people = announcers_of(Announcer("Marina Sokolova", "marina", Side.US, telegram_user_id=500_001))
    in_telegram = announcers.second_person(people, Author("telegram:500001", "Marina"))
    assert (
        in_telegram == announcers.second_person(people, MARINA) == announcers.author(announcers.named(people, MARINA))
    )


# The second person


def test_the_second_person_approves_within_the_hour() -> None:
    news = declared(in_app=False).latest
    assert news.awaits_approval
    approved = announcements.approved(news, 1, OLEG, NOW + HOUR)
    assert (approved.approver, approved.approved_at, approved.awaits_approval) == (OLEG, NOW + HOUR, False)


def test_nobody_approves_their_own() -> None:
    with pytest.raises(Forbidden, match="own_announcement"):
        announcements.approved(declared(in_app=False).latest, 1, MARINA, NOW)


def test_after_an_hour_it_is_too_late() -> None:
    with pytest.raises(Refused, match="approval_too_late"):
        announcements.approved(declared(in_app=False).latest, 1, OLEG, NOW + HOUR + timedelta(seconds=1))


def test_a_changed_text_needs_an_approval_of_its_own() -> None:
    with pytest.raises(Refused, match="newer_announcement"):
        announcements.approved(declared(in_app=False).latest, 2, OLEG, NOW)


def test_what_goes_to_nobody_directly_needs_no_approval() -> None:
    with pytest.raises(Refused, match="nothing_to_approve"):
        announcements.approved(declared(in_app=True).latest, 1, OLEG, NOW)


@given(seconds=st.integers(0, 7200), again=st.integers(0, 100_000))
def test_approving_twice_is_approving_once(seconds: int, again: int) -> None:
    news: Announcement = declared(in_app=False).latest
    if seconds > 3600:
        with pytest.raises(Refused):
            announcements.approved(news, 1, OLEG, NOW + timedelta(seconds=seconds))
        return
    once = announcements.approved(news, 1, OLEG, NOW + timedelta(seconds=seconds))
    assert announcements.approved(once, 1, OLEG, NOW + timedelta(seconds=seconds + again)) == once
