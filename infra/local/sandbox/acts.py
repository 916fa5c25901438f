"""What people do, over HTTP: `POST /say`, `/tap`, `/block` … with a `messenger`, whose side carries it out.

Used by the page, by tests, and by hand with curl. Bad input is answered 400 problem+json with every field named.
"""

from collections.abc import Mapping

from aiohttp import web

from infra.local.sandbox.problems import Fields, ProblemError, endpoint
from infra.local.sandbox.sides import Act, Side
from infra.local.sandbox.state import Json

DEFAULT_MESSENGER = "telegram"


def routes(sides: Mapping[str, Side]) -> list[web.RouteDef]:
    """An endpoint for everything that people of at least one messenger can do."""
    paths = sorted({path for side in sides.values() for path in side.acts})
    return [web.post(f"/{path}", endpoint(_act(path, sides))) for path in paths]


def side_of(fields: Fields, sides: Mapping[str, Side]) -> Side:
    """The side that ``messenger`` names; a wrong name is noted in ``fields``, so that all mistakes are told at once."""
    return sides.get(fields.choice("messenger", tuple(sides), default=DEFAULT_MESSENGER), sides[DEFAULT_MESSENGER])


def _act(path: str, sides: Mapping[str, Side]) -> Act:
    async def act(fields: Fields) -> Json:
        side = side_of(fields, sides)
        if path not in side.acts:
            raise ProblemError(409, f"Nobody can {path} in {side.name}")
        return await side.acts[path](fields)

    return act
