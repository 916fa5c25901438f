"""The demo: who plays in the sandbox, and what the desk knows of them. Called by ``infra.local.stack``."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infra.local.running import RunningStack

BOT = {"id": 700_000_001, "username": "vipdesk_bot", "first_name": "Vipdesk"}
TELEGRAM_TOKEN = f"{BOT['id']}:sandbox-token-for-this-machine-only"

STAFF = (
    {"name": "Marina Sokolova", "role": "manager", "telegram_user_id": 500_001},
    {"name": "Oleg Ivanov", "role": "support", "telegram_user_id": 500_002},
    {"name": "Dina Park", "role": "account", "telegram_user_id": 500_003},
)
CHAT_IDS = {"desk": -1_001_000_000_001, "emergency": -1_001_000_000_002, "manager": 500_001}
CHAT_TITLES = {"desk": "Support team", "emergency": "Outages", "manager": "Marina Sokolova"}
CLIENTS = (
    {"name": "Anna Volkova", "user_id": 600_001, "language_code": "ru"},
    {"name": "Pavel Orlov", "user_id": 600_002, "language_code": "ru"},
    {"name": "Kate Miller", "user_id": 600_003, "language_code": "en"},
)


@dataclass(frozen=True)
class Tokens:
    """Bearer tokens of the demo's operator, and of the second person who approves announcements."""

    admin: str
    approver: str


def sandbox_config(port: int, directory: Path) -> dict[str, Any]:
    """What ``python -m infra.local.sandbox`` is told."""
    return {
        "port": port,
        "telegram": {"token": TELEGRAM_TOKEN, "bot": BOT},
        "chats": {name: {"id": CHAT_IDS[name], "title": CHAT_TITLES[name]} for name in CHAT_IDS},
        "staff": STAFF,
        "clients": CLIENTS,
        "state_path": str(directory / "state" / "sandbox.json"),
    }


def tokens(directory: Path) -> Tokens:
    """Made once per stack and kept beside its state."""
    path = directory / "state" / "tokens.json"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(json.dumps({name: secrets.token_urlsafe(32) for name in ("admin", "approver")}))
    return Tokens(**json.loads(path.read_text()))


def seed(stack: "RunningStack") -> None:
    """Fill a new stack with the demo's settings, staff and clients. Called at every start; what is there stays."""
