"""`make screenshot`: plays a short scene on a fresh local stack and photographs the sandbox's page for README."""

import json
import os
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
SIZE: ViewportSize = {"width": 1360, "height": 860}

LENA, KATE, PAVEL, OLEG = 600_005, 600_003, 600_002, 500_002
PATIENCE_MS = 30_000


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalStack(Path(folder), Ports.free()) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport=SIZE, device_scale_factor=2, color_scheme="light")
        _play(stack, page)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE.relative_to(ROOT)} is new")


def _play(stack: RunningStack, page: Page) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    page.goto(stack.sandbox_url)
    _say(stack, user=KATE, name="Kate Miller", text="Hi! Where do I change the e-mail for invoices?")
    _say(stack, user=PAVEL, name="Pavel Orlov", text="Добрый день! Счёт за ноябрь пришёл дважды.")
    expect(page.get_by_role("tab", name="Pavel Orlov")).to_be_visible()
    page.get_by_role("button", name="Client: Anna Volkova").click()
    page.get_by_role("button", name="Lena Kim").click()
    client, team = page.get_by_role("region", name="Client"), page.get_by_role("region", name="Team")
    for words in ("Good morning! Payments fail in all our shops since 9:40.", "The terminal says “no connection”."):
        client.get_by_role("textbox").fill(words)
        client.get_by_role("textbox").press("Enter")
    page.get_by_role("tab", name="Lena Kim").click()
    expect(team.get_by_role("log")).to_contain_text("no connection")
    team.get_by_role("button", name="🙋 Take").click()
    expect(team.get_by_role("log")).to_contain_text("With: Oleg Ivanov")
    for words in ("// gateway timeouts since 9:38, Timur is on it", "Good morning, Lena! We see it and are on it."):
        team.get_by_role("textbox").fill(words)
        team.get_by_role("textbox").press("Enter")
    expect(client.get_by_role("log")).to_contain_text("We see it and are on it.")
    expect(team.get_by_role("img", name="Vipdesk reacted with 👌")).to_be_visible()
    expect(team.get_by_role("status")).to_be_hidden()


def _say(stack: RunningStack, **what: object) -> None:
    body = json.dumps({"messenger": "telegram", **what}).encode()
    request = urllib.request.Request(f"{stack.sandbox_url}/say", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=30).close()


if __name__ == "__main__":
    main()
