"""Calls to the Bot API: what each verb sends, and what each answer means. https://core.telegram.org/bots/api#making-requests"""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, BinaryIO

from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers import telegram_files
from chalicelib.messengers.adapter import (
    Fetched,
    Outcome,
    Place,
    Readdress,
    Refused,
    RetryLater,
    Sent,
    TopicGone,
    Uncertain,
    Upload,
)
from chalicelib.messengers.downloads import download
from chalicelib.messengers.exchange import Answer, Json, exchange
from chalicelib.messengers.plain_text import plain
from chalicelib.messengers.telegram_files import Call

_TOPIC_COLOUR_VIP, _TOPIC_COLOUR = 0xFFD67E, 0x6FB9F0  # two of the six Telegram allows


def send(content: Content, place: Place, token: str, uploads: Sequence[Upload] = ()) -> Outcome:
    """Do what ``content`` says at ``place``: by one call, or a few where files do not go together; the first one's message
    then stands for all."""
    if telegram_files.too_large(uploads):
        return Refused("file_too_large")
    first: Outcome | None = None
    calls = _calls(content, place, uploads)
    while calls:
        outcome = _done(calls[0], token)
        if isinstance(outcome, Refused) and (instead := telegram_files.in_its_own_way(calls[0], outcome.detail)):
            calls = [*instead, *calls[1:]]
            continue
        if not isinstance(outcome, Sent):
            return outcome
        first, calls = first or outcome, calls[1:]
    return first or Sent(None)


def fetch(file_id: str, into: BinaryIO, most_bytes: int, token: str) -> Fetched | RetryLater | Refused:
    """https://core.telegram.org/bots/api#getfile"""
    answer = _ask(Call("getFile", {"file_id": file_id}), token)
    if isinstance(answer, Uncertain):
        return RetryLater(None, "network")
    if isinstance(answer, RetryLater):
        return answer
    path = _result(answer).get("file_path")
    if path:
        api = os.environ["TELEGRAM_API_URL"]
        return download(f"{api}/file/bot{token}/{path}", into, most_bytes, api_url=api)
    outcome = _meaning(answer)
    return outcome if isinstance(outcome, Refused | RetryLater) else Refused("file_gone")


def _calls(content: Content, place: Place, uploads: Sequence[Upload]) -> list[Call]:
    said: Json = {
        "text": content.text,
        "parse_mode": "HTML" if content.html else None,
        "reply_markup": _keyboard(content.buttons),
    }
    chat: Json = {"chat_id": int(place.chat)}
    anew: Json = {
        **chat,
        "message_thread_id": int(place.thread) if place.thread else None,
        "disable_notification": content.silent,
        "reply_parameters": _quote(content.reply_to),
    }
    there: Json = {**chat, "message_id": int(content.message_id) if content.message_id else None}
    bare: Json = {"link_preview_options": {"is_disabled": True}}
    match content.verb:
        case Verb.TEXT if content.files:
            return telegram_files.calls(content, uploads, anew, said)
        case Verb.TEXT:
            return [Call("sendMessage", {**anew, **said, **bare})]
        case Verb.CARD if content.message_id is None:
            return [Call("sendMessage", {**anew, **said, **bare})]
        case Verb.EDIT if content.files:
            caption = {"caption" if name == "text" else name: value for name, value in said.items()}
            return [Call("editMessageCaption", {**there, **caption})]
        case Verb.CARD | Verb.EDIT:
            return [Call("editMessageText", {**there, **said, **bare})]
        case Verb.PIN_CARD:
            return [Call("pinChatMessage", {**there, "disable_notification": True})]
        case Verb.REACT:
            return [Call("setMessageReaction", {**there, "reaction": [{"type": "emoji", "emoji": content.text}]})]
        case Verb.ANSWER_TAP:
            return [Call("answerCallbackQuery", {"callback_query_id": content.message_id, "text": content.text[:200]})]
        case Verb.OPEN_TOPIC:
            colour = _TOPIC_COLOUR if content.silent else _TOPIC_COLOUR_VIP
            return [Call("createForumTopic", {**chat, "name": content.text[:128], "icon_color": colour})]


def _quote(message_id: str | None) -> Json | None:
    """The words go without it where that message is gone."""
    return {"message_id": int(message_id), "allow_sending_without_reply": True} if message_id else None


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


def _done(call: Call, token: str) -> Outcome:
    """Markup that Telegram refuses is sent again plain, so that no words are lost."""
    outcome = _outcome(call, token)
    if isinstance(outcome, Refused) and outcome.reason == "bad_markup":
        outcome = _outcome(replace(call, parameters=_without_markup(call.parameters)), token)
    return outcome


def _without_markup(parameters: Json) -> Json:
    """Of a call, or of one file of its album."""
    found: Json = {
        name: plain(value) if name in ("text", "caption") and value else value for name, value in parameters.items()
    }
    if isinstance(found.get("media"), list):
        found["media"] = [_without_markup(one) for one in found["media"]]
    return {name: value for name, value in found.items() if name != "parse_mode"}


def _outcome(call: Call, token: str) -> Outcome:
    answer = _ask(call, token)
    if not isinstance(answer, Answer):
        return answer
    if not answer.body.get("ok"):
        outcome = _meaning(answer)
        return Sent(_text(call.parameters.get("message_id"))) if isinstance(outcome, Sent) else outcome
    done = _result(answer)
    return Sent(_text(done.get("message_thread_id" if call.method == "createForumTopic" else "message_id")))


def _ask(call: Call, token: str) -> Answer | RetryLater | Uncertain:
    body, content_type = call.body()
    url = f"{os.environ['TELEGRAM_API_URL']}/bot{token}/{call.method}"
    return exchange("POST", url, body, {"Content-Type": content_type})


def _result(answer: Answer) -> Json:
    """What the call made; of an album, the first message."""
    result: Any = answer.body.get("result")
    if isinstance(result, list):
        result = result[0] if result else None
    return result if isinstance(result, dict) else {}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _meaning(answer: Answer) -> Outcome:
    body = answer.body
    description, hints = str(body.get("description", "")), body.get("parameters") or {}
    if "retry_after" in hints:
        return RetryLater(timedelta(seconds=int(hints["retry_after"])), "limited", limited=True)
    if answer.status == 429:
        return RetryLater(answer.retry_after, "limited", limited=True)
    if "migrate_to_chat_id" in hints:
        return Readdress(str(hints["migrate_to_chat_id"]))
    for pattern, outcome in _MEANINGS:
        if re.search(pattern, description, re.IGNORECASE):
            return replace(outcome, detail=description) if isinstance(outcome, Refused) else outcome
    if int(body.get("error_code", answer.status)) >= 500:
        return RetryLater(answer.retry_after, "server_error")
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
    ("message is too long|caption is too long", Refused("too_long")),
    ("message can't be edited|message to edit not found|there is no (text|caption) in", Refused("cannot_edit")),
    ("not enough rights|CHAT_WRITE_FORBIDDEN|need administrator rights", Refused("no_rights")),
    ("chat is not a forum", Refused("no_topics")),
    ("unauthorized", Refused("bad_token")),
    ("VOICE_MESSAGES_FORBIDDEN", Refused("no_voice")),
    ("(file|photo) .*too (big|large)|request entity too large", Refused("file_too_large")),
    ("wrong (remote )?file|invalid file", Refused("file_gone")),
    ("temporarily unavailable", RetryLater(None, "server_error")),
    ("can't use file of type|IMAGE_PROCESS_FAILED|PHOTO_INVALID|file must be non-empty", Refused("file_refused")),
)
