"""Deadlines that draw near or have passed: each step of a ladder is told once, to the people it names, with its true times.

Due tickets are claimed many at a time: the steps are marked as told in the transaction that writes what tells them. Each ticket
is written on the condition that it is still as it was found, so of checks that overlap one wins, and of one that is killed
either all is there or nothing. What the check has no time for is still due in the next minute.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice

from chalicelib.desk import digests, ticket_deadlines
from chalicelib.desk.cycles import Cycle, Escalation, Verdict
from chalicelib.desk.digests import Digest, Pressing
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.outbound import Content
from chalicelib.desk.settings import Settings
from chalicelib.desk.staff import Member
from chalicelib.desk.tickets import Status, Ticket
from chalicelib.store import conversations
from chalicelib.store.table import MOST_WRITES, Lost, commit, retrying
from chalicelib.use_cases import alerts, rounds
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.metrics import count

log = logging.getLogger(__name__)

AT_ONCE = 25  # tickets in one transaction
LEAST_SECONDS = 15.0  # left to the function, or the rest is for the next minute
MOST_TOLD = MOST_WRITES - AT_ONCE  # of one ticket, should a step mean the whole of a large team


@dataclass(frozen=True)
class Alert:
    """One person has to hear of one ticket."""

    member: Member
    ticket: Ticket
    step: Escalation
    about: Pressing


def check(settings: Settings, now: datetime, time_left: Callable[[], float]) -> int:
    """Tell what has come due by ``now``, as far as ``time_left`` (seconds) reaches. Returns how many tickets had something to
    tell. People are woken at the end, so that whoever hears of many hears of them together."""
    due, told, left = conversations.due(now), 0, Leaving(milliseconds(now), now)
    try:
        while time_left() > LEAST_SECONDS and (found := list(islice(due, AT_ONCE))):
            told += _tell(found, left, settings, now)
    finally:
        left.nudge()
    return told


def _tell(found: Sequence[Ticket], left: Leaving, settings: Settings, now: datetime) -> int:
    """One ticket that cannot be told keeps no other from it: what fails is tried again in halves."""
    try:
        try:
            return _claim(found, left, settings, now)
        except Lost:  # they are not as the index knew them
            return retrying(lambda: _claim(conversations.as_they_are(found), left, settings, now))
    except Exception:
        if len(found) > 1:
            half = len(found) // 2
            return _tell(found[:half], left, settings, now) + _tell(found[half:], left, settings, now)
        log.exception("escalation__failed", extra={"ticket_id": found[0].id})
        count("Failed")
        return 0


def _claim(found: Sequence[Ticket], left: Leaving, settings: Settings, now: datetime) -> int:
    due = [ticket for ticket in found if ticket.look_at and ticket.look_at <= now]
    told, worth_telling, quiet = list[Ticket](), list[Alert](), Leaving(milliseconds(now), now)
    for ticket in (rounds.closed_if_silent(each, now) for each in due):
        if ticket.status is Status.CLOSED and ticket.closed_at == now:
            quiet.card(ticket.client_id)
        steps = ticket_deadlines.untold(ticket, settings.calendars, now)
        told.append(ticket_deadlines.reckon(ticket_deadlines.told(ticket, steps).ticked(now), settings.calendars, now))
        worth_telling += islice(_alerts(told[-1], steps, settings, now), MOST_TOLD)
    leaving = _leaving(worth_telling, settings, now)
    leaving.outbounds += quiet.outbounds
    writes = [item for ticket in told for item in conversations.ticket_items(ticket)] + list(leaving.items())
    if len(writes) > MOST_WRITES:
        raise TooMany(len(writes))
    if writes:
        commit(*writes)
    left.outbounds += leaving.outbounds
    return _logged(due, told)


class TooMany(Exception):  # noqa: N818 - the number, not an error
    """More than a transaction takes."""


def _logged(before: Sequence[Ticket], after: Sequence[Ticket]) -> int:
    """How many of them had something to tell."""
    for was, ticket in zip(before, after, strict=True):
        for step in ticket.fired[len(was.fired) :]:
            log.info("escalation__told", extra={"ticket_id": ticket.id, "step": f"{step.metric}:{step.step}"})
    return sum(ticket.fired != was.fired for was, ticket in zip(before, after, strict=True))


def _alerts(ticket: Ticket, steps: Sequence[Escalation], settings: Settings, now: datetime) -> Iterator[Alert]:
    """One message to each person, however many steps came due at once: about the loudest of them, then the latest."""
    cycles = {(cycle.metric, cycle.cycle): cycle for cycle in ticket.timeline(settings.calendars, now).cycles}
    owner = ticket.owner.staff_id if ticket.owner else None
    told: dict[str, tuple[Member, list[Escalation]]] = {}
    for step in sorted(steps, key=lambda step: (step.loud, step.at)):
        if _still_matters(step, cycles[step.metric, step.cycle]):
            for member in settings.whom(step.notify, now, owner):
                told.setdefault(member.id, (member, []))[1].append(step)
    for member, heard in told.values():
        cycle = cycles[heard[-1].metric, heard[-1].cycle]
        yield Alert(member, ticket, heard[-1], alerts.pressing(heard, cycle, ticket))


def _still_matters(step: Escalation, cycle: Cycle) -> bool:
    """A cycle that ended before anybody looked needs no warning any more; a promise that was broken is told all the same."""
    return cycle.ended_at is None or (cycle.verdict is Verdict.MISSED and step.at >= cycle.due_at)


def _leaving(told: Sequence[Alert], settings: Settings, now: datetime) -> Leaving:
    """A few alerts to one person are messages of their own, more of them one."""
    leaving = Leaving(milliseconds(now), now)
    by_person = sorted(told, key=lambda alert: alert.member.id)
    for _, group in groupby(by_person, key=lambda alert: alert.member.id):
        its_own = list(group)
        digest = digests.together(Digest(1, (alert.about,)) for alert in its_own)
        if digest.is_of_few:
            for alert in its_own:
                content = alerts.of_one(alert.about, alert.step, alert.ticket, settings, now)
                one = Leaving(alert.ticket.clock, now, alert.ticket.client_id, alert.ticket.id)
                one.to_member(alert.member, settings.desk.account, content)
                leaving.outbounds += one.outbounds
        else:
            silent = not any(alert.step.loud and not alert.about.ended_at for alert in its_own)
            leaving.to_member(its_own[0].member, settings.desk.account, Content(silent=silent, digest=digest))
    return leaving
