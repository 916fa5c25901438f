"""A message from another messenger is headed by its name, where Telegram has room for it."""

from datetime import UTC, datetime

import pytest

from chalicelib.desk.clients import Client, Identity
from chalicelib.desk.messages import Attachment, File, Kind
from chalicelib.desk.outbound import Content
from chalicelib.use_cases.cards import headed

HERE, THERE = Identity("telegram", "us", "1"), Identity("max", "us", "2")
CLIENT = Client("c", "Anna", datetime(2026, 3, 2, tzinfo=UTC), identities=(HERE, THERE), current=HERE)


def file(kind: Kind, messenger: str = "telegram") -> tuple[File, ...]:
    return (File(messenger, "us", Attachment(kind, "f")),)


@pytest.mark.parametrize(
    ("content", "has_heading"),
    [
        (Content(text="Hello"), True),
        (Content(text="x" * 4090), False),
        (Content(text="x" * 1020, files=file(Kind.PHOTO)), False),
        (Content(files=file(Kind.PHOTO)), True),
        (Content(files=file(Kind.STICKER)), False),
        (Content(text="Sticker", files=file(Kind.STICKER, "max")), True),
    ],
)
def test_where_there_is_room(content: Content, has_heading: bool) -> None:
    said = headed(content, CLIENT, THERE, "en")
    assert said.text.startswith("📲 Writes from MAX") is has_heading
    assert said.text.endswith(content.text)


def test_from_where_they_wrote_last_nothing_is_said() -> None:
    assert headed(Content(text="Hello"), CLIENT, HERE, "en").text == "Hello"
