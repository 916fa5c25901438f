"""What tests turn and read: `/calls`, `/faults`, `/limits`, `/resend`."""

from collections.abc import Mapping

import msgspec
from aiohttp import web

from infra.local.sandbox.acts import side_of
from infra.local.sandbox.faults import read_fault
from infra.local.sandbox.problems import Fields, ProblemError, endpoint
from infra.local.sandbox.sides import Shared, Side
from infra.local.sandbox.state import Json


class Control:
    def __init__(self, sides: Mapping[str, Side], shared: Shared) -> None:
        self._sides = sides
        self._calls = shared.calls
        self._faults = shared.faults
        self._limits = shared.limits
        self._clock = shared.clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/calls", self.get_calls),
            web.get("/faults", self.get_faults),
            web.post("/faults", endpoint(self.add_fault)),
            web.delete("/faults", self.delete_faults),
            web.get("/limits", self.get_limits),
            web.post("/limits", endpoint(self.set_limits)),
            web.post("/resend", endpoint(self.resend)),
        ]

    async def resend(self, fields: Fields) -> Json:
        side = side_of(fields, self._sides)
        update_id, copies = fields.integer("update_id"), fields.integer("copies", default=1, least=1)
        fields.done()
        statuses = await side.resend(update_id, copies)
        if statuses is None:
            raise ProblemError(404, "There is no such update any more")
        return {"statuses": statuses}

    async def add_fault(self, fields: Fields) -> Json:
        fault = read_fault(fields, tuple(self._sides))
        fields.done()
        self._faults.add(fault)
        return {"faults": msgspec.to_builtins(self._faults.all())}

    async def set_limits(self, fields: Fields) -> Json:
        enforce = fields.flag("enforce", default=self._limits.enforce)
        speed = fields.number("speed", default=self._clock.speed, above=0)
        fields.done()
        self._limits.enforce = enforce
        self._clock.set_speed(speed)
        return self._limits_state()

    async def get_limits(self, _: web.Request) -> web.Response:
        return web.json_response(self._limits_state())

    async def get_faults(self, _: web.Request) -> web.Response:
        return web.json_response(msgspec.to_builtins(self._faults.all()))

    async def delete_faults(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return web.json_response({})

    async def get_calls(self, request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not since.isdecimal():
            raise ProblemError(400, "The query is wrong", [{"field": "since", "message": "must be a whole number"}])
        return web.json_response(msgspec.to_builtins(self._calls.since(int(since), request.query.get("messenger"))))

    def _limits_state(self) -> Json:
        return {"enforce": self._limits.enforce, "speed": self._clock.speed}
