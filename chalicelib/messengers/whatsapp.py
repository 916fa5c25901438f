"""WhatsApp's side of the adapter table. Cloud API: https://developers.facebook.com/documentation/business-messaging/whatsapp"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import BinaryIO

from chalicelib.desk.files import FileRule
from chalicelib.desk.messages import Attachment, Incoming, Kind
from chalicelib.desk.outbound import Content
from chalicelib.messengers import whatsapp_calls, whatsapp_media, whatsapp_updates
from chalicelib.messengers.adapter import Fetched, Outcome, Place, Refused, RetryLater, Upload
from chalicelib.messengers.downloads import MOST_FETCHED_BYTES


class WhatsApp:
    most_buttons = whatsapp_calls.MOST_ROWS
    longest_text = whatsapp_calls.LONGEST_TEXT
    success = b""
    edits = False
    answers_taps_by_call = False
    window: timedelta | None = timedelta(hours=24)
    tells_delivery = True
    quotes = True
    files: Mapping[Kind, FileRule] = whatsapp_media.FILES
    most_fetched_bytes = MOST_FETCHED_BYTES
    short_lived_files = False

    def handshake(self, raw: bytes, query: Mapping[str, str], secret: Callable[[str], str]) -> bytes | None:
        """Meta asks once, when the webhook is registered, and wants its challenge back if the token is ours."""
        given = query.get("hub.verify_token", "")
        if query.get("hub.mode") != "subscribe" or not _same(given, secret("whatsapp_verify_token")):
            return None
        return query.get("hub.challenge", "").encode()

    def verify(self, raw: bytes, headers: Mapping[str, str], secret: Callable[[str], str]) -> bool:
        signature = hmac.new(secret("whatsapp_app_secret").encode(), raw, hashlib.sha256).hexdigest()
        return _same(headers.get("x-hub-signature-256", ""), f"sha256={signature}")

    def parse(self, raw: bytes, account: str, secret: Callable[[str], str]) -> list[Incoming]:
        return whatsapp_updates.parse(raw)

    def send(
        self,
        content: Content,
        place: Place,
        secret: Callable[[str], str],
        uploads: Sequence[Upload] = (),
    ) -> Outcome:
        return whatsapp_calls.send(content, place, secret("whatsapp_token"), uploads)

    def fetch(
        self,
        attachment: Attachment,
        into: BinaryIO,
        most_bytes: int,
        secret: Callable[[str], str],
    ) -> Fetched | RetryLater | Refused:
        return whatsapp_media.fetch(attachment, into, most_bytes, whatsapp_calls.api(), secret("whatsapp_token"))

    def message_key(self, chat: str, message_id: str) -> str:  # an id is nobody else's
        return message_id

    def message_id(self, external_id: str) -> str:
        return external_id

    def name_of(self, user: str, known: str, language: str, secret: Callable[[str], str]) -> str | None:
        """Updates carry names."""
        return None

    def tap_answer(self, tap_key: str, text: str) -> bytes:
        """Nobody waits: what was tapped stands in the chat as the person's own message."""
        return self.success


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


ADAPTER = WhatsApp()
