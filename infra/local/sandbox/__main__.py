"""`python -m infra.local.sandbox [--config FILE] [--port P] [--state FILE] [--webhook-url URL] [--webhook-secret S]`.

Without a config it plays a small demo team. Stops cleanly, its state saved, on Ctrl-C and SIGTERM.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import msgspec
from aiohttp import web

from infra.local.sandbox.config import Config, demo_config, read_config
from infra.local.sandbox.server import HOST, make_app


def configured(arguments: list[str]) -> Config:
    """The config file, or the demo's, with what the command line says on top. Exits with a sentence if it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.sandbox", description="Plays the messengers locally.")
    parser.add_argument("--config", type=Path, help="JSON, see config.py; without it, a demo team")
    parser.add_argument("--port", type=int, help="where to listen on this machine")
    parser.add_argument("--state", help="file to keep chats in between starts")
    parser.add_argument("--webhook-url", help="where to send updates until the product calls setWebhook")
    parser.add_argument("--webhook-secret", help="the secret header to send with them")
    given = parser.parse_args(arguments)
    try:
        config = read_config(given.config) if given.config else demo_config()
    except (OSError, msgspec.MsgspecError) as error:
        parser.exit(2, f"Cannot use {given.config}: {error}\n")
    telegram = msgspec.structs.replace(
        config.telegram,
        webhook_url=given.webhook_url or config.telegram.webhook_url,
        webhook_secret=given.webhook_secret or config.telegram.webhook_secret,
    )
    return msgspec.structs.replace(
        config, port=given.port or config.port, state_path=given.state or config.state_path, telegram=telegram
    )


async def serve(config: Config) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    runner = web.AppRunner(await make_app(config), access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, config.port).start()
    except OSError as error:
        await runner.cleanup()
        sys.exit(f"Port {config.port} is busy ({error.strerror}). Stop what listens there or pass another --port.")
    print(f"Messenger sandbox: http://{HOST}:{config.port}/", flush=True)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(configured(sys.argv[1:])))
