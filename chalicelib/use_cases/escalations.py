"""Deadlines that draw near or have passed: each step of a ladder is told once, to the people it names, with its true times."""

import logging
from datetime import datetime

from chalicelib.desk import tickets
from chalicelib.desk.cycles import Cycle, Escalation, Verdict
from chalicelib.desk.outbound import Content
from chalicelib.desk.settings import Settings
from chalicelib.desk.staff import Member
from chalicelib.desk.tickets import Ticket
from chalicelib.store import conversations
from chalicelib.store.table import commit, retrying
from chalicelib.texts import clock_time, minutes, text
from chalicelib.use_cases.leaving import Leaving, tap

log = logging.getLogger(__name__)

MOST_PER_SHARD = 250  # tickets looked at in one check: what is left is looked at in the next minute


def check(settings: Settings, now: datetime) -> int:
    """Tell what has come due by ``now``. Returns how many tickets had something to tell."""
    due = conversations.due(now, MOST_PER_SHARD)
    return sum(retrying(lambda ticket=ticket: _tell(ticket.id, settings, now)) for ticket in due)  # type: ignore[misc]


def _tell(ticket_id: str, settings: Settings, now: datetime) -> bool:
    """The index found it; the item decides. The steps are marked as told in the transaction that sends them."""
    ticket = conversations.ticket_by_id(ticket_id)
    steps = tickets.untold(ticket, settings.calendars, now)
    ticket = tickets.reckon(tickets.told(ticket, steps).ticked(now), settings.calendars, now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    worth_telling = tuple(step for step in steps if _still_matters(step, _cycle_of(step, ticket, settings, now)))
    for member, step in _most_severe(worth_telling, ticket, settings, now).values():
        leaving.to_member(member, settings.desk.account, _alert(step, ticket, settings, now))
    commit(*conversations.ticket_items(ticket), *leaving.items())
    for step in steps:
        log.info("escalation__told", extra={"ticket_id": ticket.id, "step": step.key})
    leaving.nudge()
    return bool(steps)


def _still_matters(step: Escalation, cycle: Cycle) -> bool:
    """A cycle that ended before anybody looked needs no warning any more; a promise that was broken is told all the same."""
    return cycle.ended_at is None or (cycle.verdict is Verdict.MISSED and step.at >= cycle.due_at)


def _most_severe(
    steps: tuple[Escalation, ...], ticket: Ticket, settings: Settings, now: datetime
) -> dict[str, tuple[Member, Escalation]]:
    """One message to each person, however many steps came due at once: the loudest of them, then the latest."""
    told: dict[str, tuple[Member, Escalation]] = {}
    owner = ticket.owner.staff_id if ticket.owner else None
    for step in sorted(steps, key=lambda step: (step.loud, step.at)):
        for member in settings.whom(step.notify, now, owner):
            told[member.id] = (member, step)
    return told


def _alert(step: Escalation, ticket: Ticket, settings: Settings, now: datetime) -> Content:
    desk, language = settings.desk, settings.desk.language
    cycle = _cycle_of(step, ticket, settings, now)
    if cycle.ended_at is not None:
        return _told_afterwards(cycle, ticket, settings)
    left = (cycle.due_at - now).total_seconds() / 60
    key = "alert_before" if left > 0 else "alert_now" if left > -1 else "alert_late"
    owner = ticket.owner.name if ticket.owner else None
    lines = [
        text(
            key,
            language,
            html=True,
            client=ticket.client_name,
            metric=text(f"metric_{step.metric}", language),
            due=clock_time(cycle.due_at, desk.timezone, language),
            left=minutes(left, language),
            late=minutes(-left, language),
        ),
        text(
            "alert_since",
            language,
            html=True,
            since=clock_time(cycle.started_at, desk.timezone, language),
            owner=text("card_owner", language, owner=owner) if owner else text("card_no_owner", language),
        ),
    ]
    acknowledge = tap(text("button_acknowledge", language), "acknowledge", ticket.id, step.metric)
    return Content(
        text="\n".join(lines),
        html=True,
        buttons=((acknowledge,),),
        silent=not step.loud,
        link_to_topic_of=ticket.client_id,
    )


def _told_afterwards(cycle: Cycle, ticket: Ticket, settings: Settings) -> Content:
    """The promise was kept too late, between two checks: nothing is left to do, but no broken promise goes unseen."""
    desk, language = settings.desk, settings.desk.language
    words = text(
        "alert_ended_late",
        language,
        html=True,
        client=ticket.client_name,
        metric=text(f"metric_{cycle.metric}", language),
        due=clock_time(cycle.due_at, desk.timezone, language),
        ended=clock_time(cycle.ended_at or cycle.due_at, desk.timezone, language),
    )
    return Content(text=words, html=True, silent=True, link_to_topic_of=ticket.client_id)


def _cycle_of(step: Escalation, ticket: Ticket, settings: Settings, now: datetime) -> Cycle:
    cycles = ticket.timeline(settings.calendars, now).cycles
    return next(cycle for cycle in cycles if (cycle.metric, cycle.cycle) == (step.metric, step.cycle))
