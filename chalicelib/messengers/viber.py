"""Viber's side of the adapter table. REST API: https://developers.viber.com/docs/api/rest-bot-api/"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import BinaryIO

from chalicelib.desk.files import FileRule
from chalicelib.desk.messages import Attachment, Incoming, Kind
from chalicelib.desk.outbound import Content
from chalicelib.messengers import viber_calls, viber_files, viber_updates
from chalicelib.messengers.adapter import Fetched, Outcome, Place, Refused, RetryLater, Upload
from chalicelib.messengers.downloads import MOST_FETCHED_BYTES


class Viber:
    most_buttons = 24
    longest_text = 7000
    success = b""
    edits = False
    answers_taps_by_call = False
    window: timedelta | None = None
    tells_delivery = True
    quotes = False
    files: Mapping[Kind, FileRule] = viber_files.RULES
    most_fetched_bytes = MOST_FETCHED_BYTES
    short_lived_files = True

    def handshake(self, raw: bytes, query: Mapping[str, str], secret: Callable[[str], str]) -> bytes | None:
        """While set_webhook is called, Viber posts an event of its own and wants 200: it changes nothing here."""
        return b"" if viber_updates.is_webhook_check(raw) else None

    def verify(self, raw: bytes, headers: Mapping[str, str], secret: Callable[[str], str]) -> bool:
        """Viber signs the body with the bot's token."""
        signature = hmac.new(secret("viber_token").encode(), raw, hashlib.sha256).hexdigest()
        return hmac.compare_digest(headers.get("x-viber-content-signature", "").encode(), signature.encode())

    def parse(self, raw: bytes, account: str, secret: Callable[[str], str]) -> list[Incoming]:
        return viber_updates.parse(raw, account)

    def send(
        self,
        content: Content,
        place: Place,
        secret: Callable[[str], str],
        uploads: Sequence[Upload] = (),
    ) -> Outcome:
        return viber_calls.send(content, place, secret, uploads)

    def fetch(
        self,
        attachment: Attachment,
        into: BinaryIO,
        most_bytes: int,
        secret: Callable[[str], str],
    ) -> Fetched | RetryLater | Refused:
        return viber_files.fetch(attachment, into, most_bytes)

    def message_key(self, chat: str, message_id: str) -> str:  # an id is nobody else's
        return message_id

    def message_id(self, external_id: str) -> str:
        return external_id.rpartition("/")[2]

    def name_of(self, user: str, known: str, language: str, secret: Callable[[str], str]) -> str | None:
        """Updates carry names."""
        return None

    def tap_answer(self, tap_key: str, text: str) -> bytes:
        """Nobody waits: a tapped button is a message like any other."""
        return self.success


ADAPTER = Viber()
