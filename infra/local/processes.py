"""The processes of the local stack: each in a group of its own with its output in a file, started and stopped in order.

A group of its own, so that Ctrl-C reaches only us: we stop the others one after another, and the embedded AWS has
the time to save. What a leader leaves behind in its group (Lambda workers) is killed with the group.
"""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.trouble import Trouble

READY_WITHIN_SECONDS = 60.0
STOPS_WITHIN_SECONDS = 20.0
POLL_SECONDS = 0.05
LAST_LINES = 15


class Process:
    """A server of the stack. `stop` may be called at any time, and more than once."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        log: Path,
        is_heard: bool = False,
    ) -> None:
        """``is_heard``: what it says is shown where we speak ourselves, and only its errors go into ``log``."""
        log.parent.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=None if is_heard else output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None

    def wait_until_it_answers(self, url: str) -> None:
        """Until ``url`` answers with success. Raises `Trouble` when the process ends or takes too long."""
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not _answers(url):
            if self._popen.poll() is not None:
                raise Trouble(
                    f"{self.name} ended at once:\n{self._last_lines()}", f"All of its output is in {self.log}"
                )
            if time.monotonic() > deadline:
                self.stop()
                raise Trouble(
                    f"{self.name} does not answer at {url} after {READY_WITHIN_SECONDS:.0f} s:\n{self._last_lines()}",
                    f"All of its output is in {self.log}",
                )
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Ask it to end, wait while it saves, then clear away what is left of its group."""
        if self._popen.poll() is None:
            self._popen.terminate()
            try:
                self._popen.wait(STOPS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                print(f"  {self.name} did not stop in {STOPS_WITHIN_SECONDS:.0f} s and is killed", flush=True)
        kill_group(self.pid)
        self._popen.wait()

    def _last_lines(self) -> str:
        return "\n".join(f"  {line}" for line in self.log.read_text(errors="replace").splitlines()[-LAST_LINES:])


def kill_group(pid: int) -> None:
    """Kill whatever is left of the process group that ``pid`` leads."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def command_of(pid: int) -> str:
    """The command line of a running process; empty when there is none."""
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip()


def running() -> list[tuple[int, str]]:
    """(pid, command line) of every process of this machine that we may see."""
    shown = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    rows = (line.strip().split(None, 1) for line in shown.stdout.splitlines())
    return [(int(row[0]), row[1]) for row in rows if len(row) == 2]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as response:
            return bool(response.status < 400)
    except urllib.error.HTTPError:
        return False
    except OSError:
        return False
