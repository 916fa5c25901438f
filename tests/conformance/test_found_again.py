"""What the published schemas say can be written to us is posted as the messenger would and found again through the admin
endpoint, with its kind, its text and its attachments. What each kind becomes is tried beside this, messenger by messenger."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.desk.messages import IncomingMessage, Kind
from chalicelib.messengers import ADAPTERS
from chalicelib.store import messages
from infra.local.sandbox.max.schema import SCHEMA_FILE as MAX_SCHEMA
from infra.local.sandbox.published import find_spec
from infra.local.sandbox.telegram.schema import SCHEMA_FILE as TELEGRAM_SCHEMA
from infra.local.sandbox.vk.schema import FOLDER as VK_SCHEMA
from infra.local.sandbox.vk.schema import Schema
from infra.local.sandbox.whatsapp.checks import SCHEMA_FILE as WHATSAPP_SCHEMA
from tests.conformance import test_max, test_telegram, test_vk, test_whatsapp
from tests.conformance.published import needs
from tests.conformance.telegram_walk import Walk
from tests.signing import OURS, signed
from tests.unit.admin.conftest import Api
from tests.unit.conftest import boto

Json = dict[str, Any]

pytestmark = pytest.mark.usefixtures("messengers_set_up")

SECRETS = {**OURS, "vk_secret": test_vk.CONFIG.secret, "vk_group_id": str(test_vk.CONFIG.group_id)}
VK_USERS = 10  # who between them write what VK's schema allows


def examples(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """The first few of what hypothesis would try, always the same."""
    found: list[Any] = []

    @settings(max_examples=count, derandomize=True, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(strategy)
    def take(one: Any) -> None:
        found.append(one)

    take()
    return found[:count]


def telegram() -> Iterator[bytes]:
    for n, field in enumerate(test_telegram.EXPECTED):
        message = test_telegram.message(Walk(n), field, message_id=n)
        yield json.dumps({"update_id": 1000 + n, "message": message}).encode()


def whatsapp() -> Iterator[bytes]:
    for kind in test_whatsapp.EXPECTED:
        for n, message in enumerate(examples(test_whatsapp.messages(kind), 2)):
            said = message | {"id": f"wamid.{kind}{n}"}
            yield test_whatsapp.payload({"contacts": [test_whatsapp.ANNA], "messages": [said]})


def max_messenger() -> Iterator[bytes]:
    created = test_max.generated("message_created", test_max.UPDATES["message_created"])
    for n, (tag, name) in enumerate(test_max.ATTACHMENTS.items()):
        for m, (update, attachment) in enumerate(examples(st.tuples(created, test_max.generated(tag, name)), 2)):
            message = test_max.written_by_a_person(update)["message"]
            message["body"] = {"mid": f"mid.{n}.{m}", "seq": 2**60, "text": "Look", "attachments": [attachment]}
            message["recipient"] = {"chat_id": 9001, "chat_type": "dialog", "user_id": 5}
            yield json.dumps(update).encode()


def vk() -> Iterator[bytes]:
    folder = find_spec(VK_SCHEMA, None)
    assert folder
    schema = Schema(folder)
    for seed in range(40):
        given = test_vk.Walk(schema, seed).value({"$ref": test_vk.CALLBACK + "callback_message_object"}, "")
        if message := given.get("message"):
            user = test_vk.PERSON + seed % VK_USERS
            message |= {"from_id": user, "peer_id": user, "out": 0, "id": seed, "conversation_message_id": seed}
            message.pop("action", None)
            about = {"type": "message_new", "group_id": test_vk.CONFIG.group_id, "event_id": f"e{seed}", "v": "5.199"}
            yield json.dumps({**about, "secret": test_vk.CONFIG.secret, "object": given}).encode()


def post(api: Api, messenger: str, raw: bytes) -> None:
    for name in ("vk_secret", "vk_group_id"):
        boto("ssm").put_parameter(
            Name=f"/vipdesk/test/{name}", Value=SECRETS[name], Type="SecureString", Overwrite=True
        )
    answered = api.send("POST", f"/webhooks/{messenger}", raw, **signed(messenger, raw, SECRETS))
    assert answered.status == 200
    assert answered.body == ADAPTERS[messenger].success.decode()


def expected(messenger: str, raw: bytes) -> Iterator[Json]:
    """What the desk has to show, in the shape of the contract."""
    for event in ADAPTERS[messenger].parse(raw, "", SECRETS.__getitem__):
        assert isinstance(event, IncomingMessage)
        attachments = [
            {name: getattr(one, name) for name in ("kind", "name", "mime", "size", "provider_id")}
            for one in event.attachments
        ]
        yield {"external_id": event.external_id, "kind": event.kind, "text": event.text, "attachments": attachments}


def shown(api: Api) -> dict[str, Json]:
    """Every message of every ticket, by its external id."""
    tickets = api.get("/admin/tickets?limit=100").body["items"]
    details = [api.get(f"/admin/tickets/{ticket['id']}").body for ticket in tickets]
    return {message["external_id"]: message for detail in details for message in detail["messages"]}


@pytest.mark.parametrize(
    ("messenger", "written"),
    [
        pytest.param("telegram", telegram, marks=needs(TELEGRAM_SCHEMA)),
        pytest.param("whatsapp", whatsapp, marks=needs(WHATSAPP_SCHEMA)),
        pytest.param("max", max_messenger, marks=needs(MAX_SCHEMA)),
        pytest.param("vk", vk, marks=needs(VK_SCHEMA)),
    ],
)
def test_what_can_be_written_is_found_again(api: Api, messenger: str, written: Callable[[], Iterator[bytes]]) -> None:
    posted = list(written())
    for raw in posted:
        post(api, messenger, raw)

    found = shown(api)

    wanted = [message for raw in posted for message in expected(messenger, raw) if message["text"] != "/start"]
    assert len({message["external_id"] for message in wanted}) == len(wanted) > 10
    for message in wanted:
        assert message.items() <= found[message["external_id"]].items()


_PERSON = {"id": 71, "is_bot": False, "first_name": "Anna"}

# A message of a kind that nobody has yet.
OF_TOMORROW: dict[str, Json] = {
    "telegram": {"update_id": 1, "message": {"message_id": 1, "from": _PERSON, "chat": {"id": 71, "type": "private"},
                                             "date": 1_772_445_600, "telepathy": {"thought": 1}}},
    "whatsapp": {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": {
        "messaging_product": "whatsapp", "metadata": test_whatsapp.OURS, "contacts": [test_whatsapp.ANNA],
        "messages": [{"from": "79001234567", "id": "wamid.1", "timestamp": "1772445600", "type": "telepathy",
                      "telepathy": {"thought": 1}}]}}]}]},
    "max": {"update_type": "message_created", "timestamp": 1_772_445_600_123, "message": {
        "sender": {"user_id": 71, "first_name": "Anna", "is_bot": False, "last_activity_time": 1, "name": "Anna"},
        "recipient": {"chat_id": 9001, "chat_type": "dialog", "user_id": 5}, "timestamp": 1_772_445_600_123,
        "body": {"mid": "mid.1", "seq": 1, "text": None, "attachments": [{"type": "telepathy", "thought": 1}]}}},
    "vk": {"type": "message_new", "group_id": test_vk.CONFIG.group_id, "event_id": "e1", "v": "5.199",
           "secret": test_vk.CONFIG.secret, "object": {"message": {
               "id": 1, "conversation_message_id": 1, "date": 1_772_445_600, "from_id": 71, "peer_id": 71, "out": 0,
               "version": 1, "text": "", "attachments": [{"type": "telepathy", "telepathy": {"thought": 1}}]}}},
    "viber": {"event": "message", "timestamp": 1_772_445_600_123, "message_token": 4912661846655238145,
              "sender": {"id": "01234567890A=", "name": "Anna"}, "message": {"type": "telepathy", "thought": 1}},
}  # fmt: skip


@pytest.mark.parametrize("messenger", OF_TOMORROW)
def test_what_is_new_tomorrow_is_shown_and_kept_raw(api: Api, messenger: str) -> None:
    raw = json.dumps(OF_TOMORROW[messenger]).encode()
    for _ in range(2):  # the same again changes nothing
        post(api, messenger, raw)

    [message] = shown(api).values()
    assert message["kind"] == Kind.UNSUPPORTED
    [kept] = messages.raw_of_day(messenger, datetime.now(UTC))
    assert json.loads(json.loads(kept)["raw"]) == OF_TOMORROW[messenger]
