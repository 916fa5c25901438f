"""What we ask of Viber, and what its answers mean."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers import viber_calls
from chalicelib.messengers.adapter import Outcome, Place, Refused, RetryLater, Sent, Uncertain
from chalicelib.messengers.viber import ADAPTER
from chalicelib.texts import LANGUAGES
from tests.unit.messengers.messenger import Messenger, playing, secrets

TOKEN = 4_912_661_846_655_238_145
SENT = (200, {"status": 0, "status_message": "ok", "message_token": TOKEN, "chat_hostname": "SN-1"})


@pytest.fixture
def messenger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Messenger]:
    with playing() as found:
        monkeypatch.setenv("VIBER_API_URL", found.url)
        found.answers = [SENT]
        yield found


def send(content: Content, **more: str) -> Outcome:
    return ADAPTER.send(content, Place("desk", "01234567890A="), secrets(viber_token="t0ken", **more))


def test_a_text_goes_to_the_person_under_the_desks_name(messenger: Messenger) -> None:
    assert send(Content(text="Готово"), viber_name="Отдел заботы о самых разных клиентах") == Sent(str(TOKEN))
    [asked] = messenger.asked
    assert (asked.path, asked.headers["X-Viber-Auth-Token"]) == ("/pa/send_message", "t0ken")
    assert asked.body == {
        "receiver": "01234567890A=",
        "type": "text",
        "text": "Готово",
        "sender": {"name": "Отдел заботы о самых разных "},
    }


def test_without_a_name_of_the_stage_there_is_still_one(messenger: Messenger) -> None:
    send(Content(text="Готово"))
    assert messenger.bodies[0]["sender"] == {"name": viber_calls.UNNAMED}


def test_markup_becomes_plain_words(messenger: Messenger) -> None:
    send(Content(text='<b>2 &lt; 3</b> &amp; <a href="https://e.org/?a&amp;b">тут</a>', html=True))
    send(Content(text="<b>as it is</b> &lt;"))
    assert [body["text"] for body in messenger.bodies] == ["2 < 3 & тут (https://e.org/?a&b)", "<b>as it is</b> &lt;"]


@pytest.mark.parametrize(("count", "widths"), [(1, [6]), (2, [3, 3]), (5, [1, 1, 2, 1, 1]), (7, [1] * 6 + [6])])
def test_buttons_fill_rows_of_six_columns(messenger: Messenger, count: int, widths: list[int]) -> None:
    send(Content(text="Как?", buttons=(tuple(Button(str(n), data=f"csat:i:{n}") for n in range(count)),)))
    buttons = messenger.bodies[0]["keyboard"]["Buttons"]
    assert [button["Columns"] for button in buttons] == widths


def test_a_button_carries_our_data_or_an_address(messenger: Messenger) -> None:
    send(Content(text="Как?", buttons=((Button("5", data="csat:i:5"), Button("Тут", url="https://e.org/")),)))
    body = messenger.bodies[0]
    reply, link = body["keyboard"]["Buttons"]
    assert (reply["ActionType"], reply["ActionBody"], reply["Silent"]) == ("reply", "vipdesk:csat:i:5", True)
    assert (link["ActionType"], link["ActionBody"]) == ("open-url", "https://e.org/")
    assert body["min_api_version"] == 6  # Silent is not known before


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb is not Verb.TEXT])
def test_viber_can_only_send(messenger: Messenger, verb: Verb) -> None:
    outcome = send(Content(verb, text="x", message_id="1"))
    assert isinstance(outcome, Refused)
    assert outcome.reason == "not_possible"
    assert messenger.asked == []


@pytest.mark.parametrize(
    ("status", "reason", "unreachable"),
    [
        (2, "bad_token", False),
        (3, "refused", False),
        (5, "no_chat", True),
        (6, "blocked", True),
        (7, "account_restricted", False),
        (10, "no_webhook", False),
        (11, "old_app", False),
        (21, "no_country", False),
        (999, "refused", False),
        ("6", "refused", False),
        (None, "refused", False),
    ],
)
def test_refusals_come_with_http_200(messenger: Messenger, status: Any, reason: str, *, unreachable: bool) -> None:
    messenger.answers = [(200, {"status": status, "status_message": "why"})]
    found = send(Content(text="x"))
    assert isinstance(found, Refused)
    assert (found.reason, found.unreachable) == (reason, unreachable)
    assert "why" in found.detail


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            (200, {"status": 12, "status_message": "tooManyRequests"}),
            RetryLater(timedelta(minutes=1), "limited", limited=True, of_chat=True),
        ),
        (
            (429, b"slow down", {"Retry-After": "9"}),
            RetryLater(timedelta(seconds=9), "limited", limited=True, of_chat=True),
        ),
        ((500, {}), RetryLater(None, "server_error")),
        ((503, b"<html>"), RetryLater(None, "server_error")),
        ((504, b"<html>"), Uncertain()),
        ((200, b'{"status": 0, "mess'), Uncertain()),
    ],
)
def test_what_passes_by_itself_and_what_nobody_can_tell(messenger: Messenger, answer: Any, outcome: Outcome) -> None:
    messenger.answers = [answer]
    assert send(Content(text="x")) == outcome


def test_every_reason_has_words() -> None:
    reasons = {outcome.reason for outcome in viber_calls._STATUSES.values()} | {"undelivered", "not_possible"}
    assert {f"reason_{reason}" for reason in reasons} <= LANGUAGES["en"].keys()
