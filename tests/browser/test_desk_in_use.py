"""A newcomer plays both sides in the sandbox's page, with the whole desk running behind it."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from infra.local.running import RunningStack
from tests.browser.sides import PICTURE, send, shows_picture

PATIENCE_MS = 60_000


@pytest.fixture
def page(stack: RunningStack, browser_page: Page) -> Page:
    body = json.dumps({"enforce": False}).encode()
    request = urllib.request.Request(f"{stack.sandbox_url}/limits", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()
    browser_page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    browser_page.goto(stack.sandbox_url)
    return browser_page


def be_a_new_client(page: Page, name: str) -> None:
    page.get_by_role("button", name="Client: ").click()
    page.get_by_role("textbox", name="New client").fill(name)
    page.get_by_role("combobox", name="Language").select_option("en")
    page.get_by_role("button", name="Add").click()


def write(page: Page, side: str, text: str) -> None:
    box = page.get_by_role("region", name=side).get_by_role("textbox")
    box.fill(text)
    box.press("Enter")


def test_from_the_first_message_to_the_grade(page: Page) -> None:
    client, team = page.get_by_role("region", name="Client"), page.get_by_role("region", name="Team")
    be_a_new_client(page, "Nina Belova")
    write(page, "Client", "Where is my invoice?")
    page.get_by_role("tab", name="Nina Belova").click()
    expect(team.get_by_role("log")).to_contain_text("Where is my invoice?")
    expect(team.get_by_role("button", name="Pinned message")).to_contain_text("Nina Belova")

    team.get_by_role("button", name="🙋 Take").click()
    expect(team.get_by_role("log")).to_contain_text("With: ")
    write(page, "Team", "// look into the archive")
    write(page, "Team", "Here it is, Nina.")
    expect(client.get_by_role("log")).to_contain_text("Here it is, Nina.")
    expect(team.get_by_role("img", name="Vipdesk reacted with 👌")).to_be_visible()
    expect(client.get_by_role("log")).not_to_contain_text("archive")

    team.get_by_role("button", name="✅ Close").click()
    client.get_by_role("button", name="🤩 Wow").click()
    expect(client.get_by_role("log")).to_contain_text("that makes our day")
    team.get_by_role("button", name="🔄 Reopen").click()
    expect(team.get_by_role("button", name="✅ Close")).to_be_visible()


def test_a_vip_is_seen_by_the_manager_at_once(page: Page) -> None:
    page.get_by_role("button", name="Client: ").click()
    page.get_by_role("button", name="Lena Kim").click()
    write(page, "Client", "Our shops cannot sell.")
    page.get_by_role("tab", name="Marina Sokolova").click()
    alert = page.get_by_role("region", name="Team").get_by_role("article").filter(has_text="Our shops cannot sell.")
    expect(alert).to_contain_text("VIP Lena Kim has written")
    alert.get_by_role("link", name="Open the topic").click()
    expect(page.get_by_role("tab", name="Lena Kim")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize(
    ("messenger", "client"),
    [("WhatsApp", "Olga Smirnova"), ("VK", "Vera Lebedeva"), ("Viber", "Hanna Kuzmich"), ("MAX", "Mikhail Zorin")],
)
def test_a_client_of_the_demo_is_answered_in_their_messenger(page: Page, messenger: str, client: str) -> None:
    page.get_by_role("button", name=messenger, exact=True).click()
    expect(page.get_by_role("button", name=f"Client: {client}")).to_be_visible()
    write(page, "Client", f"Hello from {messenger}")
    page.get_by_role("tab", name=client).click()
    team = page.get_by_role("region", name="Team")
    expect(team.get_by_role("log")).to_contain_text(f"Hello from {messenger}")

    write(page, "Team", "Good morning!")

    expect(page.get_by_role("region", name="Client").get_by_role("log")).to_contain_text("Good morning!")
    expect(team.get_by_role("img", name=re.compile("Vipdesk reacted with [👌👀]"))).to_be_visible()


@pytest.mark.parametrize("messenger", ["Telegram", "WhatsApp", "VK", "Viber", "MAX"])
def test_pictures_go_both_ways(page: Page, messenger: str) -> None:
    client, team = page.get_by_role("region", name="Client"), page.get_by_role("region", name="Team")
    page.get_by_role("button", name=messenger, exact=True).click()
    be_a_new_client(page, f"Rita of {messenger}")
    send(client, "Photo", PICTURE)
    page.get_by_role("tab", name=f"Rita of {messenger}").click()
    shown = team.get_by_role("link", name="Open: ").or_(team.get_by_role("img", name="Photo"))
    expect(shown.first).to_be_visible()

    send(team, "Photo", PICTURE)

    expect(client.get_by_role("img", name="Photo")).to_have_count(2)
    shows_picture(client)
