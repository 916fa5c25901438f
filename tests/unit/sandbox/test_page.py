"""How the page is served: its own files alone, always fresh, and nothing runs in it that is not among them."""

import re
import urllib.error
import urllib.request
from email.message import Message

import pytest

from infra.local.sandbox import RunningSandbox
from infra.local.sandbox.server import PAGE

MODULES = sorted(path.name for path in PAGE.glob("*.js"))


def fetch(sandbox: RunningSandbox, path: str) -> tuple[Message, str]:
    with urllib.request.urlopen(f"{sandbox.url}{path}", timeout=10) as answer:
        return answer.headers, answer.read().decode()


def test_only_our_own_modules_and_styles_run(sandbox: RunningSandbox) -> None:
    headers, html = fetch(sandbox, "/")
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_served_fresh_and_imports_what_is_there(sandbox: RunningSandbox, module: str) -> None:
    headers, source = fetch(sandbox, f"/page/{module}")
    assert headers["Cache-Control"] == "no-cache"
    assert "javascript" in headers["Content-Type"]
    assert set(re.findall(r'from "\./([\w.]+)"', source)) <= set(MODULES)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", source)


@pytest.mark.parametrize("path", ["/page/nothing.js", "/page/..%2Fserver.py", "/page/index.html", "/page.js"])
def test_nothing_else_is_served(sandbox: RunningSandbox, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetch(sandbox, path)
    assert refused.value.code == 404


def test_a_page_that_somebody_sent_can_do_nothing_here(sandbox: RunningSandbox) -> None:
    hostile = {"kind": "document", "name": "a.html", "mime": "text/html", "content_base64": "PHNjcmlwdD4="}
    sandbox.post("/say", messenger="viber", user="anna", name="Anna", media=hostile)
    [key] = re.findall(r"/media/(\w+)", str(sandbox.get("/state")))
    headers, _ = fetch(sandbox, f"/media/{key}")
    assert headers["Content-Security-Policy"] == "sandbox"
