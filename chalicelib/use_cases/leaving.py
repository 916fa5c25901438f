"""What leaves because of one change: collected while a use case decides, committed with it, nudged after it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.desk import outbound
from chalicelib.desk.clients import Client, Identity
from chalicelib.desk.messages import Carrier
from chalicelib.desk.outbound import Button, Content, Outbound, Purpose, Verb
from chalicelib.desk.staff import Member
from chalicelib.store import outbound as store
from chalicelib.store import queues
from chalicelib.store.table import Item

log = logging.getLogger(__name__)


@dataclass
class Leaving:
    """``clock`` (milliseconds) places these items after everything that left the same conversation before."""

    clock: int
    now: datetime
    client_id: str | None = None
    ticket_id: str | None = None
    outbounds: list[Outbound] = field(default_factory=list)

    def add(self, destination: str, purpose: Purpose, content: Content, **more: Any) -> Carrier:
        place = outbound.order(self.clock, len(self.outbounds))
        self.outbounds.append(
            Outbound(destination, place, purpose, content, self.now, self.client_id, self.ticket_id, **more)
        )
        return Carrier(destination, place)

    def to_topic(self, client: Client | str, purpose: Purpose, content: Content, **more: Any) -> Carrier:
        return self.add(outbound.to_topic(client if isinstance(client, str) else client.id), purpose, content, **more)

    def to_client(self, identity: Identity, purpose: Purpose, content: Content, **more: Any) -> Carrier:
        return self.add(outbound.to_client(identity.key), purpose, content, **more)

    def to_member(self, member: Member, account: str, content: Content) -> None:
        """An alert, in the private chat that a member of the team has with the bot."""
        chat = outbound.to_chat("telegram", account, str(member.telegram_user_id))
        self.add(chat, Purpose.ALERT, content)

    def card(self, client: Client | str, not_before: datetime | None = None) -> None:
        """Bring the client's card up to date; it is drawn when it is sent."""
        self.to_topic(client, Purpose.TOPIC, Content(Verb.CARD, html=True), not_before=not_before)

    def topic(self, client: Client, not_before: datetime | None = None) -> None:
        """Open the client's topic, with the card pinned at its head: as few calls as Telegram allows."""
        for content in (Content(Verb.OPEN_TOPIC), Content(Verb.CARD, html=True), Content(Verb.PIN_CARD)):
            self.to_topic(client, Purpose.TOPIC, content, not_before=not_before)

    def items(self) -> Iterator[Item]:
        return map(store.outbound_item, self.outbounds)

    def nudge(self) -> None:
        """After the commit. What leaves is safe in the store by now: a nudge that fails is only said in the log, since the
        minute's check sends another, and whoever waits for us must not be made to send again."""
        if not self.outbounds:
            return
        try:
            queues.nudge(item.destination for item in self.outbounds)
        except (BotoCoreError, ClientError, queues.QueueRefused):
            log.exception("nudge__failed", extra={"ticket_id": self.ticket_id})


def tap(label: str, *data: object) -> Button:
    """A button whose tap comes back as ``data``, joined by colons (Telegram allows 64 bytes)."""
    return Button(label, data=":".join(map(str, data)))
