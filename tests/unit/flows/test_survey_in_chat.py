"""A survey is answered in the chat: one tap, then words if the client likes, another grade, and nobody else's tap counts."""

from datetime import timedelta

import pytest

from chalicelib.desk.messages import IncomingTap, Sender
from chalicelib.desk.surveys import LONGEST_COMMENT
from chalicelib.desk.tickets import Status
from chalicelib.store import messages
from chalicelib.use_cases import taps
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import MANAGER, SUPPORT, World
from tests.unit.flows.voices import PAVEL, Asked, with_surveys

KATE = 600_003


@pytest.fixture
def pavel(world: World) -> Asked:
    asked = Asked(world)
    asked.writes("The report is empty")
    asked.is_answered()
    world.now += timedelta(minutes=1)
    asked.is_closed()
    return asked


def adds(pavel: Asked, words: str) -> None:
    pavel.taps(f"survey_comment:{pavel.invitation.id}")
    pavel.world.now += timedelta(seconds=20)
    pavel.writes(words)


class TestComments:
    def test_typed_in_the_chat_after_a_tap(self, pavel: Asked) -> None:
        pavel.grades(5)
        adds(pavel, "Быстро {и} <ясно> [🙂]")
        assert (pavel.invitation.score, pavel.invitation.comment) == (5, "Быстро {и} <ясно> [🙂]")
        assert "Your words have reached us" in pavel.told[-1]
        assert any("Быстро {и} <ясно> [🙂]" in text and "🤩 Wow" in text for text in pavel.topic())

    def test_reopens_nothing_and_is_kept_as_a_message(self, pavel: Asked) -> None:
        pavel.grades(5)
        adds(pavel, "Why was it so slow?")
        ticket = pavel.world.ticket(PAVEL)
        assert ticket.status is Status.CLOSED
        assert messages.of_ticket(ticket.id)[-1].text == "Why was it so slow?"

    def test_only_the_next_text_is_the_comment(self, pavel: Asked) -> None:
        pavel.grades(5)
        adds(pavel, "Thank you, Oleg")
        pavel.writes("It is broken again")
        assert pavel.invitation.comment == "Thank you, Oleg"
        assert pavel.world.ticket(PAVEL).status is Status.OPEN

    def test_an_hour_later_it_is_a_question_like_any_other(self, pavel: Asked) -> None:
        pavel.grades(5)
        pavel.taps(f"survey_comment:{pavel.invitation.id}")
        pavel.world.now += timedelta(hours=1, seconds=1)
        pavel.writes("It is broken again")
        assert (pavel.invitation.comment, pavel.world.ticket(PAVEL).status) == ("", Status.OPEN)

    def test_one_that_is_too_long_is_refused_whole_and_can_be_shortened(self, pavel: Asked) -> None:
        pavel.grades(5)
        adds(pavel, "я" * (LONGEST_COMMENT + 1))
        assert pavel.invitation.comment == ""
        assert "4001 characters" in pavel.told[-1]
        assert pavel.world.ticket(PAVEL).status is Status.CLOSED
        pavel.writes("я" * LONGEST_COMMENT)
        assert pavel.invitation.comment == "я" * LONGEST_COMMENT
        shown = [text.count("я") for text in pavel.topic()]
        assert sum(shown) >= 2 * LONGEST_COMMENT  # both texts, whole

    def test_the_same_message_again_is_one_comment(self, pavel: Asked) -> None:
        pavel.grades(5)
        pavel.taps(f"survey_comment:{pavel.invitation.id}")
        update = pavel.world.private(PAVEL, 77, "Well done")
        for _ in range(2):
            pavel.world.receive(update)
            pavel.world.deliver()
        assert sum("Well done" in text for text in pavel.topic()) == 1
        assert pavel.world.ticket(PAVEL).status is Status.CLOSED

    def test_a_change_of_the_message_changes_the_comment_and_the_manager_reads_it_once(self, pavel: Asked) -> None:
        pavel.grades(5)
        adds(pavel, "Slow")
        edited = {**pavel.world.private(PAVEL, pavel.messages, "Quick")["message"], "edit_date": 2}
        pavel.world.receive(pavel.world.update(edited_message=edited))
        assert pavel.invitation.comment == "Quick"
        pavel.grades(2)
        [alert] = [text for text in pavel.world.texts_to(MANAGER) if "gave 2 of 5" in text]
        assert (alert.count("Quick"), alert.count("Slow"), alert.count("The report is empty")) == (1, 0, 1)

    def test_who_has_a_new_question_after_all_says_so(self, pavel: Asked) -> None:
        pavel.grades(5)
        pavel.taps(f"survey_comment:{pavel.invitation.id}")
        pavel.taps(f"survey_question:{pavel.invitation.id}")
        pavel.world.now += timedelta(seconds=20)
        pavel.writes("It is broken again")
        assert (pavel.invitation.comment, pavel.world.ticket(PAVEL).status) == ("", Status.OPEN)


class TestChanging:
    def test_another_grade_by_the_button(self, pavel: Asked) -> None:
        pavel.grades(5)
        pavel.taps(f"survey_change:{pavel.invitation.id}")
        again = pavel.world.calls("editMessageText")[-1]
        assert again["reply_markup"]["inline_keyboard"][0][0]["text"] == "🤩 Wow"
        pavel.grades(3)
        assert pavel.invitation.score == 3
        assert "🤩" not in pavel.world.calls("editMessageText")[-1]["text"]

    def test_the_same_grade_again_is_thanked_for_again(self, pavel: Asked) -> None:
        pavel.grades(5)
        first = pavel.invitation
        pavel.world.now += timedelta(minutes=1)
        pavel.taps(f"survey_change:{first.id}")
        pavel.grades(5)
        assert pavel.invitation.answered_at == first.answered_at
        assert "makes our day" in pavel.world.calls("editMessageText")[-1]["text"]

    def test_a_tap_that_comes_again_late_does_not_undo_a_change(self, pavel: Asked) -> None:
        world = pavel.world
        tapped = world.tap(PAVEL, PAVEL, "3", f"csat:{pavel.invitation.id}:1")
        world.receive(tapped)
        pavel.grades(5)
        world.receive(tapped)
        assert pavel.invitation.score == 5

    def test_a_double_tap_is_one_answer(self, pavel: Asked) -> None:
        world = pavel.world
        for _ in range(4):
            pavel.grades(2)
        assert (pavel.invitation.score, pavel.invitation.version) == (2, 2)
        assert len([text for text in world.texts_to(MANAGER) if "gave 2 of 5" in text]) == 1


class TestWhatIsNoAnswer:
    @pytest.mark.parametrize("value", ["6", "0", "five", "5.5", "-1", "", "５", "5:4"])
    def test_what_is_no_grade_changes_nothing(self, pavel: Asked, value: str) -> None:
        pavel.taps(f"csat:{pavel.invitation.id}:{value}")
        assert pavel.invitation.score == (5 if value == "5:4" else None)

    def test_somebody_elses_tap_does_not_count(self, pavel: Asked) -> None:
        """Viber brings a tap as a text, which anybody can write."""
        assert "has ended" in pavel.taps(f"csat:{pavel.invitation.id}:1", user=KATE)
        stranger = IncomingTap("k1", pavel.world.bot, "c", "", Sender(str(PAVEL), "x"), f"csat:{pavel.invitation.id}:1")
        taps.receive(stranger, "viber", current(), pavel.world.now)
        assert pavel.invitation.score is None

    def test_the_teams_buttons_are_for_telegram_alone(self, pavel: Asked) -> None:
        ticket = pavel.world.ticket(PAVEL)
        sender = Sender(str(SUPPORT), "another person with this number")
        tap = IncomingTap("k2", "1", "c", "", sender, f"reopen:{ticket.id}")
        assert "for the team" in taps.receive(tap, "vk", current(), pavel.world.now)
        assert pavel.world.ticket(PAVEL).status is Status.CLOSED

    def test_a_grade_closes_and_reopens_nothing(self, pavel: Asked) -> None:
        before = pavel.world.ticket(PAVEL)
        pavel.grades(1)
        after = pavel.world.ticket(PAVEL)
        assert (after.status, after.closed_at, after.owner) == (before.status, before.closed_at, before.owner)


def test_the_words_of_the_grades_are_settings(world: World) -> None:
    with_surveys(csat={"grades": {"en": {"5": "Brilliant"}}})
    asked = Asked(world)
    asked.writes("Hello?")
    asked.is_closed()
    [question] = [call for call in world.calls("sendMessage") if "How was it" in call["text"]]
    labels = [row[0]["text"] for row in question["reply_markup"]["inline_keyboard"]]
    assert labels == ["🤩 Brilliant", "🙂 Good", "😐 So-so", "🙁 Poor", "😣 Awful"]
    asked.grades(5)
    assert "🤩 Brilliant. Thank you" in world.calls("editMessageText")[-1]["text"]


def test_what_happens_to_the_ticket_later_does_not_change_who_had_answered(pavel: Asked) -> None:
    pavel.staff_taps(f"reopen:{pavel.world.ticket(PAVEL).id}")
    pavel.staff_taps(f"take:{pavel.world.ticket(PAVEL).id}", staff=MANAGER)
    pavel.is_answered("I have it now", staff=MANAGER)
    first = pavel.invitations[0]
    pavel.taps(f"csat:{first.id}:2")
    assert pavel.invitations[0].people == ("oleg",)


def test_the_question_names_nobody(pavel: Asked) -> None:
    [question] = [text for text in pavel.told if "How was it" in text]
    assert "Oleg" not in question
