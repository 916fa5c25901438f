"""10,000 damaged updates of each messenger at the handler: none is answered 5xx, and no words are lost. ``make soak``."""

import pytest
from chalice.test import Client

from app import app
from chalicelib.store.table import DeskItem
from tests.signing import OURS, signed
from tests.soak.fuzzing import damaged
from tests.soak.updates import MESSENGERS

UPDATES, TOGETHER = (
    10_000,
    50,
)  # a transaction of the tables in memory copies them whole, so each round begins with empty ones


@pytest.mark.parametrize("seed", range(UPDATES // TOGETHER))
@pytest.mark.parametrize("messenger", MESSENGERS)
def test_no_damaged_update_is_lost_or_answered_with_an_error(
    messengers_set_up: None, messenger: str, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    words = []
    with Client(app) as client:
        for update in damaged(messenger, TOGETHER, seed, OURS):
            headers = {"Content-Type": "application/json", **signed(messenger, update.raw, OURS)}
            answer = client.http.post(f"/webhooks/{messenger}", headers=headers, body=update.raw)
            assert answer.status_code == 200, update.raw
            words += [update.words] if update.words else []
    kept = "\n".join(item.body for item in DeskItem.scan())
    assert [word for word in words if word not in kept] == []
    assert [record.exc_text for record in caplog.records if record.message == "update__broke_the_parser"] == []
    assert len(words) > TOGETHER / 4
