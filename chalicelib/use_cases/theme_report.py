"""Themes of a period in numbers, against the period before: "45 clients in 7 days", never "many clients"."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.desk import themes as rules
from chalicelib.desk.themes import Count, Mark
from chalicelib.store import clients
from chalicelib.store import themes as store
from chalicelib.texts import text


@dataclass(frozen=True)
class Report:
    """``clients`` are all distinct ones who met with anything; ``marks`` are those of the period by theme, the
    earliest first."""

    since: datetime
    until: datetime
    counts: list[Count]
    components: dict[str, int]
    clients: int
    marks: dict[str, list[Mark]]

    @property
    def days(self) -> int:
        return max(round((self.until - self.since) / timedelta(days=1)), 1)


def report(since: datetime, until: datetime) -> Report:
    themes, marks = store.all_themes(), list(store.marks(since, until))
    before = list(store.marks(since - (until - since), since))
    people = _people({mark.client_id for mark in (*marks, *before)})
    return Report(
        since,
        until,
        rules.counted(themes, marks, before, people),
        rules.by_component(themes, marks, people),
        len({people.get(mark.client_id, mark.client_id) for mark in marks}),
        rules.by_theme(themes, marks),
    )


def sentence(count: Count, days: int, language: str) -> str:
    """What developers hear."""
    told = text("theme_count", language, n=count.clients, days=days, title=count.theme.title)
    return f"{told} ({change(count, language)})"


def change(count: Count, language: str) -> str:
    """Against the period before, in words."""
    if count.before == 0:
        return text("theme_change_new", language)
    if count.change == 0:
        return text("theme_change_none", language)
    key = "theme_change_more" if count.change > 0 else "theme_change_fewer"
    return text(key, language, n=abs(count.change), before=count.before)


def _people(ids: Iterable[str]) -> dict[str, str]:
    """Who each of them turned out to be: somebody who was joined with another is one client."""
    found = clients.by_ids(ids)
    return {each.id: clients.client_now(each.id).id for each in found.values() if each.joined}
