"""Puts the sandbox together as one aiohttp application. Called by __main__, infra/local and running_sandbox."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from infra.local.sandbox import acts
from infra.local.sandbox.calls import CallLog
from infra.local.sandbox.clock import PacedClock
from infra.local.sandbox.config import Config
from infra.local.sandbox.control import Control
from infra.local.sandbox.events import Events
from infra.local.sandbox.faults import Faults
from infra.local.sandbox.limits import Limits
from infra.local.sandbox.max.side import MaxSide
from infra.local.sandbox.media import Files
from infra.local.sandbox.problems import ProblemError, RefusedError
from infra.local.sandbox.sides import Shared, Side
from infra.local.sandbox.state import Memory, seed
from infra.local.sandbox.telegram.side import TelegramSide
from infra.local.sandbox.viber.side import ViberSide
from infra.local.sandbox.vk.side import VkSide
from infra.local.sandbox.watching import Watching
from infra.local.sandbox.whatsapp.side import WhatsAppSide

HOST = "127.0.0.1"
LARGEST_UPLOAD_BYTES = 50 * 1024 * 1024
PAGE = Path(__file__).parent / "page"
NOT_KEPT = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}

# Nothing but our own modules and styles runs. Files that were sent may be shown from this machine alone: those that the
# product hands over by a link lie in the embedded AWS.
_SHOWN = "'self' http://127.0.0.1:* http://localhost:*"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    f"img-src {_SHOWN} data:; media-src {_SHOWN}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


SIDES: dict[str, Callable[[Any, Shared], Side]] = {
    "whatsapp": WhatsAppSide,
    "vk": VkSide,
    "viber": ViberSide,
    "max": MaxSide,
}
"""What plays each messenger that the config has a section for. Telegram, where the team is, is always there."""


async def make_app(config: Config) -> web.Application:
    """The whole sandbox. It delivers updates from its start-up to its clean-up, and saves its state then."""
    memory = Memory(Path(config.state_path) if config.state_path else None)
    seed(memory.world, config)
    clock = PacedClock(config.limits.speed)
    limits = Limits(clock, enforce=config.limits.enforce)
    files = Files(memory.world.contents)
    shared = Shared(memory, clock, Events(), CallLog(), Faults(), limits, files, config.specs_path)
    sides = _sides(config, shared)

    app = web.Application(middlewares=[problems, _here(files)], client_max_size=LARGEST_UPLOAD_BYTES)
    for side in sides.values():
        app.add_routes(side.routes())
    app.add_routes(acts.routes(sides))
    app.add_routes(files.routes())
    app.add_routes(Control(sides, shared).routes())
    app.add_routes(Watching(sides, shared.events).routes())
    app.add_routes([web.get("/", _page), web.get("/page/{file:[a-z]+\\.(css|js)}", _page_asset)])

    async def running(_: web.Application) -> AsyncIterator[None]:
        for side in sides.values():
            side.start()
        yield
        for side in sides.values():
            await side.stop()
        memory.save()

    async def end_streams(_: web.Application) -> None:
        shared.events.close()

    app.cleanup_ctx.append(running)
    app.on_shutdown.append(end_streams)
    return app


def _sides(config: Config, shared: Shared) -> dict[str, Side]:
    sections = {name: getattr(config, name) for name in SIDES}
    others = {name: SIDES[name](section, shared) for name, section in sections.items() if section is not None}
    return {TelegramSide.name: TelegramSide(config, shared), **others}


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ProblemError as problem:
        return problem.response()
    except RefusedError as refused:
        return ProblemError(409, str(refused).capitalize()).response()


def _here(files: Files) -> Middleware:
    """Where this sandbox listens is known only when somebody calls: the port may be any free one."""

    @web.middleware
    async def here(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.transport is not None:
            files.origin = f"http://{HOST}:{request.transport.get_extra_info('sockname')[1]}"
        return await handler(request)

    return here


async def _page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html", headers=NOT_KEPT | {"Content-Security-Policy": PAGE_POLICY})


async def _page_asset(request: web.Request) -> web.FileResponse:
    file = PAGE / request.match_info["file"]
    if not file.exists():
        raise ProblemError(404, "The page has no such file")
    return web.FileResponse(file, headers=NOT_KEPT)
