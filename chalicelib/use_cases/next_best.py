"""What did not arrive is said in the topic with what can be done instead: a button for each way there is for this client."""

from datetime import datetime

from chalicelib.desk import tickets
from chalicelib.desk.clients import Client, Identity
from chalicelib.desk.messages import Delivery, Message
from chalicelib.desk.next_best import Help, what_helps
from chalicelib.desk.outbound import Button, Content
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import Ticket
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations
from chalicelib.texts import text
from chalicelib.use_cases.leaving import tap

MOST_QUOTED = 500  # characters of what did not arrive


def not_delivered(message: Message, delivery: Delivery, client_id: str, settings: Settings, now: datetime) -> Content:
    """The notice about a failed ``message``, and the buttons that help."""
    language, helps = settings.desk.language, what_helps(delivery.reason)
    client = clients.client_by_id(client_id)
    words = text(
        "not_delivered",
        language,
        reason=text(f"reason_{delivery.reason}", language),
        text=message.text[:MOST_QUOTED] or text(f"shown_{message.kind}", language),
    )
    if Help.CALL in helps:
        words += call(client, language)
    buttons: list[Button] = []
    if Help.RETRY in helps:
        buttons.append(tap(text("button_retry", language), "retry", *_named(message)))
    if Help.TEMPLATE in helps and settings.templates:
        buttons.append(tap(text("button_templates", language), "templates", message.ticket_id))
    if Help.ELSEWHERE in helps:
        buttons += elsewhere(message, client, language, now)
    return Content(text=words, buttons=tuple((button,) for button in buttons))


def call(client: Client, language: str) -> str:
    """A line with the numbers to call. Telegram has no buttons for that; a number is a link by itself."""
    return "\n\n" + text("call_phones", language, phones=", ".join(phones)) if (phones := _phones(client)) else ""


def elsewhere(message: Message, client: Client, language: str, now: datetime) -> list[Button]:
    """A button for each other messenger in which the client can be reached now."""
    return [
        tap(
            text("button_elsewhere", language, messenger=text(f"messenger_{other.messenger}", language)),
            "via",
            *_named(message),
            other.messenger,
        )
        for other in reachable(client, message.identity, now)
    ]


def reachable(client: Client, beside: Identity, now: datetime) -> list[Identity]:
    """Where else the client can be written to at ``now``: one identity per messenger."""
    found: dict[str, Identity] = {}
    for identity in client.identities:
        if identity.messenger not in (beside.messenger, *found) and _is_open(identity, now):
            found[identity.messenger] = identity
    return list(found.values())


def is_window_closed(identity: Identity, ticket: Ticket | None, now: datetime) -> bool:
    """Whether the messenger would refuse words now. ``ticket`` may be one of another of the client's conversations."""
    window = ADAPTERS[identity.messenger].window
    if window is not None and (ticket is None or ticket.identity != identity):
        ticket = conversations.head(identity).ticket
    return window is not None and (ticket is None or tickets.is_window_closed(ticket, window, now))


def _is_open(identity: Identity, now: datetime) -> bool:
    head = conversations.head(identity)
    is_reachable = head.conversation is not None and head.conversation.reachable
    return is_reachable and not is_window_closed(identity, head.ticket, now)


def _phones(client: Client) -> tuple[str, ...]:
    """Those of their card; else the one that WhatsApp vouches for."""
    numbers = (one.user for one in client.identities if one.messenger == "whatsapp" and one.user.isdecimal())
    return client.phones or tuple(f"+{number}" for number in numbers)


def _named(message: Message) -> tuple[str, str, str]:
    """How a button names the message, within Telegram's 64 bytes."""
    return message.ticket_id, message.identity.messenger, message.external_id
