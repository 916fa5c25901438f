"""/admin/tickets: what waits, one ticket whole, and what can be done to it."""

from typing import Any

from chalice import Blueprint

from chalicelib.desk.clients import Tier
from chalicelib.desk.fields import (
    Fields,
    array,
    choice,
    described,
    instant,
    line,
    number_in_query,
    one_of,
    record,
    required,
    text,
    variants,
)
from chalicelib.desk.policies import Metric
from chalicelib.desk.template_documents import MOST_PARAMETERS
from chalicelib.desk.themes import LONGEST_TITLE
from chalicelib.desk.tickets import CallbackResult, Closing, Status
from chalicelib.handlers import admin_explained_shapes as explained_shapes
from chalicelib.handlers import admin_shapes as shapes
from chalicelib.handlers import http
from chalicelib.store import conversations, messages, outbound
from chalicelib.use_cases import console, glimpses, queue, settings, ticket_lists
from chalicelib.use_cases.ticket_lists import Filter

bp = Blueprint(__name__)

LONGEST_TEXT = 4096  # https://core.telegram.org/bots/api#sendmessage
LONGEST_VALUE = 1024  # of a template: longer than what it is put into

PAGING: Fields = {
    "limit": described(number_in_query(1, 100), "How many a page has; 50 if not given."),
    "next": described(line(1000), "What the page before gave as 'next'."),
}
PAGE_SIZE = 50

FILTERS: Fields = {
    "status": described(
        one_of(*Status, ticket_lists.UNFINISHED),
        "'unfinished': open, waiting for the client, or closed with a call-back owed.",
    ),
    "owner": described(line(100), "The id of a member of the team, or 'none' for tickets that nobody has taken."),
    "tier": choice(Tier),
    "client": described(line(100), "A client's id; their tickets come the newest first."),
    "outage": described(line(100), "The id of the outage whose announcement the client answered."),
}

_STAFF: Fields = {"staff": described(line(100), "The id of the member of the team on whose behalf it is done.")}
_TEXT: Fields = {"text": required(text(LONGEST_TEXT, shortest=1))}

_TEMPLATE: Fields = {
    "name": required(line(512, shortest=1)),
    "language": required(line(10, shortest=1)),
    "parameters": described(array(text(LONGEST_VALUE), MOST_PARAMETERS), "The values, in the order of the settings."),
}

# The actions there are, each with its fields. Others of the design are not built yet.
ACTIONS: dict[str, Fields] = {
    "reply": {
        "text": text(LONGEST_TEXT, shortest=1),
        "template": described(record(_TEMPLATE), "An approved template of /admin/settings/templates, for WhatsApp."),
        **_STAFF,
    },
    "note": {**_TEXT, **_STAFF},
    "take": {"staff": required(_STAFF["staff"])},
    "wait": _STAFF,
    "resume": _STAFF,
    "close": {
        "reason": described(choice(Closing), "Why, 'solved' if not given; only then the client is asked how it went."),
        **_STAFF,
    },
    "reopen": _STAFF,
    "promise": {
        "until": required(
            described(instant(), "By when the client is told that we come back; the next update is due then.")
        ),
        "text": described(text(LONGEST_TEXT), "What else the client is told."),
        **_STAFF,
    },
    "acknowledge": {"metric": required(choice(Metric)), **_STAFF},
    "theme": {
        "theme": required(
            described(line(LONGEST_TITLE, shortest=1), "The id or the title of a theme; a new title adds one.")
        ),
        **_STAFF,
    },
    "complaint": _STAFF,
    "complaint_off": _STAFF,
    "praise": _STAFF,
    "praise_off": _STAFF,
    "callback_done": {"result": described(choice(CallbackResult), "What came of it; 'talked' if not given."), **_STAFF},
}


@http.admin(
    bp, "GET /admin/tickets", scope="read", query={**FILTERS, **PAGING}, answer=shapes.Page[shapes.ListedTicket]
)
def tickets(call: http.Call) -> Any:
    """Tickets, the most urgent first."""
    asked = Filter(**{name: call.query[name] for name in FILTERS if name in call.query})
    found = ticket_lists.tickets(asked, call.query.get("limit", PAGE_SIZE), call.query.get("next"), call.now)
    calendars, seen = settings.current().calendars, glimpses.of(found.items)
    return shapes.page(found, lambda ticket: shapes.listed_ticket(ticket, calendars, call.now, seen[ticket.id]))


@http.admin(
    bp,
    "POST /admin/tickets/next",
    scope="desk",
    body=record({"staff": required(_STAFF["staff"])}),
    answer=shapes.Ticket,
)
def take_next(call: http.Call) -> Any:
    """Give a member of the team the most urgent ticket that nobody has taken; no two get the same."""
    in_use = settings.current()
    found = queue.next_for(console.member(call.body["staff"], in_use), in_use, call.now)
    return shapes.ticket(found, in_use.calendars, call.now)


@http.admin(bp, "GET /admin/tickets/{ticket_id}/why", scope="read", answer=explained_shapes.Why)
def why(call: http.Call, ticket_id: str) -> Any:
    """Why the deadlines of a ticket are when they are: what each rests on, and where its time went."""
    return explained_shapes.why(conversations.ticket_by_id(ticket_id), settings.current(), call.now)


@http.admin(bp, "GET /admin/tickets/{ticket_id}", scope="read", answer=shapes.WholeTicket)
def ticket(call: http.Call, ticket_id: str) -> Any:
    """A ticket with its messages, cycles, history, and what left because of it."""
    found = conversations.ticket_by_id(ticket_id)
    said, left = messages.of_ticket(ticket_id), outbound.of_ticket(ticket_id)
    return shapes.whole_ticket(found, settings.current().calendars, call.now, said, left)


@http.admin(
    bp,
    "POST /admin/tickets/{ticket_id}/actions",
    scope="desk",
    body=variants("action", ACTIONS, either={"reply": ("text", "template")}),
    answer=shapes.Ticket,
)
def act(call: http.Call, ticket_id: str) -> Any:
    """Do to a ticket what the buttons do, answer the client, or leave a note for the team."""
    in_use = settings.current()
    fields = dict(call.body)
    changed = console.act(fields.pop("action"), ticket_id, call.by, in_use, call.now, **fields)
    return shapes.ticket(changed, in_use.calendars, call.now)
