"""Every week the developers hear what clients met with, in distinct clients and in their own words, and what people love as
against what they merely like: so that the difference shows."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from chalicelib.desk.clients import Client
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import Direction
from chalicelib.desk.outbound import Content, Purpose, to_chat
from chalicelib.desk.quotes import without_names
from chalicelib.desk.settings import Settings
from chalicelib.desk.surveys import Invitation, Kind
from chalicelib.desk.themes import Mark
from chalicelib.desk.weekly import WEEK
from chalicelib.desk.zones import zone
from chalicelib.store import clients, messages, voice
from chalicelib.store.table import Exists, commit
from chalicelib.texts import text
from chalicelib.use_cases import survey_questions, theme_report
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.theme_report import Report

MOST_THEMES, MOST_QUOTED_THEMES, QUOTES, MOST_WORDS = 10, 3, 3, 6
WOW, GOOD = 5, 4


def post_if_due(settings: Settings, now: datetime) -> bool:
    """Whether a digest was posted: once for its moment, whoever asks and however often."""
    moment = settings.weekly.due(now.astimezone(zone(settings.desk.timezone)))
    key = f"weekly/{moment:%Y-%m-%d}" if moment else ""
    if moment is None or messages.was_seen(key):
        return False
    leaving = Leaving(milliseconds(now), now)
    chat = settings.weekly.chat or settings.desk.group
    for words in digest(moment - WEEK, moment, settings):
        content = Content(text=words, html=True, silent=True, thread=settings.weekly.thread or None)
        leaving.add(to_chat("telegram", settings.desk.account, chat), Purpose.NOTICE, content)
    try:
        commit(*leaving.items(), once=messages.seen_item(key, now))
    except Exists:
        return False
    leaving.nudge()
    return bool(leaving.outbounds)


def digest(since: datetime, until: datetime, settings: Settings) -> list[str]:
    """The messages, as HTML; none for a week in which nobody said anything."""
    found = theme_report.report(since, until)
    answers = voice.answers(since, until, Kind.CSAT)
    return [*_themes(found, settings), *_wow(answers, settings)]


def _themes(found: Report, settings: Settings) -> list[str]:
    language, zone_of_desk = settings.desk.language, zone(settings.desk.timezone)
    told = [count for count in found.counts if count.clients][:MOST_THEMES]
    if not told:
        return []
    since, until = (f"{at.astimezone(zone_of_desk):%d.%m}" for at in (found.since, found.until))
    lines = [text("weekly_title", language, n=found.clients, since=since, until=until)]
    for place, count in enumerate(told):
        words = theme_report.sentence(count, found.days, language)
        lines.append(text("weekly_theme", language, html=True, words=words))
        if place < MOST_QUOTED_THEMES:
            lines += _quotes(found.marks[count.theme.id], settings)
    return ["\n".join(lines)]


def _quotes(marks: Sequence[Mark], settings: Settings) -> list[str]:
    """How the newest of them put it, each client once, with a link to where it was said."""
    newest = {mark.client_id: mark for mark in marks}
    lines: list[str] = []
    for mark in sorted(newest.values(), key=lambda mark: mark.at, reverse=True):
        said = next((each.text for each in messages.of_ticket(mark.ticket_id) if each.direction is Direction.IN), "")
        if said.strip() and len(lines) < QUOTES:
            client = clients.client_now(mark.client_id)
            quote = without_names(said, _names(client, settings))
            key, url = ("weekly_quote_linked", client.topic.url) if client.topic else ("weekly_quote", "")
            lines.append(text(key, settings.desk.language, html=True, words=quote, url=url))
    return lines


def _wow(answers: Iterable[Invitation], settings: Settings) -> list[str]:
    """The words of those who gave a 5, beside the words of those who gave a 4."""
    language, said = settings.desk.language, [answer for answer in answers if answer.comment.strip()]
    lists = [_list(grade, [answer for answer in said if answer.score == grade], settings) for grade in (WOW, GOOD)]
    if not any(lists):
        return []
    return ["\n\n".join((text("weekly_wow", language), *filter(None, lists)))]


def _list(grade: int, answers: Sequence[Invitation], settings: Settings) -> str:
    if not answers:
        return ""
    language = settings.desk.language
    label = survey_questions.label(grade, language, settings)
    lines = [text("weekly_grade", language, html=True, grade=label, n=len(answers))]
    for answer in answers[-MOST_WORDS:]:
        words = without_names(answer.comment, _names(clients.client_now(answer.client_id), settings))
        lines.append(text("weekly_quote", language, html=True, words=words))
    return "\n".join(lines)


def _names(client: Client, settings: Settings) -> list[str]:
    """Who must not be recognised: the client, and whoever of the team was meant."""
    return [client.name, client.company, *(member.name for member in settings.team.members)]
