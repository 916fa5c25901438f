"""Connects a stage with the messengers that somebody has set up, and shows how it goes with each.

While we register, most of them come to our webhook and want to hear something secret. So what it takes is in SSM before
they are asked; a function that still remembers older secrets reads them afresh when somebody is refused, but not more
often than every few seconds: a messenger that did not hear what it wanted is therefore asked again for a while.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.store.secrets import MISSING_SECONDS
from infra import secret_store
from infra.template.parameters import MESSENGER_API_URLS
from infra.trouble import Trouble
from infra.webhooks import MESSENGERS
from infra.webhooks.registration import Connection, Health, Messenger, NotReached

Show = Callable[[str], None]

PATIENCE_SECONDS = MISSING_SECONDS + 5.0
ASKS_EVERY_SECONDS = 2.0


@dataclass(frozen=True)
class Stage:
    """``api_urls``: messenger → base URL of its API."""

    name: str
    ssm: Any
    api_urls: Mapping[str, str]
    patience_seconds: float = PATIENCE_SECONDS

    def secrets(self) -> dict[str, str]:
        return secret_store.read(self.ssm, self.name)


def api_urls(environment: Mapping[str, str]) -> dict[str, str]:
    """The messengers' own addresses, or what ``<MESSENGER>_API_URL`` says."""
    return {name.lower(): environment.get(f"{name.upper()}_API_URL") or url for name, url in MESSENGER_API_URLS.items()}


def connect(stage: Stage, show: Show, only: tuple[str, ...] = tuple(MESSENGERS)) -> None:
    """Register our webhook with each messenger whose secrets are there. One that refuses keeps no other from being
    registered; what they all said is raised as one `Trouble` at the end."""
    refused = _each(stage, show, only, _registered)
    if refused:
        raise Trouble("\n✗ ".join(refused), "When that is put right, deploy again: what is registered stays so.")


def examine(stage: Stage, show: Show) -> None:
    """Show how each messenger sees our webhook. Raises `Trouble` when one would not say."""
    if refused := _each(stage, show, tuple(MESSENGERS), _examined):
        raise Trouble("\n✗ ".join(refused), "The others are shown above.")


def _each(stage: Stage, show: Show, names: tuple[str, ...], do: Callable[[Stage, str, Messenger], Health]) -> list[str]:
    refused = []
    for name in names:
        if lacking := MESSENGERS[name].lacks(stage.secrets()):
            show(f"{name}\n  not connected: {'=… '.join(lacking)}=… make deploy STAGE={stage.name}")
            continue
        try:
            show(f"{name}\n{described(do(stage, name, MESSENGERS[name]))}")
        except Trouble as trouble:
            refused.append(f"{name}: {trouble}")
            show(f"{name}\n  refused, see below")
    return refused


def _registered(stage: Stage, name: str, messenger: Messenger) -> Health:
    secret_store.write(stage.ssm, stage.name, given=messenger.learn(_connection(stage, name)), addresses={})
    connection = _connection(stage, name)
    until = time.monotonic() + stage.patience_seconds
    while True:
        try:
            messenger.register(connection)
            break
        except NotReached:
            if time.monotonic() > until:
                raise
        time.sleep(ASKS_EVERY_SECONDS)
    health = messenger.health(connection)
    if health.address != connection.webhook_url:
        raise Trouble(
            f"{name} did not take the webhook: it says {health.address!r}, wanted is {connection.webhook_url}",
            "Something else sets a webhook for the same bot. Stop it and deploy again.",
        )
    return health


def _examined(stage: Stage, name: str, messenger: Messenger) -> Health:
    return messenger.health(_connection(stage, name))


def _connection(stage: Stage, name: str) -> Connection:
    secrets = stage.secrets()
    return Connection(stage.api_urls[name], f"{secrets['public_url'].rstrip('/')}/webhooks/{name}", secrets)


def described(health: Health) -> str:
    rows = [("webhook", health.address or "none: deploy to register it"), ("account", health.account), *health.facts]
    return "\n".join(f"  {name:<12}{value}" for name, value in rows)
