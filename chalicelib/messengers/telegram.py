"""Telegram's side of the adapter table. Bot API: https://core.telegram.org/bots/api"""

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, BinaryIO

from chalicelib.desk.files import FileRule
from chalicelib.desk.messages import Attachment, Incoming, Kind
from chalicelib.desk.outbound import Content
from chalicelib.messengers import telegram_calls, telegram_files, telegram_updates
from chalicelib.messengers.adapter import Fetched, Outcome, Place, Refused, RetryLater, Upload


class Telegram:
    most_buttons = 100
    longest_text = 4096
    success = b""
    edits = True
    answers_taps_by_call = False
    window: timedelta | None = None
    tells_delivery = False
    quotes = True
    files: Mapping[Kind, FileRule] = telegram_files.RULES
    most_fetched_bytes = 20_000_000  # https://core.telegram.org/bots/api#getfile
    short_lived_files = False

    def handshake(self, raw: bytes, query: Mapping[str, str], secret: Callable[[str], str]) -> bytes | None:
        """Telegram has none: setWebhook is enough."""
        return None

    def verify(self, raw: bytes, headers: Mapping[str, str], secret: Callable[[str], str]) -> bool:
        """Telegram repeats the secret given to setWebhook in a header; the body is not signed."""
        given = headers.get("x-telegram-bot-api-secret-token", "")
        return hmac.compare_digest(given.encode(), secret("telegram_webhook_secret").encode())

    def parse(self, raw: bytes, account: str, secret: Callable[[str], str]) -> list[Incoming]:
        return telegram_updates.parse(raw, account)

    def send(
        self,
        content: Content,
        place: Place,
        secret: Callable[[str], str],
        uploads: Sequence[Upload] = (),
    ) -> Outcome:
        return telegram_calls.send(content, place, secret("telegram_token"), uploads)

    def fetch(
        self,
        attachment: Attachment,
        into: BinaryIO,
        most_bytes: int,
        secret: Callable[[str], str],
    ) -> Fetched | RetryLater | Refused:
        return telegram_calls.fetch(attachment.provider_id, into, most_bytes, secret("telegram_token"))

    def message_key(self, chat: str, message_id: str) -> str:
        return f"{chat}/{message_id}"

    def message_id(self, external_id: str) -> str:
        return external_id.rpartition("/")[2]

    def name_of(self, user: str, known: str, language: str, secret: Callable[[str], str]) -> str | None:
        """Updates carry names."""
        return None

    def tap_answer(self, tap_key: str, text: str) -> bytes:
        """A method in the webhook's answer costs no call: https://core.telegram.org/bots/api#making-requests-when-getting-updates"""
        answer: dict[str, Any] = {"method": "answerCallbackQuery", "callback_query_id": tap_key, "text": text[:200]}
        return json.dumps(answer, ensure_ascii=False).encode()


ADAPTER = Telegram()
