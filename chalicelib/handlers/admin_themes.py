"""/admin/themes: what clients meet with, in distinct clients, and the list that the team marks tickets from."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import msgspec
from chalice import Blueprint

from chalicelib.desk import sheets
from chalicelib.desk.clients import Tier
from chalicelib.desk.fields import Fields, described, line, record, required
from chalicelib.desk.themes import LONGEST_TITLE, Count, Merging, Theme
from chalicelib.desk.validation import FieldError, Invalid
from chalicelib.handlers import http, periods
from chalicelib.handlers.admin_tickets import PAGE_SIZE, PAGING
from chalicelib.texts import LANGUAGES, text
from chalicelib.use_cases import settings, theme_report, themes
from chalicelib.use_cases.lists import page

bp = Blueprint(__name__)

USUAL_PERIOD = timedelta(days=7)

_TITLE = described(line(LONGEST_TITLE, shortest=1), "What is in the client's way, not what we would do about it.")
_COMPONENT = described(line(100), "A part of the product, of /admin/settings/components; empty for none.")


class ThemeCount(msgspec.Struct, frozen=True):
    """``clients`` are distinct; ``change`` is against ``before``, the period of the same length before this one. ``words`` say
    it in each language."""

    id: str
    title: str
    component: str
    clients: int
    before: int
    change: int
    tickets: int
    tiers: dict[str, int]
    words: dict[str, str]


class Themes(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """``clients`` counts each once, whatever they met with; ``components`` each once for each part of the product: both of the
    whole period, while ``items`` come a page at a time."""

    since: datetime
    until: datetime
    clients: int
    components: dict[str, int]
    items: list[ThemeCount]
    next: str | None = None


class OneTheme(msgspec.Struct, frozen=True):
    id: str
    title: str
    component: str


@http.admin(bp, "GET /admin/themes", scope="read", query={**periods.fields(USUAL_PERIOD), **PAGING}, answer=Themes)
def list_themes(call: http.Call) -> Any:
    """Distinct clients per theme, those of most first, with the change against the period before."""
    found = theme_report.report(*periods.asked_for(call, USUAL_PERIOD))
    ranks = {str(rank): count for rank, count in enumerate(found.counts, 1)}
    shown = page(
        {"themes": lambda after: islice(ranks.items(), int(after or 0), None)},
        call.query.get("limit", PAGE_SIZE),
        call.query.get("next"),
    )
    items = [_shown(count, found.days) for count in shown.items]
    return Themes(found.since, found.until, found.clients, found.components, items, shown.next)


@http.admin(bp, "GET /admin/themes/export", scope="read", query=periods.fields(USUAL_PERIOD), files=(http.CSV,))
def export_themes(call: http.Call) -> Any:
    """The same as CSV, in the team's language."""
    found, language = theme_report.report(*periods.asked_for(call, USUAL_PERIOD)), settings.current().desk.language
    columns = ("theme", "component", "clients", "before", "change", "tickets", *(f"tier_{tier}" for tier in Tier))
    header = [text(each if each.startswith("tier_") else f"column_{each}", language) for each in columns]
    rows = [
        [
            count.theme.title,
            count.theme.component,
            *map(str, (count.clients, count.before, count.change, count.tickets)),
            *(str(count.tiers[tier]) for tier in Tier),
        ]
        for count in found.counts
    ]
    disposition = {"Content-Disposition": 'attachment; filename="themes.csv"'}
    return http.Answer(sheets.to_csv([header, *rows]), headers=disposition, media=http.CSV)


NEW_THEME: Fields = {"title": required(_TITLE), "component": _COMPONENT}


@http.admin(bp, "POST /admin/themes", scope="desk", body=record(NEW_THEME), answer=OneTheme)
def create(call: http.Call) -> Any:
    """Add a theme; one of the same title is there already if somebody was faster."""
    component = _component(call.body.get("component", ""))
    return _one(themes.create(call.body["title"], component, call.by, call.now))


@http.admin(
    bp,
    "PATCH /admin/themes/{theme_id}",
    scope="desk",
    body=record({"title": _TITLE, "component": _COMPONENT}),
    answer=OneTheme,
)
def change(call: http.Call, theme_id: str) -> Any:
    """Rename a theme or say which part of the product it is about. The counts stay."""
    component = call.body.get("component")
    known = None if component is None else _component(component)
    return _one(themes.change(theme_id, call.body.get("title"), known))


@http.admin(
    bp,
    "POST /admin/themes/{theme_id}/merge",
    scope="desk",
    body=record({"into": required(described(line(100, shortest=1), "The id of the theme that stays."))}),
    answer=OneTheme,
)
def merge(call: http.Call, theme_id: str) -> Any:
    """Make a theme part of another. Its marks count as the other's, in the past too."""
    try:
        return _one(themes.merge(theme_id, call.body["into"]))
    except Merging as wrong:
        message = "is the same theme, or part of it already"
        raise Invalid([FieldError("into", message)]) from wrong


def _component(name: str) -> str:
    if name and name not in settings.current().components:
        raise Invalid([FieldError("component", "is not one of /admin/settings/components")])
    return name


def _shown(count: Count, days: int) -> ThemeCount:
    return ThemeCount(
        count.theme.id,
        count.theme.title,
        count.theme.component,
        count.clients,
        count.before,
        count.change,
        count.tickets,
        {str(tier): n for tier, n in count.tiers.items()},
        {language: theme_report.sentence(count, days, language) for language in LANGUAGES},
    )


def _one(theme: Theme) -> OneTheme:
    return OneTheme(theme.id, theme.title, theme.component)
