"""``make run``: the local stack in the foreground, until Ctrl-C."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from infra.local.ports import Ports
from infra.local.processes import command_of, kill_group
from infra.local.running import RunningStack
from infra.local.stack import LocalStack
from infra.paths import LOCAL, ROOT
from infra.trouble import Trouble, run_command

LOOKS_EVERY_SECONDS = 1.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PIDS = LOCAL / "run.json"
TIMES = LOCAL / "times.json"


class Stop(BaseException):
    """Somebody asked us to end."""


def main() -> None:
    LOCAL.mkdir(exist_ok=True)
    for number in SIGNALS:
        signal.signal(number, _ask_to_stop)
    _clear_what_a_crash_left()
    stack = LocalStack(LOCAL, Ports.from_environment())
    print("Starting the desk on this machine")
    try:
        running = stack.start()
        PIDS.write_text(json.dumps({"run": os.getpid(), "processes": [process.pid for process in stack.processes]}))
        _introduce(running, _seconds_since_start())
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
        PIDS.unlink(missing_ok=True)
    print("Stopped. The tickets are kept for the next `make run`.")


def _ask_to_stop(_number: int, _frame: FrameType | None) -> None:
    raise Stop


def _seconds_since_start() -> float:
    """Since ``make`` began, when it says so: installing counts."""
    return time.time() - float(os.environ.get("STARTED_AT") or time.time())


def _introduce(stack: RunningStack, seconds: float) -> None:
    times = json.loads(TIMES.read_text()) if TIMES.exists() else {}
    times.setdefault("first_start_seconds", round(seconds, 1))
    times["last_start_seconds"] = round(seconds, 1)
    TIMES.write_text(json.dumps(times))
    print(
        f"""
Ready after {seconds:.0f} s (the first start took {times["first_start_seconds"]:.0f} s).

  The messengers    {stack.sandbox_url}/     play a client and the team here
  The API           {stack.api_url}/
  The status page   {stack.status_url}/
  The embedded AWS  {stack.aws_endpoint_url}

  Everything else is in {(stack.directory / "stack.json").relative_to(ROOT)}, logs are in {_short(stack.logs())}/.
  After editing code: make reload. To end: Ctrl-C; the state is saved then.
""",
        flush=True,
    )


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _clear_what_a_crash_left() -> None:
    """A stack of this checkout that still runs is reported; one whose parent was killed is ended, state saved."""
    if not PIDS.exists():
        return
    noted = json.loads(PIDS.read_text())
    if "infra.local.run" in command_of(noted["run"]):
        raise Trouble(
            f"The local stack of this checkout runs already (process {noted['run']}).",
            f"Use it (.local/stack.json), or stop it: Ctrl-C in its terminal, or `kill {noted['run']}`.",
        )
    for pid in noted["processes"]:
        if any(mark in command_of(pid) for mark in ("ministack", "infra.local")):
            print(f"  ending what an interrupted run left behind (process {pid})", flush=True)
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + 20
            while command_of(pid) and time.monotonic() < deadline:
                time.sleep(0.1)
            kill_group(pid)
    PIDS.unlink()


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    run_command(main)
