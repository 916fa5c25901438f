"""The status site as static objects: the page in both languages, the feed and the banner, written whenever something changes.

Two publishers at once may finish in any order, so whoever wrote looks again, strongly consistent, and writes once more when
something has changed meanwhile. So the last writer of all has seen the last change of all.

The page is written before the feed: who polls the feed and then opens the page finds the same news there.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from chalicelib.desk import status_feed
from chalicelib.desk.announcements import Announcement, Kind, Level
from chalicelib.desk.outages import LANGUAGES, Outage
from chalicelib.desk.settings import Settings
from chalicelib.desk.status_feed import Day
from chalicelib.desk.zones import zone
from chalicelib.pages import asset, render
from chalicelib.store import objects
from chalicelib.store import outages as store
from chalicelib.texts import LANGUAGES as TEXTS
from chalicelib.texts import clock_time, minutes, text
from chalicelib.use_cases import settings as settings_in_use

log = logging.getLogger(__name__)

CACHED_SECONDS = 10
SCRIPT_CACHED_SECONDS = 300
LONGEST_LIFE = timedelta(days=400)  # nothing that was declared earlier is still going on
MOST_LOOKS = 10  # each more means that somebody announced in the second between

PAGES = {"ru": "index.html", "en": "en.html"}


@dataclass(frozen=True)
class Told:
    """An outage and all that was said about it."""

    outage: Outage
    announcements: tuple[Announcement, ...]


def utc_now() -> datetime:
    return datetime.now(UTC)


def publish(clock: Callable[[], datetime] = utc_now) -> None:
    """Write the site as things stand. Writing what is there already changes nothing but its time."""
    seen = _look(clock())
    for _ in range(MOST_LOOKS):
        _write(seen, settings_in_use.current(), clock())
        written, seen = seen, _look(clock())
        if seen == written:
            log.info("status_page__written", extra={"outages": len(seen)})
            return
    raise StillChanging(f"the outages changed {MOST_LOOKS} times while they were being written")


class StillChanging(Exception):  # noqa: N818
    """Lambda tries again, and so does whoever changes them."""


def _look(now: datetime) -> tuple[Told, ...]:
    return tuple(
        Told(outage, tuple(store.announcements(outage.id)) if not outage.ended else (outage.latest,))
        for outage in store.since(now - LONGEST_LIFE)
        if not outage.rehearsal
    )


def _write(told: tuple[Told, ...], settings: Settings, now: datetime) -> None:
    feed = msgspec.to_builtins(status_feed.feed([each.outage for each in told], now))
    news = ",".join(entry["id"] + entry["latest"]["at"] for entry in feed["outages"])
    for language, key in PAGES.items():
        page = _page(told, news, settings, language, now)
        objects.put(key, page, media_type="text/html", cached_seconds=CACHED_SECONDS)
    scripts = {"banner.js": _banner(), "refresh.js": asset("refresh.js")}
    for key, script in scripts.items():
        objects.put(key, script, media_type="text/javascript", cached_seconds=SCRIPT_CACHED_SECONDS)
    objects.put(
        "status.json",
        json.dumps(feed, ensure_ascii=False),
        media_type="application/json",
        cached_seconds=CACHED_SECONDS,
    )


def _page(told: tuple[Told, ...], news: str, settings: Settings, language: str, now: datetime) -> str:
    def words(key: str, **fields: Any) -> str:
        return text(key, language, **fields)

    def at(moment: datetime) -> str:
        return clock_time(moment, settings.desk.timezone, language)

    outages = [each.outage for each in told]
    days = status_feed.days(outages, now, zone(settings.desk.timezone))
    return render(
        "status.html",
        language=language,
        news=news,
        other=next((code, key) for code, key in PAGES.items() if code != language),
        headline=status_feed.headline(outages),
        current=status_feed.current(outages),
        planned=status_feed.planned(outages),
        past=status_feed.past(outages, now),
        announcements={each.outage.id: each.announcements[::-1] for each in told},
        components=_components(settings.components, status_feed.current(outages)),
        days=days,
        days_in_words=words("status_days", **_counted(days)),
        date=lambda day: day.strftime(TEXTS[language]["status_date"]),
        now=now,
        zone=settings.desk.timezone,
        words=words,
        at=at,
        length=lambda outage: minutes((outage.ended_at - outage.started_at).total_seconds() / 60, language),
    )


def _components(names: Iterable[str], current: Iterable[Outage]) -> dict[str, Level]:
    """How each part of the service is: the worst of what touches it. News touches nothing."""
    touching = [outage for outage in current if outage.kind is not Kind.NOVELTY]
    return {
        name: min(
            (o.level for o in touching if name in o.components), key=lambda level: level.rank, default=Level.GREEN
        )
        for name in names
    }


def _counted(days: Iterable[Day]) -> dict[str, int]:
    worst = [day.worst for day in days]
    red, yellow = worst.count(Level.RED), worst.count(Level.YELLOW)
    return {"red": red, "yellow": yellow, "fine": len(worst) - red - yellow}


def _banner() -> str:
    """The script with its words, without comments and most spaces: each page that carries it loads it."""
    keys = (*Kind, "more", "hide", "until")
    words = {language: {key: text(f"banner_{key}", language) for key in keys} for language in LANGUAGES}
    short = re.sub(r"(?m)^\s*//.*\n|^\s+|\s*// .*$", "", asset("banner.js"))
    shorter = re.sub(r"(?<=\{)\s+|\s+(?=\})|\s*([,;]|=>|=+|<|&&|\|\|)\s*", r"\1", short)
    return shorter.replace('"WORDS_BY_LANGUAGE"', json.dumps(words, ensure_ascii=False, separators=(",", ":")))
