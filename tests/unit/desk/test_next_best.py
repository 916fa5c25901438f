"""What helps, by the reason why an answer did not arrive."""

import pytest

from chalicelib.desk.next_best import HELPS, Help, what_helps
from chalicelib.messengers.whatsapp_errors import MEANINGS
from chalicelib.texts import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_the_table_is_said_in_words(language: str) -> None:
    assert [reason for reason in HELPS if f"reason_{reason}" not in LANGUAGES[language]] == []


def test_whatever_whatsapp_says_has_been_thought_of() -> None:
    reasons = {meaning.reason for meaning in MEANINGS.values()}
    assert reasons - HELPS.keys() == set()


def test_where_nobody_knows_better_the_client_is_called() -> None:
    assert what_helps("something of tomorrow") == what_helps(None) == (Help.ELSEWHERE, Help.CALL)
