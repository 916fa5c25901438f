"""The words of an alert: who, what, since when, how late, with a button straight to the topic. Many of them: how many, and the
most urgent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.desk.cycles import Cycle, Escalation
from chalicelib.desk.digests import Digest, Pressing
from chalicelib.desk.outbound import Button, Content
from chalicelib.desk.policies import Metric
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import Ticket
from chalicelib.store import clients
from chalicelib.texts import clock_time, minutes, text
from chalicelib.use_cases import callbacks
from chalicelib.use_cases.leaving import tap
from chalicelib.use_cases.queue import BELOW


def pressing(steps: Sequence[Escalation], cycle: Cycle, ticket: Ticket) -> Pressing:
    keys = tuple(step.key for step in steps)
    named = ticket.client_id, ticket.client_name, ticket.tier
    return Pressing(ticket.id, *named, cycle.metric, cycle.due_at, cycle.ended_at, keys)


def of_one(about: Pressing, step: Escalation, ticket: Ticket, settings: Settings, now: datetime) -> Content:
    """What was kept too late, between two checks, needs nothing any more, but no broken promise goes unseen."""
    ended, language = about.ended_at is not None, settings.desk.language
    owner = text("card_owner", language, owner=ticket.owner.name) if ticket.owner else text("card_no_owner", language)
    since = clock_time(step.cycle_started_at, settings.desk.timezone, language)
    waiting = text("alert_since", language, html=True, since=since, owner=owner)
    acknowledge = tap(text("button_acknowledge", language), "acknowledge", ticket.id, step.metric)
    buttons = (acknowledge, tap(text("button_why", language), "why", ticket.id))
    finishing = callbacks.results(ticket, language) if about.metric is Metric.CALLBACK else ()
    return Content(
        text="\n".join([_line(about, settings, now), *([] if ended else [waiting])]),
        html=True,
        buttons=() if ended else (*finishing, buttons),
        silent=ended or not step.loud,
        link_to_topic_of=ticket.client_id,
        digest=Digest(1, (about,)),
    )


def shown(content: Content, settings: Settings, now: datetime) -> Content:
    """``content`` as it is sent now: the words of a digest are found only then, and its buttons to the topics there are."""
    digest, language = content.digest, settings.desk.language
    if digest is None or content.text:
        return content
    lines = [text("digest", language, n=digest.count), *(_line(about, settings, now) for about in digest.first)]
    if rest := digest.count - len(digest.first):
        lines.append(text("digest_rest", language, n=rest))
    topics = ((about.client_name, clients.client_now(about.client_id).topic) for about in digest.first)
    links = {topic.url: name for name, topic in topics if topic}
    to_topics = ((Button(name, url=url),) for url, name in links.items())
    onward = tap(text("button_queue", language), "queue", BELOW), tap(text("button_next", language), "next")
    return replace(content, text="\n".join(lines), html=True, buttons=(*to_topics, onward))


def _line(about: Pressing, settings: Settings, now: datetime) -> str:
    language, timezone = settings.desk.language, settings.desk.timezone
    left = (about.due_at - now).total_seconds() / 60
    key = "alert_before" if left > 0 else "alert_now" if left > -1 else "alert_late"
    return text(
        "alert_ended_late" if about.ended_at else key,
        language,
        html=True,
        client=about.client_name,
        metric=text(f"metric_{about.metric}", language),
        due=clock_time(about.due_at, timezone, language),
        left=minutes(left, language),
        late=minutes(-left, language),
        ended=clock_time(about.ended_at or about.due_at, timezone, language),
    )
