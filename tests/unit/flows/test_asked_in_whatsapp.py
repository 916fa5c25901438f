"""WhatsApp: a list inside the window of 24 hours, an approved template with the link outside of it, and nothing without one."""

from datetime import timedelta
from typing import Any

from chalicelib.desk.messages import Author, DeliveryState, IncomingStatus
from chalicelib.desk.outbound import Content, Outbound, Purpose
from chalicelib.desk.surveys import Kind
from chalicelib.messengers.whatsapp_calls import _said
from chalicelib.store import outbound, settings, voice
from chalicelib.store.settings import Document
from chalicelib.use_cases import console, delivery_statuses, invitations, survey_report
from chalicelib.use_cases.settings import current
from tests.unit.flows.conftest import World
from tests.unit.flows.people import ticket_of, whatsapp, write
from tests.unit.flows.voices import with_surveys

TEMPLATE = {
    "name": "how_it_went",
    "language": "en_US",
    "category": "utility",
    "body": "Your question is closed. How was it? {{1}}",
    "parameters": [{"name": "1", "means": {"ru": "ссылка", "en": "the link"}}],
}


def asked(world: World, closed_after: timedelta) -> list[Content]:
    write(world, whatsapp(), "The report is empty")
    world.now += closed_after
    ticket = ticket_of(whatsapp())
    console.act("close", ticket.id, Author("token:x", "x"), current(), world.now)
    return [item.content for item in questions()]


def sent(content: Content) -> Any:
    return _said(content, ())


def test_inside_the_window_it_is_a_list_of_five(world: World) -> None:
    [question] = asked(world, timedelta(hours=23))
    rows = sent(question)["interactive"]["action"]["sections"][0]["rows"]
    assert [row["title"] for row in rows] == ["🤩 Wow", "🙂 Good", "😐 So-so", "🙁 Poor", "😣 Awful"]


def test_outside_of_it_an_approved_template_carries_the_link(world: World) -> None:
    settings.replace_document(Document("templates", [TEMPLATE], 1))
    with_surveys(templates={"csat": "how_it_went"})
    [question] = asked(world, timedelta(hours=25))
    template = sent(question)["template"]
    [value] = template["components"][0]["parameters"]
    assert (template["name"], template["language"]["code"]) == ("how_it_went", "en_US")
    assert invitations.invitation_of(value["text"].rpartition("/")[2]).ticket_id == ticket_of(whatsapp()).id
    assert value["text"] in question.text


class TestClosedMeanwhile:
    """It was asked inside the window, and WhatsApp tells later that the window had closed."""

    def told(self, world: World, reason: str = "window_closed") -> None:
        world.now += timedelta(minutes=1)
        name = questions()[-1].content.sent_as
        failed = IncomingStatus(
            f"{name}/failed", whatsapp().account, "w", DeliveryState.FAILED, world.now, reason, name
        )
        delivery_statuses.receive(failed, "whatsapp", current(), world.now)

    def test_it_goes_once_more_by_a_template_and_no_further(self, world: World) -> None:
        settings.replace_document(Document("templates", [TEMPLATE], 1))
        with_surveys(templates={"csat": "how_it_went"})
        asked(world, timedelta(hours=23))
        first = questions()[0].content.sent_as
        self.told(world)
        second = questions()[-1].content
        assert len(questions()) == 2
        assert second.template is not None
        failed = IncomingStatus("k", "1", "w", DeliveryState.FAILED, world.now, "window_closed", first)
        delivery_statuses.receive(failed, "whatsapp", current(), world.now)  # the same is told again
        assert (len(questions()), invited(world)) == (2, 1)
        self.told(world)
        assert (len(questions()), invited(world)) == (2, 0)

    def test_without_a_template_it_is_over_and_was_never_counted(self, world: World) -> None:
        asked(world, timedelta(hours=23))
        assert invited(world) == 1
        self.told(world)
        assert (len(questions()), invited(world)) == (1, 0)

    def test_whoever_cannot_be_reached_is_not_asked_again(self, world: World) -> None:
        settings.replace_document(Document("templates", [TEMPLATE], 1))
        with_surveys(templates={"csat": "how_it_went"})
        asked(world, timedelta(hours=23))
        self.told(world, "undelivered")
        assert (len(questions()), invited(world)) == (1, 0)


def questions() -> list[Outbound]:
    return [item for item in outbound.of_ticket(ticket_of(whatsapp()).id) if item.purpose is Purpose.SURVEY]


def invited(world: World) -> int:
    return survey_report.report(Kind.CSAT, world.now - timedelta(days=1), world.now).invited


def test_without_a_template_nobody_is_asked_and_nothing_is_counted(world: World) -> None:
    assert asked(world, timedelta(hours=25)) == []
    assert voice.last_asked(ticket_of(whatsapp()).client_id).at == {}
