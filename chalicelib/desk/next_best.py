"""What helps when an answer did not arrive: by the reason why. Product line 9: said at once, with what can be done instead."""

from collections.abc import Mapping
from enum import StrEnum


class Help(StrEnum):
    RETRY = "retry"  # the same message again: the trouble passes, or somebody has put it right
    ELSEWHERE = "elsewhere"  # the same words in another messenger of the same client
    TEMPLATE = "template"  # an approved one, which WhatsApp takes at any time
    CALL = "call"


_AGAIN = (Help.RETRY, Help.ELSEWHERE, Help.CALL)
_ANOTHER_WAY = (Help.ELSEWHERE, Help.CALL)
_TEMPLATE = (Help.TEMPLATE, Help.ELSEWHERE, Help.CALL)
_WRITE_ANEW = ()

HELPS: Mapping[str, tuple[Help, ...]] = {
    # Trouble that passes.
    "network": _AGAIN,
    "server_error": _AGAIN,
    "limited": _AGAIN,
    "unknown": _AGAIN,
    "file_not_fetched": _AGAIN,
    # Trouble that the operator, or somebody of the team, can end.
    "bad_token": _AGAIN,
    "not_trusted": _AGAIN,
    "no_webhook": _AGAIN,
    "no_permission": _AGAIN,
    "no_buttons": _AGAIN,
    "account_restricted": _AGAIN,
    "account_unpaid": _AGAIN,
    "blacklisted": _AGAIN,
    # This messenger is closed to this client.
    "blocked": _ANOTHER_WAY,
    "no_chat": _ANOTHER_WAY,
    "undelivered": _ANOTHER_WAY,
    "not_allowed": _ANOTHER_WAY,
    "deactivated": _ANOTHER_WAY,
    "no_country": _ANOTHER_WAY,
    "held_back": _ANOTHER_WAY,
    "opted_out": _ANOTHER_WAY,
    "own_number": _ANOTHER_WAY,
    "old_app": _ANOTHER_WAY,
    # It is closed to free words.
    "window_closed": _TEMPLATE,
    "template_values": _TEMPLATE,
    "template_unknown": _TEMPLATE,
    "template_too_long": _TEMPLATE,
    "template_policy": _TEMPLATE,
    "template_paused": _TEMPLATE,
    "template_disabled": _TEMPLATE,
    # It is the message that has to be another one; the reason says which.
    "too_long": _WRITE_ANEW,
    "bad_markup": _WRITE_ANEW,
    "cannot_edit": _WRITE_ANEW,
    "not_possible": _WRITE_ANEW,
    "no_message": _WRITE_ANEW,
    "file_refused": _WRITE_ANEW,
}


def what_helps(reason: str | None) -> tuple[Help, ...]:
    """Best first; where nobody knows better, another way to the same person."""
    return HELPS.get(reason or "", _ANOTHER_WAY)
