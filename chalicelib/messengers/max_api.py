"""One call of MAX's API, whatever it is for: its answer, or what the refusal means. https://dev.max.ru/docs-api"""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from chalicelib.messengers.adapter import Refused, RetryLater, Uncertain
from chalicelib.messengers.exchange import Answer, Json, exchange

Secret = Callable[[str], str]

NOT_READY = RetryLater(timedelta(seconds=2), "server_error")  # MAX is still busy with a file that a message has


def call(
    method: str, path: str, query: dict[str, str], body: Json | bytes, secret: Secret
) -> Json | RetryLater | Refused | Uncertain:
    """The answer's body when MAX did what it was asked."""
    url = f"{api_url()}{path}?{urlencode(query)}"
    answer = exchange(method, url, body, {"Authorization": secret("max_token")}, authority(secret))
    return _read(answer) if isinstance(answer, Answer) else answer


def api_url() -> str:
    return os.environ["MAX_API_URL"]


def authority(secret: Secret) -> str:
    """The Ministry's root certificate, which signs MAX's host and comes with no system: a setting of the stage."""
    try:
        return secret("max_ca")
    except LookupError:
        return ""


def _read(answer: Answer) -> Json | RetryLater | Refused:
    body = answer.body
    if answer.status == 200 and body.get("success", True):
        return body
    words = f"{answer.status} {body.get('code', '')} {body.get('message', '')}"
    meant = (outcome for pattern, outcome in MEANINGS if re.search(pattern, words, re.IGNORECASE))
    outcome = next(meant, Refused("refused"))
    if isinstance(outcome, Refused):
        return replace(outcome, detail=words)
    return replace(outcome, after=answer.retry_after) if answer.retry_after else outcome


# By MAX's status, code and words, the first that fits. The schema lists no codes: these are the ones it is known to give.
MEANINGS: tuple[tuple[str, RetryLater | Refused], ...] = (
    (r"attachment\.not\.ready|file\.not\.processed", NOT_READY),
    (r"^429|too\.many\.requests", RetryLater(None, "limited", limited=True)),
    (r"message\.not\.?found", Refused("no_message")),
    (r"^401|verify\.token", Refused("bad_token")),
    (r"(dialog|chat|user)\.not\.?found", Refused("no_chat", unreachable=True)),
    (r"chat\.denied|dialog\.suspended|^403", Refused("blocked", unreachable=True)),
    (r"^400.*text.*(4000|too long|size|length)", Refused("too_long")),
    (r"^400", Refused("malformed")),
    (r"^5", RetryLater(None, "server_error")),
)
