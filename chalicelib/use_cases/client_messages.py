"""A client writes: the message is kept, once, with the ticket it belongs to and whatever must leave because of it.

A message on a known, open ticket costs one read and one transaction.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.desk import surveys, ticket_deadlines, ticket_life, tickets
from chalicelib.desk.clients import Conversation, Identity, Tier
from chalicelib.desk.identifiers import new_id
from chalicelib.desk.ladder import Person
from chalicelib.desk.messages import Carrier, Direction, IncomingMessage, Kind, Message
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.desk.settings import Settings
from chalicelib.desk.thanks import is_plain_thanks
from chalicelib.desk.tickets import Status, Ticket
from chalicelib.store import clients, conversations, messages
from chalicelib.store.conversations import Head
from chalicelib.store.table import Exists, Item, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import newcomers, quoting, serving, survey_comments, templates, way_back
from chalicelib.use_cases.leaving import Leaving
from chalicelib.use_cases.policy_choice import followed
from chalicelib.use_cases.shown import relayed, removal_shown, shown

log = logging.getLogger(__name__)


def receive(incoming: IncomingMessage, messenger: str, settings: Settings, now: datetime) -> None:
    """Raises Exists when the same message came before."""
    try:
        retrying(lambda: _receive(incoming, messenger, settings, now))
    except Exists:
        identity = Identity(messenger, incoming.account, incoming.sender.user)
        known = messages.message_if_any(identity, incoming.external_id)
        if known is None or not known.is_awaited:
            raise
        taken_back = replace(incoming, taken_back_at=known.removed_at)
        retrying(lambda: _receive(taken_back, messenger, settings, now))


def _receive(incoming: IncomingMessage, messenger: str, settings: Settings, now: datetime) -> None:
    identity = Identity(messenger, incoming.account, incoming.sender.user)
    head = conversations.head(identity)
    if head.ticket and head.conversation and survey_comments.is_awaited(head.conversation, incoming):
        is_taken = survey_comments.take(incoming, head.conversation, head.ticket, settings, now)
        if is_taken:
            return
    ticket = _belongs_to(head, incoming)
    if ticket and head.conversation:
        _continue(incoming, ticket, head.conversation, settings, now)
    else:
        _open(incoming, identity, head, settings, now)


def _belongs_to(head: Head, incoming: IncomingMessage) -> Ticket | None:
    """The ticket that goes on with this message; None means a new one. A thank-you, however late, opens nothing."""
    if head.ticket is None:
        return None
    window = timedelta(hours=head.ticket.policy.reopen_window_hours)
    return head.ticket if _is_thanks(incoming) or tickets.reopens(head.ticket, incoming.at, window) else None


def _is_thanks(incoming: IncomingMessage) -> bool:
    """A plain thank-you, in words or as a reaction, is shown and changes nothing else."""
    return incoming.kind is Kind.REACTION or (incoming.kind is Kind.TEXT and is_plain_thanks(incoming.text))


def _continue(
    incoming: IncomingMessage, ticket: Ticket, conversation: Conversation, settings: Settings, now: datetime
) -> None:
    before = ticket
    if not _is_thanks(incoming):
        ticket = ticket_life.client_wrote(followed(ticket, settings), incoming.at, incoming.external_id)
    is_reopened = before.status is Status.CLOSED and ticket.status is not Status.CLOSED
    if is_reopened:
        ticket = serving.served_anew(ticket, clients.client_now(ticket.client_id), serving.DESK, settings, incoming.at)
    ticket = ticket_deadlines.reckon(ticket_life.heard(ticket, incoming.at).ticked(now), settings.calendars, now)
    leaving = Leaving(ticket.clock, now, ticket.client_id, ticket.id)
    if ticket.status is not before.status:
        leaving.card(ticket.client_id)
    carriers = _relay(leaving, incoming, ticket, settings)
    if is_reopened and ticket.tier is Tier.VIP:
        _tell_manager(leaving, incoming, ticket, settings)
    ticket = templates.window_opened(ticket, leaving, settings)
    ticket, extra = _of_outage(incoming, ticket, conversation, leaving, settings)
    kept = replace(surveys.no_comment_awaited(conversation) if is_reopened else conversation, reachable=True)
    if kept != conversation:
        extra.append(conversations.conversation_item(kept))
    _commit(incoming, ticket, leaving, carriers, extra)


def _open(incoming: IncomingMessage, identity: Identity, head: Head, settings: Settings, now: datetime) -> None:
    """The conversation is written even if it stays as it is: two first messages at once, or a message while its client is
    joined with another one, take turns at it."""
    conversation, extra = head.conversation, []
    if conversation:
        client = clients.client_by_id(conversation.client_id)
        if client.current is None:
            client = replace(client, current=identity)
            extra.append(clients.client_item(client))
    else:
        newcomer = newcomers.welcome(incoming, identity, settings, now)
        client, extra = newcomer.client, newcomer.items
        conversation = Conversation(identity, incoming.chat, client.id, client.language)
    tier = serving.tier_of(client, settings, incoming.at)
    ticket = Ticket(
        id=new_id(now),
        client_id=client.id,
        client_name=client.name,
        tier=tier,
        identity=identity,
        opened_at=incoming.at,
        policy=serving.policy_of(client, identity.messenger, settings, incoming.at),
        own_targets=serving.own_targets_of(client, settings, incoming.at),
        clock=head.ticket.clock if head.ticket else 0,
        previous=head.ticket.id if head.ticket else None,
    )
    kept = replace(surveys.no_comment_awaited(conversation), reachable=True, newest_ticket=ticket.id)
    extra.append(conversations.conversation_item(kept))
    if not _is_thanks(incoming):
        ticket = ticket_life.client_wrote(ticket, incoming.at, incoming.external_id)
    ticket = ticket_deadlines.reckon(ticket_life.heard(ticket, incoming.at).ticked(now), settings.calendars, now)
    leaving = Leaving(ticket.clock, now, client.id, ticket.id)
    if client.topic is None:
        leaving.topic(client)
    else:
        leaving.card(client)
    carriers = _relay(leaving, incoming, ticket, settings)
    ticket, of_outage = _of_outage(incoming, ticket, conversation, leaving, settings)
    extra += of_outage
    if tier is Tier.VIP:
        _tell_manager(leaving, incoming, ticket, settings)
    _commit(incoming, ticket, leaving, carriers, extra)


def _of_outage(
    incoming: IncomingMessage, ticket: Ticket, conversation: Conversation, leaving: Leaving, settings: Settings
) -> tuple[Ticket, list[Item]]:
    """A thank-you for the news is no question about it."""
    return (
        (ticket, []) if _is_thanks(incoming) else way_back.linked(ticket, conversation, incoming.at, leaving, settings)
    )


def _commit(
    incoming: IncomingMessage, ticket: Ticket, leaving: Leaving, carriers: tuple[Carrier, ...], extra: list[Item]
) -> None:
    message = Message(
        external_id=incoming.external_id,
        identity=ticket.identity,
        ticket_id=ticket.id,
        at=incoming.at,
        direction=Direction.IN,
        kind=incoming.kind,
        text=incoming.text,
        attachments=incoming.attachments,
        reply_to=_answered(incoming, ticket.identity),
        carriers=carriers,
    )
    changes = [*conversations.ticket_items(ticket), *leaving.items(), *extra]
    if incoming.taken_back_at:  # in place of what was kept of it so far
        commit(*changes, messages.message_item(replace(message, removed_at=incoming.taken_back_at, version=1)))
    else:
        commit(*changes, once=messages.message_item(message))
    log.info("message__kept", extra={"ticket_id": ticket.id, "message_id": incoming.external_id})
    leaving.nudge()


def _answered(incoming: IncomingMessage, identity: Identity) -> str | None:
    """As messages are named: the answered one's ``external_id`` if it is the client's, else the id that ours has there."""
    answers = quoting.in_chat(identity, incoming.chat, incoming.reply_to)
    return answers.external_id if answers else None


def _relay(leaving: Leaving, incoming: IncomingMessage, ticket: Ticket, settings: Settings) -> tuple[Carrier, ...]:
    said = relayed(
        incoming,
        ticket.identity,
        settings.desk,
        silent=not tickets.is_urgent(ticket),
        is_late=ticket.heard_at is not None and incoming.at < ticket.heard_at,
    )
    about = {"message_id": incoming.external_id, "identity": ticket.identity}
    carriers = tuple(leaving.to_topic(ticket.client_id, Purpose.RELAY, content, **about) for content in said)
    if incoming.taken_back_at:
        leaving.to_topic(ticket.client_id, Purpose.RELAY, removal_shown(incoming.text, None, settings.desk.language))
    return carriers


def _tell_manager(leaving: Leaving, incoming: IncomingMessage, ticket: Ticket, settings: Settings) -> None:
    """Every VIP question reaches the project manager at once: a silent card, apart from any ladder (product line 4)."""
    language = settings.desk.language
    words = text(
        "alert_vip_ticket", language, html=True, client=ticket.client_name, text=shown(incoming, language)[:500]
    )
    for member in settings.whom((Person.MANAGER,), leaving.now):
        alert = Content(text=words, html=True, silent=True, link_to_topic_of=ticket.client_id)
        leaving.to_member(member, settings.desk.account, alert)
