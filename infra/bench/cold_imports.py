"""Cold start of each handler from the packaged zip, against the floor: bare botocore clients of the same services.

``import`` is the handler's module alone; ``ready`` adds the clients it will use, opened the way the product opens them.
Each figure is the median of several fresh processes, which see nothing but the unpacked zip. Handler and floor take
turns, so that a busy moment of the machine falls on both.
"""

import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.package import Package

REPETITIONS = 5
SERVICES = {"dynamodb": "dynamodb", "sqs": "sqs", "sns": "sns", "ssm": "ssm", "s3": "s3"}
"""Prefix of an IAM action → botocore's name of the service."""

ENVIRONMENT = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}

TIMED = """
import sys, time
sys.path.insert(0, {folder!r})
started = time.perf_counter()
{statement}
print((time.perf_counter() - started) * 1000)
"""


@dataclass(frozen=True)
class ColdImport:
    """Milliseconds; ``ratio`` is ready to floor."""

    function: str
    import_ms: float
    ready_ms: float
    floor_ms: float

    @property
    def ratio(self) -> float:
        return self.ready_ms / self.floor_ms


def measured(package: Package, repetitions: int = REPETITIONS) -> Iterator[ColdImport]:
    with _unpacked(package) as folder:
        for name, resource in package.template["Resources"].items():
            if resource["Type"] == "AWS::Serverless::Function":
                importing = f"import {resource['Properties']['Handler'].rpartition('.')[0]}"
                services = _services_of(package.template["Resources"], resource)
                statements = (importing, f"{importing}\n{_our_clients(services)}", _bare_clients(services))
                tables = {
                    v: v.lower() for v in resource["Properties"]["Environment"]["Variables"] if v.endswith("_TABLE")
                }
                rounds = [[_milliseconds(folder, s, tables) for s in statements] for _ in range(repetitions)]
                yield ColdImport(name, *(statistics.median(column) for column in zip(*rounds, strict=True)))


def _services_of(resources: dict[str, Any], function: dict[str, Any]) -> list[str]:
    """Those its role allows it to call."""
    role = resources[function["Properties"]["Role"]["Fn::GetAtt"][0]]
    prefixes = {
        action.split(":")[0]
        for policy in role["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    }
    return sorted(SERVICES[prefix] for prefix in prefixes & SERVICES.keys())


def _bare_clients(services: list[str]) -> str:
    creating = "; ".join(f"session.create_client({service!r})" for service in services)
    return f"import botocore.session; session = botocore.session.get_session(); {creating}"


def _our_clients(services: list[str]) -> str:
    opening = ["from chalicelib.store import aws, table", "table.connection().client"]
    return "\n".join(opening + [f"aws.client({service!r})" for service in services if service != "dynamodb"])


def _milliseconds(folder: Path, statement: str, tables: Mapping[str, str]) -> float:
    script = TIMED.format(folder=str(folder), statement=statement)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**ENVIRONMENT, **tables},
    )
    return float(done.stdout.splitlines()[-1])


@contextmanager
def _unpacked(package: Package) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vipdesk-bench-") as folder, zipfile.ZipFile(package.zip_path) as archive:
        archive.extractall(folder)
        yield Path(folder)
