"""The token of a survey link: the invitation's id and its signature. There is exactly one token for an id and a key, so
nothing that differs from it by as much as a bit is taken."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence


def signed(invitation_id: str, keys: Sequence[str]) -> str:
    """Keys can be rotated: the first of them signs."""
    return f"{invitation_id}.{_signature(invitation_id, keys[0])}"


def verified(token: str, keys: Sequence[str]) -> str | None:
    """The id in a token that any of ``keys`` has signed; None for any other token."""
    invitation_id, _, signature = token.partition(".")
    given = signature.encode()
    genuine = [hmac.compare_digest(given, _signature(invitation_id, key).encode()) for key in keys]
    return invitation_id if any(genuine) else None


def _signature(invitation_id: str, key: str) -> str:
    digest = hmac.digest(key.encode(), f"survey/{invitation_id}".encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")
