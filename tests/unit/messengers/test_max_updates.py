"""What MAX tells us, in the desk's words."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.desk.messages import (
    Attachment,
    Ignored,
    Incoming,
    IncomingEdit,
    IncomingMessage,
    IncomingReachability,
    IncomingRemoval,
    IncomingTap,
    Kind,
    Sender,
)
from chalicelib.messengers.adapter import NotUnderstood
from chalicelib.messengers.max_messenger import ADAPTER
from tests.unit.messengers.messenger import secrets

Json = dict[str, Any]

AT = datetime(2026, 3, 2, 10, 0, 0, 123_000, tzinfo=UTC)
AT_MS = 1_772_445_600_123
ANNA: Json = {
    "user_id": 71,
    "first_name": "Анна",
    "last_name": "Волкова",
    "username": None,
    "is_bot": False,
    "last_activity_time": AT_MS,
    "name": "Анна Волкова",
}
BOT: Json = {**ANNA, "user_id": 5, "first_name": "Vipdesk", "is_bot": True}


def message(text: str | None = "Здравствуйте", *attachments: Json, **more: Any) -> Json:
    """In Anna's dialog with the bot."""
    return {
        "sender": ANNA,
        "recipient": {"chat_id": 9001, "chat_type": "dialog", "user_id": 5},
        "timestamp": AT_MS,
        "body": {"mid": "mid.1", "seq": 116_000_000_000_000_001, "text": text, "attachments": list(attachments)},
        **more,
    }


def update(update_type: str, **what: Any) -> Json:
    return {"update_type": update_type, "timestamp": AT_MS, **what}


def created(*content: Any, **more: Any) -> Json:
    return update("message_created", message=message(*content, **more), user_locale="ru-RU")


def parsed(told: Json) -> list[Incoming]:
    return ADAPTER.parse(json.dumps(told).encode(), "5", secrets(max_token="token"))


def the_message(told: Json) -> IncomingMessage:
    [found] = parsed(told)
    assert isinstance(found, IncomingMessage)
    return found


def test_a_text_message() -> None:
    assert parsed(created()) == [
        IncomingMessage(
            external_id="9001/mid.1",
            account="5",
            chat="9001",
            private=True,
            sender=Sender("71", "Анна Волкова", "ru"),
            at=AT,
            kind=Kind.TEXT,
            text="Здравствуйте",
        )
    ]


IMAGE = {"type": "image", "payload": {"photo_id": 1, "token": "t", "url": "https://i.oneme.ru/1"}}
FILE = {"type": "file", "payload": {"url": "https://f.oneme.ru/2", "token": "t"}, "filename": "отчёт.pdf", "size": 512}
STICKER = {"type": "sticker", "payload": {"url": "https://s.oneme.ru/3", "code": "cat"}, "width": 64, "height": 64}
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:79001234567\r\nFN:Павел Орлов\r\nEND:VCARD\r\n"
SHARE = {"type": "share", "payload": {"url": "https://example.org/"}, "title": "Example"}
BUTTONS = {"type": "inline_keyboard", "payload": {"buttons": [[{"type": "link", "text": "x", "url": "https://x"}]]}}


@pytest.mark.parametrize(
    ("content", "kind", "text", "attachments"),
    [
        (("Смотрите", IMAGE), Kind.PHOTO, "Смотрите", [Attachment(Kind.PHOTO, "https://i.oneme.ru/1")]),
        ((None, FILE), Kind.DOCUMENT, "", [Attachment(Kind.DOCUMENT, "https://f.oneme.ru/2", "отчёт.pdf", size=512)]),
        (
            ("Оба", IMAGE, FILE),
            Kind.PHOTO,
            "Оба",
            [
                Attachment(Kind.PHOTO, "https://i.oneme.ru/1"),
                Attachment(Kind.DOCUMENT, "https://f.oneme.ru/2", "отчёт.pdf", size=512),
            ],
        ),
        (("", STICKER), Kind.STICKER, "", [Attachment(Kind.STICKER, "https://s.oneme.ru/3")]),
        (
            (None, {"type": "video", "payload": {"url": "https://v.oneme.ru/4", "token": "t"}, "width": 1}),
            Kind.VIDEO,
            "",
            [Attachment(Kind.VIDEO, "t")],  # what is at the address is a player
        ),
        (
            (None, {"type": "audio", "payload": {"url": "https://a/5", "token": "t"}, "transcription": "Перезвоните"}),
            Kind.AUDIO,
            "Перезвоните",
            [Attachment(Kind.AUDIO, "https://a/5")],
        ),
        ((None, {"type": "location", "latitude": 55.75, "longitude": 37.61}), Kind.LOCATION, "55.75, 37.61", []),
        ((None, {"type": "contact", "payload": {"vcf_info": CARD}}), Kind.CONTACT, "Павел Орлов 79001234567", []),
        ((None, {"type": "contact", "payload": {"max_info": ANNA}}), Kind.CONTACT, "Анна Волкова", []),
        (("Ссылка", SHARE), Kind.TEXT, "Ссылка", []),
        ((None, SHARE), Kind.TEXT, "https://example.org/", []),
        (("С кнопками", BUTTONS), Kind.TEXT, "С кнопками", []),
        (
            ("Новое", {"type": "hologram", "payload": {"url": "https://h/6"}, "depth": 3}),
            Kind.UNSUPPORTED,
            "Новое",
            [Attachment(Kind.UNSUPPORTED, "https://h/6")],
        ),
        ((None,), Kind.UNSUPPORTED, "", []),
    ],
)
def test_kinds(content: tuple[Any, ...], kind: Kind, text: str, attachments: list[Attachment]) -> None:
    found = the_message(created(*content))
    assert (found.kind, found.text, list(found.attachments)) == (kind, text, attachments)


@pytest.mark.parametrize("odd", [FILE | {"size": "512"}, IMAGE | {"payload": "gone"}, {}, 7, None])
def test_an_attachment_of_tomorrow_does_not_hide_the_words(odd: Any) -> None:
    found = the_message(created("Важное", odd, IMAGE))
    assert (found.kind, found.text) == (Kind.UNSUPPORTED, "Важное")
    assert found.attachments == (Attachment(Kind.PHOTO, "https://i.oneme.ru/1"),)


def test_a_reply_names_what_it_answers() -> None:
    body = {"mid": "mid.0", "seq": 1, "text": "Ваш номер?", "attachments": None}
    found = the_message(created(link={"type": "reply", "sender": BOT, "chat_id": 9001, "message": body}))
    assert (found.text, found.reply_to, found.forwarded) == ("Здравствуйте", "mid.0", False)


def test_a_forwarded_message_is_what_was_forwarded() -> None:
    body = {"mid": "mid.far", "seq": 1, "text": "Чужие слова", "attachments": [IMAGE]}
    found = the_message(created(None, link={"type": "forward", "sender": BOT, "chat_id": 3, "message": body}))
    assert (found.kind, found.text, found.reply_to, found.forwarded) == (Kind.PHOTO, "Чужие слова", None, True)
    assert found.attachments == (Attachment(Kind.PHOTO, "https://i.oneme.ru/1"),)


def test_a_bare_forward_has_no_id_and_is_keyed_by_who_and_when() -> None:
    body = {"mid": "mid.far", "seq": 1, "text": "Чужие слова", "attachments": None}
    found = the_message(created(body=None, link={"type": "forward", "sender": BOT, "message": body}))
    assert (found.external_id, found.text) == (f"9001/71@{AT_MS}", "Чужие слова")


def test_a_message_in_a_group_is_not_private() -> None:
    assert not the_message(created(recipient={"chat_id": -7, "chat_type": "chat", "user_id": None})).private


def test_a_dialog_without_an_id_is_addressed_by_the_person() -> None:
    found = the_message(created(recipient={"chat_id": None, "chat_type": "dialog", "user_id": 5}))
    assert (found.chat, found.private) == ("user:71", True)


@pytest.mark.parametrize("sender", [BOT, None])
def test_what_no_person_wrote_is_ignored(sender: Json | None) -> None:
    assert parsed(created(sender=sender)) == [Ignored("not written by a person")]


def test_an_edit_is_keyed_by_its_time() -> None:
    [found] = parsed(update("message_edited", message=message("Исправлено")))
    assert isinstance(found, IncomingEdit)
    assert (found.edit_key, found.message.external_id, found.message.text) == (
        f"max/9001/mid.1@{AT_MS}",
        "9001/mid.1",
        "Исправлено",
    )


def test_a_removal() -> None:
    [found] = parsed(update("message_removed", message_id="mid.1", chat_id=9001, user_id=71))
    assert isinstance(found, IncomingRemoval)
    assert (found.key, found.external_id, found.sender and found.sender.user) == (
        "max/message_removed/9001/mid.1",
        "9001/mid.1",
        "71",
    )


def test_a_tap() -> None:
    callback = {"timestamp": AT_MS, "callback_id": "cb1", "payload": "csat:i:5", "user": ANNA}
    [found] = parsed(update("message_callback", callback=callback, message=message(), user_locale="en"))
    assert found == IncomingTap("cb1", "5", "9001", "mid.1", Sender("71", "Анна Волкова", "en"), "csat:i:5")


def test_a_tap_under_a_message_that_is_gone() -> None:
    callback = {"timestamp": AT_MS, "callback_id": "cb1", "payload": "csat:i:5", "user": ANNA}
    [found] = parsed(update("message_callback", callback=callback, message=None))
    assert isinstance(found, IncomingTap)
    assert (found.chat, found.message_id) == ("user:71", "")


def test_start_lets_us_write_and_carries_the_invitation() -> None:
    back, start = parsed(update("bot_started", chat_id=9001, user=ANNA, payload="inv-42", user_locale="en"))
    assert isinstance(back, IncomingReachability)
    assert back.reachable
    assert isinstance(start, IncomingMessage)
    assert (start.kind, start.text, start.invitation, start.private) == (Kind.TEXT, "/start", "inv-42", True)
    assert start.external_id == f"9001/bot_started/71@{AT_MS}"


@pytest.mark.parametrize("how", ["bot_stopped", "dialog_removed"])
def test_a_person_who_stops_the_bot_is_out_of_reach(how: str) -> None:
    [found] = parsed(update(how, chat_id=9001, user=ANNA))
    assert found == IncomingReachability(
        f"max/9001/{how}/71@{AT_MS}", "5", "9001", Sender("71", "Анна Волкова"), AT, reachable=False
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b'{"update_type": "\x93"}',
        b'{"update_type": "message_created"}',
        b'{"update_type": "hologram_sent", "timestamp": 1}',
        json.dumps(created() | {"timestamp": "now"}).encode(),
        json.dumps(created(timestamp=10**30)).encode(),
        json.dumps(created(body={"mid": "m" * 1000, "text": "x"})).encode(),
        json.dumps(created()).encode()[:-9],
        b"[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(raw: bytes) -> None:
    with pytest.raises(NotUnderstood):
        ADAPTER.parse(raw, "5", str)


def test_what_is_not_understood_keeps_its_kind_and_time_as_a_key() -> None:
    with pytest.raises(NotUnderstood) as odd:
        parsed(update("hologram_sent"))
    assert odd.value.key == f"hologram_sent@{AT_MS}"


@pytest.mark.parametrize(("given", "right"), [({"x-max-bot-api-secret": "s3cret"}, True), ({}, False)])
def test_the_secret_comes_in_a_header(given: dict[str, str], *, right: bool) -> None:
    assert ADAPTER.verify(b"{}", given, secrets(max_secret="s3cret")) is right
    assert not ADAPTER.verify(b"{}", {"x-max-bot-api-secret": "s3cre"}, secrets(max_secret="s3cret"))


OWN = "BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:79161234567\r\nFN:Анна\r\nEND:VCARD\r\n"


def signed(card: str = OWN, **more: Any) -> Json:
    """A contact that was shared by the button which asks for it."""
    signature = hmac.new(b"token", card.encode(), hashlib.sha256).hexdigest()
    return {"type": "contact", "payload": {"vcf_info": card, "max_info": ANNA, "hash": signature, **more}}


class TestOwnNumber:
    def test_what_max_signed_and_says_is_the_senders_is_vouched_for(self) -> None:
        [found] = parsed(created(None, signed()))
        assert isinstance(found, IncomingMessage)
        assert (found.kind, found.sender.phone) == (Kind.CONTACT, "+79161234567")

    @pytest.mark.parametrize(
        "more", [{"hash": None}, {"hash": "0" * 64}, {"max_info": None}, {"max_info": {**ANNA, "user_id": 72}}]
    )
    def test_nothing_less_is(self, more: Json) -> None:
        [found] = parsed(created(None, signed(**more)))
        assert isinstance(found, IncomingMessage)
        assert found.sender.phone is None

    def test_what_is_forwarded_is_not(self) -> None:
        link = {"type": "forward", "message": {"mid": "mid.0", "attachments": [signed()]}}
        [found] = parsed(created(link=link))
        assert isinstance(found, IncomingMessage)
        assert (found.forwarded, found.sender.phone) == (True, None)
