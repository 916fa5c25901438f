"""The banner in somebody else's page under a strict policy, and the status page without scripts."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from infra.local.running import RunningStack
from tests.stack.conftest import eventually, http

Json = dict[str, Any]

BAR = "body > div"  # what the banner adds to a page; axe looks into its shadow tree

FINE: Json = {"updated_at": "2026-03-02T10:00:00Z", "level": "green", "outages": []}


def feed(level: str = "red", at: str = "2026-03-02T10:00:00Z", **more: Any) -> Json:
    outage: Json = {
        "id": "o1",
        "title": "Sign-in",
        "state": "investigating",
        "level": level,
        "kind": "outage",
        "components": [],
        "started_at": at,
        "expected_at": None,
        "resolved_at": None,
        "latest": {"at": at, "text": {"ru": "Вход <b>не работает", "en": "Signing in <b>does not work"}},
    }
    return {**FINE, "level": level, "outages": [outage | more]}


class Product:
    """A foreign product with one page, whose policy allows the status host its script and its feed, and nothing else.

    What the feed says is the test's; the banner is the one that the desk has published."""

    def __init__(self, page: Page, stack: RunningStack, url: str) -> None:
        self.page, self.url, self.feed = page, url, FINE
        self.complaints: list[str] = []
        page.route(f"{stack.status_url}/status.json", self._answer)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.add_init_script(
            """new MutationObserver((changes) => {
                 for (const change of changes) for (const node of change.addedNodes)
                   if (node.nodeType === 1 && node.shadowRoot) window.barsSeen = (window.barsSeen ?? 0) + 1;
               }).observe(document, { childList: true, subtree: true });"""
        )

    def open(self, language: str = "en") -> None:
        with self.page.expect_response("**/status.json"):
            self.page.goto(f"{self.url}/{language}")

    def look_again(self, feed: Json) -> None:
        """What happens when somebody comes back to the tab."""
        self.feed = feed
        with self.page.expect_response("**/status.json"):
            self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def bars_seen(self) -> int:
        return int(self.page.evaluate("window.barsSeen ?? 0"))

    def _answer(self, route: Route) -> None:
        route.fulfill(json=self.feed, headers={"Access-Control-Allow-Origin": "*"})


@pytest.fixture
def site(stack: RunningStack) -> RunningStack:
    """The stack once its status site has been written."""
    topics = stack.aws("sns").list_topics()["Topics"]
    stack.aws("sns").publish(
        TopicArn=next(topic["TopicArn"] for topic in topics if "announcements" in topic["TopicArn"]),
        Message="{}",
        MessageAttributes={name: {"DataType": "String", "StringValue": "false"} for name in ("emergency", "direct")},
    )
    eventually(lambda: http("GET", f"{stack.status_url}/status.json")[0] == 200)
    return stack


@pytest.fixture
def product(site: RunningStack, browser_page: Page) -> Iterator[Product]:
    with _Served(site.status_url) as url:
        yield Product(browser_page, site, url)


class TestTheBanner:
    def test_nothing_is_ever_shown_while_all_is_well(self, product: Product) -> None:
        product.open()
        product.look_again(FINE)
        assert product.bars_seen() == 0
        assert product.complaints == []

    def test_it_appears_by_itself_and_goes_by_itself(self, product: Product) -> None:
        product.open()
        product.look_again(feed())
        alert = product.page.get_by_role("alert")
        expect(alert).to_contain_text("Outage: Sign-in. Signing in <b>does not work")
        expect(alert.get_by_role("link", name="Details")).to_have_attribute("href", re.compile("/status/en.html$"))
        product.look_again(feed(resolved_at="2026-03-02T11:00:00Z"))
        expect(alert).to_have_count(0)
        assert product.complaints == []

    def test_planned_work_is_shown_from_a_day_before_with_its_hours(self, product: Product) -> None:
        planned = {"kind": "maintenance", "state": "scheduled"}
        product.open()
        product.look_again(feed("green", at="2026-03-03T10:01:00Z", **planned))
        assert product.bars_seen() == 0
        product.look_again(feed("green", at="2026-03-03T09:00:00Z", expected_at="2026-03-03T10:30:00Z", **planned))
        bar = product.page.get_by_role("status")
        expect(bar).to_contain_text(re.compile(r"Maintenance: Sign-in\..*2026, \d+:\d0.*–.*\d+:\d0"))
        expect(bar).not_to_contain_text("Expected by")

    @pytest.mark.parametrize(("language", "words"), [("ru-RU", "Сбой"), ("uk", "Сбой"), ("de", "Outage")])
    def test_it_speaks_the_language_of_the_page(self, product: Product, language: str, words: str) -> None:
        product.feed = feed()
        product.open(language)
        expect(product.page.get_by_role("alert")).to_contain_text(words)

    @pytest.mark.parametrize(("level", "role"), [("red", "alert"), ("yellow", "status"), ("green", "status")])
    def test_its_colours_are_its_own_under_the_strictest_policy(self, product: Product, level: str, role: str) -> None:
        product.feed = feed(level)
        product.open()
        bar = product.page.get_by_role(role)  # type: ignore[arg-type]
        expect(bar).to_be_in_viewport()
        expect(bar).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
        assert product.complaints == []

    def test_once_closed_it_stays_closed_until_there_is_news(self, product: Product) -> None:
        product.feed = feed("yellow")
        product.open()
        product.page.get_by_role("button", name="Hide").click()
        expect(product.page.get_by_role("status")).to_have_count(0)
        product.open()
        assert product.bars_seen() == 0
        product.look_again(feed("yellow", at="2026-03-02T10:30:00Z"))
        expect(product.page.get_by_role("status")).to_be_visible()

    def test_the_script_is_under_three_kilobytes(self, site: RunningStack) -> None:
        assert len(http("GET", f"{site.status_url}/banner.js")[1]) < 3000

    def test_it_is_accessible(self, product: Product) -> None:
        """The bar in somebody else's page, by the rules of axe-core."""
        product.feed = feed()
        product.open()
        expect(product.page.get_by_role("alert")).to_be_visible()
        assert Axe().run(product.page, context=BAR).response["violations"] == []


class TestThePage:
    def test_it_is_whole_without_scripts_and_in_two_languages(self, site: RunningStack, chromium: Browser) -> None:
        _declare(site, "The door is stuck")
        eventually(lambda: b"The door is stuck" in http("GET", f"{site.status_url}/")[1])
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{site.status_url}/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "ru")
        expect(page.get_by_role("article").filter(has_text="The door is stuck")).to_contain_text("Дверь заело")
        page.get_by_role("link", name="In English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        door = page.get_by_role("article").filter(has_text="The door is stuck")
        expect(door).to_contain_text("Looking into it")
        expect(door).to_contain_text("The lock does not turn")
        expect(page.get_by_role("heading", name="The last 90 days")).to_be_visible()
        expect(page.get_by_role("img", name="without trouble")).to_be_visible()
        context.close()

    @pytest.mark.parametrize("path", ["", "en.html"])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_it_is_accessible(self, site: RunningStack, chromium: Browser, path: str, scheme: Any) -> None:
        """By the rules of axe-core, with an outage, plans and history on it; https://github.com/dequelabs/axe-core"""
        _declare(site, f"The window is stuck {path} {scheme}")
        eventually(lambda: f"stuck {path} {scheme}".encode() in http("GET", f"{site.status_url}/{path}")[1])
        context = chromium.new_context(color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        page.goto(f"{site.status_url}/{path}")
        assert Axe().run(page).response["violations"] == []
        context.close()

    def test_an_open_page_shows_the_news_by_itself(self, site: RunningStack, browser_page: Page) -> None:
        browser_page.goto(f"{site.status_url}/en.html")
        browser_page.route("**/status.json", lambda route: route.fulfill(json=feed()))
        with browser_page.expect_navigation():
            browser_page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def _declare(stack: RunningStack, title: str) -> None:
    said = {
        "title": title,
        "kind": "outage",
        "level": "yellow",
        "text": {"ru": "Дверь заело", "en": "The lock does not turn"},
    }
    headers = {"Authorization": f"Bearer {stack.admin_token}"}
    status, answer = http("POST", f"{stack.api_url}/admin/outages", said, headers)
    assert status == 201, answer


class _Served:
    """A site of another origin, whose pages say in their path which language they are in."""

    def __init__(self, status_url: str) -> None:
        host = "{0.scheme}://{0.netloc}".format(urlsplit(status_url))

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                policy = f"default-src 'none'; script-src {host}; connect-src {host}"
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                head = f'<title>Product</title><script src="{status_url}/banner.js" async></script>'
                page = f'<!doctype html><html lang="{self.path[1:]}"><head>{head}</head><body><h1>A product</h1></body>'
                self.wfile.write(page.encode())

            def log_message(self, *_: object) -> None:
                """Quietly."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
