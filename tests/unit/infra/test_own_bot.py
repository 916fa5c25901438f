"""Whose bot it is: the environment's, the file's, or nobody's."""

from pathlib import Path

import pytest

from infra.local import own_bot
from infra.trouble import Trouble

FILE = "# mine\nTELEGRAM_TOKEN='123:abc'\nTELEGRAM_GROUP=-1001\n"


@pytest.fixture
def dotenv(tmp_path: Path) -> Path:
    path = tmp_path / ".env"
    path.write_text(FILE)
    return path


def test_a_file_names_the_bot_and_its_group(dotenv: Path) -> None:
    found = own_bot.find({}, dotenv)
    assert found is not None
    assert (found.token, found.id, found.group, found.manager) == ("123:abc", "123", "-1001", "")
    assert found.api_url == "https://api.telegram.org"
    assert "abc" not in repr(found)


def test_the_environment_goes_before_the_file(dotenv: Path) -> None:
    other = own_bot.find({"TELEGRAM_TOKEN": "9:z", "TELEGRAM_API_URL": "http://127.0.0.1:1"}, dotenv)
    assert other is not None
    assert (other.id, other.api_url, other.group) == ("9", "http://127.0.0.1:1", "-1001")
    assert own_bot.find({"TELEGRAM_TOKEN": ""}, dotenv) is None


def test_without_a_token_the_sandbox_plays_telegram(tmp_path: Path) -> None:
    assert own_bot.find({}, tmp_path / "nothing") is None


def test_what_is_no_token_is_said_without_repeating_it(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="BotFather") as refusal:
        own_bot.find({"TELEGRAM_TOKEN": "my secret"}, tmp_path / "nothing")
    assert "my secret" not in str(refusal.value)
