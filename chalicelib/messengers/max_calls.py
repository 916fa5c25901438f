"""Calls to MAX's API: what each verb sends, and what each answer means. https://dev.max.ru/docs-api

MAX gives no key by which the same send could be told from a second one.
"""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers.adapter import Outcome, Place, Refused, RetryLater, Sent
from chalicelib.messengers.exchange import Answer, Json, exchange
from chalicelib.messengers.plain_text import plain

Secret = Callable[[str], str]

LONGEST_LABEL = 128
BUTTONS_IN_A_ROW, LINKS_IN_A_ROW = 7, 3  # https://dev.max.ru/docs-api#Клавиатура%20для%20чат-бота


def send(content: Content, place: Place, secret: Secret) -> Outcome:
    """Do what ``content`` says at ``place``. What MAX calls malformed is sent again without its markup and its quote: no
    words are lost to either."""
    say = _SAYS.get(content.verb)
    if say is None:
        return Refused("not_possible", detail=f"MAX has nothing like {content.verb}")
    outcome = say(content, place, secret)
    if isinstance(outcome, Refused) and outcome.reason in _MAY_BE_THE_FORM and (content.html or content.reply_to):
        words = plain(content.text) if content.html else content.text
        outcome = say(replace(content, text=words, html=False, reply_to=None), place, secret)
    if content.verb is Verb.EDIT and isinstance(outcome, Refused) and outcome.reason in _WHEN_CHANGING:
        return Refused("cannot_edit", detail=outcome.detail)
    return outcome


def answer_tap(tap_key: str, text: str, secret: Secret) -> Outcome:
    """End the wait of a tapped button; ``text`` is shown to who tapped. https://dev.max.ru/docs-api/methods/POST/answers"""
    return _call("POST", "/answers", {"callback_id": tap_key}, {"notification": text}, secret)


def _write(content: Content, place: Place, secret: Secret) -> Outcome:
    query = {**_addressee(place.chat), "disable_link_preview": "true"}
    return _call("POST", "/messages", query, _message(content, _keyboard(content.buttons) or None), secret)


def _change(content: Content, _place: Place, secret: Secret) -> Outcome:
    """No attachments at all, where null would leave the buttons that the message has."""
    message_id = content.message_id or ""
    body = _message(content, _keyboard(content.buttons))
    outcome = _call("PUT", "/messages", {"message_id": message_id}, body, secret)
    return Sent(message_id) if isinstance(outcome, Sent) else outcome


_SAYS: dict[Verb, Callable[[Content, Place, Secret], Outcome]] = {Verb.TEXT: _write, Verb.EDIT: _change}


def _message(content: Content, attachments: list[Json] | None) -> Json:
    """https://dev.max.ru/docs-api/objects/NewMessageBody"""
    return {
        "text": content.text,
        "attachments": attachments,
        "link": {"type": "reply", "mid": content.reply_to} if content.reply_to else None,
        "notify": not content.silent,
        "format": "html" if content.html else None,
    }


def _addressee(chat: str) -> dict[str, str]:
    """A chat, or ``user:`` and a person whose dialog has no id that we know."""
    kind, _, person = chat.rpartition(":")
    return {"user_id": person} if kind else {"chat_id": chat}


def _keyboard(rows: tuple[tuple[Button, ...], ...]) -> list[Json]:
    buttons = [[_button(button) for button in part] for row in rows for part in _narrowed(row)]
    return [{"type": "inline_keyboard", "payload": {"buttons": buttons}}] if buttons else []


def _narrowed(row: tuple[Button, ...]) -> list[tuple[Button, ...]]:
    """The row in as many as MAX needs for it."""
    most = LINKS_IN_A_ROW if any(button.url for button in row) else BUTTONS_IN_A_ROW
    return [row[start : start + most] for start in range(0, len(row), most)]


def _button(button: Button) -> Json:
    label = button.label[:LONGEST_LABEL]
    if button.url:
        return {"type": "link", "text": label, "url": button.url}
    return {"type": "callback", "text": label, "payload": button.data}


def _call(method: str, path: str, query: dict[str, str], body: Json, secret: Secret) -> Outcome:
    url = f"{os.environ['MAX_API_URL']}{path}?{urlencode(query)}"
    answer = exchange(method, url, body, {"Authorization": secret("max_token")}, _authority(secret))
    return _outcome(answer) if isinstance(answer, Answer) else answer


def _authority(secret: Secret) -> str:
    """The Ministry's root certificate, which signs MAX's host and comes with no system: a setting of the stage."""
    try:
        return secret("max_ca")
    except LookupError:
        return ""


def _outcome(answer: Answer) -> Outcome:
    body = answer.body
    if answer.status == 200 and body.get("success", True):
        return Sent(_mid(body))
    words = f"{answer.status} {body.get('code', '')} {body.get('message', '')}"
    meant = (outcome for pattern, outcome in _MEANINGS if re.search(pattern, words, re.IGNORECASE))
    outcome = next(meant, Refused("refused"))
    if isinstance(outcome, Refused):
        return replace(outcome, detail=words)
    return replace(outcome, after=answer.retry_after) if answer.retry_after else outcome


def _mid(body: Json) -> str | None:
    message = body.get("message")
    said = message.get("body") if isinstance(message, dict) else None
    return str(said["mid"]) if isinstance(said, dict) and "mid" in said else None


# By MAX's status, code and words, the first that fits. The schema lists no codes: these are the ones it is known to give.
_MEANINGS: tuple[tuple[str, RetryLater | Refused], ...] = (
    (r"attachment\.not\.ready|file\.not\.processed", RetryLater(timedelta(seconds=2), "server_error")),
    (r"^429|too\.many\.requests", RetryLater(None, "limited", limited=True)),
    (r"message\.not\.?found", Refused("no_message")),
    (r"^401|verify\.token", Refused("bad_token")),
    (r"(dialog|chat|user)\.not\.?found", Refused("no_chat", unreachable=True)),
    (r"chat\.denied|dialog\.suspended|^403", Refused("blocked", unreachable=True)),
    (r"^400.*text.*(4000|too long|size|length)", Refused("too_long")),
    (r"^400", Refused("malformed")),
    (r"^5", RetryLater(None, "server_error")),
)

_MAY_BE_THE_FORM = frozenset(("malformed", "no_message"))

# Said of a change, these are about the message: it is too old, or gone. https://dev.max.ru/docs-api/methods/PUT/messages
_WHEN_CHANGING = frozenset(("refused", "malformed", "no_message", "no_chat", "blocked"))
