"""`make screenshot`: plays a short scene on a fresh local stack and photographs the sandbox's page for README."""

import json
import os
import re
import tempfile
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from infra.local.ports import Ports
from infra.local.running import RunningStack
from infra.local.stack import LocalStack
from infra.paths import ROOT

PICTURE = ROOT / "docs" / "desk.png"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZE: ViewportSize = {"width": 1280, "height": 800}

KATE, VERA, MIKHAIL = 600_003, 600_101, 600_201
BEN = {"name": "Ben Carter", "phone": "447911123456"}
PATIENCE_MS = 30_000


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalStack(Path(folder), Ports.free()) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport=SIZE, device_scale_factor=1.25, color_scheme="light")
        _play(stack, page)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE.relative_to(ROOT)} is new")


def _play(stack: RunningStack, page: Page) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    _register_ben(stack)
    page.goto(stack.sandbox_url)
    _say(stack, messenger="max", user=MIKHAIL, text="Здравствуйте! Как выгрузить отчёт за квартал?")
    _say(stack, messenger="telegram", user=KATE, text="Hi! Where do I change the e-mail for invoices?")
    _say(stack, messenger="vk", user=VERA, text="Добрый день! Счёт за ноябрь пришёл дважды.")
    expect(page.get_by_role("tab", name="Vera Lebedeva")).to_be_visible()
    page.get_by_role("button", name="WhatsApp", exact=True).click()
    page.get_by_role("button", name="Client: ").click()
    page.get_by_role("button", name=BEN["name"]).click()
    client, team = page.get_by_role("region", name="Client"), page.get_by_role("region", name="Team")
    for words in ("Good morning! Payments fail in all our shops since 9:40.", "The terminal says “no connection”."):
        client.get_by_role("textbox").fill(words)
        client.get_by_role("textbox").press("Enter")
    page.get_by_role("tab", name=BEN["name"]).click()
    expect(team.get_by_role("log")).to_contain_text("no connection")
    team.get_by_role("button", name="🙋 Take").click()
    expect(team.get_by_role("log")).to_contain_text("With: Oleg Ivanov")
    for words in ("// gateway timeouts since 9:38, Timur is on it", "Good morning, Ben! We see it and are on it."):
        team.get_by_role("textbox").fill(words)
        team.get_by_role("textbox").press("Enter")
    expect(client.get_by_role("article").last).to_have_accessible_name(re.compile(", read$"))
    expect(team.get_by_role("img", name="Vipdesk reacted with 👀")).to_be_visible()
    expect(team.get_by_role("status")).to_be_hidden()


def _register_ben(stack: RunningStack) -> None:
    """A VIP who writes from WhatsApp."""
    identity = {"messenger": "whatsapp", "account": stack.accounts["whatsapp"], "user": BEN["phone"]}
    vip = {"tier": "vip", "company": "Aurora Retail", "position": "CIO", "ground": "the demo's letter no. 2"}
    known = {"name": BEN["name"], "language": "en", "phones": [f"+{BEN['phone']}"], "identities": [identity]}
    _post(f"{stack.api_url}/admin/clients", {**known, **vip}, Authorization=f"Bearer {stack.admin_token}")


def _say(stack: RunningStack, **what: object) -> None:
    _post(f"{stack.sandbox_url}/say", what)


def _post(url: str, body: object, **headers: str) -> None:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})
    urllib.request.urlopen(request, timeout=30).close()


if __name__ == "__main__":
    main()
