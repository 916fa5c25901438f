"""A Telegram bot of one's own in the place of the sandbox's: read from the environment, or from ``.env``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from infra.paths import ROOT
from infra.trouble import Trouble
from infra.webhooks import connecting, telegram

DOTENV = ROOT / ".env"


@dataclass(frozen=True)
class OwnBot:
    """``group`` is the team's, when it is known already; ``manager`` the Telegram id of who gets the manager's alerts."""

    token: str = field(repr=False)
    api_url: str
    group: str = ""
    manager: str = ""

    @property
    def id(self) -> str:
        return self.token.partition(":")[0]

    @property
    def chats(self) -> dict[str, int]:
        """Those that are known at the start; 0: not yet."""
        return {"desk": int(self.group or 0), "emergency": 0, "manager": int(self.manager or 0)}

    def introduced(self) -> str:
        """The bot's @name. Raises `Trouble` when Telegram does not know the token."""
        return f"@{telegram.call(self.api_url, self.token, 'getMe')['username']}"


def find(environment: Mapping[str, str], dotenv: Path = DOTENV) -> OwnBot | None:
    """The bot that ``TELEGRAM_TOKEN`` names; None when nobody has given one. What the environment says goes before the file,
    an empty token included."""
    given = {**{name: value or "" for name, value in dotenv_values(dotenv).items()}, **environment}
    token, group, manager = (given.get(f"TELEGRAM_{name}", "").strip() for name in ("TOKEN", "GROUP", "MANAGER"))
    if not token:
        return None
    if not token.partition(":")[0].isdecimal():
        raise Trouble("TELEGRAM_TOKEN is no token of a bot.", "@BotFather gives it: digits, a colon, letters.")
    return OwnBot(token, connecting.api_urls(given)["telegram"], group, manager)
