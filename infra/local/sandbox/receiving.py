"""How every side receives a call: logged, met by the faults ordered for it, answered. Used by the sides' endpoints."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from infra.local.sandbox.calls import Call
from infra.local.sandbox.faults import Fault, Faults
from infra.local.sandbox.media import Media, served


@dataclass(frozen=True)
class Answer:
    """``body`` is JSON, or text as it is; ``file`` is what is answered instead of it."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    file: Media | None = None

    def response(self) -> web.Response:
        if isinstance(self.body, str):
            return web.Response(status=self.status, text=self.body, headers=self.headers)
        if self.file:
            return served(self.file)
        return web.json_response(self.body, status=self.status, headers=self.headers)


Words = Callable[[int, Mapping[str, str]], Any]
"""What the messenger itself says with such a status and such headers: the body of a fault that brings none."""


async def receive(
    request: web.Request, call: Call, faults: Faults, carry_out: Callable[[], Awaitable[Answer]], words: Words
) -> web.StreamResponse:
    """Answer a logged call, unless misfortune strikes before or after it is carried out."""
    fault = faults.strike(call.messenger, request.path)
    if fault and not fault.after:
        await asyncio.sleep(fault.delay_ms / 1000)
        if not fault.is_delay_only:
            return _struck(request, call, fault, words)
    answer = await carry_out()
    if fault and fault.after:
        await asyncio.sleep(fault.delay_ms / 1000)
        if not fault.is_delay_only:
            return _struck(request, call, fault, words)
    call.status = answer.status
    return answer.response()


def _struck(request: web.Request, call: Call, fault: Fault, words: Words) -> web.Response:
    if fault.drop:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    call.status = fault.status or 500
    if isinstance(fault.body, str):
        return web.Response(status=call.status, text=fault.body, headers=fault.headers)
    body = fault.body if fault.body is not None else words(call.status, fault.headers)
    return web.json_response(body, status=call.status, headers=fault.headers)
