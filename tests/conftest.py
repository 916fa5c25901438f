"""What every room of the tests shares: the local stack, started once for the run, and a browser."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from infra.local.ports import Ports
from infra.local.running import RunningStack
from infra.local.stack import LocalStack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# No test asserts an absolute time: the machine may be busy.
settings.register_profile("vipdesk", deadline=None)
settings.load_profile("vipdesk")

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The fixtures say what a test needs: nobody has to repeat it with a marker.

    Quick tests come first, browsers last: from Playwright's start to its end an event loop runs in this thread, and
    no test could start one of its own.
    """
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.stack)
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: [bool(item.get_closest_marker(name)) for name in ("browser", "stack")])


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The whole desk, deployed and running on free ports, with a state of its own."""
    # One group has to serve all tests: the limits are a hundred times what they are, unless a test is about them.
    with LocalStack(tmp_path_factory.mktemp("stack"), Ports.free(), limits_speed=100) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """One browser for the run. Absent: the test is skipped, saying how to get it."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there: apt-get install chromium, or set CHROMIUM to your own")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium: "Browser") -> "Iterator[Page]":
    """A page with cookies and storage of its own."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()
