"""Who is registered as what, and who said so: every change of a client says who made it, when, and on what ground
(product line 1). Used by the admin endpoint and by the import of VIPs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chalicelib.desk.clients import Client, Tier
from chalicelib.desk.contacts import EMAIL, PHONE
from chalicelib.desk.fields import Fields, array, choice, day, line, nullable, one_of, record, text, whole_number
from chalicelib.desk.messages import Author
from chalicelib.desk.policies import Metric
from chalicelib.desk.validation import FieldError, Invalid
from chalicelib.desk.zones import TIMEZONE

# What a contract may promise somebody instead of their tier's targets, in minutes.
OWN_TARGETS = tuple(map(str, (Metric.FIRST_REPLY, Metric.NEXT_REPLY, Metric.UPDATE, Metric.RESOLVE)))
TARGET_MINUTES = whole_number(1, 100_000)
LONGEST_NAME = 200  # characters
LONGEST_DETAILS = 10_000  # characters; a change keeps what was before and what is now

# What a manager decides about a client, and the rule of each; the rest the desk keeps itself. The card of a topic shows
# most of it, and Telegram takes 4096 characters.
DECIDED: Fields = {
    "name": line(LONGEST_NAME, shortest=1),
    "tier": choice(Tier),
    "language": one_of("ru", "en"),
    "company": line(200),
    "project": line(200),
    "position": line(200),
    "phones": array(PHONE, 10),
    "emails": array(EMAIL, 10),
    "timezone": nullable(TIMEZONE),
    "note": text(1000),
    "details": text(LONGEST_DETAILS),
    "valid_from": nullable(day()),
    "valid_until": nullable(day()),
    "targets": record(dict.fromkeys(OWN_TARGETS, TARGET_MINUTES)),
}


@dataclass(frozen=True)
class ClientChange:
    """``fields``: what each was before and is now; at registration everything was null before. ``ground`` names the
    letter or the annex on the strength of which it was done."""

    at: datetime
    by: Author
    ground: str = ""
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Followed:
    """A change of a client that is to be seen in their tickets and their topic. ``fields`` have changed; before the topic is
    opened, so many others are."""

    client_id: str
    fields: tuple[str, ...]
    topics_before: int = 0
    is_new: bool = False


class Taken(Exception):  # noqa: N818 - it names what happened
    """A phone, an e-mail or an identity belongs to another client already. ``fields`` says which."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field} {error.message}" for error in errors))
        self.errors = tuple(errors)


def decided(client: Client, values: Mapping[str, Any]) -> Client:
    """``client`` with these of the decided fields. Numbers and addresses that are there twice are there once.

    :raises Invalid: it would end before it begins.
    """
    lists = {name: tuple(dict.fromkeys(values[name])) for name in ("phones", "emails") if name in values}
    after = replace(client, **{**values, **lists})
    if after.valid_from and after.valid_until and after.valid_until < after.valid_from:
        raise Invalid([FieldError("valid_until", f"must not be before valid_from, {after.valid_from}")])
    return after


def differences(before: Client | None, after: Client) -> dict[str, tuple[Any, Any]]:
    """What of the decided fields has changed. A new client differs in everything that is not empty."""
    names = (*DECIDED, "identities")
    if before is None:
        return {name: (None, value) for name in names if (value := getattr(after, name)) not in (None, "", (), {})}
    return {
        name: (getattr(before, name), getattr(after, name))
        for name in names
        if getattr(before, name) != getattr(after, name)
    }
