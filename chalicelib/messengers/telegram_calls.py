"""Calls to the Bot API: what each verb sends, and what each answer means. https://core.telegram.org/bots/api#making-requests"""

import html
import json
import os
import re
from datetime import timedelta
from typing import Any

import urllib3

from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers import connections
from chalicelib.messengers.adapter import Outcome, Place, Readdress, Refused, RetryLater, Sent, TopicGone, Uncertain

Json = dict[str, Any]

TIMEOUT = urllib3.Timeout(connect=3, read=6)  # together under 10 s: shorter than the lease of what is being sent

_TOPIC_COLOUR_VIP, _TOPIC_COLOUR = 0xFFD67E, 0x6FB9F0  # two of the six Telegram allows


def send(content: Content, place: Place, token: str) -> Outcome:
    """Do what ``content`` says at ``place``. Markup that Telegram refuses is sent again plain, so that no words are lost."""
    method, parameters = _call(content, place)
    outcome = _post(token, method, parameters)
    if isinstance(outcome, Refused) and outcome.reason == "bad_markup":
        outcome = _post(token, method, {**parameters, "text": _plain(content.text), "parse_mode": None})
    return outcome


def _call(content: Content, place: Place) -> tuple[str, Json]:
    said: Json = {
        "chat_id": int(place.chat),
        "text": content.text,
        "parse_mode": "HTML" if content.html else None,
        "reply_markup": _keyboard(content.buttons),
        "link_preview_options": {"is_disabled": True},
    }
    anew = {
        **said,
        "message_thread_id": int(place.thread) if place.thread else None,
        "disable_notification": content.silent,
    }
    there = {"chat_id": int(place.chat), "message_id": int(content.message_id) if content.message_id else None}
    match content.verb:
        case Verb.TEXT:
            return "sendMessage", anew
        case Verb.CARD if content.message_id is None:
            return "sendMessage", anew
        case Verb.CARD | Verb.EDIT:
            return "editMessageText", {**said, **there}
        case Verb.PIN_CARD:
            return "pinChatMessage", {**there, "disable_notification": True}
        case Verb.REACT:
            return "setMessageReaction", {**there, "reaction": [{"type": "emoji", "emoji": content.text}]}
        case Verb.ANSWER_TAP:
            return "answerCallbackQuery", {"callback_query_id": content.message_id, "text": content.text[:200]}
        case Verb.OPEN_TOPIC:
            colour = _TOPIC_COLOUR if content.silent else _TOPIC_COLOUR_VIP
            return "createForumTopic", {"chat_id": int(place.chat), "name": content.text[:128], "icon_color": colour}


def _keyboard(rows: tuple[tuple[Button, ...], ...]) -> Json | None:
    if not rows:
        return None
    return {"inline_keyboard": [[_button(button) for button in row] for row in rows]}


def _button(button: Button) -> Json:
    return (
        {"text": button.label, "url": button.url}
        if button.url
        else {"text": button.label, "callback_data": button.data}
    )


def _post(token: str, method: str, parameters: Json) -> Outcome:
    body = json.dumps({name: value for name, value in parameters.items() if value is not None}).encode()
    url = f"{os.environ['TELEGRAM_API_URL']}/bot{token}/{method}"
    try:
        response = connections.pool().request(
            "POST", url, body=body, headers={"Content-Type": "application/json"}, timeout=TIMEOUT, retries=False
        )
        answer = json.loads(response.data)
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
        return RetryLater(None, "network")  # it never got there
    except (urllib3.exceptions.HTTPError, ValueError):
        return Uncertain()  # an answer that broke off, or is not Telegram's: a proxy's page, say
    return _outcome(method, answer)


def _outcome(method: str, answer: Json) -> Outcome:
    if answer.get("ok"):
        result = answer["result"]
        done = result if isinstance(result, dict) else {}
        found = done.get("message_thread_id") if method == "createForumTopic" else done.get("message_id")
        return Sent(str(found) if found is not None else None)
    description, hints = str(answer.get("description", "")), answer.get("parameters") or {}
    if "retry_after" in hints:
        return RetryLater(timedelta(seconds=int(hints["retry_after"])), "limited", limited=True)
    if "migrate_to_chat_id" in hints:
        return Readdress(str(hints["migrate_to_chat_id"]))
    for pattern, outcome in _MEANINGS:
        if re.search(pattern, description, re.IGNORECASE):
            return (
                outcome
                if not isinstance(outcome, Refused)
                else Refused(outcome.reason, outcome.unreachable, description)
            )
    if int(answer.get("error_code", 500)) >= 500:
        return RetryLater(None, "server_error")
    return Refused("refused", detail=description)


# What Telegram's words mean for us. It has no error codes of its own beside HTTP's, so the words are all there is.
_MEANINGS: tuple[tuple[str, Outcome], ...] = (
    ("message is not modified", Sent(None)),
    ("message thread not found|TOPIC_DELETED|TOPIC_ID_INVALID", TopicGone()),
    (
        "bot was blocked by the user|user is deactivated|bot can't initiate conversation",
        Refused("blocked", unreachable=True),
    ),
    ("chat not found|bot was kicked|bot is not a member", Refused("no_chat", unreachable=True)),
    ("can't parse entities", Refused("bad_markup")),
    ("message is too long", Refused("too_long")),
    ("not enough rights|CHAT_WRITE_FORBIDDEN|need administrator rights", Refused("no_rights")),
    ("chat is not a forum", Refused("no_topics")),
    ("unauthorized", Refused("bad_token")),
)


def _plain(text: str) -> str:
    """The words without their markup."""
    return html.unescape(re.sub(r"<[^<>]+>", "", text))
