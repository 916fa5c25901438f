"""The survey page in a real browser, with scripts and without."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect

from infra.local.running import RunningStack
from tests.stack.asking import Asked, ask
from tests.stack.conftest import Desk, eventually


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=request.param, viewport={"width": 390, "height": 780})
    yield context.new_page()
    context.close()


@pytest.fixture
def asked(stack: RunningStack) -> Asked:
    desk = Desk(stack)
    desk.sandbox("/limits", enforce=False)
    return ask(desk)


def test_one_tap_then_a_comment_then_another_grade(asked: Asked, page: Page) -> None:
    asked_for: list[Request] = []
    page.on("request", lambda request: asked_for.append(request))
    page.goto(asked.url)
    expect(page.get_by_role("heading")).to_have_text("Your question is closed. How was it this time?")
    page.get_by_role("button", name="Good").click()
    expect(page.get_by_role("heading")).to_contain_text("Good. Thank you")
    assert eventually(lambda: asked.answers) == [(4, "")]

    page.get_by_label("Add a few words").fill("\n(brackets) {braces} <b>tags</b> 🙂\nsecond line")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_have_text("Your words have reached us. Thank you!")
    expect(page.get_by_label("Add a few words")).to_have_value("\n(brackets) {braces} <b>tags</b> 🙂\nsecond line")

    page.get_by_text("Change the grade").click()
    page.get_by_role("button", name="Wow").click()
    expect(page.get_by_role("heading")).to_contain_text("Wow. Thank you")
    assert eventually(lambda: [score for score, _ in asked.answers] == [5])
    assert asked.answers == [(5, "\n(brackets) {braces} <b>tags</b> 🙂\nsecond line")]
    assert {request.url.split("?")[0] for request in asked_for if not request.url.startswith("data:")} == {asked.url}


def test_a_link_with_a_grade_is_one_tap_where_scripts_run(asked: Asked, chromium: Browser) -> None:
    """Opening it is the only tap; the same page again is no other answer."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{asked.url}?score=5")
    expect(page.get_by_role("heading")).to_contain_text("Wow. Thank you")
    assert eventually(lambda: asked.answers) == [(5, "")]
    page.reload()
    assert asked.answers == [(5, "")]
    context.close()


def test_a_link_with_a_grade_is_confirmed_with_one_key_where_none_run(asked: Asked, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{asked.url}?score=5")
    expect(page.get_by_role("button", name="Send: 🤩 Wow")).to_be_focused()
    assert asked.answers == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_contain_text("Wow. Thank you")
    assert eventually(lambda: asked.answers) == [(5, "")]
    context.close()


def test_everything_is_reachable_from_the_keyboard(asked: Asked, page: Page) -> None:
    page.goto(asked.url)
    for name in ("Wow", "Good", "So-so", "Poor", "Awful"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name)).to_be_focused()


@pytest.mark.parametrize("width", [200, 390, 1400])
def test_it_fits_any_width_in_light_and_dark(asked: Asked, chromium: Browser, width: int) -> None:
    colours = set()
    for scheme in ("light", "dark"):
        context = chromium.new_context(viewport={"width": width, "height": 700}, color_scheme=scheme)
        page = context.new_page()
        page.goto(asked.url)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert Axe().run(page).violations_count == 0
        colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        context.close()
    assert len(colours) == 2
