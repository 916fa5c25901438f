"""What we ask of MAX, and what its answers mean."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers import max_api, max_calls
from chalicelib.messengers.adapter import Outcome, Place, Refused, RetryLater, Sent, Uncertain
from chalicelib.messengers.max_messenger import ADAPTER
from chalicelib.texts import LANGUAGES
from tests.unit.messengers.messenger import Messenger, playing, secrets

DIALOG = Place("5", "9001")
SENT = (200, {"message": {"recipient": {"chat_id": 9001}, "timestamp": 1, "body": {"mid": "mid.7", "seq": 1}}})


@pytest.fixture
def messenger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Messenger]:
    with playing() as found:
        monkeypatch.setenv("MAX_API_URL", found.url)
        found.answers = [SENT]
        yield found


def send(content: Content, place: Place = DIALOG, /, **more: str) -> Outcome:
    return ADAPTER.send(content, place, secrets(max_token="t0ken", **more))


def test_a_text_goes_to_the_chat_with_the_token_as_it_is(messenger: Messenger) -> None:
    assert send(Content(text="Готово")) == Sent("mid.7")
    [asked] = messenger.asked
    assert (asked.method, asked.path) == ("POST", "/messages?chat_id=9001&disable_link_preview=true")
    assert asked.headers["Authorization"] == "t0ken"
    assert asked.body == {"text": "Готово", "attachments": None, "link": None, "notify": True, "format": None}


def test_a_dialog_without_an_id_is_reached_by_the_person(messenger: Messenger) -> None:
    send(Content(text="Готово"), Place("5", "user:71"))
    assert messenger.asked[0].path == "/messages?user_id=71&disable_link_preview=true"


def test_markup_and_buttons(messenger: Messenger) -> None:
    grades = tuple(Button(str(n), data=f"csat:i:{n}") for n in range(1, 6))
    links = tuple(Button("L" * 200, url=f"https://example.org/{n}") for n in range(4))
    send(Content(text="<b>Как?</b>", html=True, silent=True, buttons=(grades, links)))
    [body] = messenger.bodies
    assert (body["format"], body["notify"]) == ("html", False)
    [keyboard] = body["attachments"]
    rows = keyboard["payload"]["buttons"]
    assert rows[0][0] == {"type": "callback", "text": "1", "payload": "csat:i:1"}
    assert [len(row) for row in rows] == [5, 3, 1]  # a row with links holds three
    assert {len(button["text"]) for row in rows[1:] for button in row} == {max_calls.LONGEST_LABEL}


def test_an_edit_takes_the_buttons_away_unless_it_brings_some(messenger: Messenger) -> None:
    messenger.answers = [(200, {"success": True})]
    assert send(Content(Verb.EDIT, text="Исправлено", message_id="mid.7")) == Sent("mid.7")
    [asked] = messenger.asked
    assert (asked.method, asked.path) == ("PUT", "/messages?message_id=mid.7")
    assert asked.body["attachments"] == []


def test_an_edit_with_markup_that_is_refused_is_made_plain(messenger: Messenger) -> None:
    messenger.answers = [(400, {"code": "proto.payload", "message": "Invalid markup"}), (200, {"success": True})]
    assert send(Content(Verb.EDIT, text="<b>x</b>", html=True, message_id="mid.7")) == Sent("mid.7")
    assert [body["text"] for body in messenger.bodies] == ["<b>x</b>", "x"]


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"success": False, "message": "The message is too old"}),
        (404, {"code": "message.not.found", "message": "x"}),
        (403, {"code": "access.denied", "message": "not yours"}),
    ],
)
def test_an_edit_that_max_will_not_make_says_nothing_about_the_person(messenger: Messenger, answer: Any) -> None:
    messenger.answers = [answer]
    outcome = send(Content(Verb.EDIT, text="x", message_id="mid.7"))
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.unreachable) == ("cannot_edit", False)


def test_markup_that_is_refused_is_sent_again_plain(messenger: Messenger) -> None:
    messenger.answers = [(400, {"code": "proto.payload", "message": "Invalid markup"}), SENT]
    text = '<b>2 &lt; 3</b>, <a href="https://e.org/">тут</a>'
    assert send(Content(text=text, html=True)) == Sent("mid.7")
    assert (messenger.bodies[1]["text"], messenger.bodies[1]["format"]) == ("2 < 3, тут (https://e.org/)", None)


def test_only_the_tags_that_max_knows_are_sent(messenger: Messenger) -> None:
    send(Content(text="<tg-spoiler><b>2 &lt; 3</b></tg-spoiler>", html=True))
    assert (messenger.bodies[0]["text"], messenger.bodies[0]["format"]) == ("<b>2 &lt; 3</b>", "html")


def test_a_text_that_only_its_tags_make_too_long_goes_without_them(messenger: Messenger) -> None:
    send(Content(text="<b>" + "x" * 3_999 + "</b>", html=True))
    assert (messenger.bodies[0]["text"], messenger.bodies[0]["format"]) == ("x" * 3_999, None)


def test_an_answer_quotes_what_it_answers(messenger: Messenger) -> None:
    send(Content(text="x", reply_to="mid.1"))
    assert messenger.bodies[0]["link"] == {"type": "reply", "mid": "mid.1"}


def test_a_quote_of_what_is_gone_is_left_out(messenger: Messenger) -> None:
    messenger.answers = [(404, {"code": "message.not.found", "message": "x"}), SENT]
    assert send(Content(text="x", reply_to="mid.1")) == Sent("mid.7")
    assert [body["link"] for body in messenger.bodies] == [{"type": "reply", "mid": "mid.1"}, None]


@pytest.mark.parametrize("verb", [Verb.OPEN_TOPIC, Verb.CARD, Verb.PIN_CARD, Verb.REACT])
def test_max_has_no_topics_and_bots_cannot_react(messenger: Messenger, verb: Verb) -> None:
    outcome = send(Content(verb, text="x", message_id="1"))
    assert isinstance(outcome, Refused)
    assert outcome.reason == "not_possible"
    assert messenger.asked == []


def test_a_tap_is_answered_by_a_call(messenger: Messenger) -> None:
    messenger.answers = [(200, {"success": True})]
    assert max_calls.answer_tap("cb/1", "Спасибо!", secrets(max_token="t")) == Sent(None)
    [asked] = messenger.asked
    assert (asked.method, asked.path, asked.body) == (
        "POST",
        "/answers?callback_id=cb%2F1",
        {"notification": "Спасибо!"},
    )


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((403, "chat.denied", "Key: error.dialog.suspended, args: [1]."), ("blocked", True)),
        ((404, "dialog.not.found", ""), ("no_chat", True)),
        ((404, "chat.not.found", ""), ("no_chat", True)),
        ((401, "verify.token", "Invalid access_token"), ("bad_token", False)),
        ((400, "proto.payload", "text: size must be between 0 and 4000"), ("too_long", False)),
        ((400, "proto.payload", "Unknown recipient"), ("malformed", False)),
        ((405, "method.not.allowed", ""), ("refused", False)),
    ],
)
def test_refusals(messenger: Messenger, answer: tuple[int, str, str], outcome: tuple[str, bool]) -> None:
    status, code, words = answer
    messenger.answers = [(status, {"code": code, "message": words})]
    found = send(Content(text="x"))
    assert isinstance(found, Refused)
    assert (found.reason, found.unreachable) == outcome
    assert code in found.detail


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((429, {"code": "too.many.requests", "message": "x"}), RetryLater(None, "limited", limited=True)),
        ((429, {}, {"Retry-After": "7"}), RetryLater(timedelta(seconds=7), "limited", limited=True)),
        ((429, b"<html>"), RetryLater(None, "limited", limited=True)),
        ((503, b"<html>"), RetryLater(None, "server_error")),
        ((500, {"code": "internal.error", "message": "x"}), RetryLater(None, "server_error")),
        ((400, {"code": "attachment.not.ready"}), RetryLater(timedelta(seconds=2), "server_error")),
        ((502, b"<html>Bad gateway"), Uncertain()),
        ((200, b'{"mess'), Uncertain()),
    ],
)
def test_what_passes_by_itself_and_what_nobody_can_tell(messenger: Messenger, answer: Any, outcome: Outcome) -> None:
    messenger.answers = [answer]
    assert send(Content(text="x")) == outcome


def test_a_host_that_is_not_there_was_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    with playing() as gone:
        monkeypatch.setenv("MAX_API_URL", gone.url)
    assert send(Content(text="x")) == RetryLater(None, "network")


def test_a_certificate_authority_that_is_no_certificate_is_told_apart(messenger: Messenger) -> None:
    assert send(Content(text="x"), max_ca="not a certificate") == RetryLater(None, "not_trusted")
    assert messenger.asked == []


def test_every_reason_has_words() -> None:
    reasons = {outcome.reason for _, outcome in max_api.MEANINGS} | {"not_possible", "not_trusted", "cannot_edit"}
    assert {f"reason_{reason}" for reason in reasons} <= LANGUAGES["en"].keys()


@pytest.mark.parametrize(("trusted", "outcome"), [(True, Sent("mid.7")), (False, RetryLater(None, "not_trusted"))])
def test_an_authority_of_the_stage_is_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, outcome: Outcome, *, trusted: bool
) -> None:
    """MAX's host is signed by the Russian Ministry, whom no system trusts by itself."""
    pem = own_authority(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "host.pem")
    with playing(tls) as messenger:
        messenger.answers = [SENT]
        monkeypatch.setenv("MAX_API_URL", messenger.url)
        assert send(Content(text="x"), **({"max_ca": pem} if trusted else {})) == outcome
        assert len(messenger.asked) == trusted


def own_authority(folder: Path) -> str:
    """A certificate for 127.0.0.1 that has signed itself, in ``host.pem`` with its key. Returns it as PEM."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "host")])
    now, address = datetime.now(UTC), x509.IPAddress(IPv4Address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "host.pem").write_bytes(secret + certificate)
    return certificate.decode()
