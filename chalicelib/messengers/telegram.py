"""Telegram's side of the adapter table. Bot API: https://core.telegram.org/bots/api"""

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from chalicelib.desk.messages import Incoming
from chalicelib.desk.outbound import Content
from chalicelib.messengers import telegram_calls, telegram_updates
from chalicelib.messengers.adapter import Outcome, Place


class Telegram:
    buttons = True
    longest_text = 4096
    success = b""
    edits = True
    answers_taps_by_call = False
    window: timedelta | None = None
    tells_delivery = False

    def handshake(self, raw: bytes, query: Mapping[str, str], secret: Callable[[str], str]) -> bytes | None:  # noqa: ARG002
        """Telegram has none: setWebhook is enough."""
        return None

    def verify(self, raw: bytes, headers: Mapping[str, str], secret: Callable[[str], str]) -> bool:  # noqa: ARG002
        """Telegram repeats the secret given to setWebhook in a header; the body is not signed."""
        given = headers.get("x-telegram-bot-api-secret-token", "")
        return hmac.compare_digest(given.encode(), secret("telegram_webhook_secret").encode())

    def parse(self, raw: bytes, account: str) -> list[Incoming]:
        return telegram_updates.parse(raw, account)

    def send(self, content: Content, place: Place, secret: Callable[[str], str]) -> Outcome:
        return telegram_calls.send(content, place, secret("telegram_token"))

    def tap_answer(self, tap_key: str, text: str) -> bytes:
        """A method in the webhook's answer costs no call: https://core.telegram.org/bots/api#making-requests-when-getting-updates"""
        answer: dict[str, Any] = {"method": "answerCallbackQuery", "callback_query_id": tap_key, "text": text[:200]}
        return json.dumps(answer, ensure_ascii=False).encode()


ADAPTER = Telegram()
