"""MAX's side of the adapter table. Bot API: https://dev.max.ru/docs-api"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import BinaryIO

from chalicelib.desk.files import FileRule
from chalicelib.desk.messages import Attachment, Incoming, Kind
from chalicelib.desk.outbound import Content, Verb
from chalicelib.messengers import max_calls, max_files, max_updates
from chalicelib.messengers.adapter import Fetched, Outcome, Place, Refused, RetryLater, Upload
from chalicelib.messengers.downloads import MOST_FETCHED_BYTES


class Max:
    most_buttons = 210
    longest_text = max_calls.LONGEST_TEXT
    success = b""
    edits = True
    answers_taps_by_call = True
    window: timedelta | None = None
    tells_delivery = False
    quotes = True
    files: Mapping[Kind, FileRule] = max_files.RULES
    most_fetched_bytes = MOST_FETCHED_BYTES
    short_lived_files = False

    def handshake(self, raw: bytes, query: Mapping[str, str], secret: Callable[[str], str]) -> bytes | None:
        """MAX has none: POST /subscriptions is enough."""
        return None

    def verify(self, raw: bytes, headers: Mapping[str, str], secret: Callable[[str], str]) -> bool:
        """MAX repeats the secret given with the subscription in a header; the body is not signed."""
        given = headers.get("x-max-bot-api-secret", "")
        return hmac.compare_digest(given.encode(), secret("max_secret").encode())

    def parse(self, raw: bytes, account: str, secret: Callable[[str], str]) -> list[Incoming]:
        return max_updates.parse(raw, account, lambda: secret("max_token"))

    def send(
        self,
        content: Content,
        place: Place,
        secret: Callable[[str], str],
        uploads: Sequence[Upload] = (),
    ) -> Outcome:
        if content.verb is Verb.ANSWER_TAP:
            return max_calls.answer_tap(content.message_id or "", content.text, secret)
        return max_calls.send(content, place, secret, uploads)

    def fetch(
        self,
        attachment: Attachment,
        into: BinaryIO,
        most_bytes: int,
        secret: Callable[[str], str],
    ) -> Fetched | RetryLater | Refused:
        return max_files.fetch(attachment, into, most_bytes, secret)

    def message_key(self, chat: str, message_id: str) -> str:
        return f"{chat}/{message_id}"

    def message_id(self, external_id: str) -> str:
        return external_id.rpartition("/")[2]

    def name_of(self, user: str, known: str, language: str, secret: Callable[[str], str]) -> str | None:
        """Updates carry names."""
        return None

    def tap_answer(self, tap_key: str, text: str) -> bytes:
        """MAX wants a call for that: ``max_calls.answer_tap``."""
        return self.success


ADAPTER = Max()
