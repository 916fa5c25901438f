"""What VK's error codes mean for a send. They come with HTTP 200. https://dev.vk.com/ru/reference/errors

A code that is not here is our mistake or new: refused, with VK's own words for the log.
"""

from datetime import timedelta

from chalicelib.messengers.adapter import Refused, RetryLater

_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_A_LONG_WHILE = timedelta(minutes=15)  # the daily limits have no hint: ask seldom

_BROKEN = RetryLater(None, "server_error")
_BAD_TOKEN = Refused("bad_token")
_NO_PERMISSION = Refused("no_permission")
_RESTRICTED = Refused("account_restricted")
_GONE = Refused("deactivated", unreachable=True)
_NOT_ALLOWED = Refused("not_allowed", unreachable=True)
_NO_CHAT = Refused("no_chat", unreachable=True)
_TOO_LONG = Refused("too_long")
_CANNOT_EDIT = Refused("cannot_edit")
_NOT_POSSIBLE = Refused("not_possible")

MEANINGS: dict[int, RetryLater | Refused] = {
    # VK is not well: 1 unknown, 10 internal, 13 run time, 36 time-out, 43 temporarily unavailable
    **dict.fromkeys((1, 10, 13, 36, 43), _BROKEN),
    # limits: 6 a second, 9 flood, 32 wait, 29 and 601 of the day
    6: RetryLater(_SECOND, "limited", limited=True),
    **dict.fromkeys((9, 32), RetryLater(_MINUTE, "limited", limited=True)),
    **dict.fromkeys((29, 601), RetryLater(_A_LONG_WHILE, "limited", limited=True)),
    # the key: 4 signature, 5 and 27 and 28 authorisation, 1116 invalid, 1117 and 3609 expired
    **dict.fromkeys((4, 5, 27, 28, 1116, 1117, 3609), _BAD_TOKEN),
    # the key's rights: 7 and 15 and 20 and 21 and 23 not permitted, 203 the community, 42 this address
    **dict.fromkeys((7, 15, 20, 21, 23, 42, 203), _NO_PERMISSION),
    # the community's account: 2 disabled, 14 captcha, 17 and 24 and 25 and 330x confirm something, 37 banned
    **dict.fromkeys((2, 14, 17, 24, 25, 37, 3300, 3301, 3302, 3303, 3304), _RESTRICTED),
    # the person: 18 deleted or banned, 3610 deactivated, 39 and 113 and 936 unknown
    **dict.fromkeys((18, 3610), _GONE),
    **dict.fromkeys((39, 113, 936), _NO_CHAT),
    # the person's wish: 901 has not allowed messages, 902 privacy, 950 too long ago, 987 and 988 must accept first
    **dict.fromkeys((901, 902, 950, 987, 988), _NOT_ALLOWED),
    900: Refused("blacklisted", unreachable=True),  # our wish: the community's own blacklist
    # the chat: no access, left, not an administrator, does not exist, disabled, writing switched off
    **dict.fromkeys((917, 922, 925, 927, 932, 945, 946, 962, 985, 1012), _NO_CHAT),
    # the message: 910 big, 914 long, 912 the community has no bots switched on, 909 and 920 and 949 edits
    **dict.fromkeys((910, 914), _TOO_LONG),
    912: Refused("no_buttons"),
    **dict.fromkeys((909, 920, 949), _CANNOT_EDIT),
    # a file: 22 and 105 not saved, 118 and 121 its server has forgotten it; 129 no photo
    **dict.fromkeys((22, 105, 118, 121), _BROKEN),
    129: Refused("file_kind"),
    # reactions: 1009 unknown, 1010 switched off, 1011 too many
    **dict.fromkeys((1009, 1010, 1011), _NOT_POSSIBLE),
}


def meaning(code: object, words: object) -> RetryLater | Refused:
    """What to do after an error; ``words`` are VK's own, for the log."""
    outcome = MEANINGS.get(code, Refused("refused")) if isinstance(code, int) else Refused("refused")
    if isinstance(outcome, Refused):
        return Refused(outcome.reason, outcome.unreachable, f"{code} {words}"[:200])
    return outcome
