"""The error of build and deploy: what is wrong, and what to do about it. Commands print it and stop."""

import sys
from collections.abc import Callable
from typing import NoReturn


class Trouble(Exception):  # noqa: N818 - it is shown to people
    """``what`` went wrong; ``remedy`` says what the reader can do next."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n  → {remedy}")


def run_command(main: Callable[[], int | None]) -> NoReturn:
    """Run a command line's ``main``; `Trouble` becomes its text on standard error and exit status 1."""
    try:
        status = main()
    except Trouble as trouble:
        print(f"\n✗ {trouble}", file=sys.stderr)
        sys.exit(1)
    sys.exit(status or 0)
