"""Viber's side of the adapter table. REST API: https://developers.viber.com/docs/api/rest-bot-api/"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import timedelta

from chalicelib.desk.messages import Incoming
from chalicelib.desk.outbound import Content
from chalicelib.messengers import viber_calls, viber_updates
from chalicelib.messengers.adapter import Outcome, Place


class Viber:
    buttons = True
    longest_text = 7000
    success = b""
    edits = False
    answers_taps_by_call = False
    window: timedelta | None = None
    tells_delivery = True

    def handshake(self, raw: bytes, query: Mapping[str, str], secret: Callable[[str], str]) -> bytes | None:  # noqa: ARG002
        """While set_webhook is called, Viber posts an event of its own and wants 200: it changes nothing here."""
        return b"" if viber_updates.is_webhook_check(raw) else None

    def verify(self, raw: bytes, headers: Mapping[str, str], secret: Callable[[str], str]) -> bool:
        """Viber signs the body with the bot's token."""
        signature = hmac.new(secret("viber_token").encode(), raw, hashlib.sha256).hexdigest()
        return hmac.compare_digest(headers.get("x-viber-content-signature", "").encode(), signature.encode())

    def parse(self, raw: bytes, account: str) -> list[Incoming]:
        return viber_updates.parse(raw, account)

    def send(self, content: Content, place: Place, secret: Callable[[str], str]) -> Outcome:
        return viber_calls.send(content, place, secret)

    def tap_answer(self, tap_key: str, text: str) -> bytes:  # noqa: ARG002
        """Nobody waits: a tapped button is a message like any other."""
        return self.success


ADAPTER = Viber()
