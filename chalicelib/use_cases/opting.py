"""A client does not want announcements in their messengers, or wants them again: by a word or by a button, in any of them.

It is about the person, so it holds in all their messengers, from the next send on. The team sees it in the topic.
"""

import logging
from dataclasses import replace
from datetime import datetime

from chalicelib.desk.clients import Client, Identity
from chalicelib.desk.identifiers import milliseconds
from chalicelib.desk.messages import Author, IncomingMessage, IncomingTap, Kind
from chalicelib.desk.outbound import Button, Content, Purpose
from chalicelib.desk.registry import ClientChange
from chalicelib.desk.settings import Settings
from chalicelib.store import clients, conversations, messages
from chalicelib.store.table import Item, NotFound, commit, retrying
from chalicelib.texts import text
from chalicelib.use_cases.leaving import Leaving, tap

log = logging.getLogger(__name__)

OUT, IN = "opt_out", "opt_in"
ACTIONS = (OUT, IN)

# The whole message, however it is capitalised. Only words that nobody says to a person.
# In whatever marks: our own words say «стоп».
MARKS = " .!\n«»“”„\"'"
WORDS = {"стоп": OUT, "stop": OUT, "отписаться": OUT, "unsubscribe": OUT, "подписаться": IN, "subscribe": IN}


def opt_out_button(language: str) -> Button:
    return tap(text("button_opt_out", language), OUT)


def action_in(incoming: IncomingMessage) -> str | None:
    """What the client asks for by a word, if that is all the message says."""
    if incoming.kind is not Kind.TEXT or incoming.forwarded or len(incoming.text) > 20:
        return None
    return WORDS.get(incoming.text.strip(MARKS).lower())


def by_word(incoming: IncomingMessage, messenger: str, action: str, settings: Settings, now: datetime) -> bool:
    """Whether it was for us: somebody we do not know yet has nothing to stop. Raises Exists when the same message came
    before."""
    identity = Identity(messenger, incoming.account, incoming.sender.user)
    word = incoming.of_no_ticket(identity)
    by = Author(identity.key, incoming.sender.name)
    return retrying(lambda: _opt(identity, by, action, messages.message_item(word), settings, now)) is not None


def by_button(tapped: IncomingTap, messenger: str, action: str, settings: Settings, now: datetime) -> str:
    """Returns the words shown to whoever tapped. Raises Exists when the same tap came before."""
    identity = Identity(messenger, tapped.account, tapped.sender.user)
    once = messages.seen_item(f"tap/{tapped.account}/{tapped.key}", now)
    by = Author(identity.key, tapped.sender.name)
    client = retrying(lambda: _opt(identity, by, action, once, settings, now))
    return text(f"tapped_{action}", client.language if client else settings.desk.language)


def _opt(identity: Identity, by: Author, action: str, once: Item, settings: Settings, now: datetime) -> Client | None:
    try:
        client = _who(identity)
    except NotFound:
        return None
    after = replace(client, opted_out=action == OUT)
    leaving = Leaving(milliseconds(now), now, client.id)
    back = () if action == IN else ((tap(text("button_opt_in", client.language), IN),),)
    leaving.to_client(identity, Purpose.NOTICE, Content(text=text(f"done_{action}", client.language), buttons=back))
    changed: list[Item] = []
    if after != client:
        change = ClientChange(now, by, text(f"ground_{action}", settings.desk.language))
        changed = [clients.client_item(after), clients.change_item(after.id, change, after.version + 1)]
        if client.topic:
            words = text(f"noted_{action}", settings.desk.language)
            leaving.to_topic(client, Purpose.NOTICE, Content(text=words, silent=True))
    commit(*changed, *leaving.items(), once=once)
    log.info("announcements__opted", extra={"action": action})
    leaving.nudge()
    return client


def _who(identity: Identity) -> Client:
    """:raises NotFound: nobody we know."""
    conversation = conversations.head(identity).conversation
    if conversation is None:
        raise NotFound(identity.key)
    return clients.client_now(conversation.client_id)
