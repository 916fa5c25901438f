"""A person we know proves who they are: by their own number, which the messenger vouches for, or by a personal link.

Called by the intake before the message itself is handled, in a transaction of its own: when the message comes again
because we died in between, the proof has been taken and changes nothing twice. Somebody new is ``newcomers``' business.
"""

from dataclasses import replace
from datetime import datetime

from chalicelib.desk.clients import Identity
from chalicelib.desk.messages import Author, IncomingMessage, Kind
from chalicelib.desk.registry import ClientChange, differences
from chalicelib.desk.settings import Settings
from chalicelib.store import clients, conversations
from chalicelib.store.table import commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases import joining, personal_links
from chalicelib.use_cases.joining import Said


def recognise(incoming: IncomingMessage, messenger: str, settings: Settings, now: datetime) -> None:
    """Join the sender with the client whom this message proves them to be, if it proves anything."""
    identity = Identity(messenger, incoming.account, incoming.sender.user)
    if incoming.invitation:
        personal_links.opened(incoming, identity, settings, now)
    elif incoming.kind is Kind.CONTACT and incoming.sender.phone:
        retrying(lambda: _own_number(incoming.sender.phone or "", incoming, identity, settings, now))


def _own_number(phone: str, incoming: IncomingMessage, identity: Identity, settings: Settings, now: datetime) -> None:
    conversation = conversations.head(identity).conversation
    if conversation is None:
        return
    language = settings.desk.language
    ground = text("ground_contact", language, phone=phone, messenger=text(f"messenger_{identity.messenger}", language))
    said = Said(Author(identity.key, incoming.sender.name), ground)
    if owner := clients.whose([phone]).get(phone):
        joining.join_once(conversation.client_id, owner, said, settings, now)
    else:
        _keep(phone, conversation.client_id, said, now)


def _keep(phone: str, client_id: str, said: Said, now: datetime) -> None:
    """Nobody has the number yet: whoever is registered with it later is this client."""
    before = clients.client_now(client_id)
    after = replace(before, phones=(*before.phones, phone))
    change = ClientChange(now, said.by, said.ground, differences(before, after))
    written, _ = clients.contact_items(before, after)
    commit(clients.client_item(after), clients.change_item(after.id, change, after.version + 1), *written)
