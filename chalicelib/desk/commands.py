"""Commands: what the team asks of the desk in its group, such as ``/next``. https://core.telegram.org/bots/features#commands"""

import re
from dataclasses import dataclass

SIGN = "/"  # what begins with it is said to the desk, and never to a client: a slip must not reach them

# What Telegram itself shows as a command: "/etc/hosts is wrong" is none.
_COMMAND = re.compile(r"/([a-z0-9_]{1,32})(?:@(\w{3,32}))?(?:\s+(.*))?", re.IGNORECASE | re.ASCII | re.DOTALL)


@dataclass(frozen=True)
class Command:
    """``words`` are what follows the name. ``bot`` is whom it is for, where somebody says so."""

    name: str
    words: str = ""
    bot: str | None = None


def command_in(text: str) -> Command | None:
    """The command that ``text`` begins with."""
    found = _COMMAND.fullmatch(text.strip())
    return Command(found[1].lower(), (found[3] or "").strip(), found[2]) if found else None
