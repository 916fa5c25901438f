"""Buttons under what did not arrive: again, in another messenger, by a template, or once the client has written.

Each is a person's act, done once however often it is tapped: what it needs to find is not there the second time.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.desk import templates as rules
from chalicelib.desk import ticket_deadlines, ticket_life
from chalicelib.desk.clients import Identity
from chalicelib.desk.files import CannotSend
from chalicelib.desk.messages import Author, Carrier, Delivery, DeliveryState, Direction, Message
from chalicelib.desk.outbound import Outbound, Purpose, State
from chalicelib.desk.receipts import receipt_key
from chalicelib.desk.settings import Settings
from chalicelib.desk.tickets import NotAllowed, Ticket
from chalicelib.store import clients, conversations, drafts, messages
from chalicelib.store import outbound as store
from chalicelib.store.table import Exists, Item, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import next_best, team_messages, templates
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.policy_choice import followed


@dataclass(frozen=True)
class Act:
    """``named`` is what the button carries beside the ticket; ``once`` is the key of the tap."""

    ticket_id: str
    named: tuple[str, ...]
    by: Author
    at: datetime
    settings: Settings
    once: Item | None = None

    @property
    def language(self) -> str:
        return self.settings.desk.language


def act(action: str, doing: Act) -> str:
    """Do it. Returns the words for who tapped.

    :raises NotFound: there is no such ticket.
    :raises NotAllowed: it makes no sense any more, or not now; the reason is a key of the texts.
    """
    return retrying(lambda: ACTIONS[action](doing)) or text(f"done_{action}", doing.language)


def _retry(doing: Act) -> None:
    messenger, message_id = doing.named
    ticket = conversations.ticket_by_id(doing.ticket_id)
    _again(_message(ticket, messenger, message_id), ticket, doing)


def _again(message: Message, ticket: Ticket, doing: Act) -> None:
    """The very same message on its way again: of its parts those that did not arrive."""
    _check_failed(message)
    is_closed = next_best.is_window_closed(message.identity, ticket, doing.at)
    ticket = followed(ticket, doing.settings)
    ticket = ticket_life.staff_replied(ticket, doing.at, message.external_id, doing.by, message.promised)
    ticket = ticket_deadlines.reckon(ticket.ticked(doing.at), doing.settings.calendars, doing.at)
    leaving = Leaving(ticket.clock, doing.at, ticket.client_id, ticket.id)
    carriers = tuple(_carried_again(carrier, message, leaving) for carrier in message.carriers)
    if not leaving.outbounds:
        raise NotAllowed("retry_too_late")
    if is_closed and not all(item.content.template for item in leaving.outbounds):
        raise NotAllowed("window_is_closed")
    on_its_way = replace(message, delivery=Delivery(DeliveryState.PENDING), carriers=carriers)
    changes = [*conversations.ticket_items(ticket), messages.message_item(on_its_way)]
    commit(*changes, *leaving.items(), once=doing.once)
    leaving.nudge()


def _check_failed(message: Message) -> None:
    if message.delivery is None or message.delivery.state is not DeliveryState.FAILED:
        raise NotAllowed("not_failed")


def _carried_again(carrier: Carrier, message: Message, leaving: Leaving) -> Carrier:
    item = store.outbound_if_any(carrier.destination, carrier.order)
    if item is None or item.purpose is not Purpose.REPLY or not _is_lost(item, message.identity):
        return carrier
    return leaving.to_client(
        message.identity, Purpose.REPLY, item.content, message_id=item.message_id, author=item.author
    )


def _is_lost(item: Outbound, identity: Identity) -> bool:
    """Whether this part did not arrive: it was refused, or failed after it had been taken."""
    if item.state is not State.SENT or item.provider_id is None:
        return item.finished and item.state is not State.SENT
    told = messages.receipt(receipt_key(identity.messenger, identity.account, item.provider_id)).delivery
    return told is not None and told.state is DeliveryState.FAILED


def _elsewhere(doing: Act) -> str:
    """The same words in another messenger: a message of its own there, and a reply of the same ticket."""
    messenger, message_id, other = doing.named
    ticket = conversations.ticket_by_id(doing.ticket_id)
    message, client = _message(ticket, messenger, message_id), clients.client_by_id(ticket.client_id)
    if message.direction is Direction.OUT:
        _check_failed(message)
    there = [each for each in next_best.reachable(client, message.identity, doing.at) if each.messenger == other]
    if not there:
        raise NotAllowed("not_reachable")
    try:
        team_messages.check_files(message.attachments, other, doing.settings)
    except CannotSend as refusal:
        raise NotAllowed(f"reason_{refusal.reason}") from refusal
    ticket = ticket_life.released(ticket, message_id)
    sent = replace(message, identity=there[0], direction=Direction.OUT, at=doing.at, author=doing.by, reply_to=None)
    _reply(replace(sent, delivery=None, carriers=(), version=0), ticket, doing.settings, doing.at)
    return text("done_via", doing.language, messenger=text(f"messenger_{other}", doing.language))


def _held(doing: Act) -> None:
    """What was held back while the window was closed: a note that becomes the reply it was meant to be, or one that
    failed and goes again."""
    ticket = conversations.ticket_by_id(doing.ticket_id)
    message = _message(ticket, ticket.identity.messenger, doing.named[0])
    if message.direction is Direction.OUT:
        _again(message, ticket, doing)
        return
    if next_best.is_window_closed(message.identity, ticket, doing.at):
        raise NotAllowed("window_is_closed")
    _reply(replace(message, direction=Direction.OUT, at=doing.at), ticket, doing.settings, doing.at)


def _send_template(doing: Act) -> None:
    ticket = conversations.ticket_by_id(doing.ticket_id)
    draft = templates.chosen(ticket, doing.named[0])
    send_template(draft.template, draft.values or (), f"desk.{draft.id}", ticket, doing.by, doing.settings, doing.at)


def send_template(
    template: rules.Template,
    values: tuple[str, ...],
    message_id: str,
    ticket: Ticket,
    by: Author,
    settings: Settings,
    now: datetime,
) -> None:
    """A person's act, and so a reply. Also called by the admin endpoint.

    :raises WrongValues:
    """
    filled = rules.filled(template, values)
    message = Message(
        external_id=message_id,
        identity=ticket.identity,
        ticket_id=ticket.id,
        at=now,
        direction=Direction.OUT,
        text=rules.as_seen(template, values),
        author=by,
    )
    _reply(message, ticket, settings, now, filled)


def _reply(
    message: Message,
    ticket: Ticket,
    settings: Settings,
    now: datetime,
    template: rules.Filled | None = None,
) -> None:
    """Once: whoever taps again hears that it is on its way."""
    try:
        team_messages.reply(message, ticket, settings, now, show=template is not None, template=template)
    except Exists as already:
        raise NotAllowed("not_failed") from already


def _cancel_template(doing: Act) -> None:
    ticket = conversations.ticket_by_id(doing.ticket_id)
    draft = drafts.of_ticket(ticket.id)
    if draft is None or draft.id != doing.named[0]:
        raise NotAllowed("template_draft_gone")
    commit(drafts.draft_item(replace(draft, id="", values=()), doing.at), once=doing.once)


def _message(ticket: Ticket, messenger: str, message_id: str) -> Message:
    """The client's message of that id in that messenger.

    :raises NotAllowed: nobody knows it any more.
    """
    client = clients.client_by_id(ticket.client_id)
    for identity in (ticket.identity, *client.identities):
        if identity.messenger == messenger and (found := messages.message_if_any(identity, message_id)):
            return found
    raise NotAllowed("tap_not_understood")


def _offer(doing: Act) -> None:
    templates.show_offer(doing.ticket_id, doing.settings, doing.at, doing.once)


def _choose(doing: Act) -> None:
    templates.choose(doing.ticket_id, doing.named[0], doing.by, doing.settings, doing.at, doing.once)


ACTIONS: dict[str, Callable[[Act], str | None]] = {
    "retry": _retry,
    "via": _elsewhere,
    "held": _held,
    "templates": _offer,
    "template": _choose,
    "template_send": _send_template,
    "template_cancel": _cancel_template,
}
"""By the first word of a button's data."""
