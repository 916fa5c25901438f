"""What Viber tells us, in the desk's words."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.desk.messages import (
    Attachment,
    DeliveryState,
    Ignored,
    Incoming,
    IncomingMessage,
    IncomingReachability,
    IncomingStatus,
    IncomingTap,
    Kind,
    Sender,
)
from chalicelib.messengers.adapter import NotUnderstood
from chalicelib.messengers.viber import ADAPTER
from tests.unit.messengers.messenger import secrets

Json = dict[str, Any]

AT = datetime(2026, 3, 2, 10, 0, 0, 123_000, tzinfo=UTC)
AT_MS = 1_772_445_600_123
TOKEN = 4_912_661_846_655_238_145  # beyond 2^53: as a float it would be …144
ANNA = {"id": "01234567890A/b+c==", "name": "Анна", "country": "BY", "language": "ru", "api_version": 10}
TOLD = Sender("01234567890A/b+c==", "Анна", "ru")


def event(name: str, **what: Any) -> Json:
    return {"event": name, "timestamp": AT_MS, "chat_hostname": "SN-1", "message_token": TOKEN, **what}


def message(**content: Any) -> Json:
    return event("message", sender=ANNA, message={"tracking_data": "", **content}, silent=False)


def parsed(told: Json) -> Incoming:
    [found] = ADAPTER.parse(json.dumps(told).encode(), "desk", str)
    return found


def test_a_text_message() -> None:
    assert parsed(message(type="text", text="Добрый день")) == IncomingMessage(
        external_id=f"01234567890A/b+c==/{TOKEN}",
        account="desk",
        chat="01234567890A/b+c==",
        private=True,
        sender=TOLD,
        at=AT,
        kind=Kind.TEXT,
        text="Добрый день",
    )


@pytest.mark.parametrize(
    ("content", "kind", "text", "attachments"),
    [
        (
            {"type": "picture", "text": "Вот", "media": "https://m/1.jpg", "file_name": "1.jpg", "size": 7},
            Kind.PHOTO,
            "Вот",
            [Attachment(Kind.PHOTO, "https://m/1.jpg", "1.jpg", size=7)],
        ),
        (
            {"type": "video", "media": "https://m/2.mp4", "duration": 9, "size": 8},
            Kind.VIDEO,
            "",
            [Attachment(Kind.VIDEO, "https://m/2.mp4", size=8)],
        ),
        (
            {"type": "file", "media": "https://m/3", "file_name": "акт.pdf", "file_size": 9},
            Kind.DOCUMENT,
            "",
            [Attachment(Kind.DOCUMENT, "https://m/3", "акт.pdf", size=9)],
        ),
        (
            {"type": "sticker", "sticker_id": 46105, "media": "https://m/4.png"},
            Kind.STICKER,
            "",
            [Attachment(Kind.STICKER, "https://m/4.png")],
        ),
        ({"type": "sticker", "sticker_id": 46105}, Kind.STICKER, "", [Attachment(Kind.STICKER, "46105")]),
        ({"type": "url", "media": "https://example.org/"}, Kind.TEXT, "https://example.org/", []),
        ({"type": "location", "location": {"lat": 53.9, "lon": 27.56}}, Kind.LOCATION, "53.9, 27.56", []),
        (
            {"type": "contact", "contact": {"name": "Павел", "phone_number": "375291234567"}},
            Kind.CONTACT,
            "Павел 375291234567",
            [],
        ),
        (
            {"type": "hologram", "media": "https://m/5"},
            Kind.UNSUPPORTED,
            "",
            [Attachment(Kind.UNSUPPORTED, "https://m/5")],
        ),
    ],
)
def test_kinds(content: Json, kind: Kind, text: str, attachments: list[Attachment]) -> None:
    found = parsed(message(**content))
    assert isinstance(found, IncomingMessage)
    assert (found.kind, found.text, list(found.attachments)) == (kind, text, attachments)


@pytest.mark.parametrize(
    "odd", [{"type": "location", "location": {"lat": "north"}}, {"type": "file", "size": "9"}, {"type": 7}, {}]
)
def test_a_shape_of_tomorrow_does_not_hide_the_words(odd: Json) -> None:
    found = parsed(message(**odd, text="Важное"))
    assert isinstance(found, IncomingMessage)
    assert (found.kind, found.text) == (Kind.UNSUPPORTED, "Важное")


def test_a_tapped_button_comes_back_as_a_message_with_our_data() -> None:
    assert parsed(message(type="text", text="vipdesk:csat:i:5")) == IncomingTap(
        f"viber/message/{TOKEN}", "desk", "01234567890A/b+c==", "", TOLD, "csat:i:5"
    )


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("delivered", DeliveryState.DELIVERED, None),
        ("seen", DeliveryState.READ, None),
        ("failed", DeliveryState.FAILED, "undelivered"),
    ],
)
def test_statuses(name: str, state: DeliveryState, reason: str | None) -> None:
    found = parsed(event(name, user_id=ANNA["id"], desc="whatever"))
    assert found == IncomingStatus(f"{name}/{TOKEN}", "desk", str(TOKEN), state, AT, reason)


def test_subscribing_and_leaving() -> None:
    back = parsed(event("subscribed", user=ANNA))
    gone = parsed(event("unsubscribed", user_id=ANNA["id"]))
    assert isinstance(back, IncomingReachability)
    assert isinstance(gone, IncomingReachability)
    assert (back.reachable, gone.reachable) == (True, False)
    assert back.sender.user == gone.sender.user == gone.chat
    assert back.key != gone.key


def test_opening_the_chat_is_a_start_with_the_links_invitation() -> None:
    found = parsed(event("conversation_started", type="open", user=ANNA, context="inv-42", subscribed=False))
    assert isinstance(found, IncomingMessage)
    assert (found.kind, found.text, found.invitation, found.sender) == (Kind.TEXT, "/start", "inv-42", TOLD)
    assert found.external_id == f"01234567890A/b+c==/conversation_started/{TOKEN}"


def test_whether_a_person_is_online_is_nobodys_message() -> None:
    assert parsed(event("client_status", user=ANNA)) == Ignored("whether a person is online")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b'{"event": "\x93"}',
        b'{"event": "message", "timestamp": 1}',
        json.dumps(event("hologram")).encode(),
        json.dumps(message(type="text", text="x") | {"message_token": 4.9e18}).encode(),
        json.dumps(message(type="text", text="x") | {"timestamp": 10**30}).encode(),
        json.dumps(message(type="text", text=7)).encode(),
        json.dumps(message() | {"message": "x"}).encode(),
        b"[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(raw: bytes) -> None:
    with pytest.raises(NotUnderstood):
        ADAPTER.parse(raw, "desk", str)


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (json.dumps(event("webhook")).encode(), b""),
        (json.dumps(message(type="text", text="webhook")).encode(), None),
        (b"nothing", None),
        (b'{"event": "\x93"}', None),
        (b"[" * 100_000, None),
    ],
)
def test_the_handshake_is_an_event_of_its_own(raw: bytes, answer: bytes | None) -> None:
    assert ADAPTER.handshake(raw, {}, secrets()) == answer


def test_the_signature_is_over_the_bytes_as_they_came() -> None:
    raw, secret = b'{ "event":\t"message" }\n', secrets(viber_token="t0ken")
    right = hmac.new(b"t0ken", raw, hashlib.sha256).hexdigest()
    assert ADAPTER.verify(raw, {"x-viber-content-signature": right}, secret)
    assert not ADAPTER.verify(raw.replace(b"\t", b" "), {"x-viber-content-signature": right}, secret)
    assert not ADAPTER.verify(raw, {"x-viber-content-signature": right[:-1]}, secret)
    assert not ADAPTER.verify(raw, {}, secret)
