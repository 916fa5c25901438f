"""The four messengers beside Telegram, each in both directions, through the real triggers."""

import hashlib
import hmac
import json

import pytest

from tests.stack.conftest import Desk, Json, eventually, http

USERS = {"whatsapp": "79001234567", "vk": 600_001, "viber": "viber-anna==", "max": 600_291}
SENDS = {"whatsapp": "messages", "vk": "messages.send", "viber": "send_message", "max": "POST /messages"}

pytestmark = pytest.mark.usefixtures("calls_before")


@pytest.mark.parametrize("messenger", USERS)
def test_a_client_writes_and_the_answer_comes_back_with_a_receipt(desk: Desk, messenger: str) -> None:
    words = f"Hello from {messenger}"
    desk.sandbox("/say", messenger=messenger, user=USERS[messenger], name="Anna", text=words)
    topic = desk.topic_with(words)
    answer = desk.write_in(topic, f"Good morning, {messenger}!")
    eventually(lambda: desk.calls("setMessageReaction", message_id=answer["message_id"]))
    sent = [call for call in desk.calls(SENDS[messenger]) if f"Good morning, {messenger}!" in json.dumps(call)]
    assert len(sent) == 1


def test_a_client_of_vk_is_called_by_their_name(desk: Desk) -> None:
    desk.sandbox("/say", messenger="vk", user=600_777, name="Nina Orlova", text="Who am I to you?")
    desk.topic_with("Who am I to you?")
    assert desk.calls("createForumTopic", name="Nina Orlova")
    names = {each["client"]["name"] for each in desk.admin("GET", "/admin/tickets")["items"]}
    assert "Nina Orlova" in names


def test_no_call_to_any_messenger_breaks_its_rules(desk: Desk, calls_before: int) -> None:
    assert [call for call in desk.seen(f"/calls?since={calls_before}") if call["violations"]] == []


@pytest.mark.parametrize("messenger", USERS)
def test_a_stranger_who_plays_the_messenger_is_refused(desk: Desk, messenger: str) -> None:
    status, _ = http("POST", f"{desk.stack.api_url}/webhooks/{messenger}", {"event": "message", "type": "message_new"})
    assert status in (401, 403)


def test_whatsapp_asks_whether_the_address_is_ours(desk: Desk) -> None:
    secret = desk.stack.webhook_secrets["whatsapp_verify_token"]
    asked = f"{desk.stack.api_url}/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    assert http("GET", asked + secret) == (200, b"1158201444")
    assert http("GET", asked + "guess")[0] == 403


def test_vk_asks_for_the_confirmation_and_hears_ok_for_the_rest(desk: Desk) -> None:
    secrets = desk.stack.webhook_secrets
    signed = {"group_id": int(secrets["vk_group_id"]), "secret": secrets["vk_secret"]}
    url = f"{desk.stack.api_url}/webhooks/vk"
    assert http("POST", url, {"type": "confirmation", **signed}) == (200, secrets["vk_confirmation"].encode())
    typing = {"type": "message_typing_state", "event_id": "e1", "v": "5.199", "object": {"state": "typing"}, **signed}
    assert http("POST", url, typing) == (200, b"ok")


def test_an_odd_whatsapp_update_is_kept_raw_and_answered_with_success(desk: Desk) -> None:
    raw = json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"changes": "nobody knows this shape"}]}
    ).encode()
    assert _whatsapp(desk, raw) == 200
    kept: list[Json] = [item for item in desk.items() if item["pk"].startswith("RAW#whatsapp")]
    assert [item for item in kept if "nobody knows this shape" in item["body"]]


def _whatsapp(desk: Desk, raw: bytes) -> int:
    secret = desk.stack.webhook_secrets["whatsapp_app_secret"].encode()
    signature = "sha256=" + hmac.new(secret, raw, hashlib.sha256).hexdigest()
    return http("POST", f"{desk.stack.api_url}/webhooks/whatsapp", raw, {"X-Hub-Signature-256": signature})[0]
