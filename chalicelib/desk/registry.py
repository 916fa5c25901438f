"""Who is registered as what, and who said so: every change of a client says who made it, when, and on what ground
(product line 1)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.desk.clients import Client
from chalicelib.desk.messages import Author

# What a manager decides about a client; the rest the desk keeps itself.
DECIDED = (
    "name",
    "tier",
    "language",
    "company",
    "project",
    "position",
    "phones",
    "emails",
    "note",
    "valid_from",
    "valid_until",
    "identities",
)


@dataclass(frozen=True)
class ClientChange:
    """``fields``: what each was before and is now; before registration everything was null. ``ground`` names the letter
    or the annex it was done on the strength of."""

    at: datetime
    by: Author
    ground: str = ""
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def differences(before: Client | None, after: Client) -> dict[str, tuple[Any, Any]]:
    """What of the decided fields has changed. A new client differs in everything that is not empty."""
    changed = {name: (getattr(before, name, None), getattr(after, name)) for name in DECIDED}
    return {
        name: (old, new)
        for name, (old, new) in changed.items()
        if (old != new if before else new not in (None, "", ()))
    }
