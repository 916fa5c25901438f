"""Saying what a ticket is about: by ``/theme`` and buttons in the client's topic, or through the admin endpoint. Similar themes
are offered before a new one is made, and the words ask for the problem, not the solution."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.desk import themes as rules
from chalicelib.desk import ticket_life
from chalicelib.desk.identifiers import milliseconds, new_id
from chalicelib.desk.messages import Author
from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.desk.registry import Taken
from chalicelib.desk.themes import LONGEST_TITLE, Mark, Theme, Themes
from chalicelib.desk.tickets import Ticket
from chalicelib.desk.validation import FieldError
from chalicelib.store import conversations
from chalicelib.store import themes as store
from chalicelib.store.table import Item, NotFound, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import explaining
from chalicelib.use_cases.asked import Asked
from chalicelib.use_cases.leaving import Leaving, tap

MOST_OFFERED = 8
LONGEST_LABEL = 45
LATELY = timedelta(days=30)
TITLE_TAKEN = (
    "is the title of the theme {other.id} (“{other.title}”) already: give another one, or make the two one with "
    'POST /admin/themes/{before.id}/merge {{"into": "{other.id}"}}'
)
NOBODY = Author("team", "")  # somebody of the group whom the settings do not name


@dataclass(frozen=True)
class _Changed:
    """A ticket as it is then, and what has to be written and deleted for it."""

    ticket: Ticket
    items: tuple[Item, ...] = ()
    gone: tuple[Item, ...] = ()


def show(asked: Asked) -> str:
    """``/theme``: the usual ones; with words, those that are like them, and the way to add one. By a button, for its ticket."""
    try:
        ticket = conversations.ticket_by_id(asked.words) if asked.message_id else explaining.newest_in_topic(asked)
    except NotFound:
        return asked.refuse("no_such_ticket")
    if ticket is None:
        return asked.refuse("theme_of_which")
    words = "" if asked.message_id else " ".join(asked.words.split())
    if len(words) > LONGEST_TITLE:
        return asked.refuse("theme_too_long")
    themes = store.all_themes()
    draft = new_id(asked.now) if words and rules.same(words, rules.in_use(themes)) is None else None
    leaving = Leaving(milliseconds(asked.now), asked.now, ticket.client_id)
    asked.answered_by(leaving, _offer(ticket, themes, words, draft, asked))
    drafts = [store.draft_item(draft, words, asked.now)] if draft else []
    commit(*drafts, *leaving.items(), once=asked.once)
    leaving.nudge()
    return text("done_theme", asked.settings.desk.language)


def _on(asked: Asked) -> str:
    ticket_id, _, theme_id = asked.words.partition(":")
    ticket, themes = conversations.ticket_by_id(ticket_id), store.all_themes()
    changed = _marked(ticket, _known(theme_id, themes), themes, _by(asked), asked.now)
    return _redrawn(changed, themes, asked, "done_theme_on")


def _off(asked: Asked) -> str:
    ticket_id, _, theme_id = asked.words.partition(":")
    ticket, themes = conversations.ticket_by_id(ticket_id), store.all_themes()
    changed = _unmarked(ticket, _known(theme_id, themes), themes, _by(asked), asked.now)
    return _redrawn(changed, themes, asked, "done_theme_off")


def _new(asked: Asked) -> str:
    """What was searched for becomes a theme; the same one, if somebody was faster."""
    ticket_id, _, draft = asked.words.partition(":")
    ticket, themes = conversations.ticket_by_id(ticket_id), store.all_themes()
    theme, made = _found_or_new(store.draft(draft), "", _by(asked), asked.now)
    themes = {**themes, theme.id: theme}
    changed = _marked(ticket, theme, themes, _by(asked), asked.now)
    return _redrawn(replace(changed, items=(*made, *changed.items)), themes, asked, "done_theme_on")


# Each is a function of who asks, like a command, with the ticket and what the button names in ``words``.
BUTTONS: dict[str, Callable[[Asked], str]] = {"theme_on": _on, "theme_off": _off, "theme_new": _new}


def mark(ticket_id: str, named: str, by: Author, now: datetime) -> None:
    """A program marks a ticket with the theme of this id or title, which is made if there is none. Raises NotFound."""

    def attempt() -> None:
        ticket, themes = conversations.ticket_by_id(ticket_id), store.all_themes()
        is_id = named in themes
        theme, made = (_known(named, themes), []) if is_id else _found_or_new(named, "", by, now)
        changed = _marked(ticket, theme, {**themes, theme.id: theme}, by, now)
        if items := (*made, *changed.items):
            commit(*items)

    retrying(attempt)


def create(title: str, component: str, by: Author, now: datetime) -> Theme:
    """The theme of this title: a new one, if there is none."""

    def attempt() -> Theme:
        theme, made = _found_or_new(title, component, by, now)
        if made:
            commit(*made)
        return theme

    return retrying(attempt)


def change(theme_id: str, title: str | None, component: str | None) -> Theme:
    """Another title or component; the counts stay. Raises NotFound, and Taken when another theme has the title."""

    def attempt() -> Theme:
        last = store.titles_item()
        themes = store.all_themes()
        before = _known(theme_id, themes)
        after = replace(before, title=title or before.title, component=_given(component, before.component))
        others = (each for each in rules.in_use(themes) if each.id != before.id)
        if title and (other := rules.same(title, others)):
            raise Taken([FieldError("title", TITLE_TAKEN.format(other=other, before=before))])
        commit(store.theme_item(after), *([last] if title else []))
        return after

    return retrying(attempt)


def merge(theme_id: str, into_id: str) -> Theme:
    """Returns what it is part of from now on. Raises NotFound, and Merging."""

    def attempt() -> Theme:
        themes = store.all_themes()
        if missing := {theme_id, into_id} - themes.keys():
            raise NotFound(missing.pop())
        commit(store.theme_item(rules.merged(themes, theme_id, into_id)))
        return rules.now_called(themes, into_id)

    return retrying(attempt)


def titles(ticket: Ticket, themes: Themes) -> list[str]:
    """What the ticket is about, as it is called now."""
    return list(dict.fromkeys(rules.now_called(themes, each).title for each in ticket.themes))


def _marked(ticket: Ticket, theme: Theme, themes: Themes, by: Author, now: datetime) -> _Changed:
    if theme.id in {rules.now_called(themes, each).id for each in ticket.themes}:
        return _Changed(ticket)
    after = ticket_life.about(ticket, (*ticket.themes, theme.id), now, by, theme.title)
    mark = Mark(theme.id, ticket.id, ticket.client_id, ticket.tier, now, by)
    return _Changed(after, (*conversations.ticket_items(after), store.mark_item(mark)))


def _unmarked(ticket: Ticket, theme: Theme, themes: Themes, by: Author, now: datetime) -> _Changed:
    """Whatever was merged into it goes too."""
    off = {each for each in ticket.themes if rules.now_called(themes, each).id == theme.id}
    if not off:
        return _Changed(ticket)
    after = ticket_life.about(ticket, tuple(each for each in ticket.themes if each not in off), now, by, theme.title)
    return _Changed(after, tuple(conversations.ticket_items(after)), tuple(store.mark_items(ticket.id, off)))


def _redrawn(changed: _Changed, themes: Themes, asked: Asked, done: str) -> str:
    """The message whose button was tapped shows how it is now."""
    leaving = Leaving(milliseconds(asked.now), asked.now, changed.ticket.client_id)
    shown = _offer(changed.ticket, themes, "", None, asked)
    asked.answered_by(leaving, replace(shown, verb=Verb.EDIT, message_id=asked.message_id))
    commit(*changed.items, *leaving.items(), once=asked.once, gone=changed.gone)
    leaving.nudge()
    return text(done, asked.settings.desk.language)


def _offer(ticket: Ticket, themes: Themes, words: str, draft: str | None, asked: Asked) -> Content:
    language = asked.settings.desk.language
    known = rules.in_use(themes)
    offered = rules.similar(words, known, MOST_OFFERED) if words else _usual(themes, ticket, asked.now)
    chosen = {rules.now_called(themes, each).id for each in ticket.themes}
    buttons = [(_button(each, ticket, each.id in chosen),) for each in offered]
    if draft:
        label = text("button_theme_new", language, title=words[:LONGEST_LABEL])
        buttons.append((tap(label, "theme_new", ticket.id, draft),))
    lines = [text("theme_now", language, html=True, themes="; ".join(titles(ticket, themes)) or "–")]
    if draft:
        lines.append(text("theme_similar" if offered else "theme_none_similar", language))
        lines.append(text("theme_problem", language))
    else:
        lines.append(text("theme_choose", language))
    return Content(text="\n".join(lines), html=True, buttons=tuple(buttons))


def _button(theme: Theme, ticket: Ticket, is_on: bool) -> Button:
    label = f"✓ {theme.title}" if is_on else theme.title
    return tap(label[:LONGEST_LABEL], "theme_off" if is_on else "theme_on", ticket.id, theme.id)


def _usual(themes: Themes, ticket: Ticket, now: datetime) -> list[Theme]:
    """What the ticket has, then what was marked most lately, then the newest."""
    lately = Counter(rules.now_called(themes, mark.theme_id).id for mark in store.marks(now - LATELY, now))
    newest = sorted(rules.in_use(themes), key=lambda theme: theme.created_at, reverse=True)
    ids = [rules.now_called(themes, each).id for each in ticket.themes]
    ids += [theme_id for theme_id, _ in lately.most_common(MOST_OFFERED)] + [theme.id for theme in newest]
    return [themes[each] for each in dict.fromkeys(ids)][:MOST_OFFERED]


def _found_or_new(title: str, component: str, by: Author, now: datetime) -> tuple[Theme, list[Item]]:
    title, last = " ".join(title.split()), store.titles_item()
    if known := rules.same(title, rules.in_use(store.all_themes())):
        return known, []
    theme = Theme(new_id(now), title, now, by, component)
    return theme, [store.theme_item(theme), last]


def _known(theme_id: str, themes: Themes) -> Theme:
    if theme_id not in themes:
        raise NotFound(theme_id)
    return rules.now_called(themes, theme_id)


def _given(value: str | None, otherwise: str) -> str:
    return otherwise if value is None else value


def _by(asked: Asked) -> Author:
    return asked.member.author if asked.member else NOBODY
