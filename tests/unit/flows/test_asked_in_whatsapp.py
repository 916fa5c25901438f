"""WhatsApp: a list inside the window of 24 hours, an approved template with the link outside of it, and nothing without one."""

from datetime import timedelta
from typing import Any

from chalicelib.desk.messages import Author
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.messengers.whatsapp_calls import _said
from chalicelib.store import outbound, settings, voice
from chalicelib.store.settings import Document
from chalicelib.use_cases import console, invitations
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
    return [item.content for item in outbound.of_ticket(ticket.id) if item.purpose is Purpose.SURVEY]


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


def test_without_a_template_nobody_is_asked_and_nothing_is_counted(world: World) -> None:
    assert asked(world, timedelta(hours=25)) == []
    assert voice.last_asked(ticket_of(whatsapp()).client_id).at == {}
