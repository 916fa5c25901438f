"""The shapes in which the admin endpoint gives things away: what programs rely on, so they change only by growing.

Answers are encoded from these, and the OpenAPI document describes them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from chalicelib.desk import clients, cycles, messages, outbound, tickets
from chalicelib.desk.calendars import Calendar
from chalicelib.desk.clients import Identity, Tier
from chalicelib.desk.messages import Attachment, Author, Delivery, Direction, Kind
from chalicelib.desk.policies import Metric
from chalicelib.desk.registry import ClientChange
from chalicelib.desk.staff import Role
from chalicelib.desk.surveys import Invitation, Rating
from chalicelib.desk.tickets import Due, Status
from chalicelib.desk.whereabouts import ToldBy, Whereabouts
from chalicelib.use_cases import lists
from chalicelib.use_cases.glimpses import Asked, Glimpse

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Page(Generic[T]):
    """``next`` is a parameter of the next request; null at the end."""

    items: list[T]
    next: str | None


def page(found: lists.Page[R], shape: Any) -> Page[Any]:
    return Page([shape(row) for row in found.items], found.next)


@dataclass(frozen=True)
class ClientRef:
    id: str
    name: str
    tier: Tier


@dataclass(frozen=True)
class OwnerRef:
    role: Role
    staff: str


@dataclass(frozen=True)
class Cycle:
    metric: Metric
    cycle: int
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None
    ended_by: cycles.EndedBy | None
    verdict: cycles.Verdict
    business_minutes: float


@dataclass(frozen=True)
class Ticket:
    """``tier`` is the one the client is served by in this ticket. It is marked as a ``complaint``, as
    ``praise``, or as neither. ``hand_off`` is there for what comes; it is empty yet."""

    id: str
    client: ClientRef
    messenger: str
    status: Status
    owner: OwnerRef | None
    opened_at: datetime
    closed_at: datetime | None
    next_due: Due | None
    cycles: list[Cycle]
    complaint: tickets.Marked | None
    praise: tickets.Marked | None
    hand_off: None
    themes: list[str]
    outage: str | None


@dataclass(frozen=True)
class ListedTicket(Ticket):
    """``asked`` is how the first message begins; null when the team wrote first, and when the client took it back. ``topic``
    is the address of the client's topic."""

    company: str
    asked: Asked | None
    topic: str | None


@dataclass(frozen=True)
class Message:
    """``text`` of media is its caption; ``author`` is who of the team wrote it."""

    id: str
    at: datetime
    direction: Direction
    kind: Kind
    text: str
    attachments: list[Attachment]
    reply_to: str | None
    edited_at: datetime | None
    removed_at: datetime | None
    delivery: Delivery | None
    external_id: str
    author: Author | None


@dataclass(frozen=True)
class Outbound:
    """Something that left or has to leave because of the ticket. ``unknowns`` counts the times nobody could tell whether
    it arrived."""

    destination: str
    purpose: outbound.Purpose
    state: outbound.State
    attempts: int
    unknowns: int
    created_at: datetime
    not_before: datetime | None
    sent_at: datetime | None
    reason: str | None
    message_id: str | None
    provider_id: str | None


@dataclass(frozen=True)
class WholeTicket(Ticket):
    messages: list[Message]
    history: list[tickets.Change]
    outbound: list[Outbound]


@dataclass(frozen=True)
class Client:
    """``served_as`` is the tier today: outside its dates a VIP is served like everyone else. ``targets`` are their own, in
    minutes by metric. ``current`` is where an
    answer goes. ``joined_into`` is the id of whom they turned out to be; they are kept as they were."""

    id: str
    name: str
    tier: Tier
    served_as: Tier
    language: str
    company: str
    project: str
    position: str
    phones: list[str]
    emails: list[str]
    note: str
    details: str
    timezone: str | None
    valid_from: date | None
    valid_until: date | None
    targets: dict[str, int]
    identities: list[Identity]
    current: Identity | None
    joined_into: str | None
    created_at: datetime
    version: int


@dataclass(frozen=True)
class Recorded(ClientChange):
    """``client`` is whom it was recorded of: this client, or one who was joined with them."""

    client: str = ""


@dataclass(frozen=True)
class WholeClient(Client):
    """``timezones``: where they may be, the likeliest first, and ``timezones_by`` who told it."""

    timezones: list[str]
    timezones_by: ToldBy
    history: list[Recorded]


@dataclass(frozen=True)
class SurveyAnswer:
    """One answer. It names no member of the team: nobody is ranked by grades. ``ticket`` is null for what is about no contact,
    ``score`` for CSI, whose answer is ``ratings``."""

    id: str
    ticket: str | None
    client: str
    tier: Tier
    messenger: str
    score: int | None
    ratings: list[Rating]
    comment: str
    asked_at: datetime
    answered_at: datetime


def ticket(of: tickets.Ticket, calendars: Mapping[str, Calendar], now: datetime) -> Ticket:
    return Ticket(**_ticket(of, calendars, now))


def listed_ticket(of: tickets.Ticket, calendars: Mapping[str, Calendar], now: datetime, seen: Glimpse) -> ListedTicket:
    return ListedTicket(**_ticket(of, calendars, now), company=seen.company, asked=seen.asked, topic=seen.topic)


def whole_ticket(
    of: tickets.Ticket,
    calendars: Mapping[str, Calendar],
    now: datetime,
    said: Iterable[messages.Message],
    left: Sequence[outbound.Outbound],
) -> WholeTicket:
    sent = {each.provider_id: each.message_id for each in left if each.destination.startswith("client:")}
    return WholeTicket(
        **_ticket(of, calendars, now),
        messages=[message(each, sent) for each in said],
        history=list(of.history),
        outbound=[_picked(Outbound, each) for each in left],
    )


def cycle(of: cycles.Cycle) -> Cycle:
    return _picked(Cycle, of)


def message(of: messages.Message, sent: Mapping[str | None, str | None]) -> Message:
    """``reply_to`` is the ``external_id`` of what is answered; of a message of ours a client's chat only knows its own id,
    by which ``sent`` finds it."""
    named = of.reply_to or ""
    answered = sent.get(named) or sent.get(named.rpartition("/")[2]) or of.reply_to
    return _picked(Message, of, id=of.external_id, reply_to=answered)


def client(of: clients.Client, today: date) -> Client:
    return _picked(Client, of, **_worked_out(of, today))


def whole_client(
    of: clients.Client, today: date, where: Whereabouts, history: Iterable[tuple[str, ClientChange]]
) -> WholeClient:
    recorded = [_picked(Recorded, change, client=client_id) for client_id, change in history]
    zones = {"timezones": [each.key for each in where.zones], "timezones_by": where.told_by}
    return _picked(WholeClient, of, **_worked_out(of, today), **zones, history=recorded)


def _worked_out(of: clients.Client, today: date) -> dict[str, Any]:
    return {"served_as": of.tier_on(today), "joined_into": of.joined.into if of.joined else None}


def survey_answer(of: Invitation) -> SurveyAnswer:
    return _picked(
        SurveyAnswer,
        of,
        ticket=of.ticket_id or None,
        client=of.client_id,
        messenger=of.identity.messenger,
        ratings=list(of.ratings),
        asked_at=of.created_at,
    )


def _ticket(of: tickets.Ticket, calendars: Mapping[str, Calendar], now: datetime) -> dict[str, Any]:
    return {
        "id": of.id,
        "client": ClientRef(of.client_id, of.client_name, of.tier),
        "messenger": of.identity.messenger,
        "status": of.status,
        "owner": OwnerRef(of.owner.role, of.owner.staff_id) if of.owner else None,
        "opened_at": of.opened_at,
        "closed_at": of.closed_at,
        "next_due": of.next_due,
        "cycles": [cycle(each) for each in of.timeline(calendars, now).cycles],
        **{each: of.marked if of.marked and of.marked.feedback is each else None for each in tickets.Feedback},
        "hand_off": None,
        "themes": list(of.themes),
        "outage": of.outage,
    }


def _picked(shape: type[T], of: Any, **more: Any) -> T:
    """The fields of ``shape`` by their names, those in ``more`` aside."""
    fields = shape.__dataclass_fields__  # type: ignore[attr-defined]
    return shape(**{name: getattr(of, name) for name in fields if name not in more}, **more)
