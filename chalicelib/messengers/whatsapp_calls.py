"""Calls to the Cloud API: what each verb sends, and what each answer means.

https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-phone-number/message-api
"""

import os
import re
from collections.abc import Sequence

from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.desk.splitting import length, parts
from chalicelib.desk.templates import Filled
from chalicelib.messengers import whatsapp_errors, whatsapp_media
from chalicelib.messengers.adapter import Outcome, Place, Refused, Sent, Uncertain, Upload
from chalicelib.messengers.exchange import Answer, Json, exchange
from chalicelib.messengers.plain_text import plain
from chalicelib.messengers.whatsapp_markup import formatted

VERSION = "v23.0"
TAP_PREFIX = "tap:"  # marks our own buttons: another tool may use the same number

LONGEST_TEXT = 4096
LONGEST_TEXT_WITH_BUTTONS = 1024
MOST_REPLY_BUTTONS, LONGEST_REPLY_BUTTON = 3, 20
MOST_ROWS, LONGEST_ROW, LONGEST_ROW_DESCRIPTION, LONGEST_MENU = 10, 24, 72, 20

_PHONE = re.compile(r"\d+")
_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


def send(content: Content, place: Place, token: str, uploads: Sequence[Upload] = ()) -> Outcome:
    """Do what ``content`` says at ``place``: a person by phone or, without one, by their id; or a group."""
    said = _said(content, uploads)
    if isinstance(said, Refused):
        return said
    body = {"messaging_product": "whatsapp", **_recipient(place.chat), **said}
    if content.sent_as:
        body["biz_opaque_callback_data"] = content.sent_as
    if not content.reply_to:
        return _post(body, place, token)
    outcome = _post({**body, "context": {"message_id": content.reply_to}}, place, token)
    if isinstance(outcome, Refused) and outcome.reason == "refused":
        return _post(body, place, token)  # it may be the quote that was wrong: the words go without it
    return outcome


def api() -> str:
    return f"{os.environ['WHATSAPP_API_URL']}/{VERSION}"


def _post(body: Json, place: Place, token: str) -> Outcome:
    answer = exchange("POST", f"{api()}/{place.account}/messages", body, {"Authorization": f"Bearer {token}"})
    return _outcome(answer) if isinstance(answer, Answer) else answer


def _outcome(answer: Answer) -> Outcome:
    if answer.status < 400:
        try:
            return Sent(str(answer.body["messages"][0]["id"]))
        except (KeyError, IndexError, TypeError):
            return Uncertain()  # not what WhatsApp answers: a proxy's, say
    return whatsapp_errors.outcome(answer.status, whatsapp_errors.error_in(answer.body), answer.retry_after)


def _recipient(chat: str) -> Json:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids"""
    if _PHONE.fullmatch(chat):
        return {"recipient_type": "individual", "to": chat}
    if _USER_ID.fullmatch(chat):
        return {"recipient_type": "individual", "recipient": chat}
    return {"recipient_type": "group", "to": chat}


def _said(content: Content, uploads: Sequence[Upload]) -> Json | Refused:
    match content.verb:
        case Verb.TEXT if content.template:
            return {"type": "template", "template": _template(content.template)}
        case Verb.TEXT:
            return _file(content, uploads) if content.files else _text(content)
        case Verb.REACT:
            return {"type": "reaction", "reaction": {"message_id": content.message_id, "emoji": content.text}}
        case Verb.EDIT:
            return Refused("cannot_edit")
        case _:
            return Refused("not_possible", detail=content.verb)


def _file(content: Content, uploads: Sequence[Upload]) -> Json | Refused:
    """A message has one file: WhatsApp knows no albums, and puts together what comes together by itself."""
    if len(uploads) != 1:
        return Refused("not_possible", detail=f"{len(uploads)} files to hand over")
    return whatsapp_media.media(uploads[0], _words(content, whatsapp_media.LONGEST_CAPTION))


def _words(content: Content, longest: int) -> str:
    """With what formatting WhatsApp knows, unless its marks make the words too long."""
    if not content.html:
        return content.text
    marked = formatted(content.text)
    return marked if length(marked) <= longest else plain(content.text)


def _template(filled: Filled) -> Json:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/template-messages"""
    said: Json = {"name": filled.name, "language": {"policy": "deterministic", "code": filled.language}}
    values = [
        {"type": "text", "text": value} | ({} if name.isdigit() else {"parameter_name": name})
        for name, value in filled.values
    ]
    return said | ({"components": [{"type": "body", "parameters": values}]} if values else {})


def _text(content: Content) -> Json | Refused:
    """Buttons that are links become lines of the text: WhatsApp's own take one link at most, and no others beside it."""
    buttons = [button for row in content.buttons for button in row]
    links = [f"{button.label}: {button.url}" for button in buttons if button.url]
    taps = [button for button in buttons if not button.url]
    longest = LONGEST_TEXT_WITH_BUTTONS if taps else LONGEST_TEXT
    text = "\n\n".join(filter(None, (_words(content, longest), "\n".join(links))))
    if length(text) > longest:
        return Refused("too_long")
    if len(taps) > MOST_ROWS:
        return Refused("refused", detail=f"{len(taps)} buttons, at most {MOST_ROWS} are possible")
    if taps:
        return {"type": "interactive", "interactive": _interactive(text, taps)}
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _interactive(text: str, buttons: Sequence[Button]) -> Json:
    """Up to three buttons under the message; more of them are a list that opens with a tap."""
    if len(buttons) <= MOST_REPLY_BUTTONS:
        replies = [{"type": "reply", "reply": _choice(button, LONGEST_REPLY_BUTTON)} for button in buttons]
        return {"type": "button", "body": {"text": text}, "action": {"buttons": replies}}
    menu = " … ".join(_cut(button.label.split()[0], (LONGEST_MENU - 3) // 2) for button in (buttons[0], buttons[-1]))
    rows = [_choice(button, LONGEST_ROW) | _in_full(button) for button in buttons]
    return {"type": "list", "body": {"text": text}, "action": {"button": menu, "sections": [{"rows": rows}]}}


def _choice(button: Button, longest: int) -> Json:
    return {"id": TAP_PREFIX + button.data, "title": _cut(button.label, longest)}


def _in_full(button: Button) -> Json:
    return {"description": _cut(button.label, LONGEST_ROW_DESCRIPTION)} if length(button.label) > LONGEST_ROW else {}


def _cut(label: str, longest: int) -> str:
    """At most ``longest`` characters, with a sign that there was more."""
    return label if length(label) <= longest else f"{parts(label, longest - 1)[0]}…"
