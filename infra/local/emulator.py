"""The embedded AWS (ministack): installed in a virtual environment of its own, started, asked about its Lambda workers.

Workarounds for it belong into ``corrected_ministack`` and nowhere else.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

from infra.local.ports import HOST
from infra.local.processes import Process, running
from infra.one_at_a_time import one_at_a_time
from infra.paths import CACHE, LOCAL
from infra.trouble import Trouble

REQUIREMENTS = Path(__file__).with_name("requirements-ministack.txt")
PROGRAM = Path(__file__).with_name("corrected_ministack.py")
ENVIRONMENT = LOCAL / "ministack"
UNPACKED = CACHE / "unpacked"
UNPACKED_KEPT_SECONDS = 7 * 86_400
REGION = "us-east-1"
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def install() -> None:
    """Make its virtual environment, once per change of the pinned requirements. Raises `Trouble`."""
    with one_at_a_time("ministack"):
        _install()


def _install() -> None:
    stamp = ENVIRONMENT / "requirements.sha256"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("  installing the embedded AWS (once, under a minute) …", flush=True)
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    venv.create(ENVIRONMENT, with_pip=True, symlinks=True)
    done = subprocess.run(
        [ENVIRONMENT / "bin" / "pip", "install", "-qq", "--disable-pip-version-check", "-r", REQUIREMENTS], check=False
    )
    if done.returncode:
        raise Trouble("pip could not install the embedded AWS.", "Check the connection to PyPI and run the same again.")
    stamp.write_text(wanted)


def process(port: int, directory: Path, state: Path) -> Process:
    """Start it in ``directory`` with its ``state``. It saves when it is stopped cleanly, and answers at `ready_url` soon."""
    scratch = directory / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)  # unpacked functions of the last run
    scratch.mkdir(parents=True)
    _forget_old_code()
    # Its environment is that of the functions too, so it gets nothing of ours: as on AWS, they know what they are told.
    env = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", str(directory)),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "TMPDIR": str(scratch),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "s3"),
        "UNPACKED_DIR": str(UNPACKED),
        # Roles are enforced: a function that lacks a permission fails here as it would on AWS.
        "AUTH": "true",
        # Off, since they listen on fixed ports of their own.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    command = [str(ENVIRONMENT / "bin" / "python"), str(PROGRAM)]
    return Process("the embedded AWS", command, cwd=directory, env=env, log=directory / "logs" / "aws.log")


def ready_url(port: int) -> str:
    return f"http://{HOST}:{port}/_ministack/ready"


def _forget_old_code() -> None:
    UNPACKED.mkdir(parents=True, exist_ok=True)
    for folder in UNPACKED.iterdir():
        if folder.stat().st_mtime < time.time() - UNPACKED_KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def workers(directory: Path, function_name: str) -> list[int]:
    """Process ids of the running workers of a Lambda function (each unpacks the zip under the stack's ``tmp``)."""
    mark = str(directory / "tmp" / f"ministack-lambda-{function_name}")
    return [pid for pid, command in running() if mark in command]
