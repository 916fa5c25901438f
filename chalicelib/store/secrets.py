"""Secrets: SSM SecureStrings under one path, read together and cached for a few minutes, never in the environment."""

import time
from dataclasses import dataclass

from chalicelib.store.aws import client
from chalicelib.store.environment import environment

CACHED_SECONDS = 300
MISSING_SECONDS = 10
"""How long a name that was not there is not looked for again, and a refused caller gets no newer secrets: some secrets are
optional, anybody can be refused, and SSM is slow and limited."""


class MissingSecret(LookupError):  # noqa: N818
    """The operator has to put this secret into SSM; ``make deploy`` names what is missing."""


@dataclass
class _Cache:
    values: dict[str, str]
    read_at: float


_cache = _Cache({}, float("-inf"))


def secret(name: str) -> str:
    """The value of ``{path}/{name}``; raises MissingSecret."""
    age_seconds = time.monotonic() - _cache.read_at
    if age_seconds > (CACHED_SECONDS if name in _cache.values else MISSING_SECONDS):
        _cache.values, _cache.read_at = _read(environment().secrets_path), time.monotonic()
    try:
        return _cache.values[name]
    except KeyError as error:
        raise MissingSecret(f"{environment().secrets_path}/{name} is not in SSM: run `make deploy`") from error


def forget() -> None:
    """Read the secrets afresh next time."""
    _cache.read_at = float("-inf")


def doubt() -> bool:
    """Somebody was refused by these secrets: they are read afresh next time, if they are not that new. Whether so."""
    is_old = time.monotonic() - _cache.read_at > MISSING_SECONDS
    if is_old:
        forget()
    return is_old


def _read(path: str) -> dict[str, str]:
    pages = client("ssm").get_paginator("get_parameters_by_path").paginate(Path=path, WithDecryption=True)
    return {found["Name"].rsplit("/", 1)[-1]: found["Value"] for page in pages for found in page["Parameters"]}
