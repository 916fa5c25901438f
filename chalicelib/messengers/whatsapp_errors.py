"""What WhatsApp's error codes mean for us, in answers to calls and in statuses that come later. Used by calls and updates.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.messengers.adapter import Outcome, Refused, RetryLater

_LIMITED = RetryLater(None, "limited", limited=True)
_THEIR_TROUBLE = RetryLater(None, "server_error")
_NO_ACCESS = Refused("bad_token")
_RESTRICTED = Refused("account_restricted")
_HELD_BACK = Refused("held_back")
_TEMPLATE_VALUES = Refused("template_values")

MEANINGS: dict[int, RetryLater | Refused] = {
    # Later: the limit of the app, of the account, of the number, of the pair of numbers.
    4: _LIMITED,
    80007: _LIMITED,
    130429: _LIMITED,
    131056: RetryLater(timedelta(seconds=6), "limited", limited=True, of_chat=True),  # one message in 6 s to one person
    # Later: their own trouble.
    1: _THEIR_TROUBLE,
    2: _THEIR_TROUBLE,
    131000: _THEIR_TROUBLE,
    131016: _THEIR_TROUBLE,
    131057: _THEIR_TROUBLE,  # our account is being maintained
    133004: _THEIR_TROUBLE,
    # Never, for this person.
    131026: Refused("undelivered", unreachable=True),  # no WhatsApp, too old a one, or blocked: it is not told which
    131021: Refused("own_number"),
    131047: Refused("window_closed"),
    131049: _HELD_BACK,
    130472: _HELD_BACK,
    131050: Refused("opted_out"),
    # Never, until the operator has seen to the account.
    0: _NO_ACCESS,
    3: _NO_ACCESS,
    10: _NO_ACCESS,
    190: _NO_ACCESS,
    131005: _NO_ACCESS,
    368: _RESTRICTED,
    131031: _RESTRICTED,
    131045: _RESTRICTED,
    131048: _RESTRICTED,  # too many people reported our messages
    133010: _RESTRICTED,
    131042: Refused("account_unpaid"),
    33: _RESTRICTED,  # our number was deleted
    131037: _RESTRICTED,  # its name is not approved yet
    # Never: the person's country, or the file.
    130497: Refused("no_country"),
    131052: Refused("file_not_fetched"),
    131053: Refused("file_refused"),
    # Never, until the template is put right.
    132000: _TEMPLATE_VALUES,
    132012: _TEMPLATE_VALUES,
    132018: _TEMPLATE_VALUES,
    132001: Refused("template_unknown"),
    132005: Refused("template_too_long"),
    132007: Refused("template_policy"),
    132015: Refused("template_paused"),
    132016: Refused("template_disabled"),
}
"""Codes that are not here say that the call was wrong: our mistake, "refused"."""

_PERMISSIONS = range(200, 300)


def reason(code: object) -> str:
    """The key of the texts that says why a message failed."""
    return _meaning(code).reason


def error_in(body: dict[str, Any]) -> dict[str, Any]:
    """The error that an answer carries; empty when there is none."""
    error = body.get("error")
    return error if isinstance(error, dict) else {}


def outcome(status: int, error: dict[str, Any], retry_after: timedelta | None) -> Outcome:
    """What an answer that is no success means. ``error`` is the object of that name in it, perhaps empty."""
    code = error.get("code")
    match _meaning(code):
        case RetryLater() as later:
            return replace(later, after=retry_after or later.after)
        case Refused("refused") if status == 429:
            return RetryLater(retry_after, "limited", limited=True)
        case Refused("refused") if status >= 500 or error.get("is_transient") is True:
            return RetryLater(retry_after, "server_error")
        case Refused(why, unreachable):
            return Refused(why, unreachable, f"HTTP {status}, code {code}: {error.get('message', '')}")


def _meaning(code: object) -> RetryLater | Refused:
    if not isinstance(code, int):
        return Refused("refused")
    return MEANINGS.get(code, _NO_ACCESS if code in _PERMISSIONS else Refused("refused"))
