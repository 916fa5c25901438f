"""Settings documents: whole, versioned, with every version kept; and admin tokens, of which only hashes are stored."""

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.store.table import Item, NotFound, SettingsItem, commit, decode, encode

CACHED_SECONDS = 60


@dataclass(frozen=True)
class Document:
    """``version`` counts from 1; 0 means that nobody has edited it and the defaults hold."""

    name: str
    value: Any
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""


@dataclass(frozen=True)
class Token:
    """Who holds an admin token and what it may do. The token itself is not kept."""

    name: str
    scopes: tuple[str, ...]
    revoked: bool = False


@dataclass
class _Cache:
    documents: dict[str, Document]
    read_at: float


_cache = _Cache({}, float("-inf"))


def documents() -> dict[str, Document]:
    """All current documents: one query, cached for a minute in this process."""
    if time.monotonic() - _cache.read_at > CACHED_SECONDS:
        found = SettingsItem.query("SETTINGS", consistent_read=True)
        _cache.documents = {item.sk: decode(item, Document) for item in found}
        _cache.read_at = time.monotonic()
    return _cache.documents


def document(name: str) -> Document:
    """The current version, not from the cache. Raises NotFound when nobody has stored one."""
    try:
        return decode(SettingsItem.get("SETTINGS", name, consistent_read=True), Document)
    except SettingsItem.DoesNotExist as error:
        raise NotFound(name) from error


def replace_document(document: Document) -> None:
    """Store ``document`` as the version after the one it was read as, and keep it among the versions.

    Raises Lost when somebody else was first.
    """
    commit(
        SettingsItem("SETTINGS", document.name, body=encode(document), version=document.version),
        SettingsItem(f"SETTINGS#{document.name}", f"{document.version:09d}", body=encode(document)),
    )
    forget()


def forget() -> None:
    """Read the documents afresh next time."""
    _cache.read_at = float("-inf")


def token_item(token: str, holder: Token) -> Item:
    return SettingsItem(_token_key(token), "TOKEN", body=encode(holder))


def holder_of(token: str) -> Token | None:
    """Whose token it is; None for unknown and revoked ones."""
    try:
        holder = decode(SettingsItem.get(_token_key(token), "TOKEN"), Token)
    except SettingsItem.DoesNotExist:
        return None
    return None if holder.revoked else holder


def _token_key(token: str) -> str:
    """Tokens are long and random, so a plain hash is as good as a slow one."""
    return f"TOKEN#{hashlib.sha256(token.encode()).hexdigest()}"
