"""A local stack that runs: its facts as ``stack.json`` has them, and what tests and ``make reload`` do with it."""

import json
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from infra.architecture import LOCAL_STAGE
from infra.local import emulator
from infra.trouble import Trouble

FACTS_FILE = "stack.json"


@dataclass(frozen=True)
class RunningStack:
    """The fields up to ``status_url`` are the contract of ``.local/stack.json``."""

    api_url: str
    sandbox_url: str
    aws_endpoint_url: str
    region: str
    admin_token: str
    webhook_secrets: Mapping[str, str]
    accounts: Mapping[str, str]
    telegram: Mapping[str, int]
    staff: tuple[Mapping[str, Any], ...]
    approver_token: str
    status_url: str
    directory: Path
    """Where its state and logs are; not part of the file."""

    @classmethod
    def read(cls, directory: Path) -> "RunningStack":
        """The stack that runs in ``directory``. Raises `Trouble` when none does."""
        path = directory / FACTS_FILE
        if not path.exists():
            raise Trouble("No local stack is running here.", "Start it in another terminal: make run")
        facts = json.loads(path.read_text())
        return cls(**{**facts, "staff": tuple(facts["staff"])}, directory=directory)

    def write(self) -> None:
        """Say that the stack is ready, in one step: a reader never sees half of it."""
        facts = asdict(self)
        del facts["directory"]
        path = self.directory / FACTS_FILE
        making = path.with_suffix(".making")
        making.touch(mode=0o600)
        making.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
        making.replace(path)

    def aws(self, service: str) -> Any:
        """A boto3 client of the embedded AWS, as its root user."""
        return client(service, self.aws_endpoint_url)

    def invoke(self, function: str, event: Mapping[str, Any] | None = None) -> Any:
        """Run a function now, such as ``service-levels``, and answer what it returned. Raises when it failed."""
        answer = self.aws("lambda").invoke(
            FunctionName=function_name(function), Payload=json.dumps(event or SCHEDULED_EVENT).encode()
        )
        returned = json.loads(answer["Payload"].read() or "null")
        if "FunctionError" in answer:
            raise RuntimeError(f"{function} failed: {returned}")
        return returned

    def kill(self, function: str) -> int:
        """Kill the running workers of a function in the middle of whatever they do. Answers how many there were."""
        pids = emulator.workers(self.directory, function_name(function))
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        while set(pids) & set(emulator.workers(self.directory, function_name(function))):
            time.sleep(0.01)
        return len(pids)

    def renew(self, *functions: str, **environment: str) -> None:
        """New workers for these functions, with this in their environment: those there were have read the settings within the
        last minute. Nothing that they are doing is cut off."""
        service = self.aws("lambda")
        for name in map(function_name, functions):
            before = service.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
            renewed = {**before, "RENEWED_AT": str(time.time()), **environment}
            service.update_function_configuration(FunctionName=name, Environment={"Variables": renewed})

    def logs(self) -> Path:
        """The folder with what the processes of the stack print."""
        return self.directory / "logs"


SCHEDULED_EVENT = {
    "version": "0",
    "id": "00000000-0000-0000-0000-000000000000",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "000000000000",
    "time": "1970-01-01T00:00:00Z",
    "region": emulator.REGION,
    "resources": [],
    "detail": {},
}
"""What EventBridge sends each minute; nothing reads its time."""


def function_name(function: str) -> str:
    return f"vipdesk-{LOCAL_STAGE}-{function}"


def session() -> boto3.Session:
    return boto3.Session(**emulator.CREDENTIALS, region_name=emulator.REGION)


@cache
def client(service: str, endpoint_url: str) -> Any:
    return session().client(service, endpoint_url=endpoint_url)
