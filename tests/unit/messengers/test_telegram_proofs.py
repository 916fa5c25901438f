"""What Telegram tells us of who somebody is, in the desk's words."""

import json
from typing import Any

import pytest

from chalicelib.desk.messages import IncomingMessage
from chalicelib.messengers.telegram import ADAPTER

Json = dict[str, Any]

OWN = {"phone_number": "79161234567", "first_name": "Anna", "user_id": 71}


def written(**more: Any) -> IncomingMessage:
    message = {
        "message_id": 1,
        "from": {"id": 71, "first_name": "Anna"},
        "chat": {"id": 71, "type": "private"},
        "date": 9,
    }
    [found] = ADAPTER.parse(json.dumps({"update_id": 1, "message": {**message, **more}}).encode(), "5", str)
    assert isinstance(found, IncomingMessage)
    return found


@pytest.mark.parametrize("number", ["79161234567", "+79161234567"])
def test_ones_own_contact_vouches_for_the_number(number: str) -> None:
    assert written(contact={**OWN, "phone_number": number}).sender.phone == "+79161234567"


@pytest.mark.parametrize(
    "more",
    [
        {"contact": {**OWN, "user_id": 72}},
        {"contact": {name: value for name, value in OWN.items() if name != "user_id"}},
        {"contact": {**OWN, "phone_number": "none"}},
        {"contact": OWN, "forward_origin": {"type": "hidden_user"}},
        {"contact": OWN, "via_bot": {"id": 6, "is_bot": True, "first_name": "x"}},
        {"text": "+79161234567"},
    ],
)
def test_nothing_less_does(more: Json) -> None:
    assert written(**more).sender.phone is None


@pytest.mark.parametrize(
    ("text", "invitation"),
    [("/start abc_D-9", "abc_D-9"), ("/start", None), ("/start ", None), ("/started abc", None), ("start abc", None)],
)
def test_what_a_link_carried(text: str, invitation: str | None) -> None:
    assert written(text=text).invitation == invitation
