"""Calls to MAX's API: what each verb sends, and what each answer means. https://dev.max.ru/docs-api

MAX gives no key by which the same send could be told from a second one.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers import max_files, max_markup
from chalicelib.messengers.adapter import Outcome, Place, Refused, RetryLater, Sent, Uncertain, Upload
from chalicelib.messengers.exchange import Json
from chalicelib.messengers.max_api import NOT_READY, Secret, call
from chalicelib.messengers.plain_text import plain
from chalicelib.messengers.uploads import MOST_SECONDS

LONGEST_TEXT = 4000
LONGEST_LABEL = 128
BUTTONS_IN_A_ROW, LINKS_IN_A_ROW = 7, 3  # https://dev.max.ru/docs-api#Клавиатура%20для%20чат-бота
PAUSE_SECONDS = 1.0  # while MAX takes files in, which a message can name only afterwards


def send(content: Content, place: Place, secret: Secret, uploads: Sequence[Upload] = ()) -> Outcome:
    """Do what ``content`` says at ``place``. What MAX calls malformed is sent again without its markup and its quote: no
    words are lost to either."""
    say = _SAYS.get(content.verb)
    if say is None:
        return Refused("not_possible", detail=f"MAX has nothing like {content.verb}")
    ends_at = time.monotonic() + MOST_SECONDS
    files = max_files.attach(uploads, secret) if uploads else []
    if not isinstance(files, list):
        return files
    outcome = say(content, files, place, secret)
    while files and outcome == NOT_READY and time.monotonic() < ends_at:
        time.sleep(PAUSE_SECONDS)  # handed over anew, the files would only have to be taken in anew
        outcome = say(content, files, place, secret)
    if isinstance(outcome, Refused) and outcome.reason in _MAY_BE_THE_FORM and (content.html or content.reply_to):
        outcome = say(replace(_plain(content), reply_to=None), files, place, secret)
    if content.verb is Verb.EDIT and isinstance(outcome, Refused) and outcome.reason in _WHEN_CHANGING:
        return Refused("cannot_edit", detail=outcome.detail)
    return outcome


def answer_tap(tap_key: str, text: str, secret: Secret) -> Outcome:
    """End the wait of a tapped button; ``text`` is shown to who tapped. https://dev.max.ru/docs-api/methods/POST/answers"""
    return _outcome(call("POST", "/answers", {"callback_id": tap_key}, {"notification": text}, secret))


def _write(content: Content, files: list[Json], place: Place, secret: Secret) -> Outcome:
    query = {**_addressee(place.chat), "disable_link_preview": "true"}
    body = _message(content, [*files, *_keyboard(content.buttons)] or None)
    return _outcome(call("POST", "/messages", query, body, secret))


def _change(content: Content, _files: list[Json], _place: Place, secret: Secret) -> Outcome:
    """Null leaves what is attached, which keeps files; without files it is only buttons that may be there, and they go."""
    message_id = content.message_id or ""
    attached = _keyboard(content.buttons) if content.buttons or not content.files else None
    answer = call("PUT", "/messages", {"message_id": message_id}, _message(content, attached), secret)
    return Sent(message_id) if isinstance(answer, dict) else answer


_SAYS: dict[Verb, Callable[[Content, list[Json], Place, Secret], Outcome]] = {Verb.TEXT: _write, Verb.EDIT: _change}


def _message(content: Content, attachments: list[Json] | None) -> Json:
    """https://dev.max.ru/docs-api/objects/NewMessageBody. Tags count as text, so a text that only they make too long goes
    without them."""
    marked_up = max_markup.formatted(content.text) if content.html else ""
    is_html = content.html and len(marked_up) <= LONGEST_TEXT
    return {
        "text": marked_up if is_html else _plain(content).text,
        "attachments": attachments,
        "link": {"type": "reply", "mid": content.reply_to} if content.reply_to else None,
        "notify": not content.silent,
        "format": "html" if is_html else None,
    }


def _plain(content: Content) -> Content:
    return replace(content, text=plain(content.text), html=False) if content.html else content


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


def _outcome(answer: Json | RetryLater | Refused | Uncertain) -> Outcome:
    if not isinstance(answer, dict):
        return answer
    message = answer.get("message")
    said = message.get("body") if isinstance(message, dict) else None
    return Sent(str(said["mid"]) if isinstance(said, dict) and "mid" in said else None)


_MAY_BE_THE_FORM = frozenset(("malformed", "no_message"))

# Said of a change, these are about the message: it is too old, or gone. https://dev.max.ru/docs-api/methods/PUT/messages
_WHEN_CHANGING = frozenset(("refused", "malformed", "no_message", "no_chat", "blocked"))
