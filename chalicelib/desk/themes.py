"""Themes: what clients meet with, named as their problem and never as a solution, and counted by distinct clients (product
line 26). A theme that is merged into another keeps its marks, which count as the other's from then on."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.desk.clients import Tier
from chalicelib.desk.messages import Author

LONGEST_TITLE = 80
LIKE_ENOUGH = 0.2  # of 1: below this two titles have only a few letters in common


class Merging(Exception):  # noqa: N818 - it names what is wrong
    """A theme cannot be merged into itself, nor into what was merged into it."""


@dataclass(frozen=True)
class Theme:
    """``component``: the part of the product that it is about, one of the settings' or none."""

    id: str
    title: str
    created_at: datetime
    created_by: Author
    component: str = ""
    merged_into: str | None = None
    version: int = 0


@dataclass(frozen=True)
class Mark:
    """Somebody of the team said that a ticket is about a theme. It counts at the time when it was said: what a digest has told
    does not change behind it."""

    theme_id: str
    ticket_id: str
    client_id: str
    tier: Tier
    at: datetime
    by: Author
    version: int = 0


@dataclass(frozen=True)
class Count:
    """``clients`` are distinct ones, ``before`` those of the period before, ``tiers`` those of each tier."""

    theme: Theme
    clients: int
    before: int
    tickets: int
    tiers: Mapping[Tier, int]

    @property
    def change(self) -> int:
        return self.clients - self.before


Themes = Mapping[str, Theme]


def now_called(themes: Themes, theme_id: str) -> Theme:
    """The theme, or what it was merged into. Raises KeyError."""
    theme = themes[theme_id]
    while theme.merged_into:
        theme = themes[theme.merged_into]
    return theme


def in_use(themes: Themes) -> list[Theme]:
    return [theme for theme in themes.values() if theme.merged_into is None]


def merged(themes: Themes, theme_id: str, into_id: str) -> Theme:
    """The first, as part of the second. Raises Merging, and KeyError for what there is not."""
    theme, into = themes[theme_id], now_called(themes, into_id)
    if theme.merged_into or into.id == theme.id:
        raise Merging(into.id)
    return replace(theme, merged_into=into.id)


def plain(title: str) -> str:
    """Titles that differ only in case, spaces, "ё" or a dot at the end are the same."""
    return " ".join(title.casefold().replace("ё", "е").split()).rstrip(" .")


def same(title: str, themes: Iterable[Theme]) -> Theme | None:
    return next((theme for theme in themes if plain(theme.title) == plain(title)), None)


def similar(words: str, themes: Iterable[Theme], most: int) -> list[Theme]:
    """Those whose titles are most like ``words``, the most alike first: endings, order and slips of the pen matter little."""
    wanted = _pieces(words)
    found = ((_likeness(words, wanted, theme.title), theme) for theme in themes)
    alike = sorted(((like, theme) for like, theme in found if like >= LIKE_ENOUGH), key=lambda row: -row[0])
    return [theme for _, theme in alike[:most]]


def _likeness(words: str, wanted: Counter[str], title: str) -> float:
    """Dice's coefficient of groups of three letters; a part that stands in the title as it is counts as alike."""
    if plain(words) in plain(title):
        return 1.0
    there = _pieces(title)
    both = (wanted & there).total()
    return 2 * both / (wanted.total() + there.total() or 1)


def _pieces(text: str) -> Counter[str]:
    padded = (f" {word} " for word in plain(text).split())
    return Counter(word[at : at + 3] for word in padded for at in range(len(word) - 2))


def counted(themes: Themes, marks: Iterable[Mark], before: Iterable[Mark], people: Mapping[str, str]) -> list[Count]:
    """Themes of a period, those of most clients first; those that only the period before had come last. ``people`` tells who a
    client turned out to be."""
    now_marked, then_marked = by_theme(themes, marks), by_theme(themes, before)
    counts = [
        Count(
            themes[theme_id],
            clients=len(_clients(now_marked[theme_id], people)),
            before=len(_clients(then_marked[theme_id], people)),
            tickets=len({mark.ticket_id for mark in now_marked[theme_id]}),
            tiers=_tiers(now_marked[theme_id], people),
        )
        for theme_id in now_marked.keys() | then_marked.keys()
    ]
    return sorted(counts, key=lambda count: (-count.clients, -count.before, plain(count.theme.title)))


def by_component(themes: Themes, marks: Iterable[Mark], people: Mapping[str, str]) -> dict[str, int]:
    """Distinct clients of each component of the product, those of most first."""
    clients: dict[str, set[str]] = defaultdict(set)
    for mark in marks:
        if component := now_called(themes, mark.theme_id).component:
            clients[component].add(people.get(mark.client_id, mark.client_id))
    return {name: len(found) for name, found in sorted(clients.items(), key=lambda row: (-len(row[1]), row[0]))}


def by_theme(themes: Themes, marks: Iterable[Mark]) -> dict[str, list[Mark]]:
    """By the id of what their themes are part of now."""
    found: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        found[now_called(themes, mark.theme_id).id].append(mark)
    return found


def _tiers(marks: Iterable[Mark], people: Mapping[str, str]) -> dict[Tier, int]:
    """Each client once: in the tier of their latest mark."""
    latest = {people.get(mark.client_id, mark.client_id): mark.tier for mark in sorted(marks, key=lambda mark: mark.at)}
    counts = Counter(latest.values())
    return {tier: counts[tier] for tier in Tier}


def _clients(marks: Iterable[Mark], people: Mapping[str, str]) -> set[str]:
    return {people.get(mark.client_id, mark.client_id) for mark in marks}
