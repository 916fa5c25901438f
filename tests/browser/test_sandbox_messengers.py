"""Being a client in each messenger: the sandbox's page at one end, the product's own adapter at the other."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import msgspec
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from chalicelib.desk.messages import IncomingEdit, IncomingMessage, IncomingReachability, IncomingTap, Kind
from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers import ADAPTERS
from chalicelib.messengers.adapter import Place, Sent
from infra.local.sandbox import demo_config, running_sandbox
from tests.browser.sides import NOTE, PICTURE, client_side, opened, say, send, shows_picture
from tests.unit.sandbox.product import Update, Webhook, eventually, product_webhook

TITLES = {"whatsapp": "WhatsApp", "vk": "VK", "viber": "Viber", "max": "MAX"}
GRADES = (("Wow", "csat:x:5"), ("Good", "csat:x:4"), ("So so", "csat:x:3"), ("Bad", "csat:x:2"))
NAME = "Lev Tolmachev"

Event = TypeVar("Event")


class Desk:
    """A product of a few lines: whatever is written is answered with buttons, and a tap with thanks."""

    def __init__(self, messenger: str, product: Webhook) -> None:
        config = getattr(demo_config(), messenger)
        self._adapter = ADAPTERS[messenger]
        self._account = getattr(config, "phone_number_id", "")
        self._secrets = {f"{messenger}_token": config.token}
        self.events: list[object] = []
        product.on_update = self._on_update
        product.body_for = lambda _: self._adapter.success

    def heard(self, kind: type[Event]) -> Event:
        """The last event of a kind that came."""
        assert eventually(lambda: any(isinstance(event, kind) for event in self.events)), self.events
        return [event for event in self.events if isinstance(event, kind)][-1]

    def _on_update(self, update: Update) -> None:
        for event in self._adapter.parse(json.dumps(update).encode(), "", str):
            self.events.append(event)
            if isinstance(event, IncomingMessage) and event.kind is not Kind.REACTION:
                grades = tuple((Button(label, data),) for label, data in GRADES)
                self._send(event.chat, Content(text=f"You wrote: {event.text}", buttons=grades))
            elif isinstance(event, IncomingTap) and self._adapter.answers_taps_by_call:
                self._send(event.chat, Content(Verb.ANSWER_TAP, text="Thank you", message_id=event.key))

    def _send(self, chat: str, content: Content) -> None:
        outcome = self._adapter.send(content, Place(self._account, chat), self._secrets.__getitem__)
        assert isinstance(outcome, Sent), outcome


@dataclass(frozen=True)
class Scene:
    page: Page
    desk: Desk

    @property
    def client(self) -> Locator:
        return client_side(self.page)

    @property
    def last(self) -> Locator:
        return self.client.get_by_role("article").last

    def own(self, text: str) -> Locator:
        """The client's own message with these words, pointed at."""
        message = self.client.get_by_role("article", name="You").filter(has_text=text)
        message.hover()
        return message

    def menu(self, choice: str) -> None:
        self.page.get_by_role("button", name="More about this client").click()
        self.page.get_by_role("button", name=choice).click()


@pytest.fixture
def scene(chromium: Browser, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Somebody new, by name, in the messenger that the test is about."""
    messenger, config = request.param, demo_config()
    with product_webhook() as product:
        section = msgspec.structs.replace(getattr(config, messenger), webhook_url=product.url)
        with running_sandbox(msgspec.structs.replace(config, **{messenger: section})) as sandbox:
            monkeypatch.setenv(f"{messenger.upper()}_API_URL", sandbox.api_url(messenger))
            desk = Desk(messenger, product)
            with opened(chromium, sandbox) as page:
                page.get_by_role("button", name=TITLES[messenger], exact=True).click()
                page.get_by_role("button", name="Client: ").click()
                page.get_by_role("textbox", name="New client").fill(NAME)
                page.get_by_role("button", name="Add").click()
                expect(page.get_by_role("button", name=f"Client: {NAME}")).to_be_visible()
                yield Scene(page, desk)


def among(*messengers: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("scene", messengers, indirect=True)


@among(*TITLES)
def test_a_client_writes_is_answered_and_taps(scene: Scene) -> None:
    say(scene.client, "Hello?")
    expect(scene.last).to_contain_text("You wrote: Hello?")
    assert scene.desk.heard(IncomingMessage).text == "Hello?"

    menu = scene.client.locator("summary")  # WhatsApp's list
    if menu.count():
        menu.click()
    scene.client.get_by_role("button", name="Wow").click()

    assert scene.desk.heard(IncomingTap).data == "csat:x:5"


@among("vk", "max")
def test_what_is_said_to_a_tap_is_shown(scene: Scene) -> None:
    say(scene.client, "Hello?")
    scene.client.get_by_role("button", name="Wow").click()

    expect(scene.client.get_by_role("status")).to_contain_text("Thank you")


@among("whatsapp", "viber")
def test_ticks_tell_how_far_an_answer_has_come(scene: Scene) -> None:
    say(scene.client, "Hello?")

    expect(scene.last).to_have_accessible_name(re.compile(", read$"))


@among(*TITLES)
def test_ticks_tell_whether_the_product_has_it(scene: Scene) -> None:
    say(scene.client, "Hello?")

    expect(scene.own("Hello?")).to_have_accessible_name(re.compile(", delivered$"))


@among("whatsapp", "vk", "max")
def test_a_client_answers_a_message(scene: Scene) -> None:
    say(scene.client, "Hello?")
    expect(scene.last).to_contain_text("You wrote")
    scene.last.hover()
    scene.last.get_by_role("button", name="Reply").click()

    say(scene.client, "Fine")

    expect(scene.own("Fine")).to_contain_text("You wrote: Hello?")
    assert eventually(lambda: bool(scene.desk.heard(IncomingMessage).reply_to))


@among("vk", "max")
def test_a_client_changes_what_they_wrote(scene: Scene) -> None:
    say(scene.client, "helo")
    expect(scene.last).to_contain_text("You wrote")
    scene.own("helo").get_by_role("button", name="Edit").click()

    say(scene.client, "hello")

    expect(scene.own("hello")).to_have_count(1)
    assert scene.desk.heard(IncomingEdit).message.text == "hello"


@among("whatsapp", "vk")
def test_a_client_reacts(scene: Scene) -> None:
    say(scene.client, "Hello?")
    expect(scene.last).to_contain_text("You wrote")
    scene.last.hover()
    scene.last.get_by_role("button", name="React").click()
    scene.page.get_by_role("button", name="React with 👍").click()

    expect(scene.client.get_by_role("button", name="Take back 👍")).to_be_visible()
    assert eventually(lambda: scene.desk.heard(IncomingMessage).kind is Kind.REACTION)


@among("vk", "viber", "max")
def test_a_client_blocks_the_bot_and_comes_back(scene: Scene) -> None:
    say(scene.client, "Hello?")
    expect(scene.last).to_contain_text("You wrote")

    scene.menu("Block the bot")

    expect(scene.client.get_by_role("textbox")).to_be_hidden()
    assert not scene.desk.heard(IncomingReachability).reachable
    scene.client.get_by_role("button", name="Unblock the bot").click()
    expect(scene.client.get_by_role("textbox")).to_be_visible()


@among(*TITLES)
def test_a_deep_link_carries_its_payload(scene: Scene) -> None:
    scene.menu("Open a deep link")
    scene.page.get_by_role("dialog").get_by_role("textbox").fill("inv-42")
    scene.page.get_by_role("dialog").get_by_role("button", name="Open").click()

    assert eventually(lambda: "inv-42" in repr(scene.desk.events))


@among(*TITLES)
def test_a_client_sends_a_photo_of_their_own(scene: Scene) -> None:
    send(scene.client, "Photo", PICTURE)

    shows_picture(scene.client)
    [attachment] = scene.desk.heard(IncomingMessage).attachments
    assert attachment.kind is Kind.PHOTO


@among(*TITLES)
def test_a_client_sends_a_file_of_their_own(scene: Scene) -> None:
    send(scene.client, "Document", NOTE)

    link = scene.client.get_by_role("link", name="Open note.txt")
    assert scene.page.request.get(str(link.get_attribute("href"))).body() == NOTE["buffer"]
    [attachment] = scene.desk.heard(IncomingMessage).attachments
    assert (attachment.kind, attachment.name) == (Kind.DOCUMENT, "note.txt")


@among(*TITLES)
def test_a_client_sends_a_place(scene: Scene) -> None:
    send(scene.client, "Location")

    assert scene.desk.heard(IncomingMessage).kind is Kind.LOCATION
    expect(scene.client.get_by_role("article", name="You")).to_be_visible()
