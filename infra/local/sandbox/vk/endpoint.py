"""`/vk/method/<name>`: VK's API over HTTP. Logs a call, meets faults, checks it, answers 200 whatever it has to say."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from infra.local.sandbox.calls import Call
from infra.local.sandbox.limits import TokenBucket
from infra.local.sandbox.receiving import Answer, receive
from infra.local.sandbox.sides import Shared
from infra.local.sandbox.state import Json
from infra.local.sandbox.vk import callback_servers, methods
from infra.local.sandbox.vk.community import NAME, VERSION, Community
from infra.local.sandbox.vk.errors import (
    BAD_TOKEN,
    NO_TOKEN,
    NO_VERSION,
    TOO_MANY,
    UNKNOWN_METHOD,
    ApiError,
)
from infra.local.sandbox.vk.schema import Schema

PER_SECOND = 20
METHODS = methods.METHODS | callback_servers.METHODS
COMMON_PARAMETERS = ("access_token", "v", "lang", "test_mode")


class Api:
    def __init__(self, community: Community, shared: Shared, schema: Schema | None) -> None:
        self._community = community
        self._shared = shared
        self._schema = schema
        self._budget = TokenBucket(PER_SECOND, PER_SECOND)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        call = self._shared.calls.begin(NAME, name, request.path)
        params = await _parameters(request)
        call.body = {key: value for key, value in params.items() if key != "access_token"}

        async def carry_out() -> Answer:
            return Answer(200, self._answer(name, params, call))

        return await receive(request, call, self._shared.faults, carry_out, _words)

    def _answer(self, name: str, params: Mapping[str, str], call: Call) -> Json:
        try:
            return {"response": self._carried_out(name, params, call)}
        except ApiError as error:
            if error.is_violation:
                call.violations.append(f"{error.code} {error.words}")
            return error.body(params)

    def _carried_out(self, name: str, params: Mapping[str, str], call: Call) -> Any:
        if name not in METHODS:
            raise UNKNOWN_METHOD
        if "access_token" not in params:
            raise NO_TOKEN
        if params["access_token"] != self._community.config.token:
            raise BAD_TOKEN
        if "v" not in params:
            raise NO_VERSION
        if params["v"] != VERSION:
            call.violations.append(f"v: the product is written for {VERSION}")
        if self._shared.limits.refuse(self._budget) is not None:
            raise TOO_MANY
        own = {key: value for key, value in params.items() if key not in COMMON_PARAMETERS}
        call.violations += self._schema.violations(name, own) if self._schema else []
        return METHODS[name](self._community, own)


async def _parameters(request: web.Request) -> dict[str, str]:
    """The query, then the form. VK reads no JSON: such a body brings no parameters."""
    form = await request.post()
    return {**request.query, **{name: value for name, value in form.items() if isinstance(value, str)}}


def _words(status: int, _headers: Mapping[str, str]) -> Json:
    """What VK itself says: it has errors of its own, HTTP's are those of the machines before it."""
    return TOO_MANY.body({}) if status == 429 else ApiError(10, "Internal server error").body({})
