"""Every ten minutes: the list of VIPs and our clients in the team's topic says what is so by now, also of who never wrote.
Only messages whose words have changed are edited, a few at a time, so that conversations have the group to themselves."""

from dataclasses import replace
from datetime import datetime
from itertools import islice

from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.kept_list import MOST_PAGES, Kept, Page, digest, pages
from chalicelib.desk.outbound import Content, Purpose, State, Verb, to_chat
from chalicelib.desk.settings import Settings
from chalicelib.store import clients, outbound
from chalicelib.store import kept_list as store
from chalicelib.store.table import Lost, commit
from chalicelib.texts import text
from chalicelib.use_cases import directory
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.serving import today

MOST_CHANGED = 5  # messages at a time, of the twenty a minute that a group takes


def keep_up(settings: Settings, now: datetime) -> int:
    """How many messages are on their way because of it."""
    desk, thread = settings.desk, settings.directory.thread
    if not thread or not desk.group:
        return 0
    destination, before = to_chat("telegram", desk.account, desk.group), store.kept()
    if (before.destination, before.thread) != (destination, thread):
        before = Kept(destination, thread, version=before.version)
    wanted = _wanted(settings, now)
    wanted += [text("directory_page_free", desk.language)] * (len(before.pages) - len(wanted))
    leaving, after = Leaving(milliseconds(now), now), list(before.pages)
    for n, words in enumerate(wanted):
        if len(leaving.outbounds) == MOST_CHANGED:
            break
        page = _as_it_went(before.pages[n], destination) if n < len(before.pages) else Page("", "")
        if page is not None and page.digest != digest(words):
            after[n : n + 1] = [_said(page, words, destination, thread, leaving)]
    if not leaving.outbounds:
        return 0
    try:
        commit(store.kept_item(replace(before, pages=tuple(after))), *leaving.items())
    except Lost:
        return 0  # somebody keeps it up already
    leaving.nudge()
    return len(leaving.outbounds)


def _wanted(settings: Settings, now: datetime) -> list[str]:
    language, day = settings.desk.language, today(settings, now)
    people = [client for tier in directory.LISTED for client in clients.of_tier(tier)]
    entries = (directory.shown(client, day, language) for client in people)
    title = text("directory_title", language, n=len(people))
    return list(islice(pages([title, *entries]), MOST_PAGES))


def _as_it_went(page: Page, destination: str) -> Page | None:
    """With the message that it is by now; None while it is on its way. What could not be said is said anew."""
    item = outbound.outbound_if_any(destination, page.order)
    if item is None:
        return page
    if not item.finished:
        return None
    if item.state is not State.SENT:
        return Page("", "")
    return replace(page, message_id=page.message_id or item.provider_id)


def _said(page: Page, words: str, destination: str, thread: str, leaving: Leaving) -> Page:
    content = Content(text=words, html=True, silent=True, thread=thread)
    if page.message_id:
        content = replace(content, verb=Verb.EDIT, message_id=page.message_id)
    carrier = leaving.add(destination, Purpose.NOTICE, content)
    return Page(digest(words), carrier.order, page.message_id)
