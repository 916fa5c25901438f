"""Inviting a client into a messenger by a personal link, and what happens when somebody opens one.

The token is the link's id and its signature, so that nobody can guess another's; that it is used once is decided by the
version of the stored link, in the transaction that makes its opener the client.
"""

import hashlib
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from itsdangerous import Signer

from chalicelib.desk.clients import Conversation, Identity
from chalicelib.desk.identifiers import milliseconds, new_id
from chalicelib.desk.ladder import Person
from chalicelib.desk.messages import Author, IncomingMessage
from chalicelib.desk.outbound import Content, Purpose
from chalicelib.desk.personal_links import ID_CHARACTERS, TOKEN, VALID_FOR, PersonalLink, Refusal, url
from chalicelib.desk.registry import ClientChange
from chalicelib.desk.settings import Settings
from chalicelib.desk.validation import FieldError, Invalid
from chalicelib.store import clients, conversations, messages
from chalicelib.store import personal_links as store
from chalicelib.store.secrets import secret
from chalicelib.store.table import Exists, NotFound, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import joining, newcomers
from chalicelib.use_cases.joining import Said
from chalicelib.use_cases.leaving import Leaving

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Invited:
    url: str
    expires_at: datetime


def invite(client_id: str, messenger: str, by: Author, settings: Settings, now: datetime) -> Invited:
    """A link by which the client, and nobody else, becomes known in ``messenger``.

    Raises NotFound, and Invalid when the settings do not say how we are found there.
    """
    address = settings.desk.addresses.get(messenger)
    if not address:
        message = f"has no address of ours yet: put it into 'addresses.{messenger}' of /admin/settings/desk"
        raise Invalid([FieldError("messenger", message)])
    return retrying(lambda: _invite(client_id, messenger, address, by, now))


def _invite(client_id: str, messenger: str, address: str, by: Author, now: datetime) -> Invited:
    client = clients.client_now(client_id)
    link = PersonalLink(new_id(now), client.id, messenger, now, now + VALID_FOR, by)
    invited = ClientChange(now, by, "", {"invited": (None, messenger)})
    commit(
        store.link_item(link), clients.client_item(client), clients.change_item(client.id, invited, client.version + 1)
    )
    token = link.id + _signature(link.id)
    words = text("invitation_words", client.language, token=token)
    return Invited(url(messenger, address, token, words), link.expires_at)


def opened(incoming: IncomingMessage, identity: Identity, settings: Settings, now: datetime) -> None:
    """Whoever opened the link is its client. A link that proves nothing any more is told to the team, since it may be the
    client all the same; one that is not ours concerns nobody. The person is greeted as anybody would be."""
    link_id = _read(incoming.invitation or "")
    if link_id is None:
        log.info("personal_link__not_ours")
        return
    with suppress(Exists, NotFound):  # told before; forgotten long ago
        retrying(lambda: _opened(link_id, incoming, identity, settings, now))


def _opened(link_id: str, incoming: IncomingMessage, identity: Identity, settings: Settings, now: datetime) -> None:
    link = store.link(link_id)
    if link.used_by == identity:
        return  # the same message again
    if refusal := link.refusal(identity, now):
        _tell(refusal, link, incoming, identity, settings, now)
        return
    language = settings.desk.language
    ground = text("ground_link", language, id=link.id, by=link.made_by.name)
    said = Said(Author(identity.key, incoming.sender.name), ground)
    used = store.link_item(link.used(identity, now))
    conversation = conversations.head(identity).conversation
    if conversation:
        joining.join_once(conversation.client_id, link.client_id, said, settings, now, [used])
        return
    newcomer = newcomers.also_here(clients.client_now(link.client_id), identity, said.by, said.ground, now)
    client = newcomer.client
    leaving = Leaving(milliseconds(now), now, client.id)
    if client.topic:
        name = text(f"messenger_{identity.messenger}", language)
        words = text("link_opened", language, name=client.name, messenger=name)
        leaving.to_topic(client, Purpose.NOTICE, Content(text=words, silent=True))
        leaving.card(client)
    known = Conversation(identity, incoming.chat, client.id, client.language)
    commit(*newcomer.items, conversations.conversation_item(known), used, *leaving.items())
    leaving.nudge()


def _tell(
    refusal: Refusal,
    link: PersonalLink,
    incoming: IncomingMessage,
    identity: Identity,
    settings: Settings,
    now: datetime,
) -> None:
    """In the topic of whom the link was made for; the manager hears it where there is none. Raises Exists: it was told."""
    client, language = clients.client_now(link.client_id), settings.desk.language
    leaving = Leaving(milliseconds(now), now, client.id)
    name = text(f"messenger_{identity.messenger}", language)
    words = text(f"link_{refusal}", language, name=client.name, who=incoming.sender.name, messenger=name)
    if client.topic:
        leaving.to_topic(client, Purpose.NOTICE, Content(text=words))
    else:
        for member in settings.whom((Person.MANAGER,), now):
            leaving.to_member(member, settings.desk.account, Content(text=words))
    commit(*leaving.items(), once=messages.seen_item(f"link/{link.id}/{incoming.external_id}", now))
    log.info("personal_link__refused", extra={"client_id": client.id, "why": refusal})
    leaving.nudge()


def _read(token: str) -> str | None:
    """The link's id, if we signed it."""
    if not TOKEN.fullmatch(token):
        return None
    link_id, signature = token[:ID_CHARACTERS], token[ID_CHARACTERS:]
    return link_id if _signer().verify_signature(link_id.encode(), signature.encode()) else None


def _signature(link_id: str) -> str:
    return _signer().get_signature(link_id).decode()


def _signer() -> Signer:
    return Signer(secret("invitation_key"), salt="personal-link", digest_method=hashlib.sha256)
