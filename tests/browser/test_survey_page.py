"""The survey page in a real browser, with scripts and without."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Request, expect

from infra.local.running import RunningStack
from tests.stack.asking import Asked, ask
from tests.stack.conftest import Desk, eventually
from tests.stack.voices import Settle, ago, edited
from tests.stack.voices import settings_for_a_while as settings_for_a_while


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=request.param, viewport={"width": 390, "height": 780})
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(stack: RunningStack) -> Desk:
    made = Desk(stack)
    made.sandbox("/limits", enforce=False)
    return made


@pytest.fixture
def asked(desk: Desk) -> Asked:
    return ask(desk)


@pytest.fixture
def narrow(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


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


def test_its_other_states_read_well_on_a_small_screen_and_need_no_mouse(asked: Asked, narrow: Page) -> None:
    page, words = narrow, narrow.get_by_role("textbox")
    page.goto(asked.url)
    press(page, "Good")
    heading_is(page, "Good. Thank you")
    tab_to(page, words)
    page.keyboard.insert_text("x" * 4001)
    press(page, "Send")
    expect(page.get_by_role("alert")).to_contain_text("4001 characters long")
    expect(words).to_have_value("x" * 4001)
    reads_well(page)
    tab_to(page, words)
    page.keyboard.press("Control+End")
    page.keyboard.press("Backspace")
    press(page, "Send")
    expect(page.get_by_role("status")).to_have_text("Your words have reached us. Thank you!")
    reads_well(page)
    tab_to(page, page.get_by_text("Change the grade"))
    page.keyboard.press("Enter")
    reads_well(page)
    press(page, "Awful")
    heading_is(page, "Awful. Thank you for being open")
    assert asked.answers == [(1, "x" * 4000)]
    page.goto(f"{asked.url}?score=5")
    expect(page.get_by_role("button", name="Send: 🤩 Wow")).to_be_focused()
    reads_well(page)

    page.goto(f"{asked.url}x")
    heading_is(page, "This link does not lead to a survey")
    tab_to(page, page.get_by_role("link", name="Telegram"))
    edited(asked.desk, "voice", *asked.key, lambda invitation: invitation.update(expires_at=ago(seconds=1)))
    page.goto(asked.url)
    heading_is(page, "This survey has ended")
    tab_to(page, page.get_by_role("link", name="Telegram"))


def test_so_do_the_questions_about_the_company(asked: Asked, narrow: Page, settings_for_a_while: Settle) -> None:
    page = narrow
    settings_for_a_while("api", csi={"qualities": [{"id": "speed", "ru": "Быстро", "en": "We answer fast"}]})
    edited(asked.desk, "voice", *asked.key, lambda invitation: invitation.update(kind="nps"))
    page.goto(asked.url)
    heading_is(page, "How likely are you to recommend us")
    press(page, "10")
    heading_is(page, "10 of 10. Thank you! What is the main reason for it?")

    edited(asked.desk, "voice", *asked.key, lambda invitation: invitation.update(kind="csi", answered_at=None))
    page.goto(asked.url)
    heading_is(page, "what matters to you")
    for group, times in (("How well we do it", 4), ("How much it matters", 2)):
        tab_to(page, page.get_by_role("radiogroup", name=group).get_by_role("radio").first)
        for _ in range(times):
            page.keyboard.press("ArrowRight")
    press(page, "Send")
    heading_is(page, "Thank you")
    [rating] = edited(asked.desk, "voice", *asked.key)["ratings"]
    assert rating == {"quality": "speed", "grade": 5, "importance": 3}


def heading_is(page: Page, words: str) -> None:
    """And all of the page reads well."""
    expect(page.get_by_role("heading")).to_contain_text(words)
    reads_well(page)


def reads_well(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def press(page: Page, button: str) -> None:
    tab_to(page, page.get_by_role("button", name=button))
    page.keyboard.press("Enter")


def tab_to(page: Page, target: Locator) -> None:
    """With as many keys as it takes, and where the focus is can be seen."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    raise AssertionError(f"{target} is not reached from the keyboard")
