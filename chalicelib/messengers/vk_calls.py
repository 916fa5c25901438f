"""Calls to VK's API: what each verb sends, and what each answer means. https://dev.vk.com/ru/method/messages.send

``random_id`` makes a repeated send of the same item harmless, so where ``sent_as`` names the item nothing is uncertain.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import urllib3

from chalicelib.desk.outbound import Button, Content, Verb
from chalicelib.messengers import vk_errors, vk_files, vk_reactions
from chalicelib.messengers.adapter import Outcome, Place, Refused, RetryLater, Sent, Uncertain, Upload
from chalicelib.messengers.exchange import Json
from chalicelib.messengers.plain_text import plain
from chalicelib.messengers.vk_api import Response, call

LONGEST_LABEL, LONGEST_ROW = 40, 5  # https://dev.vk.com/ru/api/bots/development/keyboard
NAME_TIMEOUT = urllib3.Timeout(total=2)  # a name may come later; what it stands over may not
LONGEST_SNACKBAR = 90  # of the words shown to who tapped

Call = tuple[str, Json]


def send(content: Content, place: Place, token: str, uploads: Sequence[Upload] = ()) -> Outcome:
    """Do what ``content`` says at ``place``. If VK will not quote the message that is answered, the words go without it.
    Files are handed over first; when that has to be done again, ``random_id`` still keeps the message from doubling."""
    planned = _CALLS[content.verb](content, place) if content.verb in _CALLS else None
    if planned is None:
        return Refused("not_possible", detail=f"VK has nothing like {content.verb}")
    method, parameters = planned
    attachment = _attachment(content, place, uploads, token)
    if not isinstance(attachment, str):
        return attachment
    outcome = _sent(method, {**parameters, **({"attachment": attachment} if attachment else {})}, token)
    if isinstance(outcome, Refused) and outcome.reason == "refused" and content.verb is Verb.EDIT:
        return replace(outcome, reason="cannot_edit")
    is_repeatable = content.verb is not Verb.TEXT or content.sent_as is not None
    return RetryLater(None, "unknown") if isinstance(outcome, Uncertain) and is_repeatable else outcome


def _attachment(content: Content, place: Place, uploads: Sequence[Upload], token: str) -> str | RetryLater | Refused:
    """What is attached: the files handed over or, of a message that is changed, those it has."""
    if content.verb is Verb.EDIT:
        return vk_files.attached(_number(content.message_id), place.chat, token) if content.files else ""
    return vk_files.attach(uploads, place.chat, token) if uploads else ""


def _sent(method: str, parameters: Json, token: str) -> Outcome:
    outcome = _outcome(call(token, method, parameters))
    if isinstance(outcome, Refused) and outcome.reason == "refused" and "forward" in parameters:
        unquoted = {name: value for name, value in parameters.items() if name != "forward"}
        return _outcome(call(token, method, unquoted))
    return outcome


def answer_event(tap_key: str, user: str, chat: str, text: str, token: str) -> Outcome:
    """End the wait of a tapped button, within a minute of the tap; ``text`` is shown to who tapped, unless it is empty.

    https://dev.vk.com/ru/method/messages.sendMessageEventAnswer
    """
    shown = {"event_data": _compact({"type": "show_snackbar", "text": text[:LONGEST_SNACKBAR]})} if text else {}
    parameters = {"event_id": tap_key, "user_id": user, "peer_id": chat, **shown}
    return _outcome(call(token, "messages.sendMessageEventAnswer", parameters))


def name_of(user: str, language: str, token: str) -> str | None:
    """In the letters of ``language``. None for who has left VK, and for whatever went wrong.

    https://dev.vk.com/ru/method/users.get
    """
    answer = call(token, "users.get", {"user_ids": user, "lang": language}, NAME_TIMEOUT)
    found = answer.value if isinstance(answer, Response) else None
    person = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
    if "deactivated" in person:
        return None
    return " ".join(filter(None, (str(person.get("first_name", "")), str(person.get("last_name", ""))))) or None


def random_id(sent_as: str | None) -> int:
    """31 bits that are always the same for the same item. VK compares them within a chat. 0 is no id."""
    return (int.from_bytes(hashlib.sha256(sent_as.encode()).digest()[:4]) >> 1) or 1 if sent_as else 0


def _text(content: Content, place: Place) -> Call:
    """``peer_ids`` of one person instead of ``peer_id``: only so VK answers with the number that taps, reactions and
    replies call the message by, ``conversation_message_id``."""
    return "messages.send", {
        "peer_ids": place.chat,
        "random_id": random_id(content.sent_as),
        **_words(content),
        **({"forward": _quote(place, content.reply_to)} if content.reply_to else {}),
    }


def _quote(place: Place, answered: str) -> str:
    numbers = [_number(answered)]
    return _compact({"peer_id": int(place.chat), "conversation_message_ids": numbers, "is_reply": True})


def _edit(content: Content, place: Place) -> Call:
    return "messages.edit", {
        "peer_id": place.chat,
        "cmid": _number(content.message_id),
        "keep_forward_messages": 1,  # otherwise the message would lose what it answers
        **_words(content),
    }


def _react(content: Content, place: Place) -> Call | None:
    """No emoji takes the reaction back; an emoji that VK does not have is not possible."""
    there: Json = {"peer_id": place.chat, "cmid": _number(content.message_id)}
    if not content.text:
        return "messages.deleteReaction", there
    reaction = vk_reactions.number_of(content.text)
    return ("messages.sendReaction", {**there, "reaction_id": reaction}) if reaction else None


_CALLS: dict[Verb, Callable[[Content, Place], Call | None]] = {
    Verb.TEXT: _text,
    Verb.EDIT: _edit,
    Verb.REACT: _react,
}


def _words(content: Content) -> Json:
    return {
        "message": plain(content.text) if content.html else content.text,
        "dont_parse_links": 1,
        "disable_mentions": 1,
        **({"keyboard": _keyboard(content.buttons)} if content.buttons else {}),
    }


def _keyboard(rows: tuple[tuple[Button, ...], ...]) -> str:
    """Rows that are too long for VK are broken. https://dev.vk.com/ru/api/bots/development/keyboard"""
    broken = (row[start : start + LONGEST_ROW] for row in rows for start in range(0, len(row), LONGEST_ROW))
    return _compact({"inline": True, "one_time": False, "buttons": [[_button(one) for one in row] for row in broken]})


def _button(button: Button) -> Json:
    label = button.label if len(button.label) <= LONGEST_LABEL else button.label[: LONGEST_LABEL - 1] + "…"
    if button.url:
        return {"action": {"type": "open_link", "label": label, "link": button.url}}
    return {"action": {"type": "callback", "label": label, "payload": _compact({"data": button.data})}}


def _number(message_id: str | None) -> int:
    """Of a message within its chat: what ``Sent`` gave, or the end of a client's message's own key."""
    return int((message_id or "").rpartition("/")[2])


def _compact(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _outcome(answer: Response | RetryLater | Refused | Uncertain) -> Outcome:
    """messages.send to ``peer_ids`` answers for each of them, and refuses each by itself."""
    if not isinstance(answer, Response):
        return answer
    one = answer.value[0] if isinstance(answer.value, list) and answer.value else None
    if not isinstance(one, dict):
        return Sent(None)
    if isinstance(error := one.get("error"), dict):
        return vk_errors.meaning(error.get("code"), error.get("description"))
    number = one.get("conversation_message_id")
    return Sent(str(number) if number else None)
