"""What is wrong with a call's parameters, by our own table and by Telegram's published schema."""

from typing import Any

import pytest

from infra.local.sandbox.published import find_spec
from infra.local.sandbox.telegram.methods import METHODS
from infra.local.sandbox.telegram.params import FormValue
from infra.local.sandbox.telegram.schema import SCHEMA_FILE, Schema

PUBLISHED = find_spec(SCHEMA_FILE, None)
needs_published = pytest.mark.skipif(PUBLISHED is None, reason="Telegram's published schema is not here (SPECS_DIR)")

HELLO = {"chat_id": 1, "text": "hi"}


def both() -> list[Any]:
    published = Schema.published(PUBLISHED) if PUBLISHED else None
    return [
        pytest.param(Schema.built_in(), id="our table"),
        pytest.param(published, id="published", marks=needs_published),
    ]


@pytest.mark.parametrize("schema", both())
@pytest.mark.parametrize(
    ("method", "parameters", "violations"),
    [
        ("sendMessage", HELLO, []),
        ("sendMessage", HELLO | {"text": "[1]"}, []),
        ("sendMessage", {"text": "hi"}, ["missing parameter: chat_id"]),
        ("sendMessage", HELLO | {"color": "red"}, ["unknown parameter: color"]),
        ("sendMessage", HELLO | {"text": 5}, ["wrong type: text must be String"]),
        ("sendMessage", HELLO | {"message_thread_id": "5"}, ["wrong type: message_thread_id must be Integer"]),
        ("sendMessage", HELLO | {"message_thread_id": FormValue("5")}, []),
        ("sendMessage", HELLO | {"disable_notification": 1}, ["wrong type: disable_notification must be Boolean"]),
        ("setMyCommands", {"commands": "[]"}, []),
        ("getMe", {"verbose": True}, ["unknown parameter: verbose"]),
    ],
)
def test_parameters(schema: Schema, method: str, parameters: dict[str, Any], violations: list[str]) -> None:
    assert schema.violations(method, parameters) == violations


@needs_published
@pytest.mark.parametrize(
    ("parameters", "violations"),
    [
        (HELLO | {"reply_markup": '{"inline_keyboard": [[{"text": "Go", "callback_data": "x"}]]}'}, []),
        (
            HELLO | {"reply_markup": {"inline_keyboard": [[{"text": "Go", "callback_data": 5}]]}},
            ["wrong type: reply_markup.inline_keyboard[0][0].callback_data must be String"],
        ),
        (
            HELLO | {"reply_markup": {"inline_keyboard": [{"text": "Go"}]}},
            ["wrong type: reply_markup.inline_keyboard[0] must be Array of InlineKeyboardButton"],
        ),
        (HELLO | {"link_preview_options": {"off": True}}, ["unknown parameter: link_preview_options.off"]),
        (HELLO | {"reply_parameters": {}}, ["missing parameter: reply_parameters.message_id"]),
    ],
)
def test_nested_objects(parameters: dict[str, Any], violations: list[str]) -> None:
    assert PUBLISHED
    assert Schema.published(PUBLISHED).violations("sendMessage", parameters) == violations


@needs_published
def test_one_of_several_kinds_of_object_is_told_by_its_type() -> None:
    assert PUBLISHED
    schema = Schema.published(PUBLISHED)

    def violations(reaction: dict[str, str]) -> list[str]:
        return schema.violations("setMessageReaction", {"chat_id": 1, "message_id": 1, "reaction": [reaction]})

    assert violations({"type": "emoji", "emoji": "👍"}) == []
    assert violations({"type": "paid"}) == []
    assert violations({"type": "emoji"}) == ["missing parameter: reaction[0].emoji"]


@needs_published
def test_our_table_knows_what_telegram_publishes() -> None:
    """Ours may know more than a method takes, never less; what it requires may be required only by the desk's use."""
    assert PUBLISHED
    published = Schema.published(PUBLISHED).methods

    for method in METHODS.values():
        fields = {field["name"]: field for field in published[method.name].get("fields", ())}
        missing = set(fields) - method.known - {"rich_message"}
        required = {name for name, field in fields.items() if field["required"]}
        assert (method.name, missing, required - method.required) == (method.name, set(), set())
