"""Why this deadline? In words, for whoever asks: by ``/why``, by a button, or through the admin endpoint."""

from datetime import datetime, timedelta

from chalicelib.desk.calendars import ZERO
from chalicelib.desk.cycles import Cycle, Verdict
from chalicelib.desk.explanations import Explanation, Spent, explain
from chalicelib.desk.outbound import Content
from chalicelib.desk.settings import Desk, Settings
from chalicelib.desk.tickets import Ticket
from chalicelib.store import clients, conversations
from chalicelib.store.table import NotFound
from chalicelib.texts import clock_time, length, minutes, text
from chalicelib.use_cases.asked import Asked


def why(asked: Asked) -> str:
    """Of the ticket that is named, or of the client's in whose topic it is asked."""
    settings = asked.settings
    try:
        ticket = ticket_of(asked)
    except NotFound:
        return asked.refuse("no_such_ticket")
    if ticket is None:
        return asked.refuse("card_no_ticket" if asked.client_id else "why_of_which")
    asked.answer(Content(text=in_words(ticket, settings, asked.now)))
    return text("done_why", settings.desk.language)


def in_words(ticket: Ticket, settings: Settings, now: datetime) -> str:
    """All that is explained, in the team's language."""
    language = settings.desk.language
    explained = explain(ticket, settings.calendars, now)
    parts = [words(each, settings.desk, language, now) for each in explained]
    title = text("why_title" if parts else "why_nothing", language, client=ticket.client_name)
    return "\n\n".join((title, *parts))


def words(explained: Explanation, desk: Desk, language: str, now: datetime) -> str:
    """One explanation, a sentence a line. Times are in the team's zone."""
    return "\n".join(
        (
            _verdict(explained.cycle, desk, language, now),
            _started(explained, desk, language),
            _ground(explained, desk, language),
            *_not_counted(explained, language),
            _sum(explained, desk, language),
        )
    )


def ticket_of(asked: Asked) -> Ticket | None:
    """The one that is named, or the newest of the client in whose topic it is asked. Raises NotFound."""
    if asked.words:
        return conversations.ticket_by_id(asked.words.split()[0].split(":")[0])
    return newest_in_topic(asked)


def newest_in_topic(asked: Asked) -> Ticket | None:
    """Of the client in whose topic it is asked."""
    client = clients.client_by_id(asked.client_id) if asked.client_id else None
    if client and client.current is None:
        client = clients.client_now(client.id)
    return conversations.head(client.current).ticket if client and client.current else None


def _verdict(cycle: Cycle, desk: Desk, language: str, now: datetime) -> str:
    left = (cycle.due_at - now) / timedelta(minutes=1)
    if cycle.ended_at:
        key = "why_met" if cycle.verdict is Verdict.MET else "why_missed"
    elif cycle.paused:
        key = "why_paused"
    else:
        key = "why_running" if cycle.verdict is Verdict.RUNNING else "why_late"
    return text(
        key,
        language,
        metric=text(f"metric_{cycle.metric}", language),
        due=_at(cycle.due_at, desk, language),
        ended=_at(cycle.ended_at or now, desk, language),
        left=minutes(left, language),
        late=minutes(-left, language),
    )


def _started(explained: Explanation, desk: Desk, language: str) -> str:
    key = "resolve" if explained.cycle.metric == "resolve" else explained.started_by.type
    return text(f"why_started_{key}", language, at=_at(explained.cycle.started_at, desk, language))


def _ground(explained: Explanation, desk: Desk, language: str) -> str:
    target, ground = explained.ground.target, explained.ground
    if target is None:
        return text("why_promise", language)
    return text(
        "why_target_anew" if explained.counts_anew else "why_target",
        language,
        policy=ground.policy,
        n=target.minutes,
        calendar=target.calendar_name,
        zone=explained.timezone,
        at=_at(ground.counted_from, desk, language),
    )


def _not_counted(explained: Explanation, language: str) -> list[str]:
    """Only what there is."""
    return [
        text(f"why_{how}", language, length=length(explained.spent(how), language), n=explained.times(how))
        for how in (Spent.CLOSED_HOURS, Spent.WAITING, Spent.TICKET_CLOSED)
        if explained.spent(how)
    ]


def _sum(explained: Explanation, desk: Desk, language: str) -> str:
    parts = [length(explained.spent(how), language) for how in Spent if explained.spent(how) > ZERO]
    counted_from = _at(explained.ground.counted_from, desk, language)
    return " ".join((" + ".join((counted_from, *parts)), "=", _at(explained.cycle.due_at, desk, language)))


def _at(at: datetime, desk: Desk, language: str) -> str:
    return clock_time(at, desk.timezone, language)
