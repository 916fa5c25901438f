"""VK's methods that a community's key can call, with what VK refuses. The table at the end is what endpoint.py serves,
beside that of callback_servers.py."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.sandbox.state import Json
from infra.local.sandbox.vk import uploads
from infra.local.sandbox.vk.community import FIRST_GROUP_CHAT, Chat, Community, Message
from infra.local.sandbox.vk.errors import (
    BAD_KEYBOARD,
    BAD_REACTION,
    EDIT_EXPIRED,
    NO_ACCESS,
    NOT_ALLOWED,
    TOO_LONG,
    ApiError,
    wrong,
)

LONGEST_TEXT = 4096  # in practice; the schema says 9000
EDITABLE_FOR_SECONDS = 24 * 3600
LONGEST_SNACKBAR = 90
REACTIONS = range(1, 17)

# Inline keyboards: https://dev.vk.com/ru/api/bots/development/keyboard
MOST_ROWS, MOST_IN_A_ROW, MOST_BUTTONS = 6, 5, 10
LONGEST_LABEL, LONGEST_PAYLOAD_BYTES = 40, 255

Params = Mapping[str, str]


def send(community: Community, params: Params) -> Any:
    """To ``peer_id`` VK answers with the message's id, to ``peer_ids`` with a list in which each may be refused."""
    _integer(params, "random_id")
    given = [name for name in ("user_id", "peer_id", "peer_ids", "chat_id", "domain") if name in params]
    if len(given) != 1:
        raise wrong("you should specify exactly one of peer_id, peer_ids, user_id, chat_id, domain")
    _check_words(params)
    if given != ["peer_ids"]:
        return _sent(community, _integer(params, given[0]), params).id
    return [_sent_or_not(community, peer, params) for peer in _integers(params, "peer_ids")]


def _sent_or_not(community: Community, peer_id: int, params: Params) -> Json:
    try:
        message = _sent(community, peer_id, params)
    except ApiError as error:
        refused = {"code": error.code, "description": error.words}
        return {"peer_id": peer_id, "message_id": 0, "conversation_message_id": 0, "error": refused}
    return {"peer_id": peer_id, "message_id": message.id, "conversation_message_id": message.number}


def _sent(community: Community, peer_id: int, params: Params) -> Message:
    """The same ``random_id`` in the same chat is the same message."""
    chat, random_id = _open_chat(community, peer_id), _integer(params, "random_id")
    attached = uploads.named(community, params.get("attachment", ""))
    for known in chat.messages.values():
        if random_id and known.random_id == random_id and known.from_id < 0:
            return known
    message = community.post(
        chat,
        -community.config.group_id,
        params.get("message", ""),
        more={"attachments": attached},
        keyboard=_keyboard(params),
        reply_to=_quoted(chat, params),
        random_id=random_id,
    )
    community.announce(chat, message)
    return message


def edit(community: Community, params: Params) -> int:
    chat = _open_chat(community, _integer(params, "peer_id"))
    message = _own_message(community, chat, params)
    _check_words(params)
    if time.time() - message.date > EDITABLE_FOR_SECONDS:
        raise EDIT_EXPIRED
    message.keyboard = _keyboard(params)
    message.more["attachments"] = uploads.named(
        community, params.get("attachment", "")
    )  # what is not named again, goes
    if params.get("keep_forward_messages") != "1":
        message.reply_to = None
    community.edited(chat, message, params.get("message", ""))
    return 1


def send_reaction(community: Community, params: Params) -> int:
    chat = _open_chat(community, _integer(params, "peer_id"))
    reaction_id = _integer(params, "reaction_id")
    if reaction_id not in REACTIONS:
        raise BAD_REACTION
    community.reacted(chat, _message(chat, _integer(params, "cmid")), -community.config.group_id, reaction_id)
    return 1


def delete_reaction(community: Community, params: Params) -> int:
    chat = _open_chat(community, _integer(params, "peer_id"))
    community.reacted(chat, _message(chat, _integer(params, "cmid")), -community.config.group_id, None)
    return 1


def send_message_event_answer(community: Community, params: Params) -> int:
    """Ends the wait of a pressed button: once, within a minute, by who was asked."""
    tap = community.taps.get(params.get("event_id", ""))
    asked = (_integer(params, "user_id"), _integer(params, "peer_id"))
    if tap is None or tap.answer.done() or (tap.user_id, tap.peer_id) != asked:
        raise ApiError(100, "One of the parameters specified was missing or invalid: event_id is invalid or expired")
    shown = _json(params, "event_data") if "event_data" in params else {}
    if shown and (shown.get("type") not in ("show_snackbar", "open_link", "open_app") or _too_much(shown)):
        raise wrong("event_data is invalid")
    tap.answer.set_result(shown)
    return 1


def _too_much(shown: Json) -> bool:
    return shown["type"] == "show_snackbar" and not 0 < len(str(shown.get("text", ""))) <= LONGEST_SNACKBAR


def get_by_conversation_message_id(community: Community, params: Params) -> Json:
    chat = _open_chat(community, _integer(params, "peer_id"))
    numbers = [number for number in _integers(params, "conversation_message_ids") if number in chat.messages]
    items = [community.message_json(chat, chat.messages[number]) for number in numbers]
    return {"count": len(items), "items": items}


def get_photo_server(community: Community, params: Params) -> Json:
    peer_id = _open_chat(community, _integer(params, "peer_id")).peer_id
    return {**uploads.server(community, "photo", peer_id), "album_id": -64, "group_id": community.config.group_id}


def get_document_server(community: Community, params: Params) -> Json:
    type_ = params.get("type", "doc")
    if type_ not in ("doc", "audio_message"):
        raise wrong("type is doc or audio_message here")
    return uploads.server(community, type_, _open_chat(community, _integer(params, "peer_id")).peer_id)


def users_get(community: Community, params: Params) -> list[Json]:
    """Those whom nobody knows are left out. ``lang`` is one of the parameters that every method has."""
    if unknown := set(params) - {"user_ids", "fields", "name_case", "from_group_id"}:
        raise wrong(f"there is no parameter {', '.join(sorted(unknown))}")
    people = community.world.people
    return [people[user].json() for user in _integers(params, "user_ids") if user in people]


def groups_get_by_id(community: Community, _: Params) -> Json:
    config = community.config
    group = {"id": config.group_id, "name": config.group_name, "screen_name": f"club{config.group_id}", "type": "group"}
    return {"groups": [{**group, "is_closed": 0}], "profiles": []}


def _check_words(params: Params) -> None:
    text = params.get("message", "")
    if not text.strip() and not params.get("attachment"):
        raise wrong("message is empty or invalid")
    if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        raise TOO_LONG
    _keyboard(params)


def _keyboard(params: Params) -> Json | None:
    """Raises 911 for what VK would not show."""
    if "keyboard" not in params:
        return None
    try:
        keyboard = json.loads(params["keyboard"])
        rows = [[button["action"] for button in row] for row in keyboard["buttons"]]
        fault = _keyboard_fault(rows)
    except (ValueError, KeyError, TypeError, AttributeError):
        fault = "not a keyboard"
    if fault:
        raise ApiError(911, f"{BAD_KEYBOARD}: {fault}", is_violation=True)
    return dict(keyboard)


def _keyboard_fault(rows: list[list[Json]]) -> str | None:
    actions = [action for row in rows for action in row]
    if len(rows) > MOST_ROWS or len(actions) > MOST_BUTTONS or any(not 0 < len(row) <= MOST_IN_A_ROW for row in rows):
        return f"at most {MOST_ROWS} rows of {MOST_IN_A_ROW}, {MOST_BUTTONS} buttons in all"
    for action in actions:
        if not 0 < len(action["label"]) <= LONGEST_LABEL:
            return f"a label has 1 to {LONGEST_LABEL} characters"
        payload = action.get("payload", "{}")
        if len(payload.encode()) > LONGEST_PAYLOAD_BYTES:
            return f"a payload has at most {LONGEST_PAYLOAD_BYTES} bytes"
        json.loads(payload)
        if action["type"] == "open_link" and not str(action["link"]).startswith(("https://", "http://")):
            return "a link is an address"
        if action["type"] not in ("callback", "open_link", "text"):
            return "the sandbox knows buttons of the types callback, open_link and text"
    return None


def _quoted(chat: Chat, params: Params) -> int | None:
    """The message that this one answers. Raises 100 when it is not there."""
    if "forward" not in params:
        return None
    forward = _json(params, "forward")
    numbers = forward.get("conversation_message_ids", forward.get("cmids"))
    if not forward.get("is_reply") or not isinstance(numbers, list) or len(numbers) != 1:
        raise wrong("the sandbox knows forward only as a reply to one message")
    if int(forward.get("peer_id", chat.peer_id)) != chat.peer_id or numbers[0] not in chat.messages:
        raise ApiError(100, "One of the parameters specified was missing or invalid: forward")
    return int(numbers[0])


def _open_chat(community: Community, peer_id: int) -> Chat:
    if peer_id >= FIRST_GROUP_CHAT:
        raise NO_ACCESS
    person = community.world.people.get(peer_id)
    if person is None or not person.allows_messages:
        raise NOT_ALLOWED
    return community.world.chats[peer_id]


def _own_message(community: Community, chat: Chat, params: Params) -> Message:
    if "cmid" in params:
        message = _message(chat, _integer(params, "cmid"))
    else:
        wanted = _integer(params, "message_id")
        found = (one for one in chat.messages.values() if one.id == wanted)
        message = next(found, None) or _message(chat, 0)
    if message.from_id != -community.config.group_id:
        raise ApiError(15, "Access denied", is_violation=True)
    return message


def _message(chat: Chat, number: int) -> Message:
    if number not in chat.messages:
        raise wrong("there is no such message")
    return chat.messages[number]


def _integer(params: Params, name: str) -> int:
    try:
        return int(params[name])
    except KeyError:
        raise wrong(f"{name} is a required parameter") from None
    except ValueError:
        raise wrong(f"{name} not integer") from None


def _integers(params: Params, name: str) -> list[int]:
    return [_integer({name: one}, name) for one in params.get(name, "").split(",")]


def _json(params: Params, name: str) -> Json:
    try:
        value = json.loads(params[name])
    except ValueError:
        raise wrong(f"{name} is invalid JSON") from None
    if not isinstance(value, dict):
        raise wrong(f"{name} is no object")
    return value


METHODS: dict[str, Callable[[Community, Params], Any]] = {
    "messages.send": send,
    "messages.edit": edit,
    "messages.sendReaction": send_reaction,
    "messages.deleteReaction": delete_reaction,
    "messages.sendMessageEventAnswer": send_message_event_answer,
    "messages.getByConversationMessageId": get_by_conversation_message_id,
    "photos.getMessagesUploadServer": get_photo_server,
    "photos.saveMessagesPhoto": uploads.save_photo,
    "docs.getMessagesUploadServer": get_document_server,
    "docs.save": uploads.save_document,
    "users.get": users_get,
    "groups.getById": groups_get_by_id,
}
