"""Webhook calls as Meta makes them: signed, batched, again and again for days. Used by WhatsApp's side and its endpoint.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable

from infra.local.sandbox.deliveries import Deliveries, Patience
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.whatsapp.config import WhatsApp

MESSENGER = "whatsapp"
PATIENCE = Patience(
    answer_within_seconds=20,
    delays_seconds=(0, 10, 60, 300, 1800, 3600),
    gives_up_after_seconds=7 * 24 * 3600,
)


class Webhook:
    """What is held goes out together with the next thing that is told."""

    def __init__(self, config: WhatsApp, shared: Shared, url: str) -> None:
        self.deliveries = Deliveries(MESSENGER, shared, PATIENCE, url)
        self._config = config
        self._held: list[Json] = []
        self._held_about: list[str] = []

    def message(self, message: Json, contacts: list[Json], number: str | None, about: str, *, hold: bool) -> int | None:
        """Tell of a message of a person, which ``about`` names. None while it is held."""
        self._held_about.append(about)
        named = {"contacts": contacts} if contacts else {}
        self._held.append(self._value(number) | named | {"messages": [message]})
        return None if hold else self._flush()

    def statuses(self, statuses: list[Json]) -> int:
        """Tell of a message of ours, all in one call."""
        self._held.append(self._value(None) | {"statuses": statuses})
        return self._flush()

    def _flush(self) -> int:
        values, self._held = list(_merged(self._held)), []
        about, self._held_about = self._held_about, []
        changes = [{"value": value, "field": "messages"} for value in values]
        entry = {"id": self._config.business_account_id, "changes": changes}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": self.sign(body)}
        return self.deliveries.add(body, headers, *about)

    @property
    def number(self) -> str:
        """Ours, as webhooks write it: digits only."""
        return re.sub(r"\D", "", self._config.display_phone_number)

    def sign(self, body: bytes) -> str:
        return f"sha256={hmac.new(self._config.app_secret.encode(), body, hashlib.sha256).hexdigest()}"

    def _value(self, number: str | None) -> Json:
        metadata = {"display_phone_number": self.number, "phone_number_id": number or self._config.phone_number_id}
        return {"messaging_product": MESSENGER, "metadata": metadata}


def _merged(values: Iterable[Json]) -> Iterable[Json]:
    """Messages of one number in one value, as Meta does; statuses in another."""
    merged: dict[tuple[str, bool], Json] = {}
    for value in values:
        key = value["metadata"]["phone_number_id"], "statuses" in value
        together = merged.setdefault(key, {"messaging_product": MESSENGER, "metadata": value["metadata"]})
        for name in ("contacts", "messages", "statuses"):
            if name in value:
                known = together.setdefault(name, [])
                known += [one for one in value[name] if one not in known]
    return merged.values()
