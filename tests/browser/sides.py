"""The sandbox's page as tests of it use it: the two sides by name, and a page whose every complaint fails the test."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, expect

from infra.local.sandbox import RunningSandbox


@contextmanager
def opened(chromium: Browser, sandbox: RunningSandbox) -> Iterator[Page]:
    """The page in a wide window; whatever the browser complains of and every request elsewhere is trouble."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.on(
        "request",
        lambda request: None if request.url.startswith((sandbox.url, "data:")) else trouble.append(request.url),
    )
    page.goto(sandbox.url)
    expect(page.get_by_role("tab", name="General")).to_have_attribute("aria-selected", "true")
    yield page
    context.close()
    assert trouble == []


def client_side(page: Page) -> Locator:
    return page.get_by_role("region", name="Client")


def team_side(page: Page) -> Locator:
    return page.get_by_role("region", name="Team")


def say(side: Locator, text: str) -> None:
    side.get_by_role("textbox").fill(text)
    side.get_by_role("textbox").press("Enter")
