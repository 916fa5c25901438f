"""What share of the messengers' limits a fan-out uses, at the real ones, and how long an answer waits beside it.

One machine cannot reach these limits, so time is virtual (``virtual_fan_out``); the embedded DynamoDB is the store. Each figure
comes from a process of its own: ``python -m infra.bench.pace '{"telegram": 600}'`` prints JSON.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from infra.bench.checks import embedded_aws
from infra.paths import ROOT

FAN_OUTS: tuple[Mapping[str, int], ...] = (
    {"telegram": 600},
    {"vk": 400},
    {"whatsapp": 1600},
    {"telegram": 600, "max": 600, "vk": 400, "whatsapp": 1600},
)
"""How many people are told at once, by messenger: some twenty seconds' worth."""

WORKERS = 25
ANSWERS_AT = (4.0, 8.0, 12.0)


def measured() -> Iterator[list[dict[str, Any]]]:
    for people in FAN_OUTS:
        command = [sys.executable, "-m", "infra.bench.pace", json.dumps(people)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        yield json.loads(done.stdout.splitlines()[-1])


def _run(people: Mapping[str, int], tier: int = 0) -> list[dict[str, Any]]:
    from infra.bench.virtual_fan_out import FanOut, Queue

    each_its_own = [Queue({messenger: count}, WORKERS) for messenger, count in people.items()]
    return [asdict(pace) for pace in FanOut(each_its_own, ANSWERS_AT, tier).run()]


if __name__ == "__main__":
    with embedded_aws():
        print(json.dumps(_run(json.loads(sys.argv[1]), *map(int, sys.argv[2:]))))
