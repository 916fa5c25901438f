"""``make run``: the local stack in the foreground, until Ctrl-C."""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from infra.local import own_bot, times
from infra.local.ports import Ports
from infra.local.processes import STOPS_WITHIN_SECONDS, command_of, kill_group
from infra.local.running import RunningStack
from infra.local.stack import LocalStack
from infra.paths import LOCAL
from infra.trouble import Trouble, run_command

LOOKS_EVERY_SECONDS = 1.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PIDS_FILE = "run.json"
OURS = ("ministack", "infra.local")


class Stop(BaseException):
    """Somebody asked us to end."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--directory", type=Path, default=LOCAL, help="where its state and logs are")
    directory = arguments.parse_args().directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    for number in SIGNALS:
        signal.signal(number, _ask_to_stop)
    pids = directory / PIDS_FILE
    _clear_what_a_crash_left(pids)
    bot = own_bot.find(os.environ)
    stack = LocalStack(directory, Ports.from_environment(), on_process=lambda ids: _note(pids, ids), own_bot=bot)
    print("Starting the desk on this machine")
    try:
        running = stack.start()
        seconds = _seconds_since_make_began()
        _introduce(running, seconds, times.started(directory, seconds))
        while all(process.is_running for process in stack.processes):
            time.sleep(LOOKS_EVERY_SECONDS)
        dead = next(process for process in stack.processes if not process.is_running)
        raise Trouble(f"{dead.name} has ended by itself.", f"Its output is in {dead.log}; `make run` starts it again.")
    except Stop:
        pass
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        print("\nStopping, saving the state …", flush=True)
        stack.stop()
        pids.unlink(missing_ok=True)
    print("Stopped. The tickets are kept for the next `make run`.")


def _ask_to_stop(_number: int, _frame: FrameType | None) -> None:
    raise Stop


def _seconds_since_make_began() -> float:
    """Installing counts, when ``make`` says when it began."""
    return time.time() - float(os.environ.get("STARTED_AT") or time.time())


def _introduce(stack: RunningStack, seconds: float, first_seconds: float) -> None:
    print(
        f"""
Ready after {seconds:.0f} s (the first start took {first_seconds:.0f} s).

  The messengers    {stack.sandbox_url}/     play a client and the team here
  The dashboard     {stack.api_url}/admin/dashboard     token: {stack.admin_token}
  The API           {stack.api_url}/
  The status page   {stack.status_url}/
  The embedded AWS  {stack.aws_endpoint_url}

  Everything else is in {_short(stack.directory / "stack.json")}, logs are in {_short(stack.logs())}/.
  After editing code: make reload. To end: Ctrl-C; the state is saved then.
""",
        flush=True,
    )


def _short(path: Path) -> str:
    return os.path.relpath(path)


def _note(pids: Path, processes: list[int]) -> None:
    pids.write_text(json.dumps({"run": os.getpid(), "processes": processes}))


def _clear_what_a_crash_left(pids: Path) -> None:
    """A stack that runs here already is reported; processes whose parent was killed are ended, state saved."""
    if not pids.exists():
        return
    noted = json.loads(pids.read_text())
    if "infra.local.run" in command_of(noted["run"]):
        raise Trouble(
            f"The local stack runs here already (process {noted['run']}).",
            f"Use it (.local/stack.json), or stop it: Ctrl-C in its terminal, or `kill {noted['run']}`.",
        )
    for pid in noted["processes"]:
        if any(mark in command_of(pid) for mark in OURS):
            print(f"  ending what an interrupted run left behind (process {pid})", flush=True)
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + STOPS_WITHIN_SECONDS
            while command_of(pid) and time.monotonic() < deadline:
                time.sleep(0.1)
            kill_group(pid)
    pids.unlink()


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    run_command(main)
