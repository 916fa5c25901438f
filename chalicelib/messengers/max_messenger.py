"""MAX's side of the adapter table. Bot API: https://dev.max.ru/docs-api"""

import hmac
from collections.abc import Callable, Mapping
from datetime import timedelta

from chalicelib.desk.messages import Incoming
from chalicelib.desk.outbound import Content, Verb
from chalicelib.messengers import max_calls, max_updates
from chalicelib.messengers.adapter import Outcome, Place


class Max:
    buttons = True
    longest_text = 4000
    success = b""
    edits = True
    answers_taps_by_call = True
    window: timedelta | None = None
    tells_delivery = False

    def handshake(self, raw: bytes, query: Mapping[str, str], secret: Callable[[str], str]) -> bytes | None:  # noqa: ARG002
        """MAX has none: POST /subscriptions is enough."""
        return None

    def verify(self, raw: bytes, headers: Mapping[str, str], secret: Callable[[str], str]) -> bool:  # noqa: ARG002
        """MAX repeats the secret given with the subscription in a header; the body is not signed."""
        given = headers.get("x-max-bot-api-secret", "")
        return hmac.compare_digest(given.encode(), secret("max_secret").encode())

    def parse(self, raw: bytes, account: str) -> list[Incoming]:
        return max_updates.parse(raw, account)

    def send(self, content: Content, place: Place, secret: Callable[[str], str]) -> Outcome:
        if content.verb is Verb.ANSWER_TAP:
            return max_calls.answer_tap(content.message_id or "", content.text, secret)
        return max_calls.send(content, place, secret)

    def tap_answer(self, tap_key: str, text: str) -> bytes:  # noqa: ARG002
        """MAX wants a call for that: ``max_calls.answer_tap``."""
        return self.success


ADAPTER = Max()
