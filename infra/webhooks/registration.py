"""What registering with a messenger is, for each row of the table in ``infra.webhooks``, and how its API is asked."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import urllib3

from chalicelib.messengers import connections
from infra.trouble import Trouble

Json = dict[str, Any]

TIMEOUT_SECONDS = 30.0
"""Some call our webhook before they answer, and a function may have to start for that."""


class NotReached(Trouble):
    """The messenger tried our address and did not hear what it wanted."""


@dataclass(frozen=True)
class Connection:
    """A messenger as one stage sees it: the base URL of its API, our webhook for it, the stage's secrets by name."""

    api_url: str
    webhook_url: str
    secrets: Mapping[str, str]


@dataclass(frozen=True)
class Health:
    """``address``: where the messenger brings our updates, empty for nowhere. ``account``: who we are there.
    ``facts``: what else it tells, with a name for each."""

    address: str
    account: str
    facts: tuple[tuple[str, str], ...] = ()


def _nothing(_: Connection) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Messenger:
    """``variables``: the secrets that only its owner can give, and the variable of the environment for each. Those in
    ``may_lack`` are not needed. ``learn``: secrets that the messenger tells us and that it wants to hear while we register.
    ``register`` and ``health`` raise `Trouble`; `NotReached` may be tried again."""

    variables: Mapping[str, str]
    register: Callable[[Connection], None]
    health: Callable[[Connection], Health]
    learn: Callable[[Connection], dict[str, str]] = _nothing
    may_lack: frozenset[str] = field(default=frozenset())

    def lacks(self, secrets: Mapping[str, str]) -> list[str]:
        """The variables that have yet to be given before it can be registered."""
        return [
            name for secret, name in self.variables.items() if secret not in self.may_lack and not secrets.get(secret)
        ]


def ask(
    what: str,
    method: str,
    url: str,
    body: Json | None = None,
    *,
    form: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
    authority: str = "",
) -> Json:
    """Call ``url`` with a JSON ``body`` or a ``form`` and answer the JSON object that comes back, whatever its status.

    Raises `Trouble` naming ``what``: never the URL, which may hold a token.
    """
    kind = "application/json" if form is None else "application/x-www-form-urlencoded"
    sent = urlencode(form).encode() if form is not None else None if body is None else json.dumps(body).encode()
    try:
        answer = connections.pool(authority).request(
            method,
            url,
            body=sent,
            headers={"Content-Type": kind, **(headers or {})},
            timeout=TIMEOUT_SECONDS,
            retries=False,
        )
        found = answer.json()
        if isinstance(found, dict):
            return found
        reason = f"HTTP {answer.status}"
    except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        reason = type(error).__name__
    raise Trouble(
        f"{what}: no sensible answer ({reason}).",
        "Check the network and the API's address; for the local stack, that the sandbox runs.",
    )
