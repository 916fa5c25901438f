"""Identifiers that sort by time: for tickets, clients, outages, invitations and what leaves the desk."""

import secrets
from datetime import UTC, datetime, timedelta

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to be misread
_TIME_CHARACTERS = 9  # 45 bits of milliseconds: until the year 3084
_RANDOM_CHARACTERS = 5  # 33 million ids within one millisecond; a clash is refused by the store, never overwritten

_EPOCH = datetime.fromtimestamp(0, UTC)


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970. By integers: a float loses one now and then."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def new_id(now: datetime) -> str:
    """Fourteen characters, lower case, URL-safe; ids made later sort later (to the millisecond)."""
    time = milliseconds(now)
    characters = [_ALPHABET[time >> shift & 31] for shift in range(5 * (_TIME_CHARACTERS - 1), -1, -5)]
    return "".join(characters + [secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS)])
