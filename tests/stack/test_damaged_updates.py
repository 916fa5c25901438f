"""500 damaged updates through the running stack: none is answered with an error, and no words are lost.

``make soak`` tries 10,000 of each messenger at the handler."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.ports import Ports
from infra.local.stack import LocalStack
from tests.signing import signed
from tests.soak.fuzzing import Damaged, damaged
from tests.soak.updates import MESSENGERS
from tests.stack.conftest import Desk, http

OF_EACH = 100
SEED = 1_000  # one that ``make soak`` does not have


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk of its own: the people of damaged updates are nobody's, and every announcement would go to them too."""
    with LocalStack(tmp_path_factory.mktemp("damaged"), Ports.free(), limits_speed=100) as stack:
        yield Desk(stack)


def test_no_damaged_update_is_lost_or_answered_with_an_error(desk: Desk) -> None:
    """Each messenger in its own order, since a damaged id may be another update's: then the first one counts."""
    secrets = {name: str(value) for name, value in desk.stack.webhook_secrets.items()}

    def bring(messenger: str) -> list[tuple[Damaged, int]]:
        url, updates = f"{desk.stack.api_url}/webhooks/{messenger}", damaged(messenger, OF_EACH, SEED, secrets)
        return [(one, http("POST", url, one.raw, signed(messenger, one.raw, secrets))[0]) for one in updates]

    with ThreadPoolExecutor(len(MESSENGERS)) as messengers:
        brought = [one for each in messengers.map(bring, MESSENGERS) for one in each]
    assert [(status, update.raw) for update, status in brought if status != 200] == []
    kept = "\n".join(item["body"] for item in desk.items())
    assert [update.raw for update, _ in brought if update.words not in kept] == []
    assert sum(bool(update.words) for update, _ in brought) > len(brought) / 4
