"""The status site: the feed as programs rely on it, the page, the banner, and two writers at once."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.desk import status_feed
from chalicelib.desk.announcements import Kind, Level, State
from chalicelib.desk.zones import zone
from chalicelib.store import objects, outages
from chalicelib.use_cases import status_page
from tests.unit.conftest import BUCKET, boto
from tests.unit.outages.conftest import World

HOUR = timedelta(hours=1)


def written(key: str) -> Any:
    return boto("s3").get_object(Bucket=BUCKET, Key=key)


def body(key: str) -> str:
    found: str = written(key)["Body"].read().decode()
    return found


def feed(world: World) -> Any:
    status_page.publish(lambda: world.now)
    return json.loads(body("status.json"))


class TestTheFeed:
    def test_all_is_well_before_anything_was_announced(self, world: World) -> None:
        found = feed(world)
        assert (found["level"], found["outages"]) == ("green", [])
        assert datetime.fromisoformat(found["updated_at"]) == world.now

    def test_an_outage_has_exactly_what_the_contract_says(self, world: World) -> None:
        outage = world.declare(components=("Sign-in",), expected_at=world.now + HOUR)
        (entry,) = feed(world)["outages"]
        at = entry["started_at"]
        assert entry == {
            "id": outage.id,
            "title": "Sign-in",
            "state": "investigating",
            "level": "red",
            "kind": "outage",
            "components": ["Sign-in"],
            "started_at": at,
            "expected_at": entry["expected_at"],
            "resolved_at": None,
            "latest": {"at": at, "text": {"ru": "Вход не работает", "en": "Signing in does not work"}},
        }
        assert datetime.fromisoformat(entry["expected_at"]) - datetime.fromisoformat(at) == HOUR

    def test_the_worst_comes_first_plans_change_nothing_and_the_end_is_told_for_a_day(self, world: World) -> None:
        over = world.declare(level=Level.RED, title="Over")
        world.resolve(over)
        world.declare(kind=Kind.MAINTENANCE, level=Level.RED, title="Ahead", starts_at=world.now + HOUR)
        assert feed(world)["level"] == "green"
        world.declare(level=Level.YELLOW, title="Slow")
        world.declare(level=Level.RED, title="Down")
        found = feed(world)
        assert found["level"] == "red"
        assert [entry["title"] for entry in found["outages"]] == ["Down", "Slow", "Ahead", "Over"]
        assert found["outages"][-1]["resolved_at"]
        world.now += 25 * HOUR
        assert [entry["title"] for entry in feed(world)["outages"]] == ["Down", "Slow", "Ahead"]

    def test_everything_may_be_cached_for_seconds(self, world: World) -> None:
        feed(world)
        kept = {key: written(key) for key in ("index.html", "en.html", "status.json", "banner.js", "refresh.js")}
        assert {key: found["ContentType"].split(";")[0] for key, found in kept.items()} == {
            "index.html": "text/html",
            "en.html": "text/html",
            "status.json": "application/json",
            "banner.js": "text/javascript",
            "refresh.js": "text/javascript",
        }
        assert {kept[key]["CacheControl"] for key in ("index.html", "status.json")} == {"public, max-age=10"}


class TestThePage:
    def test_it_tells_the_whole_story_in_both_languages(self, world: World) -> None:
        outage = world.declare(components=("Sign-in",))
        world.announce(outage, "The <cause> is found", state=State.IDENTIFIED)
        status_page.publish(lambda: world.now)
        english, russian = body("en.html"), body("index.html")
        assert english.index("The &lt;cause&gt; is found") < english.index("Signing in does not work")
        assert "✕ Does not work" in english
        assert "✓ Works" in english
        assert "Вход не работает" in russian
        assert "Серьёзный сбой" in russian

    def test_planned_work_in_progress_is_no_outage(self, world: World) -> None:
        world.declare(kind=Kind.MAINTENANCE, level=Level.RED, state=State.IN_PROGRESS, components=("Sign-in",))
        assert feed(world)["level"] == "red"
        assert "<title>Planned work in progress ·" in body("en.html")
        assert "<title>Идут плановые работы ·" in body("index.html")
        assert "0 days with a serious outage" in body("en.html")
        world.declare(level=Level.YELLOW, title="Slow")
        status_page.publish(lambda: world.now)
        assert "<title>Some things do not work ·" in body("en.html")

    def test_the_past_stays_for_ninety_days(self, world: World) -> None:
        outage = world.resolve(world.declare(title="The door"))
        world.now += 80 * 24 * HOUR
        status_page.publish(lambda: world.now)
        assert outage.title in body("en.html")
        world.now += 11 * 24 * HOUR
        status_page.publish(lambda: world.now)
        assert outage.title not in body("en.html")

    def test_a_day_of_history_shows_the_worst_of_it_in_the_desks_time(self, world: World) -> None:
        world.now = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)  # 23:30 in Moscow
        outage = world.declare(level=Level.YELLOW)
        world.now += HOUR
        world.resolve(outage)
        days = status_feed.days(list(outages.since(world.now - 2 * HOUR)), world.now, zone("Europe/Moscow"))
        assert [(day.date.day, day.worst) for day in days[-3:]] == [(1, None), (2, Level.YELLOW), (3, Level.YELLOW)]
        assert len(days) == 90


class TestTheBanner:
    def test_it_is_small_whole_and_without_comments(self, world: World) -> None:
        status_page.publish(lambda: world.now)
        script = body("banner.js")
        assert len(script.encode()) < 3000
        assert "Сбой" in script
        assert "//" not in script.replace("://", "")


def test_of_two_writers_the_last_has_seen_the_last_change(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One looks, the other announces and writes, and only then the first one writes what it saw."""
    put, meanwhile = objects.put, iter([True])

    def slowly(key: str, content: str, **more: Any) -> None:
        if next(meanwhile, False):
            world.declare(title="Meanwhile")
            status_page.publish(lambda: world.now)
        put(key, content, **more)

    monkeypatch.setattr(objects, "put", slowly)
    status_page.publish(lambda: world.now)
    assert [entry["title"] for entry in json.loads(body("status.json"))["outages"]] == ["Meanwhile"]
