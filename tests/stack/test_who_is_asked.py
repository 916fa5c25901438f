"""Who is asked how it went, on the running stack: once in a while, about what was a contact, and anew after a reopening."""

from chalicelib.desk.surveys import Kind
from tests.stack.asking import link
from tests.stack.conftest import Desk, eventually, http
from tests.stack.people import Person
from tests.stack.voices import Settle, Voice, every_invitation, invitations, posted, was_asked, was_closed
from tests.stack.voices import settings_for_a_while as settings_for_a_while


class Russian(Voice):
    language = "ru"


def test_once_in_the_rest_period_which_is_a_setting_and_anew_after_a_reopening(
    desk: Desk, settings_for_a_while: Settle
) -> None:
    settings_for_a_while("api", csat={"rest_days": 5, "grades": {"en": {"5": "Splendid"}, "ru": {"5": "Чудо"}}})
    voice = Voice(desk, "telegram")
    client = voice.client_id
    assert "🤩 Splendid" in str(voice.shown(f"csat:{voice.invitation}:5"))
    assert "🤩 Чудо" in str((russian := Russian(desk, "telegram")).shown(f"csat:{russian.invitation}:5"))
    for days, questions in ((4, 1), (6, 2)):
        was_asked(desk, client, "csat", days)
        was_closed(voice, days)
        voice.asks_again(f"Another thing, {days} days later")
        voice.is_closed()
        assert len(invitations(desk, client, Kind.CSAT)) == questions

    first = voice.is_asked()
    assert posted(desk, first, score=2, comment="Not solved") == 200
    voice.asks_again("It is empty again")
    voice.is_closed()
    second = voice.is_asked()
    status, page = http("GET", link(desk, first))
    assert (status, "This survey has ended" in page.decode(), "<form" in page.decode()) == (410, True, False)
    assert voice.taps(f"csat:{second}:4")["text"] == "Thank you!"
    assert "has ended" in voice.taps(f"csat:{first}:5")["text"]
    answers = {each["id"]: (each["score"], each["comment"]) for each in invitations(desk, client, Kind.CSAT)}
    assert (answers[first], answers[second]) == ((2, "Not solved"), (4, ""))
    assert voice.status_of(voice.ticket) == "closed"


def test_nobody_is_asked_about_what_was_no_contact(desk: Desk) -> None:
    """The question is stored with the closing: what is closed and has none stays without."""
    spam, merged, solved = (Person(desk, "telegram") for _ in range(3))
    desk.write_in(spam.topic, "/spam")
    only_thanks = desk.stranger()
    desk.say(only_thanks, "Thank you!")
    [thanked] = eventually(lambda: desk.of_conversation(only_thanks, "TICKET#"))
    for ticket, reason in (
        (merged.newest_ticket, "merged"),
        (thanked["id"], "solved"),
        (solved.newest_ticket, "solved"),
    ):
        desk.admin("POST", f"/admin/tickets/{ticket}/actions", {"action": "close", "reason": reason})

    tickets = [spam.newest_ticket, merged.newest_ticket, thanked["id"], solved.newest_ticket]
    eventually(lambda: {desk.admin("GET", f"/admin/tickets/{each}")["status"] for each in tickets} == {"closed"})
    asked = {each["ticket_id"] for each in every_invitation(desk)}
    assert asked & set(tickets) == {solved.newest_ticket}
    assert solved.shown("csat:")
