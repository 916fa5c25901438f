"""Runs every benchmark; prints a table for people and writes ``out/bench.json`` for programs."""

import json
import platform
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from infra.bench import checks, cold_imports, fan_outs, inbound, pace
from infra.bench.cold_imports import ColdImport
from infra.bench.inbound import Cost
from infra.local.ports import Ports
from infra.local.stack import LocalStack
from infra.package import package
from infra.paths import OUT
from infra.trouble import run_command


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="vipdesk-bench-") as scratch:
        here, aws = package("local", Path(scratch) / "local"), package("dev", Path(scratch) / "aws")
        print("cold imports …", flush=True)
        imports = list(cold_imports.measured(here))
        size_bytes = aws.zip_path.stat().st_size
        print("inbound messages …", flush=True)
        with LocalStack(Path(scratch) / "stack", Ports.free(), say=lambda _: None) as stack:
            costs = list(inbound.measured(stack))
    print("the minute's check …", flush=True)
    checked = list(checks.measured())
    print("planning a fan-out …", flush=True)
    planned = list(fan_outs.measured())
    print("the pace of a fan-out, in virtual time …", flush=True)
    paced = list(pace.measured())
    _show(imports, costs, checked, planned, paced, size_bytes)
    _write(imports, costs, checked, planned, paced, size_bytes)


def _show(
    imports: Sequence[ColdImport],
    costs: Sequence[Cost],
    checked: Sequence[Cost],
    planned: Sequence[Cost],
    paced: Sequence[list[dict[str, Any]]],
    size_bytes: int,
) -> None:
    print(f"\nCold start from the zip (median of {cold_imports.REPETITIONS} fresh processes)\n")
    _table(
        ("function", "import ms", "ready ms", "floor ms", "ready / floor"),
        (
            (i.function, f"{i.import_ms:.0f}", f"{i.ready_ms:.0f}", f"{i.floor_ms:.0f}", f"{i.ratio:.2f}")
            for i in imports
        ),
    )
    print("\nOne inbound message\n")
    _table(
        ("scenario", "round trips", "write units", "read units", "calls"),
        ((c.scenario, str(c.round_trips), f"{c.write_units:g}", f"{c.read_units:g}", _calls(c)) for c in costs),
    )
    for title, found in (("The minute's check", checked), ("Planning a fan-out", planned)):
        print(f"\n{title}\n")
        _table(
            ("scenario", "round trips", "write units", "read units", "seconds"),
            (
                (
                    c.scenario,
                    str(c.round_trips),
                    f"{c.write_units:g}",
                    f"{c.read_units:g}",
                    f"{c.milliseconds / 1000:.2f}",
                )
                for c in found
            ),
        )
    print("\nThe pace of a fan-out, in virtual time\n")
    _table(
        ("told at once", "people", "seconds", "share of the limit", "most in a second", "least left", "an answer, s"),
        (
            (
                f"{p['messenger']} of {', '.join(each['messenger'] for each in together)}",
                f"{p['people']:,}",
                f"{p['seconds']:.1f}",
                f"{p['share']:.3f}",
                str(p["most"]),
                f"{p['least_left']:.1f}",
                f"{p['longest_wait']:.2f}",
            )
            for together in paced
            for p in together
        ),
    )
    print(f"\nThe zip for AWS: {size_bytes / 1e6:.1f} MB\n")


def _calls(cost: Cost) -> str:
    return ", ".join(f"{name} ×{n}" if n > 1 else name for name, n in cost.calls.items())


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Figures to the right, words to the left."""
    lines = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (
            cell.rjust(width) if figure[0].isdigit() else cell.ljust(width)
            for cell, width, figure in zip(line, widths, lines[-1], strict=True)
        )
        print("  " + "  ".join(cells).rstrip())


def _write(
    imports: Sequence[ColdImport],
    costs: Sequence[Cost],
    checked: Sequence[Cost],
    planned: Sequence[Cost],
    paced: Sequence[list[dict[str, Any]]],
    size_bytes: int,
) -> None:
    result: dict[str, Any] = {
        "machine": {"python": platform.python_version(), "processor": platform.machine()},
        "cold_imports": [{**asdict(i), "ratio": i.ratio} for i in imports],
        "inbound_message": [{**asdict(c), "round_trips": c.round_trips} for c in costs],
        "minute_check": [{**asdict(c), "round_trips": c.round_trips} for c in checked],
        "fan_out": [{**asdict(c), "round_trips": c.round_trips} for c in planned],
        "pace": paced,
        "zip_bytes": size_bytes,
    }
    OUT.mkdir(exist_ok=True)
    path = OUT / "bench.json"
    path.write_text(json.dumps(result, indent=2) + "\n")
    print(f"Written to {path}")


if __name__ == "__main__":
    run_command(main)
