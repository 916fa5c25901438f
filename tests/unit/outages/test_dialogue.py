"""The emergency group: from "it is down" to "everybody knows" by one command and a few taps, once, and only by announcers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.announcements import State
from chalicelib.desk.messages import IncomingMessage, Kind, Sender
from chalicelib.desk.outage_drafts import texts_in, words_in
from chalicelib.desk.outage_life import Update
from chalicelib.store import settings as documents
from chalicelib.store.settings import Document
from chalicelib.store.table import Exists
from chalicelib.use_cases import announcing, outage_dialogue, settings
from tests.unit.outages.conftest import EMERGENCY_CHAT
from tests.unit.outages.conftest import MARINA as MARINA_BY_TOKEN
from tests.unit.outages.group import MARINA, STRANGER, TIMUR, Group, declared
from tests.unit.outages.group import group as group


def test_one_command_and_six_taps_and_everybody_knows(group: Group) -> None:
    group.world.client(600_001)
    preview = group.preview()
    assert "there is trouble right now" in preview["text"]
    assert "сейчас есть неполадки" in preview["text"]
    assert declared() == []
    group.tap("📣")
    (outage,) = declared()
    assert (outage.title, outage.level, outage.in_app, outage.components) == ("Sign-in", "red", False, ("Sign-in",))
    assert outage.latest.expected_at
    assert outage.latest.author.name == "Marina"
    group.tap("✅ Approve", TIMUR)
    assert group.world.told() == [600_001]


def test_a_second_tap_on_go_announces_nothing_and_says_so(group: Group) -> None:
    preview = group.preview()
    group.tap("📣")
    assert group.tap("📣", message=preview) == "This was announced already"
    assert len(declared()) == 1


def test_the_author_may_not_approve_their_own_by_whatever_way_they_come(group: Group) -> None:
    group.preview()
    group.tap("📣")
    assert "second person" in group.tap("✅ Approve")
    assert declared()[0].directed == 0


def test_after_an_hour_it_is_too_late_to_approve(group: Group) -> None:
    group.preview()
    group.tap("📣")
    group.world.pass_time(3601)
    assert "More than an hour" in group.tap("✅ Approve", TIMUR)
    assert declared()[0].directed == 0


def test_only_announcers_are_listened_to(group: Group) -> None:
    group.say("/outage Sign-in", STRANGER)
    assert "not among the announcers" in group.world.texts_to(EMERGENCY_CHAT)[-1]
    group.preview()
    assert "not among the announcers" in group.tap("📣", STRANGER)
    assert "somebody else's" in group.tap("📣", TIMUR)
    assert declared() == []


def test_what_is_next_is_led_from_the_message_that_announced_it(group: Group) -> None:
    group.preview(app="Yes")
    group.tap("📣")
    group.tap("🔎")
    group.tap("Nobody knows")
    group.tap("📣")
    assert declared()[0].state is State.IDENTIFIED
    group.tap("✅ Fixed")
    group.tap("📣")
    (outage,) = declared()
    assert (outage.state, outage.latest.n) == (State.RESOLVED, 3)


def test_in_their_own_words_in_both_languages_or_not_at_all(group: Group) -> None:
    group.preview()
    group.say("/text Только по-русски")
    assert "two lines" in group.world.texts_to(EMERGENCY_CHAT)[-1]
    group.say("/text Вход чиним\nWe are repairing the sign-in")
    assert "We are repairing the sign-in" in group.shown()["text"]
    group.tap("📣")
    assert declared()[0].latest.text == {"ru": "Вход чиним", "en": "We are repairing the sign-in"}


def test_the_team_has_settled_what_is_said(group: Group) -> None:
    words = {"ru": "Беда: {title}", "en": "Trouble: {title}"}
    wordings = [{"kind": "outage", "state": "investigating", "text": words}]
    documents.replace_document(Document("announcements", {"wordings": wordings}, 1))
    assert "Trouble: Sign-in" in group.preview()["text"]


def test_what_ended_moments_ago_is_offered_to_be_reopened(group: Group) -> None:
    group.preview(app="Yes")
    group.tap("📣")
    group.tap("✅ Fixed")
    group.tap("📣")
    group.preview("Sign-in again", app="No")
    group.tap("🔁")
    assert declared()[0].ended
    assert "to clients directly" in group.shown()["text"]
    group.tap("📣")
    (outage,) = declared()
    assert (outage.state, outage.latest.reason) == (State.INVESTIGATING, "it came back right after it was fixed")
    assert (outage.in_app, outage.latest.awaits_approval, bool(outage.latest.expected_at)) == (False, True, True)


def test_what_somebody_else_has_reopened_is_not_reopened_again(group: Group) -> None:
    group.preview(app="Yes")
    group.tap("📣")
    group.tap("✅ Fixed")
    group.tap("📣")
    outage = declared()[0]
    preview = group.preview()
    reopened = Update({"ru": "Снова", "en": "Again"}, {"state": State.INVESTIGATING}, reason="It came back")
    announcing.announce(outage.id, reopened, MARINA_BY_TOKEN, settings.current(), group.world.now)
    assert "something newer" in group.tap("🔁", message=preview)


def test_when_everybody_is_told_nothing_is_paused_or_called_off_and_the_message_says_so(group: Group) -> None:
    group.world.client(600_001)
    group.preview()
    group.tap("📣")
    group.tap("✅ Approve", TIMUR)
    assert "nothing to stop" in group.tap("⏸")
    assert "No direct message is on its way" in group.shown()["text"]
    assert not any(label.startswith(("⏸", "⏹")) for label in group.labels())


def test_a_wrong_tap_is_taken_back_and_nothing_is_announced(group: Group) -> None:
    preview = group.preview()
    group.tap("✖️")
    assert group.tap("📣", message=preview).startswith("This draft is gone")
    assert declared() == []


def test_the_same_command_twice_is_one_draft(group: Group) -> None:
    sender = Sender(str(MARINA), "Marina", "en")
    written = IncomingMessage(
        "m", group.world.bot, str(EMERGENCY_CHAT), False, sender, group.world.now, Kind.TEXT, "/outage X"
    )
    command = outage_dialogue.command_of(written, "telegram", settings.current())
    assert command
    outage_dialogue.receive(written, command, settings.current(), group.world.now)
    with pytest.raises(Exists):
        outage_dialogue.receive(written, command, settings.current(), group.world.now)


@given(st.text(max_size=300))
def test_whatever_follows_the_command_is_a_title_and_perhaps_both_texts(words: str) -> None:
    title, text = words_in(words)
    assert title == title.strip()
    assert text is None or set(text) == {"ru", "en"}


@given(st.lists(st.text(max_size=30), max_size=5))
def test_a_text_has_both_languages_or_is_none(lines: list[str]) -> None:
    found = texts_in(lines)
    assert found is None or all(value.strip() for value in found.values())


def test_back_to_an_earlier_state_only_with_a_reason_that_is_kept(group: Group) -> None:
    group.preview(app="Yes")
    group.tap("📣")
    earlier = group.shown()
    group.tap("🔧")
    group.tap("📣")
    group.tap("🔎", message=earlier)
    assert "Why does it go back?" in group.shown()["text"]
    group.say("/reason")
    assert "Say why it goes back" in group.world.texts_to(EMERGENCY_CHAT)[-1]
    group.say("/reason It fails again")
    group.tap("Nobody knows")
    group.tap("📣")
    (outage,) = declared()
    assert (outage.state, outage.latest.reason) == (State.IDENTIFIED, "It fails again")


def test_a_reason_where_nothing_goes_back_changes_nothing(group: Group) -> None:
    group.preview(app="Yes")
    group.say("/reason I would like to")
    assert "nothing has changed" in group.world.texts_to(EMERGENCY_CHAT)[-1]
    group.tap("📣")
    assert declared()[0].latest.reason == ""


def test_many_parts_are_leafed_through_and_what_is_marked_stays_marked(group: Group) -> None:
    documents.replace_document(Document("components", [f"Part {n:02d}" for n in range(45)], 2))
    documents.forget()
    group.say("/outage Sign-in")
    for label in ("🔴", "Yes", "◻️ Part 03", "More", "More", "◻️ Part 44", "◀️"):
        group.tap(label)
    labels = group.labels()
    assert (labels[0], labels[19]) == ("◻️ Part 20", "◻️ Part 39")
    assert "Marked: Part 03, Part 44" in group.shown()["text"]
    for label in ("➡️", "1 h", "📣"):
        group.tap(label)
    assert declared()[0].components == ("Part 03", "Part 44")


def test_the_preview_says_how_bad_it_is_what_it_concerns_and_who_sees_it(group: Group) -> None:
    preview = group.preview()["text"]
    for said in ("🔴 Outage, we are looking into it", "Concerns: Sign-in", "the banner"):
        assert said in preview


def test_what_is_repaired_promises_no_time_any_more(group: Group) -> None:
    group.preview(app="Yes")
    group.tap("📣")
    group.tap("🔧")
    group.tap("📣")
    assert declared()[0].latest.expected_at is None
    group.tap("✅ Fixed")
    assert "who was told directly" in group.shown()["text"]


def test_after_the_end_nothing_is_left_to_approve(group: Group) -> None:
    group.preview()
    group.tap("📣")
    panel = group.shown()
    group.tap("✅ Fixed")
    group.tap("📣")
    assert "nothing is left to approve" in group.tap("✅ Approve", TIMUR, panel)


def test_a_title_that_is_too_long_is_refused_and_not_cut(group: Group) -> None:
    group.say(f"/outage {'x' * 121}")
    assert "121 characters" in group.world.texts_to(EMERGENCY_CHAT)[-1]
