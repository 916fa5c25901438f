"""Puts the sandbox together as one aiohttp application. Called by __main__, infra/local and running_sandbox."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from aiohttp import web

from infra.local.sandbox.acts import Acts
from infra.local.sandbox.calls import CallLog
from infra.local.sandbox.clock import PacedClock
from infra.local.sandbox.config import Config
from infra.local.sandbox.control import Control
from infra.local.sandbox.events import Events
from infra.local.sandbox.faults import Faults
from infra.local.sandbox.limits import Limits
from infra.local.sandbox.problems import ProblemError
from infra.local.sandbox.schema import Schema, find_schema
from infra.local.sandbox.state import Memory, seed
from infra.local.sandbox.telegram.bot import Bot
from infra.local.sandbox.telegram.endpoint import BotApi
from infra.local.sandbox.telegram.people import RefusedError
from infra.local.sandbox.watching import Watching
from infra.local.sandbox.webhooks import Updates

HOST = "127.0.0.1"
LARGEST_UPLOAD_BYTES = 50 * 1024 * 1024
PAGE = Path(__file__).parent / "page"


async def make_app(config: Config) -> web.Application:
    """The whole sandbox. It delivers updates from its start-up to its clean-up, and saves its state then."""
    memory = Memory(Path(config.state_path) if config.state_path else None)
    seed(memory.world, config)
    clock, events, calls, faults = PacedClock(config.limits.speed), Events(), CallLog(), Faults()
    limits = Limits(clock, enforce=config.limits.enforce)
    updates = Updates(memory, clock, events)
    bot = Bot(config, memory, updates, events)
    published = find_schema(config.specs_path)
    schema = Schema.published(published) if published else Schema.built_in()
    api = BotApi(bot, calls, faults, limits, schema)
    updates.on_method_in_answer = api.carry_out

    app = web.Application(middlewares=[problems], client_max_size=LARGEST_UPLOAD_BYTES)
    app.router.add_route("*", "/telegram/bot{token}/{method}", api.handle)
    app.add_routes(Acts(bot).routes())
    app.add_routes(Control(updates, calls, faults, limits, clock).routes())
    app.add_routes(Watching(bot, events).routes())
    app.add_routes([web.get("/", _page_file("index.html")), web.get("/{file:page\\.(css|js)}", _page_asset)])

    async def running(_: web.Application) -> AsyncIterator[None]:
        updates.start()
        yield
        await updates.stop()
        memory.save()

    async def end_streams(_: web.Application) -> None:
        events.close()

    app.cleanup_ctx.append(running)
    app.on_shutdown.append(end_streams)
    return app


@web.middleware
async def problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except ProblemError as problem:
        return problem.response()
    except RefusedError as refused:
        return ProblemError(409, str(refused).capitalize()).response()


def _page_file(name: str) -> Callable[[web.Request], Awaitable[web.FileResponse]]:
    async def page_file(_: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / name, headers={"Cache-Control": "no-cache"})

    return page_file


async def _page_asset(request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / request.match_info["file"], headers={"Cache-Control": "no-cache"})
