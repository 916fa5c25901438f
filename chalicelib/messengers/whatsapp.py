"""WhatsApp's side of the adapter table. Cloud API: https://developers.facebook.com/documentation/business-messaging/whatsapp"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import timedelta

from chalicelib.desk.messages import Incoming
from chalicelib.desk.outbound import Content
from chalicelib.messengers import whatsapp_calls, whatsapp_updates
from chalicelib.messengers.adapter import Outcome, Place


class WhatsApp:
    buttons = True
    longest_text = whatsapp_calls.LONGEST_TEXT
    success = b""
    edits = False
    answers_taps_by_call = False
    window: timedelta | None = timedelta(hours=24)
    tells_delivery = True

    def handshake(self, raw: bytes, query: Mapping[str, str], secret: Callable[[str], str]) -> bytes | None:  # noqa: ARG002
        """Meta asks once, when the webhook is registered, and wants its challenge back if the token is ours."""
        given = query.get("hub.verify_token", "")
        if query.get("hub.mode") != "subscribe" or not _same(given, secret("whatsapp_verify_token")):
            return None
        return query.get("hub.challenge", "").encode()

    def verify(self, raw: bytes, headers: Mapping[str, str], secret: Callable[[str], str]) -> bool:
        signature = hmac.new(secret("whatsapp_app_secret").encode(), raw, hashlib.sha256).hexdigest()
        return _same(headers.get("x-hub-signature-256", ""), f"sha256={signature}")

    def parse(self, raw: bytes, account: str) -> list[Incoming]:  # noqa: ARG002 - one POST may be about several numbers
        return whatsapp_updates.parse(raw)

    def send(self, content: Content, place: Place, secret: Callable[[str], str]) -> Outcome:
        return whatsapp_calls.send(content, place, secret("whatsapp_token"))

    def tap_answer(self, tap_key: str, text: str) -> bytes:  # noqa: ARG002
        """Nobody waits: what was tapped stands in the chat as the person's own message."""
        return self.success


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


ADAPTER = WhatsApp()
