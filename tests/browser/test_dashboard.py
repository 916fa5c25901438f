"""The dashboard in a real browser, with the whole desk behind it: what a head of support sees, and what is only text."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from infra.local.running import RunningStack
from tests.stack.asking import ask
from tests.stack.conftest import Desk, eventually, http

COMMENT = "<script>alert(1)</script> שלום \u202e 🙂"


@pytest.fixture
def desk(stack: RunningStack) -> Desk:
    found = Desk(stack)
    found.sandbox("/limits", enforce=False)
    return found


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(color_scheme=request.param, viewport={"width": 390, "height": 800}, locale="en")
    context.clock.install()
    expect.set_options(timeout=30_000)
    yield context.new_page()
    context.close()


def open_as(page: Page, desk: Desk, token: str) -> None:
    page.goto(f"{desk.stack.api_url}/admin/dashboard?language=en")
    page.get_by_label("Your admin token").fill(token)
    page.get_by_role("button", name="Open").click()


def half_a_minute_later(page: Page) -> None:
    page.clock.fast_forward(30_000)


def vip(desk: Desk) -> tuple[int, str]:
    """Who writes, and under which name the desk knows them."""
    user = desk.stranger()
    identity = {"messenger": "telegram", "user": str(user)}
    body = {"name": f"Vip {user}", "tier": "vip", "company": "Acme", "identities": [identity], "ground": "a test"}
    desk.admin("POST", "/admin/clients", body)
    return user, str(body["name"])


def opened(desk: Desk, name: str) -> str | None:
    """The id of their ticket, as soon as it has a topic."""
    listed = desk.admin("GET", "/admin/tickets?status=unfinished&tier=vip")["items"]
    return next((each["id"] for each in listed if each["client"]["name"] == name and each["topic"]), None)


def test_a_vips_question_is_there_until_it_is_closed_and_comments_are_only_text(desk: Desk, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    user, name = vip(desk)
    form = urlencode({"score": 2, "comment": COMMENT}).encode()
    assert http("POST", ask(desk).url, form, {"Content-Type": "application/x-www-form-urlencoded"})[0] == 200
    open_as(page, desk, desk.stack.admin_token)
    vips = page.get_by_role("region", name="VIP questions")
    expect(page.get_by_role("region", name="In their words")).to_contain_text(COMMENT)
    expect(page.get_by_role("row", name="everyone else · the first reply")).to_contain_text("%")
    expect(vips.get_by_text(name)).to_have_count(0)

    desk.say(user, "Our shops cannot sell")
    ticket = eventually(lambda: opened(desk, name))
    row = vips.get_by_role("listitem").filter(has_text=name)
    half_a_minute_later(page)
    expect(row).to_contain_text("Our shops cannot sell")
    expect(row).to_contain_text("the first reply: in")
    expect(row).to_contain_text("Nobody has taken it yet")
    topic = row.get_by_role("link", name=name)
    expect(topic).to_have_attribute("href", re.compile(r"https://t\.me/c/\d+/\d+"))
    assert Axe().run(page).violations_count == 0

    topic.focus()
    desk.admin("POST", f"/admin/tickets/{ticket}/actions", {"action": "take", "staff": "oleg"})
    half_a_minute_later(page)
    expect(row).not_to_contain_text("Nobody has taken it yet")
    expect(topic).to_be_focused()

    desk.admin("POST", f"/admin/tickets/{ticket}/actions", {"action": "close"})
    half_a_minute_later(page)
    expect(vips.get_by_text(name)).to_have_count(0)
    assert complaints == []


def test_it_asks_nothing_while_nobody_looks_and_what_comes_after_signing_out_is_not_shown(
    desk: Desk, browser_page: Page
) -> None:
    page, held, asked = browser_page, list[Route](), list[str]()
    page.clock.install()
    open_as(page, desk, desk.stack.admin_token)
    expect(page.get_by_text("As of")).to_be_visible()
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    half_a_minute_later(page)
    assert asked == []

    page.route(re.compile("/admin/(tickets|outages)"), lambda route: held.append(route))
    with page.expect_request("**/admin/outages**"):
        page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_role("button", name="Sign out").click()
    for route in held:
        route.fulfill(json={"items": [], "next": None})
    expect(page.get_by_label("Your admin token")).to_be_focused()
    assert len(held) == 4
    page.evaluate("new Promise(requestAnimationFrame)")
    assert page.locator("#as-of, #tiles, #vips").all_inner_texts() == ["", "", ""]


def test_who_may_not_see_it_is_told_so_and_signing_out_leaves_nothing(desk: Desk, browser_page: Page) -> None:
    page = browser_page
    page.clock.install()
    for wrong in ("no such token", "нет"):
        open_as(page, desk, wrong)
        expect(page.get_by_role("alert").filter(has_text="not known")).to_be_visible()
        expect(page.get_by_role("region", name="VIP questions")).to_be_hidden()
    open_as(page, desk, desk.stack.admin_token)
    expect(page.get_by_role("heading", name="The queue")).to_be_visible()
    page.route("**/admin/tickets**", lambda route: route.abort())
    half_a_minute_later(page)
    expect(page.get_by_role("alert").filter(has_text="cannot be reached")).to_be_visible()
    expect(page.get_by_role("heading", name="The queue")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Your admin token")).to_be_focused()
    assert page.evaluate("sessionStorage.length") == 0
    assert page.locator("#vips, #queue, #comments").all_inner_texts() == ["", "", ""]
    assert Axe().run(page).violations_count == 0
