"""Admin tokens: `python -m infra.tokens --stage prod create "Head of support" --scopes read,desk` prints a new one, once.

Only a token's hash is stored, in the shape that ``chalicelib.store.settings`` reads.
"""

import argparse
import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import Any

import boto3

SCOPES = ("read", "desk", "announce", "approve", "settings", "erase")


def store(dynamodb: Any, stage: str, token: str, name: str, scopes: Sequence[str], *, revoked: bool = False) -> None:
    """Let ``token`` in, or keep it out from now on; what was stored for it before is replaced."""
    item = {
        "pk": f"TOKEN#{hashlib.sha256(token.encode()).hexdigest()}",
        "sk": "TOKEN",
        "body": json.dumps({"name": name, "scopes": list(scopes), "revoked": revoked}),
    }
    dynamodb.put_item(
        TableName=f"vipdesk-{stage}-settings",
        Item={**{key: {"S": value} for key, value in item.items()}, "version": {"N": "1"}},
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.tokens", description="Admin tokens of a stage.")
    parser.add_argument("--stage", required=True)
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="make a token and print it, once")
    create.add_argument("name", help="whose it is; announcers are named by it in the settings")
    create.add_argument("--scopes", default="read,desk", help=f"some of {','.join(SCOPES)}")
    revoke = commands.add_parser("revoke", help="let a token in no more")
    revoke.add_argument("token")
    given = parser.parse_args(arguments)
    dynamodb = boto3.client("dynamodb")
    if given.command == "revoke":
        store(dynamodb, given.stage, given.token, "revoked", (), revoked=True)
        print("Revoked.")
        return
    scopes = tuple(given.scopes.split(","))
    if unknown := set(scopes) - set(SCOPES):
        parser.error(f"there is no scope {', '.join(sorted(unknown))}; there are {', '.join(SCOPES)}")
    token = secrets.token_urlsafe(32)
    store(dynamodb, given.stage, token, given.name, scopes)
    print(token)


if __name__ == "__main__":
    main()
