"""What a messenger's side of the sandbox is, and what all sides share. The table of sides is in server.py.

A side plays one messenger: its API under `/{name}`, and what people do there, whom the control endpoints pass on to it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from infra.local.sandbox.calls import CallLog
from infra.local.sandbox.clock import PacedClock
from infra.local.sandbox.events import Events
from infra.local.sandbox.faults import Faults
from infra.local.sandbox.limits import Limits
from infra.local.sandbox.media import Files
from infra.local.sandbox.problems import Fields
from infra.local.sandbox.state import Json, Memory

Act = Callable[[Fields], Awaitable[Json]]


@dataclass(frozen=True)
class Shared:
    """One of each for the whole sandbox. ``specs_path``: see published.py."""

    memory: Memory
    clock: PacedClock
    events: Events
    calls: CallLog
    faults: Faults
    limits: Limits
    files: Files
    specs_path: str | None = None


class Side(Protocol):
    """`acts` are what people can do there, by the path of the endpoint without its slash: ``say``, ``tap``, ``block`` …
    An act answers with the ``update_id`` of the webhook call it caused, which `resend` repeats."""

    @property
    def name(self) -> str: ...

    @property
    def acts(self) -> Mapping[str, Act]: ...

    def routes(self) -> list[web.RouteDef]:
        """The messenger's own API, under `/{name}`."""
        ...

    def start(self) -> None:
        """Called inside the loop: deliver what is waiting."""
        ...

    async def stop(self) -> None: ...

    async def resend(self, update_id: int, copies: int) -> list[int | None] | None:
        """Call the product's webhook again, `copies` times at once. The statuses; None: there is no such update."""
        ...

    def state(self) -> Json:
        """What the page shows of this messenger, whole: ``account`` (``id``, ``name``), ``webhook``, and ``chats`` in the
        shape of chats.py."""
        ...
