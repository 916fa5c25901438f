"""Files in WhatsApp: as what they are sent, and how what people sent is fetched."""

import io
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.desk.messages import Attachment, File, Kind
from chalicelib.desk.outbound import Content
from chalicelib.messengers.adapter import Fetched, Outcome, Place, Refused, RetryLater, Sent, Upload
from chalicelib.messengers.whatsapp import ADAPTER
from chalicelib.messengers.whatsapp_media import _is_metas
from tests.unit.messengers.messenger import Json, Messenger, playing

MB = 1024 * 1024
LINK = "https://files.example.org/abc?signature=1"
SECRETS = {"whatsapp_token": "secret"}.__getitem__


@pytest.fixture
def meta(monkeypatch: pytest.MonkeyPatch) -> Iterator[Messenger]:
    with playing() as messenger:
        messenger.answers = [(200, {"messages": [{"id": "wamid.2"}]})]
        monkeypatch.setenv("WHATSAPP_API_URL", f"{messenger.url}/whatsapp")
        yield messenger


def upload(kind: Kind, mime: str, size_bytes: int = 1000, name: str = "name.bin") -> Upload:
    return Upload(kind, name, mime, size_bytes, LINK, lambda: pytest.fail("WhatsApp fetches it by itself"))


def send(*uploads: Upload, text: str = "", **content: Any) -> Outcome:
    files = tuple(File("telegram", "1", Attachment(each.kind, "AgAC")) for each in uploads) or (
        File("telegram", "1", Attachment(Kind.PHOTO, "AgAC")),
    )
    return ADAPTER.send(Content(text=text, files=files, **content), Place("1065", "79001234567"), SECRETS, uploads)


def sent(meta: Messenger) -> Json:
    body = meta.bodies[-1]
    return {"type": body["type"], **body[body["type"]]}


@pytest.mark.parametrize(
    ("kind", "mime", "size_bytes", "sent_as"),
    [
        (Kind.PHOTO, "image/jpeg", 5 * MB, "image"),
        (Kind.PHOTO, "image/jpeg", 5 * MB + 1, "document"),
        (Kind.PHOTO, "image/heic", 1, "document"),
        (Kind.VIDEO, "video/mp4", 16 * MB, "video"),
        (Kind.VIDEO, "video/mp4", 16 * MB + 1, "document"),
        (Kind.VIDEO, "video/quicktime", 1, "document"),
        (Kind.ANIMATION, "video/mp4", 1, "video"),
        (Kind.VOICE, "audio/ogg; codecs=opus", 1, "audio"),
        (Kind.AUDIO, "audio/MPEG", 16 * MB, "audio"),
        (Kind.AUDIO, "audio/flac", 1, "document"),
        (Kind.STICKER, "image/webp", 100 * 1024, "sticker"),
        (Kind.STICKER, "application/x-tgsticker", 1, "document"),
        (Kind.DOCUMENT, "image/jpeg", 1, "document"),
    ],
)
def test_what_whatsapp_cannot_show_goes_as_a_document(
    meta: Messenger, kind: Kind, mime: str, size_bytes: int, sent_as: str
) -> None:
    assert send(upload(kind, mime, size_bytes)) == Sent("wamid.2")
    name = {"filename": "name.bin"} if sent_as == "document" else {}
    assert sent(meta) == {"type": sent_as, "link": LINK, **name}


def test_words_go_as_the_caption_with_what_formatting_there_is(meta: Messenger) -> None:
    send(upload(Kind.PHOTO, "image/png"), text="the <b>report</b>", html=True, reply_to="wamid.1", sent_as="o1")
    assert sent(meta)["caption"] == "the *report*"
    assert meta.bodies[-1]["context"] == {"message_id": "wamid.1"}
    assert meta.bodies[-1]["biz_opaque_callback_data"] == "o1"


def test_marks_never_make_a_caption_too_long(meta: Messenger) -> None:
    send(upload(Kind.PHOTO, "image/png"), text=f"<b>{'a' * 1024}</b>", html=True)
    assert sent(meta)["caption"] == "a" * 1024


def test_every_kind_that_can_be_sent_says_how_long_its_caption_may_be() -> None:
    assert {kind: rule.longest_caption for kind, rule in ADAPTER.files.items()} == {
        Kind.PHOTO: 1024,
        Kind.VIDEO: 1024,
        Kind.ANIMATION: 1024,
        Kind.DOCUMENT: 1024,
        Kind.VOICE: 0,
        Kind.AUDIO: 0,
        Kind.STICKER: 0,
    }
    assert {rule.most_bytes for rule in ADAPTER.files.values()} == {100 * MB}


def test_a_file_that_was_not_handed_over_cannot_be_sent(meta: Messenger) -> None:
    outcome = send()
    assert isinstance(outcome, Refused)
    assert (outcome.reason, meta.asked) == ("not_possible", [])


def test_when_a_quote_is_refused_the_words_go_without_it(meta: Messenger) -> None:
    meta.answers = [(400, {"error": {"code": 131009}}), (200, {"messages": [{"id": "wamid.2"}]})]
    assert ADAPTER.send(Content(text="Yes", reply_to="gone"), Place("1", "7900"), SECRETS) == Sent("wamid.2")
    assert ["context" in body for body in meta.bodies] == [True, False]


# What people send us.

PHOTO = Attachment(Kind.PHOTO, "4490709327384033", mime="image/jpeg")


def told(messenger: Messenger, path: str = "/lookaside", **more: Any) -> tuple[int, Json]:
    return 200, {"url": messenger.url + path, "mime_type": "image/jpeg", "file_size": "5", **more}


def fetch(most_bytes: int = 100, what: Attachment = PHOTO) -> tuple[Fetched | RetryLater | Refused, bytes]:
    into = io.BytesIO()
    return ADAPTER.fetch(what, into, most_bytes, SECRETS), into.getvalue()


def test_a_file_is_asked_for_and_then_fetched_with_the_token(meta: Messenger) -> None:
    meta.answers = [told(meta), (200, b"photo")]
    assert fetch() == (Fetched(5, "image/jpeg"), b"photo")
    where, file = meta.asked
    assert (where.method, where.path) == ("GET", "/whatsapp/v23.0/4490709327384033")
    assert (file.path, file.headers["Authorization"]) == ("/lookaside", "Bearer secret")


def test_an_odd_id_stays_within_its_place(meta: Messenger) -> None:
    meta.answers = [told(meta), (200, b"photo")]
    fetch(what=Attachment(Kind.PHOTO, "../me?a=b"))
    assert meta.asked[0].path == "/whatsapp/v23.0/..%2Fme%3Fa%3Db"


@pytest.mark.parametrize(
    ("url", "is_shown_the_token"),
    [
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
        ("https://scontent.whatsapp.net/v/1", True),
        ("https://evil.example/fbsbx.com", False),
        ("https://fbsbx.com.evil.example/", False),
        ("http://lookaside.fbsbx.com/", False),
        ("https://[oops", False),
    ],
)
def test_the_token_is_shown_to_nobody_else(url: str, is_shown_the_token: bool) -> None:
    assert _is_metas(url, "https://graph.facebook.com") is is_shown_the_token


def test_a_foreign_host_gets_no_token_and_no_redirect_does(meta: Messenger) -> None:
    with playing() as foreign:
        foreign.answers = [(200, b"photo")]
        meta.answers = [told(meta), (302, b"", {"Location": f"{foreign.url}/elsewhere"})]
        outcome, _ = fetch()
    assert isinstance(outcome, Refused)
    assert (outcome.reason, foreign.asked) == ("file_gone", [])


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([(400, {"error": {"code": 100}})], "file_gone"),
        ([(401, {"error": {"code": 190}})], "bad_token"),
        ([(200, {"url": "nonsense"})], "file_gone"),
        ([(200, {"file_size": "101", "url": "https://lookaside.fbsbx.com/x"})], "file_too_large"),
    ],
)
def test_what_cannot_be_had_says_why(meta: Messenger, answers: list[tuple[int, Json]], expected: str) -> None:
    meta.answers = list(answers)
    outcome, _ = fetch()
    assert isinstance(outcome, Refused)
    assert outcome.reason == expected


def test_a_size_that_was_told_wrong_does_not_fill_us_up(meta: Messenger) -> None:
    meta.answers = [told(meta, file_size="5"), (200, b"x" * 101)]
    outcome, _ = fetch()
    assert isinstance(outcome, Refused)
    assert outcome.reason == "file_too_large"


@pytest.mark.parametrize(
    "answers", [[(500, {"error": {"code": 131000}})], [(502, b"<html>")], [(429, {})], [(400, {"error": {"code": 4}})]]
)
def test_trouble_passes(meta: Messenger, answers: list[tuple[int, Any]]) -> None:
    meta.answers = list(answers)
    outcome, _ = fetch()
    assert isinstance(outcome, RetryLater)
