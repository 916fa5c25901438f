"""The stage's secrets and addresses in SSM, under one path. Written at deployment, read by ``chalicelib/store``."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

SECRET_BYTES = 32
LARGEST_STANDARD = 4096
"""Characters of a parameter that costs nothing; a chain of certificates may be longer."""

GENERATED: Mapping[str, Callable[[], str]] = {
    # Telegram allows A-Z, a-z, 0-9, _ and - here, up to 256 characters.
    "telegram_webhook_secret": lambda: secrets.token_urlsafe(SECRET_BYTES),
    "whatsapp_verify_token": lambda: secrets.token_urlsafe(SECRET_BYTES),
    # VK takes letters and digits only, and not many of them.
    "vk_secret": lambda: secrets.token_hex(12),
    "max_secret": lambda: secrets.token_urlsafe(SECRET_BYTES),
    "survey_key": lambda: secrets.token_urlsafe(SECRET_BYTES),
    "files_key": lambda: secrets.token_urlsafe(SECRET_BYTES),
    "cursor_key": lambda: secrets.token_urlsafe(SECRET_BYTES),
    "invitation_key": lambda: secrets.token_urlsafe(SECRET_BYTES),
}
"""Made once and kept: to change one, delete the parameter and deploy."""


def path(stage: str) -> str:
    return f"/vipdesk/{stage}/"


def read(ssm: Any, stage: str) -> dict[str, str]:
    """Every parameter of the stage, decrypted, by its name without the path."""
    found: dict[str, str] = {}
    for page in ssm.get_paginator("get_parameters_by_path").paginate(Path=path(stage), WithDecryption=True):
        found |= {parameter["Name"].removeprefix(path(stage)): parameter["Value"] for parameter in page["Parameters"]}
    return found


def write(ssm: Any, stage: str, *, given: Mapping[str, str], addresses: Mapping[str, str]) -> dict[str, str]:
    """Store the given secrets, make those that are missing, note the addresses. Unchanged ones are left alone."""
    present = read(ssm, stage)
    made = {name: make() for name, make in GENERATED.items() if name not in present and name not in given}
    for kind, values in (("SecureString", {**made, **given}), ("String", addresses)):
        for name, value in values.items():
            if value and present.get(name) != value:
                _put(ssm, path(stage) + name, value, kind)
    return read(ssm, stage)


def _put(ssm: Any, name: str, value: str, kind: str) -> None:
    parameter = {"Name": name, "Value": value, "Type": kind}
    if len(value) > LARGEST_STANDARD:
        parameter["Tier"] = "Advanced"
    try:
        ssm.put_parameter(**parameter, Overwrite=True)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":
            raise
        # A parameter does not change its type by overwriting.
        ssm.delete_parameter(Name=name)
        ssm.put_parameter(**parameter)
