"""Calls to Viber's API: what is sent, and what each answer means. https://developers.viber.com/docs/api/rest-bot-api/

Viber answers HTTP 200 to everything it understood and tells the outcome in ``status``.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers import viber_files
from chalicelib.messengers.adapter import Outcome, Place, Refused, RetryLater, Sent, Upload
from chalicelib.messengers.exchange import Answer, Json, exchange
from chalicelib.messengers.plain_text import plain

Secret = Callable[[str], str]

OUR_TAP = "vipdesk:"
"""What a button's data begins with on its way: a tapped reply comes back as a message with that text."""

LONGEST_NAME = 28
LONGEST_LABEL = 250
UNNAMED = "Vipdesk"
SILENT_SINCE = 6  # the API version that need not show a tapped button's data as a message of the client's

# A keyboard is six columns wide, and buttons flow: the widths of a row's buttons have to fill it.
_WIDTHS: dict[int, tuple[int, ...]] = {
    1: (6,),
    2: (3, 3),
    3: (2, 2, 2),
    4: (1, 2, 2, 1),
    5: (1, 1, 2, 1, 1),
    6: (1, 1, 1, 1, 1, 1),
}


def send(content: Content, place: Place, secret: Secret, uploads: Sequence[Upload] = ()) -> Outcome:
    """Say what ``content`` says at ``place``. Viber has no markup for bots, and a message once sent cannot be changed. It
    shows one file in a message; a caption that it would not show with it follows as a text."""
    if content.verb is not Verb.TEXT:
        return Refused("not_possible", detail=f"Viber has nothing like {content.verb}")
    words = plain(content.text) if content.html else content.text
    for file in uploads:
        message = viber_files.shown(file, words)
        if isinstance(message, Refused):
            return message
        words = "" if "text" in message else words
        outcome = _post(message, content, place, secret)
        if not isinstance(outcome, Sent) or (file is uploads[-1] and not words):
            return outcome
    return _post({"type": "text", "text": words}, content, place, secret)


def _post(message: Json, content: Content, place: Place, secret: Secret) -> Outcome:
    body: Json = {"receiver": place.chat, **message, "sender": {"name": _name(secret)}}
    if content.buttons:
        body |= {"keyboard": _keyboard(content.buttons), "min_api_version": SILENT_SINCE}
    url = f"{os.environ['VIBER_API_URL']}/pa/send_message"
    answer = exchange("POST", url, body, {"X-Viber-Auth-Token": secret("viber_token")})
    return _outcome(answer) if isinstance(answer, Answer) else answer


def _name(secret: Secret) -> str:
    """Viber wants a name with every message: the stage's, or ours."""
    try:
        return secret("viber_name")[:LONGEST_NAME]
    except LookupError:
        return UNNAMED


def _keyboard(rows: tuple[tuple[Button, ...], ...]) -> Json:
    parts = [row[start : start + 6] for row in rows for start in range(0, len(row), 6)]
    buttons = [_button(button, width) for part in parts for button, width in zip(part, _WIDTHS[len(part)], strict=True)]
    return {"Type": "keyboard", "DefaultHeight": False, "Buttons": buttons}


def _button(button: Button, width: int) -> Json:
    shape = {"Columns": width, "Rows": 1, "Text": button.label[:LONGEST_LABEL], "Silent": True}
    if button.url:
        return {**shape, "ActionType": "open-url", "ActionBody": button.url}
    return {**shape, "ActionType": "reply", "ActionBody": OUR_TAP + button.data}


def _outcome(answer: Answer) -> Outcome:
    body = answer.body
    status = body.get("status")
    if status == 0:
        return Sent(str(body["message_token"]) if "message_token" in body else None)
    if answer.status == 429:
        outcome: RetryLater | Refused = _LIMITED
    elif answer.status >= 500:
        outcome = _TRY_AGAIN
    else:
        outcome = _STATUSES.get(status, Refused("refused")) if isinstance(status, int) else Refused("refused")
    if isinstance(outcome, Refused):
        return replace(outcome, detail=f"{answer.status} {status} {body.get('status_message', '')}")
    return replace(outcome, after=answer.retry_after) if answer.retry_after else outcome


# The limit is an hour's, has no hint, and there is none but that of a person.
_LIMITED = RetryLater(timedelta(minutes=1), "limited", limited=True, of_chat=True)
_TRY_AGAIN = RetryLater(None, "server_error")
_GONE = Refused("no_chat", unreachable=True)
_ACCOUNT = Refused("account_restricted")
_OUR_MISTAKE = Refused("refused")

# https://developers.viber.com/docs/api/rest-bot-api/#error-codes
_STATUSES: dict[int, RetryLater | Refused] = {
    1: _OUR_MISTAKE,  # invalidUrl: of a picture or of a button
    2: Refused("bad_token"),  # invalidAuthToken
    3: _OUR_MISTAKE,  # badData
    4: _OUR_MISTAKE,  # missingData
    5: _GONE,  # receiverNotRegistered: this person is not in Viber
    6: Refused("blocked", unreachable=True),  # receiverNotSubscribed
    7: _ACCOUNT,  # publicAccountBlocked
    8: Refused("bad_token"),  # publicAccountNotFound
    9: _ACCOUNT,  # publicAccountSuspended
    10: Refused("no_webhook"),  # webhookNotSet: then Viber sends nothing out
    11: Refused("old_app"),  # receiverNoSuitableDevice
    12: _LIMITED,  # tooManyRequests: 100 an hour to a person who does not answer
    13: _OUR_MISTAKE,  # apiVersionNotSupported
    14: Refused("old_app"),  # incompatibleWithVersion
    15: _ACCOUNT,  # publicAccountNotAuthorized
    16: _OUR_MISTAKE,  # inchatReplyMessageNotAllowed
    17: _OUR_MISTAKE,  # publicAccountIsNotInline
    18: _OUR_MISTAKE,  # noPublicChat
    19: _OUR_MISTAKE,  # cannotSendBroadcast
    20: _OUR_MISTAKE,  # broadcastNotAllowed
    21: Refused("no_country"),  # unsupportedCountry
    22: _ACCOUNT,  # paymentUnsupported
    23: _ACCOUNT,  # freeMessagesExceeded
    24: _ACCOUNT,  # noBalance
}
