"""The demo: who plays in the sandbox, and what the desk knows of them. Called by ``infra.local.stack``."""

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.desk.policies import DEFAULT_POLICIES
from chalicelib.desk.policy_documents import policies_document
from infra import tokens as tokens_in
from infra.architecture import LOCAL_STAGE
from infra.local import demo_messengers
from infra.local.admin import Admin, Conflict
from infra.local.own_bot import OwnBot

if TYPE_CHECKING:
    from infra.local.running import RunningStack

BOT = {"id": 700_000_001, "username": "vipdesk_bot", "first_name": "Vipdesk"}
TELEGRAM_TOKEN = f"{BOT['id']}:sandbox-token-for-this-machine-only"

STAFF = (
    {"name": "Marina Sokolova", "role": "manager", "telegram_user_id": 500_001},
    {"name": "Oleg Ivanov", "role": "support", "telegram_user_id": 500_002},
    {"name": "Dina Park", "role": "account", "telegram_user_id": 500_003},
    {"name": "Timur Aliev", "role": "deputy", "telegram_user_id": 500_004},
)
ON_DUTY = "Oleg Ivanov"
CHAT_IDS = {"desk": -1_001_000_000_001, "emergency": -1_001_000_000_002, "manager": 500_001}
FURTHER_GROUPS = (-1_001_000_000_011, -1_001_000_000_012, -1_001_000_000_013)
CHAT_TITLES = {"desk": "Support team", "emergency": "Outages", "manager": "Marina Sokolova"}
CLIENTS = (
    {"name": "Anna Volkova", "user_id": 600_001, "language_code": "ru"},
    {"name": "Pavel Orlov", "user_id": 600_002, "language_code": "ru"},
    {"name": "Kate Miller", "user_id": 600_003, "language_code": "en"},
    {"name": "Sergey Titov", "user_id": 600_004, "language_code": "ru"},
    {"name": "Lena Kim", "user_id": 600_005, "language_code": "en"},
)

# What the desk knows of them, by name: two VIPs named in annexes to their contracts, one of "our clients".
REGISTRY: dict[str, dict[str, Any]] = {
    "Anna Volkova": {
        "tier": "vip",
        "company": "Northwind Logistics",
        "position": "Head of operations",
        "phones": ["+74951230011"],
        "emails": ["anna.volkova@northwind.example"],
        "note": "Closes the month on the 25th: reports must work that day.",
    },
    "Lena Kim": {"tier": "vip", "company": "Aurora Retail", "position": "CIO", "phones": ["+74951230022"]},
    "Sergey Titov": {"tier": "our", "company": "Titov & Sons"},
    "Pavel Orlov": {"tier": "everyone"},
    "Kate Miller": {"tier": "everyone", "company": "Blue Fern Studio"},
}

ALL_SCOPES = ("read", "desk", "announce", "approve", "settings", "erase")
UNTOUCHED = '"0"'  # the ETag of a settings document that nobody has edited
OPERATOR, APPROVER = "Demo operator", "Demo approver"


@dataclass(frozen=True)
class Tokens:
    """Bearer tokens of the demo's operator, and of the second person who approves announcements."""

    admin: str
    approver: str


def sandbox_config(port: int, state: Path, groups: int = 1) -> dict[str, Any]:
    """What ``python -m infra.local.sandbox`` is told. ``state``: the folder it remembers in; ``groups``: the forums there
    are, the desk's own included."""
    more = [{"id": number, "title": f"Support team {n}"} for n, number in enumerate(FURTHER_GROUPS[: groups - 1], 2)]
    return {
        "port": port,
        "telegram": {"token": TELEGRAM_TOKEN, "bot": BOT},
        "chats": {
            **{name: {"id": CHAT_IDS[name], "title": CHAT_TITLES[name]} for name in CHAT_IDS},
            "more_desks": more,
        },
        "staff": STAFF,
        "clients": CLIENTS,
        **demo_messengers.sandbox_sections(),
        "state_path": str(state / "sandbox.json"),
    }


def tokens(state: Path) -> Tokens:
    """Made once per stack and kept with its state."""
    path = state / "tokens.json"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(json.dumps({name: secrets.token_urlsafe(32) for name in ("admin", "approver")}))
    return Tokens(**json.loads(path.read_text()))


def seed(stack: "RunningStack", state: Path, own_bot: OwnBot | None) -> None:
    """Fill a new stack with the demo's settings, staff and clients. Called at every start; what is there stays, and what
    somebody has removed stays away. A bot of one's own has real people, and only the group that somebody named for it."""
    dynamodb = stack.aws("dynamodb")
    tokens_in.store(dynamodb, LOCAL_STAGE, stack.admin_token, OPERATOR, ALL_SCOPES)
    tokens_in.store(dynamodb, LOCAL_STAGE, stack.approver_token, APPROVER, ("read", "approve"))
    admin = Admin(stack.api_url, stack.admin_token)
    for name, document in (_own_documents(own_bot) if own_bot else _documents()).items():
        if admin.read(f"/admin/settings/{name}")[1] == UNTOUCHED:
            admin.call("PUT", f"/admin/settings/{name}", document)
    if own_bot:
        _name_group(admin, own_bot.group)
    elif not (done := state / "clients_are_in").exists():
        for client in CLIENTS:
            with suppress(Conflict):  # a start that was interrupted got as far as this one
                admin.call("POST", "/admin/clients", _client(client))
        done.touch()


def _name_group(admin: Admin, group: str) -> None:
    desk, etag = admin.read("/admin/settings/desk")
    if group and desk["group"] != group:
        admin.call("PUT", "/admin/settings/desk", {**desk, "group": group}, etag)


def _own_documents(bot: OwnBot) -> dict[str, Any]:
    documents = _documents()
    documents["desk"] |= {"account": bot.id, "group": bot.group, "emergency_chat": ""}
    del documents["staff"]  # nobody of the demo is in real Telegram
    if bot.manager:
        manager = {"id": "manager", "name": "Manager", "role": "manager", "telegram_user_id": int(bot.manager)}
        documents["staff"] = {"members": [{**manager, "on_duty": True}]}
    return documents


def _documents() -> dict[str, Any]:
    announcing = {"side": "us", "manager": True}
    return {
        "desk": {
            "account": str(BOT["id"]),
            "group": str(CHAT_IDS["desk"]),
            "emergency_chat": str(CHAT_IDS["emergency"]),
            "language": "en",
            "timezone": "Europe/Moscow",
            "accounts": demo_messengers.ACCOUNTS,
            "addresses": {"telegram": BOT["username"], **demo_messengers.ADDRESSES},
        },
        "templates": demo_messengers.TEMPLATES,
        "staff": {
            "members": [
                {**member, "id": str(member["name"]).split()[0].lower(), "on_duty": member["name"] == ON_DUTY}
                for member in STAFF
            ]
        },
        "policies": _policies(),
        "announcers": {
            "people": [
                {**announcing, "name": "Marina Sokolova", "token": OPERATOR, "telegram_user_id": 500_001},
                {**announcing, "name": "Timur Aliev", "token": APPROVER, "telegram_user_id": 500_004},
            ],
            "most_per_side": {"us": 5, "customer": 2, "partner": 2},
        },
        "components": ["Reports", "Payments", "Sign-in", "Mobile app"],
    }


def _policies() -> list[dict[str, Any]]:
    """The defaults, but a VIP's first answer is due in a minute: whoever tries the desk sees an alert at once."""
    vip, *others = policies_document(DEFAULT_POLICIES)
    hurried = {"first_reply": 1, "next_reply": 2, "resolve": 30}
    targets = {
        metric: {**target, "minutes": hurried.get(metric, target["minutes"])}
        for metric, target in vip["targets"].items()
    }
    return [{**vip, "targets": targets}, *others]


def _client(person: Mapping[str, Any]) -> dict[str, Any]:
    identity = {"messenger": "telegram", "account": str(BOT["id"]), "user": str(person["user_id"])}
    known = {"name": person["name"], "language": person["language_code"], "identities": [identity]}
    return {**known, **REGISTRY[person["name"]], "ground": "the demo's letter no. 1"}
