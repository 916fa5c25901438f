"""VK's side of the adapter table: messages to a community. Callback API: https://dev.vk.com/ru/api/callback/getting-started"""

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, BinaryIO

from chalicelib.desk.files import FileRule
from chalicelib.desk.messages import Attachment, Incoming, Kind
from chalicelib.desk.outbound import Content, Verb
from chalicelib.messengers import vk_calls, vk_files, vk_updates
from chalicelib.messengers.adapter import Fetched, Outcome, Place, Refused, RetryLater, Upload
from chalicelib.messengers.downloads import MOST_FETCHED_BYTES


class Vk:
    most_buttons = 10
    longest_text = 4096
    success = b"ok"
    edits = True
    answers_taps_by_call = True
    window: timedelta | None = None
    tells_delivery = False
    quotes = True
    files: Mapping[Kind, FileRule] = vk_files.RULES
    most_fetched_bytes = MOST_FETCHED_BYTES
    short_lived_files = False

    def handshake(self, raw: bytes, query: Mapping[str, str], secret: Callable[[str], str]) -> bytes | None:
        """VK asks for the community's confirmation string; whoever does not know the secret does not get it."""
        event = _event(raw)
        if event.get("type") != "confirmation" or not _is_vk(event, secret):
            return None
        return secret("vk_confirmation").encode()

    def verify(self, raw: bytes, headers: Mapping[str, str], secret: Callable[[str], str]) -> bool:
        """VK signs nothing: the secret and the community stand in the body, so the body is read but not yet believed."""
        return _is_vk(_event(raw), secret)

    def parse(self, raw: bytes, account: str, secret: Callable[[str], str]) -> list[Incoming]:
        """The account is the community that the event names."""
        return vk_updates.parse(raw)

    def send(
        self,
        content: Content,
        place: Place,
        secret: Callable[[str], str],
        uploads: Sequence[Upload] = (),
    ) -> Outcome:
        if content.verb is Verb.ANSWER_TAP:
            return vk_calls.answer_event(
                content.message_id or "", place.chat, place.chat, content.text, secret("vk_token")
            )
        return vk_calls.send(content, place, secret("vk_token"), uploads)

    def fetch(
        self,
        attachment: Attachment,
        into: BinaryIO,
        most_bytes: int,
        secret: Callable[[str], str],
    ) -> Fetched | RetryLater | Refused:
        return vk_files.fetch(attachment, into, most_bytes)

    def message_key(self, chat: str, message_id: str) -> str:
        return f"{chat}/{message_id}"

    def message_id(self, external_id: str) -> str:
        return external_id.rpartition("/")[2]

    def name_of(self, user: str, known: str, language: str, secret: Callable[[str], str]) -> str | None:
        is_name = known != vk_updates.stand_in(user)
        return None if is_name else vk_calls.name_of(user, language, secret("vk_token"))

    def tap_answer(self, tap_key: str, text: str) -> bytes:
        """VK wants ``ok`` and nothing else; ``vk_calls.answer_event`` tells who tapped."""
        return self.success


def _event(raw: bytes) -> dict[str, Any]:
    """Nothing for what is no event at all."""
    try:
        event = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _is_vk(event: dict[str, Any], secret: Callable[[str], str]) -> bool:
    """The right secret and, where one is set, the right community. An empty secret opens to nobody."""
    wanted, community = secret("vk_secret"), _community(secret)
    is_ours = not community or _same(event.get("group_id"), community)
    return _same(event.get("secret"), wanted) and is_ours and bool(wanted)


def _community(secret: Callable[[str], str]) -> str:
    try:
        return secret("vk_group_id")
    except LookupError:
        return ""


def _same(given: object, wanted: str) -> bool:
    return hmac.compare_digest(str(given).encode(errors="replace"), wanted.encode())


ADAPTER = Vk()
