"""The team changes what it wrote in a topic: the client sees the new wording where the messenger can change a message, and
the team hears why where it cannot. A changed note stays a note."""

import logging
from dataclasses import replace
from datetime import datetime

from chalicelib.desk.messages import Direction, IncomingMessage, Message
from chalicelib.desk.outbound import Content, Purpose, Verb
from chalicelib.desk.settings import Settings
from chalicelib.messengers import ADAPTERS
from chalicelib.store import clients, conversations, messages
from chalicelib.store.table import commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.team_messages import NOTE_MARK, as_sent

log = logging.getLogger(__name__)


def receive(incoming: IncomingMessage, edit_key: str, settings: Settings, now: datetime) -> None:
    """Raises Exists when the same change came before."""
    client_id = clients.client_of_topic(incoming.chat, incoming.thread) if incoming.thread else None
    if client_id is None:
        log.info("change__in_no_clients_topic")
        return
    retrying(lambda: _receive(incoming, client_id, edit_key, settings, now))


def _receive(incoming: IncomingMessage, client_id: str, edit_key: str, settings: Settings, now: datetime) -> None:
    client = clients.client_by_id(client_id)
    kept = (messages.message_if_any(identity, incoming.external_id) for identity in client.identities)
    before = next(filter(None, kept), None)
    if before is None:
        log.info("change__of_nothing_kept")
        return
    words = incoming.text.removeprefix(NOTE_MARK).strip() if before.direction is Direction.NOTE else incoming.text
    after = replace(before, text=words, html=incoming.html, edited_at=now)
    ticket = conversations.ticket_by_id(before.ticket_id).ticked(now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    is_seen = after.direction is Direction.NOTE or _send(before, after, incoming, leaving, settings)
    commit(
        *conversations.ticket_items(ticket),
        *leaving.items(),
        *([messages.message_item(after)] if is_seen else []),  # else it stays as the client has it
        once=messages.seen_item(edit_key, now),
    )
    leaving.nudge()


def _send(before: Message, after: Message, incoming: IncomingMessage, leaving: Leaving, settings: Settings) -> bool:
    """Whether the client will see it."""
    if why := _why_not(before, after, incoming, settings):
        language = settings.desk.language
        words = text("edit_not_sent", language, reason=text(f"reason_{why}", language))
        leaving.to_topic(leaving.client_id or "", Purpose.NOTICE, Content(text=words))
        return False
    for content, order in zip(as_sent(after, settings), _parts(after), strict=True):
        if content.text:
            changed = replace(content, verb=Verb.EDIT, changes=order, before=before.text)
            about = {"message_id": after.external_id, "author": after.author}
            leaving.to_client(after.identity, Purpose.CORRECTION, changed, **about)
    return True


def _why_not(before: Message, after: Message, incoming: IncomingMessage, settings: Settings) -> str | None:
    """What keeps the client from seeing the change, as a key of the texts."""
    if incoming.text.startswith(NOTE_MARK):
        return "sent_already"
    if incoming.attachments != before.attachments:
        return "file_changed"
    if not ADAPTERS[after.identity.messenger].edits:
        return "no_edits"
    return "other_parts" if len(as_sent(after, settings)) != len(_parts(after)) else None


def _parts(message: Message) -> list[str]:
    """The orders of the items that took the message to the client."""
    return [carrier.order for carrier in message.carriers if carrier.destination.startswith("client:")]
