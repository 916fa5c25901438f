"""GET /admin/dashboard: anybody may have the page, since it holds nothing but sentences."""

import json
import re
from dataclasses import replace

import pytest

from chalicelib.pages import dashboard, digest
from tests.unit.admin.conftest import Api, Clients

KEYS = re.compile(r"""say\("(\w+)"|texts\.(\w+)|["'](dash_\w+)["']""")


def test_it_is_given_without_a_token_and_holds_nothing_of_the_desk(api: Api, people: Clients) -> None:
    people.writes(1, "Nothing works")
    answered = replace(api, token=None).get("/admin/dashboard")
    assert (answered.status, answered.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Your admin token" in answered.body
    assert "Person 1" not in answered.body


def test_its_policy_names_its_own_style_and_script_and_lets_nothing_else_in(api: Api) -> None:
    answered = api.get("/admin/dashboard")
    policy = answered.headers["Content-Security-Policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", answered.body, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", answered.body, re.DOTALL)
    assert f"style-src '{digest(style)}'" in policy
    assert f"script-src '{digest(script)}'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("query", "headers", "language"),
    [("", {}, "en"), ("", {"Accept_Language": "ru"}, "ru"), ("?language=en", {"Accept_Language": "ru"}, "en")],
)
def test_it_reads_in_either_language(api: Api, query: str, headers: dict[str, str], language: str) -> None:
    assert f'<html lang="{language}">' in api.get(f"/admin/dashboard{query}", **headers).body


def test_every_sentence_that_its_script_says_is_there() -> None:
    page = dashboard.page("ru")
    (said,) = re.findall(r'<script type="application/json" id="texts">(.*?)</script>', page, re.DOTALL)
    texts = json.loads(said)["texts"]
    asked = {next(filter(None, each)) for each in KEYS.findall(dashboard._script())}
    assert len(asked) > 20
    assert asked <= texts.keys()


def test_it_is_small() -> None:
    assert max(len(dashboard.page(language).encode()) for language in ("ru", "en")) < 40_000
